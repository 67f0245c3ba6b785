/** What the clock of the simulated world shows, and how fast it goes: told every few wall milliseconds. */
export interface Tick {
  type: 'tick';
  /** Epoch milliseconds. */
  now: number;
  /** Virtual seconds a wall second. */
  rate: number;
}

/** Wall milliseconds between two ticks. */
export const tickEvery = 20;

/** The clock of the simulated world as another process knows it. It never goes back. */
export class FollowedClock {
  private heardAt: number;
  private latest: number;

  /** `elapsed`: wall milliseconds since whenever. */
  constructor(
    private tick: Pick<Tick, 'now' | 'rate'>,
    private readonly elapsed: () => number,
  ) {
    this.heardAt = elapsed();
    this.latest = tick.now;
  }

  hear(tick: Pick<Tick, 'now' | 'rate'>): void {
    this.tick = tick;
    this.heardAt = this.elapsed();
  }

  /** Epoch milliseconds. Where no tick has come for a while, this process was busy, and that goes at the wall's pace. */
  now(): number {
    const since = this.elapsed() - this.heardAt;
    const trusted = Math.min(since, 2 * tickEvery);
    this.latest = Math.max(this.latest, this.tick.now + trusted * this.tick.rate + (since - trusted));
    return this.latest;
  }

  /** Wall milliseconds until the clock shows `time`, should nobody compute anything until then. */
  until(time: number): number {
    return Math.max(0, (time - this.now()) / this.tick.rate);
  }
}

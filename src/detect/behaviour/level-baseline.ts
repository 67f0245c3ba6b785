/** The highest levels that a key ever reached, known a day late: what happened within the day is no habit yet. */
export class LevelBaseline<Name extends string> {
  /** What is usual by now. */
  readonly level: Record<Name, number>;
  private readonly pending: { time: number; level: Readonly<Record<Name, number>> }[] = [];
  private head = 0;

  constructor(private readonly names: readonly Name[]) {
    this.level = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  }

  /** What was reached before `until`, epoch milliseconds, is usual. */
  learn(until: number): void {
    for (let seen = this.pending[this.head]; seen !== undefined; seen = this.pending[this.head]) {
      if (seen.time >= until) break;
      this.head += 1;
      for (const name of this.names) this.level[name] = Math.max(this.level[name], seen.level[name]);
    }
  }

  /** What is usual already cannot become more so: it is not kept. */
  reached(time: number, level: Readonly<Record<Name, number>>): void {
    if (this.names.some((name) => level[name] > this.level[name])) this.pending.push({ time, level });
  }
}

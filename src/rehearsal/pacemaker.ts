import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../range/index.js';
import { tickEvery, type Tick } from './followed-clock.js';

/**
 * Hurries the simulated clock while everybody waits, and lets it go as the wall does while the range or the command
 * that is rehearsed computes: a machine that is slow or busy must not look like a responder who is late. Every few wall
 * milliseconds it tells the processes that follow what time it is.
 */
export class Pacemaker {
  private readonly followers = new Set<ChildProcess>();
  private command: { active: number; counted: number; answered: boolean } | null = null;
  private own = performance.eventLoopUtilization();
  private at = performance.now();
  private readonly timer: NodeJS.Timeout;

  /** `speed`: virtual seconds a wall second in which nobody computes. */
  constructor(
    private readonly clock: Clock,
    private readonly speed: number,
  ) {
    this.timer = setInterval(() => this.beat(), tickEvery);
    this.beat();
  }

  /** From now on `child` is told the time, until it ends. */
  lead(child: ChildProcess): void {
    this.followers.add(child);
    this.beat();
    child.once('exit', () => this.followers.delete(child));
  }

  /** `child` is the command that is rehearsed: it answers each tick with the milliseconds that it has been active. The
   *  result ends that, as its exit does. */
  watch(child: ChildProcess): () => void {
    // Until it first answers, it starts.
    const command = { active: 0, counted: 0, answered: false };
    this.command = command;
    this.lead(child);
    const hear = ({ active }: { active?: number }): void => {
      if (active === undefined) return;
      command.active = active;
      command.answered = true;
    };
    const release = (): void => {
      child.off('message', hear).off('exit', release);
      this.followers.delete(child);
      if (this.command === command) this.command = null;
    };
    child.on('message', hear).once('exit', release);
    return release;
  }

  /** The clock stays as it is. */
  end(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const [at, own] = [performance.now(), performance.eventLoopUtilization()];
    const wall = Math.max(1, at - this.at);
    const busy = (own.active - this.own.active + this.activeOfCommand(wall)) / wall;
    [this.at, this.own] = [at, own];
    const rate = Math.max(Math.min(1, this.speed), this.speed * (1 - busy));
    this.clock.setSpeed(rate);
    const tick: Tick = { type: 'tick', now: this.clock.now(), rate };
    for (const child of this.followers) if (child.connected) child.send(tick, () => undefined);
  }

  /** Milliseconds of `wall`, the time since the last beat; all of it where the command was too busy to answer. */
  private activeOfCommand(wall: number): number {
    const { command } = this;
    if (command === null) return 0;
    const unknown = command.active - command.counted;
    // What was counted while it did not answer is not counted again when it does.
    const active = command.answered ? Math.max(0, Math.min(wall, unknown)) : wall;
    command.counted += active;
    command.answered = false;
    return active;
  }
}

import { type Cell, cleanSweeps, patience } from '../../model/index.js';
import { isStuck, readsOn, type Sweep, unreadBefore } from './confirm.js';

/** `unsettled`: IAM reads as before a change that it took a moment ago. */
export type CutState = 'holds' | 'taken-back' | 'unsettled' | 'unknown';

/** Limits of confirm. Times in milliseconds. */
export interface ConfirmLimits {
  rounds: number;
  time: number;
  /** Keep sweeping this long after the last thing was found (AWS's own playbook asks for a quiet half hour). */
  quiet: number;
}

/** Until it is clean, but not for ever. */
export const defaultLimits: ConfirmLimits = { rounds: patience.rounds, time: patience.time, quiet: 0 };

export interface NextSweep {
  round: number;
  /** Milliseconds until it begins. */
  wait: number;
  /** It looks at everything, not only at what the incident touched. */
  whole: boolean;
}

/** What a sweep came to. Times in epoch milliseconds, AWS's clock. */
export interface SweepSeen {
  sweep: Sweep;
  cut: CutState;
  coverage: readonly Cell[];
  now: number;
  /** From when on the Deny has been read a second time, late enough. */
  denySeenAgain: number;
}

/**
 * When to sweep, at what, and when to stop. A sweep looks at what the incident touched; now and then, and before any end,
 * one looks at everything. No effects: times come in as arguments.
 */
export class Sweeping {
  private next: NextSweep;
  private before: Sweep | null = null;
  private lastFound: number;
  private wholeAt: number;
  private clean = 0;
  private unread: number | null = null;
  private unreadRounds = 0;

  constructor(
    private readonly limits: ConfirmLimits,
    private readonly startedAt: number,
  ) {
    this.lastFound = startedAt;
    this.wholeAt = startedAt;
    this.next = { round: 1, wait: 1000, whole: limits.rounds === 1 };
  }

  first(): NextSweep | null {
    return this.limits.rounds < 1 ? null : this.next;
  }

  /** The sweep after this one; null where this was the last. */
  after({ sweep, cut, coverage, now, denySeenAgain }: SweepSeen): NextSweep | null {
    const { limits, startedAt, before } = this;
    const { round, whole } = this.next;
    this.before = sweep;
    if (whole) this.wholeAt = now;
    this.unreadRounds = cut === 'unknown' ? this.unreadRounds + 1 : 0;
    if (sweep.clean && cut === 'holds') this.clean += 1;
    else [this.clean, this.lastFound] = [0, now];
    const quiet = now - this.lastFound >= limits.quiet;
    const settled = sweep.settling === 0 || now - startedAt > patience.settling;
    const isOver = now - startedAt > limits.time;
    // Each look reads a busy key's events further back: as long as that goes on, the end is worth waiting for.
    const goesOn = !isOver && readsOn(this.unread, coverage);
    this.unread = unreadBefore(coverage);
    const enough = this.clean >= (whole ? cleanSweeps : cleanSweeps - 1);
    const confirmed = enough && settled && quiet && !goesOn;
    const nothingElse = sweep.clean && this.unreadRounds >= patience.cutUnreadRounds;
    const givenUp = (isStuck(before, sweep) || nothingElse || isOver) && quiet;
    if (round === limits.rounds || (whole && (givenUp || (confirmed && now >= denySeenAgain)))) return null;
    const isDue = now - this.wholeAt >= patience.betweenWholeLooks;
    this.next = {
      round: round + 1,
      wait: confirmed ? Math.max(1000, denySeenAgain - now) : Math.min(1000 * (round + 1), 10_000),
      whole: confirmed || givenUp || isDue || round + 1 === limits.rounds,
    };
    return this.next;
  }
}

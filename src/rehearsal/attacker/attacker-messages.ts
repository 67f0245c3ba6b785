import type { Tick } from '../followed-clock.js';
import type { Credentials } from '../scenario/script.js';
import type { Scenario } from '../scenario/scenario.js';

/** What the attacker is told when it starts. */
export interface AttackerOrder {
  endpoint: string;
  seed: number;
  attacker: NonNullable<Scenario['attacker']>;
  /** The keys that leaked, by label; the attacker knows no others. */
  credentials: Record<string, Credentials>;
  /** Keys of people whose own work goes on in the same script, by label. */
  ours: Record<string, Credentials>;
  /** Names that its script may use: ids of keys by label. */
  names: Record<string, string>;
  key: string;
  user: string | null;
}

/** What the rehearsal says to the attacker's process. */
export type ToAttacker =
  | { type: 'prepare'; order: AttackerOrder }
  | { type: 'waited' }
  | { type: 'go' }
  | Tick
  | { type: 'stop' }
  /** Try these, each with a few calls: the range's log then says whether they still work. */
  | { type: 'probe'; credentials: Credentials[]; roles: string[] };

/** What it answers. */
export type FromAttacker =
  | { type: 'ready' }
  /** The simulated clock should move on by this much (milliseconds). */
  | { type: 'wait'; ms: number }
  | { type: 'prepared'; tally: Tally }
  | { type: 'stopped'; tally: Tally }
  | { type: 'probed' }
  | { type: 'failed'; message: string };

/** What it succeeded in, by its own count: for the screen only, the score is made from the range's log. */
export interface Tally {
  calls: number;
  worked: Record<string, number>;
  refused: Record<string, number>;
}

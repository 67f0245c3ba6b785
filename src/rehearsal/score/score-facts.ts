import type { LogEntry } from '../../range/index.js';
import type { JournalLine } from '../product.js';
import type { Json } from '../scenario/scenario.js';

/** One thing in the simulated world, in the form that the score compares. */
export interface Item {
  kind: string;
  id: string;
  account: string;
  region: string;
  /** It runs, costs, relaunches, or lets somebody in. */
  alive: boolean;
  /** What must be as it was: without times of use and the like. */
  state: Json;
  /** The credential that made it; null for what was there before. */
  madeBy: string | null;
  /** Who made it: the scenario's own word. */
  label: string | null;
  /** Virtual epoch milliseconds; null where it does not matter. */
  createdAt: number | null;
  /** For instances. */
  type?: string;
  /** AWS took it back, or its instance. */
  evicted?: boolean;
  stoppedAt?: number | null;
  /** The request that launched it. */
  spotRequest?: string;
}

/** What the score is made from: the range's own truth, and the journal to compare it with. */
export interface ScoreFacts {
  log: readonly LogEntry[];
  /** Before the attacker's first call. */
  innocents: readonly Item[];
  /** At the end, after ten more quiet minutes. */
  after: readonly Item[];
  key: string;
  user: string | null;
  /** Credentials that descend from the misused key, itself among them. */
  tainted: ReadonlySet<string>;
  /** The responder's credentials. */
  responder: ReadonlySet<string>;
  /** Sequence numbers in the log: the first call of each command, and the end of the last. */
  marks: { scan: number | null; contain: number | null; end: number };
  /** Virtual epoch milliseconds: when the misuse began, when the truth was taken. */
  misuseAt: number | null;
  endedAt: number;
  journal: readonly JournalLine[] | null;
  exits: { scan: number | null; contain: number | null };
  /** Regions that never answered the responder. */
  dark: readonly string[];
  /** US dollars an hour; null where not known. */
  price(type: string, region: string): number | null;
}

export interface Touch {
  id: string;
  kind: string;
  region: string;
  why: string;
}

export const worked = (entry: LogEntry) => entry.error === null && entry.allowed !== false;
export const changes = (entry: LogEntry) => !entry.readOnly && !entry.dryRun && worked(entry);
export const keyOf = (item: Item) => `${item.account}|${item.region}|${item.kind}|${item.id}`;
export const touchOf = ({ id, kind, region }: Item, why: string): Touch => ({ id, kind, region, why });

import type { Outcome, OutcomeStatus, Undo } from './action.js';
import type { PrintedCall } from './aws-call.js';
import type { Phase } from './course.js';
import type { OutcomeRule } from './rules.js';
import type { Identity } from './core-event.js';
import type { Cell } from './coverage.js';
import type { Incident } from './incident.js';
import type { CloudFrontFacts, LeftOver } from './journal-record.js';
import type { Json, JsonObject } from './json.js';

/** The moments that a post-mortem asks for; ISO 8601, UTC; null where the journal does not show them. */
export interface Milestones {
  misuseBegan: string | null;
  opened: string;
  cutAgreed: string | null;
  keyOff: string | null;
  lastLaunch: string | null;
  lastTermination: string | null;
  /** The first of the clean sweeps that it ended with. */
  contained: string | null;
}

/**
 * What may be said of the whole: contained: two clean sweeps, nothing unknown, nothing left ·
 * held: as contained, except what waits for a person's word · unknown: nothing speaks against it, and not enough
 * for it · not-contained. `contain` never says clean: that is `verify`'s word.
 */
export interface Verdict {
  state: 'contained' | 'held' | 'unknown' | 'not-contained';
  /** In words, what keeps it from being better. Empty for contained. */
  reasons: string[];
  /** The rules behind `reasons`, one each, in the same order: docs/rules.md. */
  rules: OutcomeRule[];
}

/** The version of the report document. A reader refuses versions that it does not know. */
export const reportVersion = 2;

/** One change, with everything that proves it. Times are ISO 8601, UTC. */
export interface ReportAction {
  /** The journal's line that announced it. */
  seq: number;
  /** When it was written ahead of the call, and when its outcome was written; null where the journal has none. */
  at: string;
  endedAt: string | null;
  phase: Phase;
  play: string;
  id: string;
  title: string;
  reason: string;
  /** ARN of who did it. */
  actor: string;
  call: PrintedCall;
  targets: string[];
  permissions: string[];
  before: Json;
  /** `unknown`: the journal has no outcome, so it may or may not have happened. */
  result: OutcomeStatus | 'unknown';
  requestId: string | null;
  /** What AWS answered. */
  after: Json;
  error: Outcome['error'];
  undo: Undo<PrintedCall>;
  /** The id of the action that this one takes back. */
  undoes: string | null;
}

/** Everything that the journal says, in one document. */
export interface Report {
  schemaVersion: typeof reportVersion;
  tool: { name: 'leakguard'; version: string };
  /** Made on an endpoint that is not AWS: nothing in it is real. */
  simulated: boolean;
  /** Where, by service; empty on AWS. */
  endpoints: Record<string, string>;
  identity: Identity;
  key: string | null;
  options: JsonObject;
  verdict: Verdict;
  milestones: Milestones;
  agreed: { at: string; what: string; by: string }[];
  incident: Incident | null;
  actions: ReportAction[];
  evidence: { at: string; file: string; sha256: string; of: string[]; what: string }[];
  /** The rounds of confirm. */
  sweeps: {
    at: string;
    round: number;
    clean: boolean;
    left: number;
    settlesAt: string | null;
    message: string;
  }[];
  /** What is not contained, by the last sweep. */
  left: LeftOver[];
  /** What the last look rests on. */
  coverage: Cell[];
  /** From then on `verify` can say more about what is too young now; null: nothing settles. */
  settlesAt: string | null;
  cloudfront: { at: string; facts: CloudFrontFacts }[];
  /** `rule`: it counts against the end, by this rule. */
  notes: { at: string; message: string; rule?: OutcomeRule }[];
  resumed: { at: string; actor: string }[];
  closed: { at: string; exitCode: number; summary: string } | null;
  /** The proof: the number of lines, and the hash of the last one, which covers all before it. */
  journal: { records: number; head: string };
}

/** The action is done: it worked, or there was nothing left to do. */
export function isDone({ result }: ReportAction): boolean {
  return result === 'done' || result === 'already-so';
}

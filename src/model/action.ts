import type { AwsCall } from './aws-call.js';
import type { Phase } from './course.js';
import type { ResourceClass } from './incident.js';
import type { Json } from './json.js';
import type { FindingRule } from './rules.js';

/** How to take an action back: calls built from before-values, or the sentence that says why there is none. */
export type Undo<Call = AwsCall> = { calls: Call[]; needsFlag?: string } | { none: string };

/**
 * One change, as data. One runner executes all of them, so the dry run, the journal, the undo and the
 * permissions are written once.
 */
export interface Action extends AwsCall {
  /** Stable across runs of the same plan: derived from the call, so that "already done" can be recognised. */
  id: string;
  play: string;
  phase: Phase;
  /** Keys of the resources it changes (see resourceKey). */
  targets: string[];
  /** Ids of actions that must have ended, done or already so, before this one is called. Where one of them did
   *  not, this one is skipped. Empty: call at once. */
  after: string[];
  /** What it acts on, as it was judged when the action was planned: an undo gives innocents their things back, and the
   *  attacker nothing. Journals of before this field: counted as rogue. */
  on?: { class: ResourceClass; rule?: FindingRule; reasons: string[] };
  /** One line for people: `terminate 12 instances in eu-west-1a`. */
  title: string;
  /** What else it makes AWS do, one sentence each, where the title does not say it: shown before it is agreed to. */
  causes?: string[];
  /** Why: the tie, in words. */
  reason: string;
  /** IAM permissions that it takes, such as `ec2:TerminateInstances`. */
  permissions: string[];
  /** The state before, from what was read. Null where it was not readable. */
  before: Json;
  /** The policy document of the Deny that it puts in force, where its own input only leads to it. */
  denies?: string;
  undo: Undo;
}

export type OutcomeStatus =
  | 'done'
  /** The world was as wanted already: gone, inactive, terminated. */
  | 'already-so'
  | 'denied'
  | 'failed'
  /** Refused by termination or stop protection; a remedy follows it where the play has one. */
  | 'protected'
  /** Not called: an earlier action that it depends on failed, or the run was stopped. */
  | 'skipped';

export interface Outcome {
  action: string;
  status: OutcomeStatus;
  requestId: string | null;
  /** AWS's error code and message, bounded and escaped by whoever prints it. */
  error: { code: string; message: string; kind: string } | null;
  /** What AWS answered that matters for proof or undo (bounded, no secrets). */
  answer: Json;
}

/** An action, remedies among them, and what came of it. */
export interface Executed {
  action: Action;
  outcome: Outcome;
}

import type { Cell } from './coverage.js';
import type { Incident } from './incident.js';
import type { Identity } from './core-event.js';
import type { JsonObject } from './json.js';
import type { Action, Outcome } from './action.js';
import type { Phase } from './course.js';
import type { OutcomeRule } from './rules.js';

/** The version of the journal's lines. A reader refuses versions that it does not know. */
export const journalVersion = 1;

/** A resource of the incident that is not contained (yet), and why. */
export interface LeftOver {
  play: string;
  type: string;
  id: string;
  region: string;
  state: string;
  /** denied, failed, protected, skipped, held, settling, or `new` for one that came up since the last sweep; `no-play`
   *  for what an act left that no play looks at; `unknown` where nothing says why. */
  cause: 'denied' | 'failed' | 'protected' | 'skipped' | 'held' | 'settling' | 'new' | 'no-play' | 'unknown';
  /** In words: AWS's answer, or the doubt. */
  detail: string | null;
}

/** What one check of CloudFront saw: the API and the DNS kept apart, since each can be locked without the other. */
export interface CloudFrontFacts {
  api: {
    state: 'answers' | 'denied' | 'restricted' | 'failed' | 'cannot-tell';
    detail: string | null;
  };
  hosts: {
    host: string;
    /** Distribution id; null where the API did not say. */
    distribution: string | null;
    /** In words: serving, DNS withdrawn, API locked, cannot tell, … */
    state: string;
    serving: boolean | null;
    detail: string | null;
  }[];
}

/** What the person says of single things: ids, groups, regions, or `held`. */
export interface PersonsWords {
  /** To act on too, though it is held. */
  include: readonly string[];
  /** To spare, though it is the incident's. */
  exclude: readonly string[];
}

/** What is written down, by kind. One line of the journal is one of these with its seal. */
export type JournalEntry =
  | {
      kind: 'opened';
      version: number;
      /** leakguard's own version. */
      toolVersion: string;
      identity: Identity;
      key: string | null;
      options: JsonObject;
    }
  /** The work was taken up again after an interruption, by whom. */
  | { kind: 'resumed'; toolVersion: string; identity: Identity }
  /** The person agreed. `what`: cut, rest, undo, …; `by`: prompt or the flag that said so. */
  | { kind: 'agreed'; what: string; by: string }
  /** The person's words at the prompt: all that stand from here on, in place of the flags'. */
  | { kind: 'words'; words: PersonsWords; by: string }
  | { kind: 'phase'; phase: Phase; actions: number }
  | { kind: 'incident'; incident: Incident }
  /** Written and flushed before the call. `undoes`: the action's id that this call takes back. */
  | { kind: 'intent'; action: Action; undoes?: string }
  | { kind: 'outcome'; outcome: Outcome }
  /** A file of its own, since it may hold secrets: only its hash stands here. `of`: resource keys. */
  | { kind: 'evidence'; file: string; sha256: string; of: string[]; what: string }
  | {
      kind: 'sweep';
      round: number;
      clean: boolean;
      left: LeftOver[];
      coverage: Cell[];
      /** Epoch milliseconds from which on CloudTrail must know of everything up to now; null: nothing settles. */
      settlesAt: number | null;
      message: string;
    }
  | { kind: 'cloudfront'; facts: CloudFrontFacts }
  /** `rule`: it counts against the end, by this rule, until the run is taken up again. */
  | { kind: 'note'; message: string; rule?: OutcomeRule }
  | { kind: 'closed'; exitCode: number; summary: string };

/** One line: what happened, when (AWS's clock where it is known), and its place in the chain. */
export type JournalRecord = JournalEntry & {
  /** From 0, without gaps. */
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  /** `hash` of the line before; 64 zeros for the first. */
  prev: string;
  /** SHA-256, hex, over the line without its `hash` and `mac`. */
  hash: string;
  /** HMAC-SHA-256, hex, of `hash` under a key that only the machine has that wrote the line. */
  mac?: string;
};

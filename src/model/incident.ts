import type { Cell } from './coverage.js';
import { type Json, textAt } from './json.js';
import type { Resource } from './resource.js';
import type { FindingRule } from './rules.js';

/**
 * What a resource is to the incident.
 * rogue: made by tainted credentials, outside the key's own normal life: contained ·
 * own: made by the key before the misuse began, or plainly part of its normal life: left alone ·
 * held: tied and in doubt, or marked protected by an untainted principal: contained only on the person's word ·
 * tampered: an innocent's resource changed by a tainted credential: restored, never zeroed or terminated ·
 * settling: it may belong to the incident, and CloudTrail cannot know yet ·
 * not-tied.
 */
export type ResourceClass = 'rogue' | 'own' | 'held' | 'tampered' | 'settling' | 'not-tied';

/** A pointer to a CloudTrail event, enough to find it again. */
export interface Evidence {
  eventId: string | null;
  name: string;
  source: string;
  region: string;
  /** Epoch milliseconds; null where the record has no readable time. */
  time: number | null;
  /** The credential that signed it, where the record says. */
  accessKeyId: string | null;
  principal: string | null;
}

/** A resource, its class, and why. */
export interface Finding {
  resource: Resource;
  class: ResourceClass;
  /** The rule that gave it its class: its id in docs/rules.md. */
  rule: FindingRule;
  /** In words, strongest first. Never empty for rogue, held and tampered. */
  reasons: string[];
  /** The credential or principal it is tied by; null for not-tied. */
  tiedTo: string | null;
  evidence: Evidence[];
  /** For tampered: the value before the change, where the trail or the service still has it. */
  before: Json;
  /** Later events show that it is undone already; nothing is planned for it. */
  undone: boolean;
  /** The class that the trail gave it, where the person's word gave it another (`include`). */
  judged?: ResourceClass;
  /** For settling: epoch milliseconds after which CloudTrail must have known. */
  settlesAt: number | null;
  /** For a role that the incident assumed: its sessions that are no part of it and may be in use now, the latest
   *  first. A cut of the whole role ends them. */
  otherSessions?: OtherSession[];
  /** For what only the trail shows, and no inventory: what it says, and how to take it away. */
  trail?: TrailWord;
}

/** What a finding gives the incident: see facts/acts.ts. */
export type Rank = 'access' | 'spend' | 'blind' | 'read' | 'other';

/** Of a thing that the trail says was made or changed, and not taken back, as far as the trail tells. */
export interface TrailWord {
  rank: Rank;
  /** Beside others of its rank, 0 to 100. */
  danger: number;
  /** What is known of it now. not-looked-at: there was no inventory · not-known: the inventory does not show it ·
   *  gone: a complete inventory does not show it, and AWS, asked for it by id, says that it is not there. */
  now: 'not-looked-at' | 'not-known' | 'gone';
  /** The same in words. */
  words: string;
  remove: RemovalStep;
}

/** How a person takes a thing away. */
export interface RemovalStep {
  /** For the AWS command line, safe to paste into a shell; null where a name in it is not, or none does it. */
  command: string | null;
  /** In words, for the console. */
  step: string;
}

/** What a tampered thing was that the incident started: its play stops it again. */
export const stoppedBefore = { state: 'stopped' };

/** It stood still before the incident started it, as its owner's record shows. Pure. */
export function wasStopped({ before }: Pick<Finding, 'before'>): boolean {
  return textAt(before, 'state') === stoppedBefore.state;
}

/** A session of a role that somebody else uses, as far as the trail tells. */
export interface OtherSession {
  /** Access key id. */
  id: string;
  /** The role session's name. */
  name: string | null;
  /** Epoch milliseconds of its last call in the trail, or of its making. */
  lastSeen: number;
  /** Address or service that it last called from, or that made it. */
  source: string | null;
}

type Confidence = 'certain' | 'likely' | 'uncertain';

/** When misuse began: given by the person, or estimated from the evidence. */
export interface MisuseStart {
  /** Epoch milliseconds; null where nothing shows misuse. */
  at: number | null;
  source: 'given' | 'estimated' | 'none';
  confidence: Confidence;
  /** In words, strongest first. */
  reasons: string[];
  /** What an innocent does looks so too: what. Then nothing of it is more than held, until the person says when it began. */
  doubt?: string;
}

/** A credential that descends from the misused key, or the key itself. */
export interface TaintedCredential {
  /** Access key id (AKIA… or ASIA…), or a console session's principal where there is no id. */
  id: string;
  kind:
    | 'access-key'
    | 'role-session'
    | 'session-token'
    | 'federation'
    | 'console'
    | 'instance-role'
    | 'unknown';
  /** Whose it is: user name, role ARN or session ARN. */
  principal: string | null;
  /** The role's name for role sessions, the user's for the rest; null where unknown. */
  userName: string | null;
  roleName: string | null;
  /** For role sessions: the `AROA…:session-name` that aws:userid carries. */
  userId: string | null;
  /** Id of the credential that minted it; null for the key itself, and where the mint event is missing. */
  parent: string | null;
  mintedBy: Evidence | null;
  /** Epoch milliseconds from which on its acts belong to the incident. */
  since: number | null;
  /** Epoch milliseconds after which it cannot work any more; null where it does not expire or is not known. */
  expiresAt: number | null;
  /** The account it works in, where it is not this one: not contained outside this account. */
  otherAccount: string | null;
  /** Calls that it signed in the trail that was read, from `since` on. */
  calls?: number;
}

/** One RunInstances (or like) by a tainted credential, that worked, was denied, or was a dry run. */
export interface Launch {
  evidence: Evidence;
  result: 'worked' | 'denied' | 'failed' | 'dry-run';
  errorCode: string | null;
  region: string;
  instanceTypes: string[];
  /** How many were asked for, and how many instances the record names. */
  asked: number;
  instanceIds: string[];
  accelerator: boolean;
  /** 0 to 1: how far it departs from the key's own life. */
  score: number;
  class: ResourceClass;
  rule: FindingRule;
  reasons: string[];
  /** Termination or stop protection was set in the request. */
  protection: boolean;
  /** The record was cut for size: the instances were tied by time, principal and reservation. */
  truncated: boolean;
}

/** Anything else of interest that a tainted credential did or tried. */
export interface Deed {
  evidence: Evidence;
  tactic: string;
  /** What it was done to, as far as the record says. */
  target: string | null;
  result: 'worked' | 'denied' | 'failed' | 'dry-run';
  errorCode: string | null;
  description: string;
  undone: boolean;
  /** How many like it (same name, target and result) were folded into this one. */
  count: number;
  /** The play that contains it; null where nothing does, and the report says so. */
  play: string | null;
  /** It leaves something that no play looks at, and no later event takes it back: a person must look. */
  stands: boolean;
  /** Where it stands: how a person takes it back. */
  remove?: RemovalStep;
}

/** Without `--key`: the keys that look misused, ranked. */
export interface Suspect {
  accessKeyId: string;
  userName: string | null;
  /** 0 to 1. */
  score: number;
  reasons: string[];
  launches: number;
  regions: string[];
}

/** On-demand estimate. Unknown types are counted as unknown, never as 0. */
export interface Cost {
  usdPerHour: number;
  /** A lower bound where `unknownEnds` or `unknownInstances` is not 0. */
  usdSoFar: number;
  /** Instances that ended, nobody knows when: each counted for the minute that AWS bills at least. */
  unknownEnds: number;
  unknownTypes: string[];
  unknownInstances: number;
  spotInstances: number;
  /** Source and date of the price table. */
  source: string;
}

/** The incident: everything that detect/ says, from the same facts byte for byte the same. */
export interface Incident {
  /** The misused key; null where none was given and none stands out. */
  key: string | null;
  userName: string | null;
  account: string | null;
  misuse: MisuseStart;
  credentials: TaintedCredential[];
  launches: Launch[];
  findings: Finding[];
  /** What the trail says was made or changed and no inventory shows: kept apart, since nothing may be planned for it.
   *  What people see has it among the findings (report/joined.ts). */
  fromTrail?: Finding[];
  deeds: Deed[];
  suspects: Suspect[];
  cost: Cost;
  coverage: Cell[];
  /** Doubts that hold for the whole: trail stopped, mint event missing ("contain the user"), quarantine seen. */
  notes: string[];
}

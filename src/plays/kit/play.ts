import {
  type Action,
  type Finding,
  type Incident,
  type OriginRule,
  type Phase,
  type Resource,
  resourceKey,
} from '../../model/index.js';
import type { AwsFailure, InputOf, Reader, ReadOf, ServiceName } from '../../aws/index.js';

/** A read that is evidence: what it answers is written into a file of its own. */
export interface EvidenceRead {
  service: ServiceName;
  operation: string;
  region: string;
  input: object;
  ask: (reader: Reader) => Promise<object>;
  /** It may hold a secret (user data, console output): only its hash goes into the report. */
  secret: boolean;
  /** Keys of the resources that it speaks of (resourceKey). */
  of: string[];
  /** For people: `user data`, `console output`, … */
  what: string;
  /** AWS answers it also of what has just ended: the end does not wait for it. */
  afterwards?: boolean;
  /** Of how many that are alike this is one, where the others are not read. */
  standsFor?: number;
}

/** A read that is evidence, in the region of `resources`, which it speaks of. */
export function evidenceRead<S extends ServiceName, O extends ReadOf<S>>(
  service: S,
  operation: O,
  input: InputOf<S, O>,
  resources: readonly Resource[],
  about: Pick<EvidenceRead, 'what' | 'secret' | 'afterwards' | 'standsFor'>,
): EvidenceRead {
  const region = resources[0]?.region ?? '';
  return {
    service,
    operation,
    region,
    input: input as object,
    ask: (reader) => reader.call(service, operation, region, input) as Promise<object>,
    of: resources.map(resourceKey),
    ...about,
  };
}

/** What `contain` and `remedy` may look at besides the finding. Pure data. */
export interface PlanContext {
  incident: Incident;
  account: string;
  partition: string;
  /** AWS's clock (the Date header), epoch milliseconds: the local clock may be hours off. */
  now: number;
  options: {
    /** `disable` (default) or `remove` what the attacker planted. */
    evict: 'disable' | 'remove';
    /** Unconditional Deny on the key's user too. */
    denyAll: boolean;
    snapshot: boolean;
    /** Remove launch templates and configurations too. */
    removeTemplates: boolean;
  };
}

export interface Play {
  id: string;
  /** The attacker's move, in a few words: for the table of plays. Beside a status it would say the opposite. */
  move: string;
  /** What is listed, in the plural: what stands beside a status, and in progress. */
  noun: string;
  phase: Exclude<Phase, 'confirm'>;
  service: ServiceName;
  scope: 'regional' | 'global';
  permissions: {
    /** IAM actions of `find`. */
    find: string[];
    /** IAM actions of `contain`, `remedy` and `record`. */
    contain: string[];
    /** IAM actions of the undo calls beyond those. */
    undo: string[];
  };
  /** Lists every resource of this kind in one region, with paging. Throws AwsFailure: the cell says why. */
  find(reader: Reader, region: string): AsyncIterable<Resource>;
  /** What of these ids is there, and in which state; what AWS does not know is gone, and told as not live. An id that it
   *  leaves out is not known. Throws AwsFailure. */
  findById?(reader: Reader, region: string, ids: readonly string[]): Promise<Resource[]>;
  /** Nothing lists these: what the trail names is asked for by its id, and no list of a region is made of them. */
  askedById?: true;
  origin: OriginRule[];
  /** The actions that contain this finding: none where it is contained already. Pure. */
  contain(finding: Finding, context: PlanContext): Action[];
  /** True where the person asked to have removed what is not live: then `contain` is asked about that too. */
  onRequest?(options: PlanContext['options']): boolean;
  /** Several findings at once, where the service takes many ids in one call. Used instead of `contain`. Pure. */
  containAll?(findings: Finding[], context: PlanContext): Action[];
  /** The actions that answer this refusal (ordered by their `after`), or null: then the refusal is the outcome.
   *  They take the refused action's place; an empty list leaves the refusal on record, and what waits goes on.
   *  Pure. */
  remedy?(action: Action, failure: AwsFailure, context: PlanContext): Action[] | null;
  /** Of a tampered finding for which nothing is planned: it is as it was before. Where a play does not say, it is where
   *  a before-value is on record: then nothing planned means that nothing differs from it. Pure. */
  restored?(finding: Finding): boolean;
  /** What contains this finding is planned for its launcher: nothing is to be done to it, and nothing is left of it. Pure. */
  goesWith?(finding: Finding, context: PlanContext): boolean;
  /** Contained, as far as the resource just read shows? */
  verify(resource: Resource): boolean;
  /** Why there is no undo, in one sentence; null where actions carry undo calls. */
  noUndo: string | null;
  /** What is written down of these findings as they are ended, the most telling first: the time for it is bounded, and
   *  things alike are read once. Pure. */
  record?(findings: Finding[]): EvidenceRead[];
  /** The range's scenario that rehearses this play. */
  scenario: string;
}

import type { Cell, OriginRule, Resource, TrailEvent } from '../model/index.js';

/** An accelerator of an instance type, as DescribeInstanceTypes or the built-in table says. */
export interface Accelerator {
  name: string;
  count: number;
}

/** Everything that detect/ decides from. The same facts give the same incident. */
export interface Facts {
  events: readonly TrailEvent[];
  inventory: readonly Resource[];
  /** Which event speaks of which resource: the plays' origin rules, injected. */
  plays: readonly { id: string; origin: readonly OriginRule[] }[];
  coverage: readonly Cell[];
  /** What is misused, where the person named it: a credential's id, or a user or role by `leadName`. */
  key: string | null;
  /** Words of the person that may name credentials of that user or role too. */
  named?: readonly string[];
  /** And those that may spare some of them. */
  notMisused?: readonly string[];
  account: string | null;
  /** Epoch milliseconds: when misuse began, where the person says so. */
  compromisedAt: number | null;
  /** AWS's clock, epoch milliseconds. */
  now: number;
  keyOwner?: string | null;
  /** Ids of resources that the person wants contained. */
  include?: readonly string[];
  /** Ids of resources that the person wants left alone until they say otherwise. */
  protect?: readonly string[];
  /** Event history goes on where a trail was stopped; log files do not. Files where it is not said. */
  trailFrom?: 'event-history' | 'files';
  /** By instance type; completes the built-in table. */
  accelerators?: ReadonlyMap<string, Accelerator>;
  /** By event name: epoch milliseconds from which on every event of that name was read, whoever made the call. */
  readSince?: ReadonlyMap<string, number>;
  /** Keys of instances whose launch CloudTrail was asked for by their names; not given: it was not asked for any. */
  launchesAsked?: ReadonlySet<string>;
  /** Epoch milliseconds up to which CloudTrail must have delivered; else 15 minutes before `now`. */
  trailSettled?: number;
  /** Keys of resources that AWS, asked for them by id, says are not there. */
  absent?: ReadonlySet<string>;
}

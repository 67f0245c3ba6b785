import type { Json } from './json.js';
import type { TrailEvent } from './trail-event.js';

/**
 * How CloudTrail shows what happened to a resource of this play. `detect/` alone decides taint and class;
 * the play only says which event speaks of which resource.
 */
export interface OriginRule {
  /** `eventSource`, such as `autoscaling.amazonaws.com`. */
  source: string;
  /** `eventName`; with `prefix: true` any name that starts so (Lambda's carry API dates). */
  name: string;
  prefix?: boolean;
  /** made: it came to be · changed: it was altered · undone: it is gone or off again · started, stopped: what there was
   *  runs again, or stands still and can be started again (detect/classify/started.ts). */
  effect: 'made' | 'changed' | 'undone' | 'started' | 'stopped';
  /** Ids of the resources (Resource.id) that the event speaks of; empty where the record does not say. */
  ids(event: TrailEvent): string[];
  /** Region of those resources where it is not the event's own, such as `global` for IAM. */
  region?: 'global';
  /** Nothing lists what it is about: an act whose record names none of it stands. */
  named?: true;
  /** It only tells how things stood: the act itself is not this play's, and stands for itself. */
  tellsOnly?: true;
  /** For `changed`: it put what was there already under it, so that ending it would end that too. */
  takesIn?: boolean;
  /** For `changed`: the value before, where the record has it. */
  before?(event: TrailEvent): Json;
  /** For `made` and `changed`: the value that the event set, in the shape of `before`: where a later event tampers
   *  with the resource, the latest value that an untainted one set is what it was before. */
  sets?(event: TrailEvent): Json;
  /** For `made` and `changed`: the call works as well where everything is so already, so that its record alone proves
   *  no change (detect/classify/was-before.ts). `needs`: keys of resources without which it cannot have been so before;
   *  `moves`: of what it sets, what AWS changes by itself: a difference in that alone proves nothing;
   *  `unproven`: why it is held to have been otherwise where nothing shows how it was; else a person decides;
   *  `usedBy`: the events that show its use, or how it was, by their whole names. */
  mayChangeNothing?: {
    needs?(event: TrailEvent): string[];
    moves?: readonly string[];
    unproven?: string;
    usedBy?: readonly string[];
  };
}

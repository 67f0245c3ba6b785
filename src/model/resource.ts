import type { JsonObject } from './json.js';

/** What a resource hangs on: an instance on its group, a key on its user. `kind` is the play that finds it. */
export interface Link {
  kind:
    | 'auto-scaling-group'
    | 'fleet'
    | 'spot-fleet'
    | 'spot-request'
    | 'launch-template'
    | 'launch-configuration'
    | 'compute-environment'
    | 'job-queue'
    | 'service'
    | 'function'
    | 'instance'
    | 'group'
    | 'instance-profile'
    | 'key-pair'
    | 'security-group'
    | 'image'
    | 'reservation'
    | 'user'
    | 'role'
    | 'cluster'
    | 'stack';
  id: string;
}

/** One thing in the account, as a play's `find` saw it. Facts only; what it means is decided in detect/. */
export interface Resource {
  /** The play that found it. With region and id: its identity. */
  play: string;
  /** Word for people: `instance`, `Auto Scaling group`, `access key`, … */
  type: string;
  /** What the service's operations take: instance id, group name, access key id, ARN. */
  id: string;
  /** AWS region, or `global`. */
  region: string;
  /** As the service says it: `running`, `Active`, … */
  state: string;
  /** It runs, costs, relaunches or lets somebody in. */
  live: boolean;
  /** Epoch milliseconds; null where the service does not say. */
  createdAt: number | null;
  tags: Record<string, string>;
  links: Link[];
  /** What the plan and the report need of the describe output. Never a secret. */
  properties: JsonObject;
}

/** Of EC2: the others' are of plays of their own. */
export function isInstance({ play }: Pick<Resource, 'play'>): boolean {
  return play === 'ec2-instances';
}

export function isVolume({ play }: Pick<Resource, 'play'>): boolean {
  return play === 'volumes';
}

/** `play|region|id`: the identity of a resource across sweeps, findings and actions. */
export function resourceKey(resource: { play: string; region: string; id: string }): string {
  return `${resource.play}|${resource.region}|${resource.id}`;
}

/** The resource's id in its key; ids may hold bars themselves. */
export function idInKey(key: string): string {
  return key.split('|').slice(2).join('|');
}

import type { Caller } from './iam/caller.js';
import type { Structure } from './protocol/values.js';
import type { JsonObject } from './world/trail.js';
import type { Account, Maker, Region, World } from './world/world.js';

/** One call, as an operation sees it. */
export interface Context {
  world: World;
  account: Account;
  region: Region;
  caller: Caller;
  operation: string;
  requestId: string;
  /** Virtual epoch milliseconds. */
  now: number;
  sourceIp: string;
  userAgent: string;
  /** Throws the service's denial where the caller may not do this as well (iam:PassRole, one instance of many). */
  authorize(action: string, resource: string, keys?: Record<string, string>): void;
  /** Who this call makes things for. */
  maker: Maker;
  /** Ids that the call made, changed or ended: for the range's own log. */
  touched: string[];
  /** What CloudTrail writes instead of what the model gives. */
  trail: {
    requestParameters?: JsonObject | null;
    responseElements?: JsonObject | null;
    /** The event of another service that this call stands for. */
    as?: { eventSource: string; eventName: string };
  };
}

/** `Input` is declared by each operation as far as it reads it; the model has seen to its shape. */
export type Operation = (context: Context, input: never) => object | void;

export interface Service {
  operations: Record<string, Operation>;
  /** The IAM action where it is not `service:Operation`; null where no permission is needed. */
  actions?: Record<string, string | null>;
  /** ARNs that a call is about, each of which must be allowed; `*` where it is none in particular. */
  resources?: (context: Context, input: Structure) => string[];
  /** Condition keys of the service's own, such as `ec2:InstanceType`. */
  keys?: (context: Context, input: Structure) => Record<string, string | undefined>;
  /** Tags of one of those resources: `aws:ResourceTag/…`. */
  tags?: (context: Context, resource: string) => Record<string, string> | undefined;
  /** One endpoint for the whole partition: its events go to us-east-1. */
  global?: boolean;
}

export type { Structure };

/** A page of `items`, by a token that is a position. `size`: how many a page. */
export function page<T>(
  items: T[],
  token: string | undefined,
  size: number,
): { items: T[]; next: string | undefined } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString('utf8'));
  const end = start + size;
  return {
    items: items.slice(start, end),
    next: end < items.length ? Buffer.from(String(end)).toString('base64') : undefined,
  };
}

export const tagList = (tags: Record<string, string>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export function tagMap(tags: { Key?: string; Value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

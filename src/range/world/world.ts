import { AwsError } from '../aws-error.js';
import type { FalseAnswer } from '../lies.js';
import type { Untouchable } from '../untouchable.js';
import type { Structure } from '../protocol/values.js';
import { defaultRegions, optInRegions } from './catalog.js';
import { Clock } from './clock.js';
import { Random } from './ids.js';
import type { AccessKey, Group, ManagedPolicy, Role, Session, User } from './identity.js';
import type { TrailRecord } from './trail.js';

/** Who made a thing: the range's own truth, which no describe shows. */
export interface Maker {
  /** The credential that signed the call, or null for what was there before. */
  accessKeyId: string | null;
  arn: string | null;
  /** The service that acted, such as `autoscaling.amazonaws.com`, and the group, fleet or request it acted for. */
  via?: string;
  launcher?: string;
  /** The scenario's own word for who this belongs to. */
  label?: string;
}

/** One call that the server received: the truth that tests and the score are measured by. */
export interface LogEntry {
  sequence: number;
  /** Virtual epoch milliseconds. */
  time: number;
  requestId: string;
  service: string;
  operation: string | null;
  region: string;
  account: string | null;
  accessKeyId: string | null;
  principal: string | null;
  userAgent: string;
  sourceIp: string;
  readOnly: boolean;
  /** Null where it failed before that was asked. */
  allowed: boolean | null;
  dryRun: boolean;
  error: string | null;
  input: Structure;
  /** Ids of what the call made, changed or ended, where the operation says so. */
  touched: string[];
  /** The caller's own word for whom it acts (`x-range-label`): one key may serve its owner and a thief. */
  label: string | null;
}

export interface Faults {
  /** Probability, 0 to 1, of each for every request. */
  drop?: number | undefined;
  status500?: number | undefined;
  status503?: number | undefined;
  throttle?: number | undefined;
  /** Bursts in which four of five calls are throttled: how often, and for how long. Virtual milliseconds. */
  throttleStorms?: { every: number; lasts: number } | undefined;
  truncate?: number | undefined;
  slow?: number | undefined;
  /** Wall milliseconds that a slow answer takes. */
  slowMs?: number | undefined;
  /** Regions that take a connection and never answer. */
  darkRegions?: string[] | undefined;
  /** `service` or `service:region` or `service:Operation`, or `*` for all but GetCallerIdentity: AccessDenied for
   *  everybody, or for `deniedTo` alone. */
  denied?: string[] | undefined;
  /** An access key's id. */
  deniedTo?: string | undefined;
  /** Regions that are enabled and take no token of the responder's. */
  refusedRegions?: string[] | undefined;
  /** Answers that are none. */
  falseAnswers?: FalseAnswer[] | undefined;
  /** Events that LookupEvents leaves out, as if they had never been: by what is said of them, all of it. */
  omittedEvents?:
    | {
        name?: string | undefined;
        accessKeyId?: string | undefined;
        region?: string | undefined;
        since?: number;
      }[]
    | undefined;
  /** Instances that DescribeInstances does not list; with `byIdToo`, not even by their ids. */
  hiddenInstances?:
    | { region: string; byIdToo?: boolean | undefined; types?: string[] | undefined }[]
    | undefined;
  /** What no call may end, and for whose sake a call for many is refused. */
  untouchable?: Untouchable[] | undefined;
  /** ListAccessKeys shows each key as it was so long ago, in virtual milliseconds. */
  staleKeysMs?: number | undefined;
  /** Answers that are dated wrongly: to service, service:region or service:Operation, by so many milliseconds. */
  misdated?: { to: string; byMs: number }[] | undefined;
  /** Milliseconds that the Date header is off. */
  clockSkewMs?: number | undefined;
}

export interface Settings {
  seed: number;
  /** Virtual milliseconds before an IAM change is enforced (about 3 to 4 s on AWS). */
  propagationMs: number;
  /** Virtual milliseconds from pending to running, and from shutting-down to terminated. */
  launchMs: number;
  terminateMs: number;
  /** Virtual milliseconds before a relauncher replaces what it lost. */
  relaunchMs: number;
  /** Virtual milliseconds before an event can be looked up: between the two. AWS: 5 minutes on average, to 15. */
  trailDelayMs: [number, number];
  /** Probability that an event is delivered twice. */
  trailDuplicates: number;
  /** Virtual milliseconds before a region that was enabled can be used. */
  enableRegionMs: number;
  /** Virtual milliseconds before a describe shows what changed. */
  describeDelayMs: number;
  /** EC2's token buckets and LookupEvents' 2 a second. */
  throttling: boolean;
  /** Round trips by region distance, in wall milliseconds divided by the clock's speed. */
  latency: boolean;
  /** vCPUs by quota for each region; 0 is none, absent is no limit. */
  quotas: Partial<Record<string, number>>;
  /** `region` or `region:type` where AWS has no capacity. */
  noCapacity: string[];
}

const defaultSettings: Settings = {
  seed: 1,
  propagationMs: 0,
  launchMs: 0,
  terminateMs: 0,
  relaunchMs: 0,
  trailDelayMs: [0, 0],
  trailDuplicates: 0,
  enableRegionMs: 0,
  describeDelayMs: 0,
  throttling: false,
  latency: false,
  quotas: {},
  noCapacity: [],
};

/** One region of one account: tables of things, and its event history. */
export class Region {
  private tables = new Map<string, Map<string, unknown>>();
  /** In the order of arrival. */
  events: TrailRecord[] = [];

  constructor(
    readonly account: Account,
    readonly name: string,
  ) {}

  /** The table called `name`, empty at first. */
  table<T>(name: string): Map<string, T> {
    let table = this.tables.get(name);
    if (table === undefined) this.tables.set(name, (table = new Map<string, unknown>()));
    return table as Map<string, T>;
  }

  /** Every table by name: for whoever compares the world with itself. */
  allTables(): ReadonlyMap<string, ReadonlyMap<string, unknown>> {
    return this.tables;
  }

  get world(): World {
    return this.account.world;
  }

  /** `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE` */
  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.name}:${this.account.id}:${resource}`;
  }
}

export type OptStatus = 'ENABLED_BY_DEFAULT' | 'ENABLED' | 'DISABLED' | 'ENABLING' | 'DISABLING';

export class Account {
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Group>();
  readonly roles = new Map<string, Role>();
  readonly policies = new Map<string, ManagedPolicy>();
  readonly instanceProfiles = new Map<string, InstanceProfile>();
  readonly regionStatus = new Map<string, OptStatus>();
  /** Service control policies: JSON documents that the management account set. */
  scps: { id: string; name: string; document: string }[] = [];
  alias: string | null = null;
  /** AWS has restricted the account: launches and the like answer Blocked. */
  blocked = false;
  /** AWS has locked CloudFront: every operation of it is refused. */
  cloudfrontLocked = false;
  /** AWS has withdrawn the DNS of its distributions: with the lock, and for a while after it. */
  dnsWithdrawn = false;
  /** The organization that it belongs to, by its management account's id. */
  managementAccount: string | null = null;
  /** Where in it, by the names of the organizational units: `Workloads/Prod`; empty: under the root itself. */
  unit = '';
  /** Closed: its status is SUSPENDED, and nobody gets into it any more. */
  suspended = false;
  /** It may read the organization as the management account does. */
  delegated = false;
  private regions = new Map<string, Region>();

  constructor(
    readonly world: World,
    readonly id: string,
    readonly name: string,
    readonly email: string,
  ) {
    for (const region of defaultRegions) this.regionStatus.set(region, 'ENABLED_BY_DEFAULT');
    for (const region of optInRegions) this.regionStatus.set(region, 'DISABLED');
  }

  region(name: string): Region {
    let region = this.regions.get(name);
    if (region === undefined) this.regions.set(name, (region = new Region(this, name)));
    return region;
  }

  /** Regions where anything was ever kept. */
  usedRegions(): Region[] {
    return [...this.regions.values()];
  }

  enabled(region: string): boolean {
    const status = this.regionStatus.get(region);
    return status === 'ENABLED_BY_DEFAULT' || status === 'ENABLED' || status === 'DISABLING';
  }

  /** `arn:aws:iam::ACCOUNT:RESOURCE` */
  arn(resource: string): string {
    return `arn:aws:iam::${this.id}:${resource}`;
  }
}

/** The id of an organization, by its management account. */
export const orgId = (management: string) =>
  `o-${Number(management).toString(36).padStart(10, '0').slice(0, 10)}`;

export interface InstanceProfile {
  name: string;
  id: string;
  arn: string;
  path: string;
  createdAt: number;
  roles: string[];
  maker: Maker;
}

/** AWS Support's answer to a reply in the case. */
export interface SupportAnswer {
  /** The limits are lifted, or will be. */
  lifts: boolean;
  text: string;
}
/** `text`: what the customer has sent by the web form. */
export type SupportDesk = (account: Account, text: string) => SupportAnswer;

/** Everything: the accounts, the credentials, the clock, and the log of what was asked. */
export class World {
  readonly settings: Settings;
  readonly random: Random;
  readonly accounts = new Map<string, Account>();
  readonly keys = new Map<string, AccessKey>();
  readonly sessions = new Map<string, Session>();
  readonly log: LogEntry[] = [];
  faults: Faults = {};
  /** What happens once a credential has made so many calls: in the middle of somebody's work. */
  turns: { accessKeyId: string; calls: number; happen: () => void }[] = [];
  /** Who reads the replies in an account's support case; null: nobody. */
  supportDesk: SupportDesk | null = null;
  /** How often each operation was asked for that the range does not have: `service:Operation`. */
  readonly unknownOperations = new Map<string, number>();

  constructor(
    settings: Partial<Settings> = {},
    readonly clock = new Clock(),
  ) {
    this.settings = { ...defaultSettings, ...settings };
    this.random = new Random(this.settings.seed);
  }

  /** A new account. `id`: twelve digits. */
  createAccount(id: string, options: { name?: string; email?: string } = {}): Account {
    if (!/^\d{12}$/.test(id)) throw new Error(`an account id has twelve digits: ${id}`);
    const account = new Account(
      this,
      id,
      options.name ?? `account-${id}`,
      options.email ?? `aws-${id}@example.com`,
    );
    this.accounts.set(id, account);
    return account;
  }

  account(id: string): Account {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id} in this world`);
    return account;
  }
}

/** The item of `table` called `id`. Throws AwsError with `code` where it is not there. */
export function mustFind<T>(
  table: Map<string, T>,
  id: string,
  code: string,
  message: string,
  status: number | null = null,
): T {
  const item = table.get(id);
  if (item === undefined) throw new AwsError(code, message, status);
  return item;
}

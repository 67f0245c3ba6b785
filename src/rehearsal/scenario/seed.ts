import {
  type AccessKey,
  type Account,
  Clock,
  createAccessKey,
  createGroup,
  createRole,
  createUser,
  type Granting,
  lockCloudFront,
  type Session,
  type Settings,
  type User,
  World,
  writeEvent,
} from '../../range/index.js';
import type { AccountPart, Scenario } from './scenario.js';
import type { Credentials } from './script.js';

/** A world that holds the scenario's accounts and principals, and nothing else yet. */
export interface SeededWorld {
  world: World;
  /** Access keys by the scenario's labels. */
  keys: Map<string, AccessKey>;
}

/** How AWS behaves where the scenario does not say: roughly as fast as a quick region on a good day. */
export function settingsOf({ aws }: Scenario, seed: number): Settings {
  return {
    seed,
    propagationMs: aws.propagation ?? 4000,
    launchMs: aws.launch ?? 5000,
    terminateMs: aws.terminate ?? 10_000,
    relaunchMs: aws.relaunch ?? 10_000,
    trailDelayMs: aws.trailDelay ?? [5000, 20_000],
    trailDuplicates: aws.trailDuplicates ?? 0.05,
    enableRegionMs: aws.enableRegion ?? 120_000,
    describeDelayMs: aws.describeDelay ?? 500,
    throttling: aws.throttling ?? true,
    latency: aws.latency ?? false,
    quotas: aws.quotas ?? {},
    partition: 'aws',
    homeRegion: 'us-east-1',
    noCapacity: aws.noCapacity ?? [],
  };
}

/** Settings of the past: nothing is delayed or refused for speed, since nobody waits there. */
const calm: Partial<Settings> = {
  propagationMs: 0,
  launchMs: 0,
  terminateMs: 0,
  relaunchMs: 0,
  trailDelayMs: [0, 0],
  enableRegionMs: 0,
  describeDelayMs: 0,
  throttling: false,
  latency: false,
};

/** Builds the accounts. The clock stands still at `start`, epoch milliseconds, until it is moved. */
export function seedWorld(scenario: Scenario, seed: number, start: number): SeededWorld {
  const world = new World({ ...settingsOf(scenario, seed), ...calm }, new Clock(start, 0));
  const keys = new Map<string, AccessKey>();
  for (const part of scenario.accounts) seedAccount(world, part, keys);
  if (scenario.members !== undefined) seedMembers(world, scenario.members);
  return { world, keys };
}

/** Accounts in which there is nothing yet but the role that the management account works as. */
function seedMembers(world: World, { of, count, from, role }: NonNullable<Scenario['members']>): void {
  for (let at = 0; at < count; at += 1) {
    const id = String(Number(from) + at).padStart(12, '0');
    const account = world.createAccount(id, { name: `member-${at + 1}` });
    account.managementAccount = of;
    createRole(account, role, trustOf(account, [of]), {
      createdAt: world.clock.now() - older,
      attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    });
  }
}

/** Long before anything else in the scenario. Milliseconds. */
const older = 300 * 86_400_000;

function seedAccount(world: World, part: AccountPart, keys: Map<string, AccessKey>): void {
  const account = world.createAccount(part.id, part.name === undefined ? {} : { name: part.name });
  const createdAt = world.clock.now() - older;
  for (const region of part.regions ?? []) account.regionStatus.set(region, 'ENABLED');
  account.managementAccount = part.managementAccount ?? null;
  account.unit = part.unit ?? '';
  account.suspended = part.suspended ?? false;
  account.delegated = part.delegated ?? false;
  account.scps = (part.scps ?? []).map((document, index) => ({
    id: `p-${world.random.hex(8)}`,
    name: `guardrail-${index + 1}`,
    document: JSON.stringify(document),
  }));
  for (const [name, group] of Object.entries(part.groups ?? {}))
    createGroup(account, name, { createdAt, ...granting(group) });
  for (const [name, user] of Object.entries(part.users ?? {})) {
    createUser(account, name, {
      createdAt,
      ...granting(user),
      ...(user.groups === undefined ? {} : { groups: user.groups }),
      ...(user.password === undefined ? {} : { password: user.password }),
      ...(user.tags === undefined ? {} : { tags: user.tags }),
    });
    for (const label of user.keys ?? []) keys.set(label, createAccessKey(account, name, { createdAt }));
  }
  for (const [name, role] of Object.entries(part.roles ?? {})) {
    createRole(account, name, trustOf(account, role.trusts), {
      createdAt,
      maxSession: 43_200,
      ...granting(role),
      ...(role.tags === undefined ? {} : { tags: role.tags }),
    });
  }
}

/** What AWS did to the account because of the incident: seen from the responder's first call on. */
export function restrict(world: World, scenario: Scenario): void {
  for (const { id, blocked, cloudfrontLocked, users = {} } of scenario.accounts) {
    const account = world.account(id);
    account.blocked = blocked ?? false;
    if (cloudfrontLocked === true) lockCloudFront(account);
    for (const [name, { quarantined }] of Object.entries(users)) {
      const user = account.users.get(name);
      if (quarantined === true && user !== undefined) quarantine(account, user);
    }
  }
}

/** The managed policy, and the event that shows it. Which identity AWS signs it with is not published: none stands
 *  there but AWS's own name. */
function quarantine(account: Account, user: User): void {
  const policyArn = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
  const { inline, attached } = user.grants.current;
  user.grants.change(account.world, { inline, attached: [...attached, policyArn] });
  writeEvent(account.region('us-east-1'), account.world.clock.now(), {
    userIdentity: { type: 'AWSService', invokedBy: 'AWS Internal' },
    eventSource: 'iam.amazonaws.com',
    eventName: 'AttachUserPolicy',
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
    requestParameters: { userName: user.name, policyArn },
  });
}

function granting(part: {
  may?: string[] | undefined;
  mayNot?: string[] | undefined;
  inline?: Record<string, object> | undefined;
  attached?: string[] | undefined;
}): Granting {
  const statement = (Effect: string, Action: string[] | undefined) =>
    Action === undefined || Action.length === 0 ? [] : [{ Effect, Action, Resource: '*' }];
  const Statement = [...statement('Allow', part.may), ...statement('Deny', part.mayNot)];
  return {
    inline: {
      ...(Statement.length === 0 ? {} : { work: { Version: '2012-10-17', Statement } }),
      ...part.inline,
    },
    attached: part.attached ?? [],
  };
}

function trustOf(account: Account, names: string[]): object {
  return {
    Version: '2012-10-17',
    Statement: names.map((name) => ({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: /^\d{12}$/.test(name)
        ? { AWS: `arn:aws:iam::${name}:root` }
        : name.endsWith('.amazonaws.com')
          ? { Service: name }
          : { AWS: account.arn(name) },
    })),
  };
}

/** A key or session as the SDK takes it. */
export function credentialsOf(of: Pick<AccessKey | Session, 'id' | 'secret'>): Credentials {
  const own = { accessKeyId: of.id, secretAccessKey: of.secret };
  return 'token' in of ? { ...own, sessionToken: (of as Session).token } : own;
}

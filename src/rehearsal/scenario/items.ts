import {
  type AccessKey,
  type Account,
  type Caller,
  callerOf,
  decide,
  evaluate,
  identityPolicies,
  type Instance,
  isServiceLinked,
  type Maker,
  type Principal,
  type Region,
  type Role,
  type Session,
  statements,
  type User,
  type World,
} from '../../range/index.js';
import { livesOf } from './lives.js';
import type { Json } from './scenario.js';
import type { Item } from '../score/score-facts.js';

/** Everything in the world that somebody made, at this moment, in the form that the score compares. */
export function itemsOf(world: World): Item[] {
  const items: Item[] = [];
  for (const account of world.accounts.values()) {
    for (const region of account.usedRegions()) items.push(...regionItems(region));
    for (const user of account.users.values()) items.push(userItem(account, user));
    for (const role of account.roles.values())
      if (!isServiceLinked(role)) items.push(roleItem(account, role));
    for (const group of account.groups.values())
      items.push({ ...principalItem(account, 'group', group), state: grantsOf(group) });
    for (const policy of account.policies.values()) {
      const { name: id, maker, createdAt, document } = policy;
      items.push({ ...placed(account, 'policy', id, maker, createdAt), alive: false, state: { document } });
    }
    for (const { name: id, maker, createdAt, roles } of account.instanceProfiles.values())
      items.push({
        ...placed(account, 'instance-profile', id, maker, createdAt),
        alive: false,
        state: { roles: [...roles] },
      });
  }
  for (const key of world.keys.values()) items.push(keyItem(key));
  for (const session of world.sessions.values())
    if (session.kind === 'role') items.push(sessionItem(session));
  return items.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function regionItems(region: Region): Item[] {
  const items: Item[] = [];
  for (const [table, entries] of region.allTables()) {
    if (uninteresting.has(table)) continue;
    for (const [id, entry] of entries) {
      if (entry === null || typeof entry !== 'object') continue;
      const { maker, createdAt, evictedAt } = entry as {
        maker?: Maker;
        createdAt?: number;
        evictedAt?: number;
      };
      const item: Item = {
        ...placed(region.account, table, id, maker, createdAt ?? null),
        region: region.name,
        alive: livesOf(table, entry) ?? false,
        state: stateOf(entry),
        ...(evictedAt === undefined ? {} : { evicted: true }),
      };
      items.push(table === 'ec2:instances' ? instanceItem(item, entry as Instance) : item);
    }
  }
  return items;
}

/** Tables that hold the range's own bookkeeping, or what nobody made. */
const uninteresting = new Set(['ec2:client-tokens', 'ec2:spot-notices', 'ec2:vpc']);

function instanceItem(item: Item, instance: Instance): Item {
  const last = instance.states.at(-1)!;
  const ended = instance.states.find(({ state }) => state === 'shutting-down' || state === 'stopping');
  const { tags, instanceType, disableApiTermination, disableApiStop, userData } = instance;
  return {
    ...item,
    state: {
      ...{ state: last.state, tags, instanceType, disableApiTermination, disableApiStop },
      userData: userData ?? null,
    },
    createdAt: instance.launchTime,
    type: instanceType,
    stoppedAt: ended?.at ?? null,
    ...(instance.spotRequestId === undefined ? {} : { spotRequest: instance.spotRequestId }),
  };
}

function placed(
  account: Account,
  kind: string,
  id: string,
  maker: Maker | undefined,
  createdAt: number | null,
): Omit<Item, 'alive' | 'state'> {
  const { accessKeyId = null, label = null } = maker ?? {};
  return { kind, id, account: account.id, region: 'global', madeBy: accessKeyId, label, createdAt };
}

function principalItem(account: Account, kind: string, principal: Principal): Omit<Item, 'state'> {
  return { ...placed(account, kind, principal.name, principal.maker, principal.createdAt), alive: false };
}

function grantsOf({ grants, tags }: Principal): { [key: string]: Json } {
  const { inline, attached, boundary = null } = grants.current;
  return { inline: { ...inline }, attached: [...attached].sort(), boundary, tags };
}

function userItem(account: Account, user: User): Item {
  const caller: Caller = {
    ...{ account, type: 'IAMUser', arn: user.arn, userId: user.id, user, role: null, session: null },
    key: undefined as never,
  };
  return {
    ...principalItem(account, 'user', user),
    // Somebody may sign in at the console and act.
    alive: user.loginProfile !== null && abilities(caller).length > 0,
    state: { ...grantsOf(user), groups: [...user.groups.current], password: user.loginProfile !== null },
  };
}

function roleItem(account: Account, role: Role): Item {
  // Whoever assumes it a minute from now: a Deny dated today does not stop them.
  const issued = new Date(account.world.clock.now() + 3_600_000).toISOString();
  const documents = identityPolicies(account, role);
  const able = probedActions.some(
    (action) =>
      evaluate(documents, { action, resource: '*', keys: { 'aws:tokenissuetime': issued } }) === 'allowed',
  );
  const trusts = statements(role.trust.current).some(({ Effect }) => Effect === 'Allow');
  return {
    ...principalItem(account, 'role', role),
    alive: able && trusts,
    state: { ...grantsOf(role), trust: role.trust.current },
  };
}

function keyItem(key: AccessKey): Item {
  const { account, id, maker, createdAt, status, user } = key;
  const can = status.current === 'Active' ? abilitiesOf(key) : [];
  return {
    ...placed(account, 'access-key', id, maker, createdAt),
    alive: can.length > 0,
    state: { user, status: status.current, can },
  };
}

/** A session of a role that others may share: whether it still works is what counts. Its end by time is no change. */
function sessionItem(session: Session): Item {
  const { account, id, parent, issuedAt, role, name, service } = session;
  const can = abilitiesOf(session);
  // What runs there gets the next one under the same name.
  const next = { ...session, issuedAt: account.world.clock.now() + 3_600_000 };
  const later = service === undefined ? {} : { name, later: abilitiesOf(next) };
  return {
    ...placed(account, 'session', id, { accessKeyId: parent, arn: null }, issuedAt),
    // Tainted ones are tried for real; this is for the innocent ones.
    alive: false,
    state: { role, can, ...later },
  };
}

const probedActions = [
  'ec2:DescribeInstances',
  'ec2:RunInstances',
  'iam:ListUsers',
  'iam:CreateUser',
  's3:ListAllMyBuckets',
];

/** Which of a few telling actions AWS would allow to whoever holds the credential; whether it is still in force is
 *  another question. Nothing is called, so nothing shows. */
export function abilitiesOf(key: AccessKey | Session): string[] {
  const caller = callerOf(key);
  return caller === null ? [] : abilities(caller);
}

/** Which of a few telling actions AWS would allow. */
function abilities(caller: Caller): string[] {
  return probedActions.filter((action) => {
    const { session, account } = caller;
    const keys = {
      'aws:requestedregion': 'us-east-1',
      'aws:username': caller.user?.name,
      'aws:userid': caller.userId,
      'aws:principalarn': caller.role?.arn ?? caller.arn,
      'aws:principalaccount': account.id,
      'aws:tokenissuetime': session === null ? undefined : new Date(session.issuedAt).toISOString(),
    };
    return decide(caller, { action, resource: '*', keys }).verdict === 'allowed';
  });
}

/** What an entry is, without what changes by itself: times of use, bookkeeping, who made it. */
function stateOf(entry: object): Json {
  return JSON.parse(
    // A list that was made empty again is as one that never was.
    JSON.stringify(entry, (name, value: unknown) =>
      volatile.has(name) || (Array.isArray(value) && value.length === 0) ? undefined : value,
    ) ?? 'null',
  ) as Json;
}

const volatile = new Set([
  'evictedAt',
  'maker',
  'states',
  'lastUsed',
  'updatedAt',
  'lastModified',
  'LastModified',
  'LastModifiedTime',
  'activities',
  'loggingStartedAt',
  'loggingStoppedAt',
  'world',
  'account',
]);

import { AwsError } from '../aws-error.js';
import type { Account, Maker, World } from './world.js';

/** A value whose changes are enforced only after a while, as IAM's are. */
export class Delayed<T> {
  private older: { until: number; value: T }[] = [];
  private past: { until: number; value: T }[] = [];
  constructor(private value: T) {}

  get current(): T {
    return this.value;
  }

  /** What AWS enforces at this moment. */
  effective(now: number): T {
    while (this.older[0] !== undefined && this.older[0].until <= now) this.older.shift();
    return this.older[0]?.value ?? this.value;
  }

  /** What a list shows that is so many milliseconds old. */
  shown(now: number, age: number): T {
    return this.past.find(({ until }) => until > now - age)?.value ?? this.value;
  }

  change(world: World, value: T): void {
    this.past.push({ until: world.clock.now(), value: this.value });
    const delay = world.settings.propagationMs;
    if (delay > 0) this.older.push({ until: world.clock.now() + delay, value: this.value });
    this.value = value;
  }
}

/** What a user, group or role may do: inline documents by name, attached policies by ARN. */
export interface Grants {
  inline: Record<string, string>;
  attached: string[];
  /** ARN of the permissions boundary: what it does not allow, no other policy can. */
  boundary?: string | undefined;
}

export interface Principal {
  name: string;
  id: string;
  arn: string;
  path: string;
  /** Epoch milliseconds. */
  createdAt: number;
  tags: Record<string, string>;
  grants: Delayed<Grants>;
  maker: Maker;
}

export interface User extends Principal {
  /** Names of groups. */
  groups: Delayed<string[]>;
  loginProfile: { createdAt: number; resetRequired: boolean } | null;
  passwordLastUsed: number | null;
  mfaDevices: string[];
}

export type Group = Principal;

export interface Role extends Principal {
  trust: Delayed<string>;
  description: string;
  /** Seconds. */
  maxSession: number;
}

export interface ManagedPolicy {
  name: string;
  id: string;
  arn: string;
  path: string;
  createdAt: number;
  /** Of the default version: the one that is enforced. */
  document: string;
  defaultVersion: string;
  versions: { id: string; document: string; createdAt: number }[];
  maker: Maker;
}

/** A long-term key. `user` null is root. */
export interface AccessKey {
  id: string;
  secret: string;
  account: Account;
  user: string | null;
  status: Delayed<'Active' | 'Inactive'>;
  createdAt: number;
  lastUsed: { at: number; service: string; region: string } | null;
  maker: Maker;
}

/** Temporary credentials. */
export interface Session {
  id: string;
  secret: string;
  token: string;
  account: Account;
  kind: 'session-token' | 'federation' | 'role';
  /** The user it comes from, or the role. Root's session token has user null. */
  user: string | null;
  role: string | null;
  /** `AROA…` of the role when it was assumed: a role made anew under the same name is another one. */
  roleId: string | null;
  name: string | null;
  issuedAt: number;
  expiresAt: number;
  mfa: boolean;
  /** JSON documents that narrow it; null where none were given. */
  policies: string[] | null;
  /** The credential that asked for it, or null for a service's. */
  parent: string | null;
  sourceIdentity: string | null;
  /** The service that took the role, for what runs with it; it will do so again under the same name. */
  service?: string;
}

export const noMaker: Maker = { accessKeyId: null, arn: null };

interface Making {
  path?: string;
  /** Epoch milliseconds; default now. */
  createdAt?: number;
  tags?: Record<string, string>;
  maker?: Maker;
}

function principal(account: Account, kind: string, prefix: string, name: string, options: Making): Principal {
  const path = options.path ?? '/';
  return {
    name,
    id: account.world.random.uniqueId(prefix),
    arn: account.arn(`${kind}${path}${name}`),
    path,
    createdAt: options.createdAt ?? account.world.clock.now(),
    tags: options.tags ?? {},
    grants: new Delayed<Grants>({ inline: {}, attached: [] }),
    maker: options.maker ?? noMaker,
  };
}

/** `text` as it stands, or `value` as JSON. */
const document = (value: string | object) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Options for who may do what: inline documents by name, ARNs of managed policies. */
export interface Granting {
  inline?: Record<string, string | object>;
  attached?: string[];
  boundary?: string | undefined;
}

function grant(to: Principal, { inline = {}, attached = [], boundary }: Granting): void {
  const documents = Object.entries(inline).map(([name, value]) => [name, document(value)]);
  to.grants = new Delayed<Grants>({
    inline: Object.fromEntries(documents) as Record<string, string>,
    attached,
    ...(boundary === undefined ? {} : { boundary }),
  });
}

export function createUser(
  account: Account,
  name: string,
  options: Making & Granting & { groups?: string[]; password?: boolean; mfa?: boolean } = {},
): User {
  if (account.users.has(name))
    throw new AwsError('EntityAlreadyExists', `User with name ${name} already exists.`, 409);
  const base = principal(account, 'user', 'AIDA', name, options);
  const user: User = {
    ...base,
    groups: new Delayed(options.groups ?? []),
    loginProfile: options.password ? { createdAt: base.createdAt, resetRequired: false } : null,
    passwordLastUsed: null,
    mfaDevices: options.mfa ? [account.arn(`mfa/${name}`)] : [],
  };
  grant(user, options);
  account.users.set(name, user);
  return user;
}

export function createGroup(account: Account, name: string, options: Making & Granting = {}): Group {
  if (account.groups.has(name))
    throw new AwsError('EntityAlreadyExists', `Group with name ${name} already exists.`, 409);
  const group = principal(account, 'group', 'AGPA', name, options);
  grant(group, options);
  account.groups.set(name, group);
  return group;
}

export function createRole(
  account: Account,
  name: string,
  trust: string | object,
  options: Making & Granting & { description?: string; maxSession?: number } = {},
): Role {
  if (account.roles.has(name))
    throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
  const role: Role = {
    ...principal(account, 'role', 'AROA', name, options),
    trust: new Delayed(document(trust)),
    description: options.description ?? '',
    maxSession: options.maxSession ?? 3600,
  };
  grant(role, options);
  account.roles.set(name, role);
  return role;
}

export function createPolicy(
  account: Account,
  name: string,
  text: string | object,
  options: Making = {},
): ManagedPolicy {
  const { id, path, createdAt, maker, arn } = principal(account, 'policy', 'ANPA', name, options);
  if (account.policies.has(arn)) {
    throw new AwsError(
      'EntityAlreadyExists',
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
      409,
    );
  }
  const content = document(text);
  const versions = [{ id: 'v1', document: content, createdAt }];
  const policy: ManagedPolicy = {
    name,
    id,
    arn,
    path,
    createdAt,
    document: content,
    defaultVersion: 'v1',
    versions,
    maker,
  };
  account.policies.set(arn, policy);
  return policy;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A key id with the account in its first bits, as AWS's have it (sts:GetAccessKeyInfo reads it back). */
export function newKeyId(account: Account, prefix: 'AKIA' | 'ASIA'): string {
  const { random } = account.world;
  let bits = (1n << 47n) | (BigInt(account.id) << 7n) | BigInt(random.below(128));
  bits = (bits << 32n) | BigInt(Math.floor(random.next() * 2 ** 32));
  let text = '';
  for (let index = 75n; index >= 0n; index -= 5n) text += base32[Number((bits >> index) & 31n)];
  return prefix + text;
}

/** The account that a key id carries, or null where it carries none. */
export function accountOfKeyId(id: string): string | null {
  let bits = 0n;
  for (const letter of id.slice(4, 20)) {
    const value = base32.indexOf(letter);
    if (value < 0) return null;
    bits = (bits << 5n) | BigInt(value);
  }
  const account = ((bits >> 32n) >> 7n) & ((1n << 40n) - 1n);
  return account > 999_999_999_999n ? null : String(account).padStart(12, '0');
}

/** A long-term key of `user`, of root where it is null. A user has two at most. */
export function createAccessKey(
  account: Account,
  user: string | null,
  options: {
    id?: string;
    secret?: string;
    createdAt?: number;
    status?: 'Active' | 'Inactive';
    maker?: Maker;
  } = {},
): AccessKey {
  const { world } = account;
  if (keysOf(account, user).length >= 2) {
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2', 409);
  }
  const key: AccessKey = {
    id: options.id ?? newKeyId(account, 'AKIA'),
    secret: options.secret ?? world.random.secret(),
    account,
    user,
    status: new Delayed<'Active' | 'Inactive'>(options.status ?? 'Active'),
    createdAt: options.createdAt ?? world.clock.now(),
    lastUsed: null,
    maker: options.maker ?? noMaker,
  };
  world.keys.set(key.id, key);
  return key;
}

export function keysOf(account: Account, user: string | null): AccessKey[] {
  return [...account.world.keys.values()].filter((key) => key.account === account && key.user === user);
}

/** Temporary credentials. Times in epoch milliseconds, `seconds` of life. */
export function createSession(
  account: Account,
  options: Pick<Session, 'kind' | 'user' | 'role' | 'name' | 'policies' | 'parent' | 'mfa'> & {
    seconds: number;
    issuedAt?: number;
    id?: string;
    sourceIdentity?: string | null;
    service?: string;
  },
): Session {
  const { world } = account;
  const { seconds, ...rest } = options;
  const issuedAt = options.issuedAt ?? world.clock.now();
  const session: Session = {
    ...rest,
    id: options.id ?? newKeyId(account, 'ASIA'),
    secret: world.random.secret(),
    token: `IQoJb3JpZ2luX2VjE${world.random.text(160, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')}`,
    account,
    roleId: options.role === null ? null : (account.roles.get(options.role)?.id ?? null),
    issuedAt,
    expiresAt: issuedAt + seconds * 1000,
    sourceIdentity: options.sourceIdentity ?? null,
  };
  world.sessions.set(session.id, session);
  return session;
}

import { AwsError } from './aws-error.js';
import { decide } from './iam/authorize.js';
import { callerOf, type Caller } from './iam/caller.js';
import { evaluateTrust } from './iam/policy.js';
import { userIdentity } from './trail-writer.js';
import { createSession } from './world/identity.js';
import { isReadOnly, writeEvent, type JsonObject } from './world/trail.js';
import type { Thing } from './services/shelf.js';
import type { Account, World } from './world/world.js';

interface Visitor {
  region: string;
  /** Whose doing it is: what comes of it is charged to it. */
  parent: string;
  ip?: string;
  userAgent?: string;
}

/** Who shows an assertion, a token or a certificate. */
export interface Through extends Visitor {
  /** The provider's or the trust anchor's ARN. */
  name: string;
  role: string;
  session: string;
}

type Way = { call: string; source: string; principal: string; request(through: Through): JsonObject };

/** STS API reference, AssumeRoleWithSAML and AssumeRoleWithWebIdentity; Roles Anywhere API reference, CreateSession. */
function wayOf({ name }: Through): Way {
  if (name.includes(':saml-provider/'))
    return {
      ...{ call: 'AssumeRoleWithSAML', source: 'sts', principal: name },
      request: () => ({ principalArn: name, sAMLAssertionID: '_1' }),
    };
  if (name.includes(':oidc-provider/'))
    return {
      ...{ call: 'AssumeRoleWithWebIdentity', source: 'sts', principal: name },
      request: () => ({ providerId: name }),
    };
  const principal = 'rolesanywhere.amazonaws.com';
  return {
    call: 'CreateSession',
    source: 'rolesanywhere',
    principal,
    request: () => ({ trustAnchorArn: name }),
  };
}

function stands(account: Account, { name, region }: Through): boolean {
  const has = (place: string, table: string): Thing | undefined => {
    const things = [...account.region(place).table<Thing>(table).values()];
    return things.find(({ id, trustAnchorArn }) => id === name || trustAnchorArn === name);
  };
  if (!name.includes(':trust-anchor/'))
    return (has('us-east-1', 'iam:saml-providers') ?? has('us-east-1', 'iam:oidc-providers')) !== undefined;
  return has(region, 'rolesanywhere:trust-anchors')?.enabled === true;
}

/** A session of `role` for somebody whom an identity provider or a trust anchor of the account vouches for. */
export function credentialsThrough(world: World, asked: Through) {
  const account = (world.keys.get(asked.parent) ?? world.sessions.get(asked.parent))?.account;
  const role = account?.roles.get(asked.role);
  const way = wayOf(asked);
  if (account === undefined || role === undefined || !stands(account, asked))
    throw new AwsError('InvalidIdentityToken', `nothing vouches for a session of ${asked.role}`, 400);
  const request = {
    action: `sts:${way.call.replace('CreateSession', 'AssumeRole')}`,
    resource: role.arn,
    keys: {},
  };
  if (evaluateTrust(role.trust.effective(world.clock.now()), [way.principal], request).verdict !== 'allowed')
    throw new AwsError('AccessDenied', `${role.arn} does not trust ${way.principal}`, 403);
  const session = createSession(account, {
    ...{ kind: 'role', user: null, role: role.name, name: asked.session, policies: null, mfa: false },
    parent: asked.parent,
    seconds: 3600,
  });
  const made = {
    credentials: { accessKeyId: session.id, expiration: new Date(session.expiresAt).toUTCString() },
    assumedRoleUser: {
      assumedRoleId: `${role.id}:${session.name ?? ''}`,
      arn: `arn:${account.world.settings.partition}:sts::${account.id}:assumed-role/${role.name}/${session.name ?? ''}`,
    },
  };
  const isSts = way.source === 'sts';
  writeEvent(account.region(asked.region), session.issuedAt, {
    userIdentity: isSts
      ? {
          type: way.call.endsWith('SAML') ? 'SAMLUser' : 'WebIdentityUser',
          principalId: `${asked.name}:${asked.session}`,
          userName: asked.session,
          identityProvider: asked.name,
        }
      : { type: 'Unknown', principalId: 'CN=laptop', accountId: account.id },
    eventSource: `${way.source}.amazonaws.com`,
    eventName: way.call,
    ...addressOf(asked),
    requestParameters: {
      ...{ roleArn: role.arn, roleSessionName: asked.session, durationSeconds: 3600 },
      ...way.request(asked),
    },
    responseElements: isSts ? made : { credentialSet: [made] },
    readOnly: isSts,
  });
  return {
    Credentials: { AccessKeyId: session.id, SecretAccessKey: session.secret, SessionToken: session.token },
  };
}

/** A call of which nothing stays in the account but its record, to a service that the range does not have. */
export interface Plain extends Visitor {
  service: string;
  operation: string;
  request?: JsonObject;
  response?: JsonObject;
  /** The credential of one service (ACCA…) that it is made with, in place of a key. */
  with?: string;
}

/** Makes the call: decided by IAM as any, and recorded. */
export function plainCall(world: World, asked: Plain): object {
  const key = world.keys.get(asked.parent) ?? world.sessions.get(asked.parent);
  const caller =
    key === undefined ? null : asked.with === undefined ? callerOf(key) : bearer(key.account, asked);
  if (key === undefined || caller === null)
    throw new AwsError('UnrecognizedClientException', 'no such credential', 403);
  const { account } = key;
  const request = { action: `${asked.service}:${asked.operation}`, resource: '*', keys: {} };
  const { verdict } = decide(caller, request);
  const identity = userIdentity(caller);
  if (asked.with !== undefined) delete identity.accessKeyId;
  writeEvent(account.region(asked.region), world.clock.now(), {
    userIdentity: identity,
    eventSource: `${asked.service}.amazonaws.com`,
    eventName: asked.operation,
    ...addressOf(asked),
    ...(verdict === 'allowed'
      ? {}
      : { errorCode: 'AccessDenied', errorMessage: `not authorized: ${request.action}` }),
    requestParameters: asked.request ?? null,
    responseElements: verdict === 'allowed' ? (asked.response ?? null) : null,
    readOnly: isReadOnly(asked.operation),
  });
  if (verdict !== 'allowed') throw new AwsError('AccessDenied', `not authorized: ${request.action}`, 403);
  return {};
}

/** The user of a credential that one service takes in place of a key; null where it is gone or switched off. */
function bearer(account: Account, { with: id = '', parent }: Plain): Caller | null {
  const credential = account.region('us-east-1').table<Thing>('iam:ServiceSpecificCredentials').get(id);
  const user = account.users.get(String(credential?.UserName));
  const key = account.world.keys.get(parent) ?? account.world.sessions.get(parent);
  if (credential?.Status !== 'Active' || user === undefined || key === undefined) return null;
  const of = { account, key, user, role: null, session: null };
  return { ...of, type: 'IAMUser', arn: user.arn, userId: user.id };
}

function addressOf({ ip, userAgent }: Visitor): { sourceIPAddress?: string; userAgent?: string } {
  return {
    ...(ip === undefined ? {} : { sourceIPAddress: ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}

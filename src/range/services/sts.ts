import { AwsError } from '../aws-error.js';
import { callerKeys, isServiceLinked } from '../iam/authorize.js';
import { evaluateTrust } from '../iam/policy.js';
import { managedDocument } from '../iam/managed-policies.js';
import type { Context, Service } from '../service.js';
import { accountOfKeyId, createSession, type Session } from '../world/identity.js';

interface Narrowing {
  Policy?: string;
  PolicyArns?: { arn?: string }[];
}

const credentials = (session: Session) => ({
  AccessKeyId: session.id,
  SecretAccessKey: session.secret,
  SessionToken: session.token,
  Expiration: session.expiresAt,
});

function sessionPolicies({ account }: Context, { Policy, PolicyArns }: Narrowing): string[] | null {
  const given = [
    ...(Policy === undefined ? [] : [Policy]),
    ...(PolicyArns ?? []).map(({ arn = '' }) => managedDocument(account, arn)),
  ];
  return given.length === 0 ? null : given;
}

function seconds(asked: number | undefined, usual: number, least: number, most: number): number {
  const given = asked ?? usual;
  if (given < least)
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${given}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to ${least}`,
    );
  if (given > most)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  return given;
}

/** AssumeRole: the trust policy must name the caller; one that names only its account leaves it to the caller's own
 *  policies; a Deny anywhere stops it (IAM user guide, "Policy evaluation logic"). */
function assumeRole(
  context: Context,
  input: {
    RoleArn: string;
    RoleSessionName: string;
    DurationSeconds?: number;
    ExternalId?: string;
    SourceIdentity?: string;
  } & Narrowing,
) {
  const { world, caller, now, touched } = context;
  const [, accountId, name] = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(input.RoleArn) ?? [];
  const account = accountId === undefined ? undefined : world.accounts.get(accountId);
  const role = name === undefined ? undefined : account?.roles.get(name);
  const refused = (why: string) =>
    new AwsError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}${why}`,
      403,
    );
  if (caller.type === 'Root')
    throw new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', 403);
  if (account === undefined || account.suspended || role === undefined || isServiceLinked(role))
    throw refused('');
  const names = [
    caller.arn,
    caller.account.arn('root'),
    caller.account.id,
    ...(caller.role === null ? [] : [caller.role.arn]),
  ];
  const request = {
    action: 'sts:AssumeRole',
    resource: role.arn,
    keys: {
      ...callerKeys(caller),
      'sts:externalid': input.ExternalId,
      'sts:rolesessionname': input.RoleSessionName,
      'aws:requestedregion': context.region.name,
    },
  };
  const trust = evaluateTrust(role.trust.effective(now), names, request);
  if (trust.verdict !== 'allowed') throw refused('');
  try {
    context.authorize('sts:AssumeRole', role.arn);
  } catch (error) {
    const denied = error instanceof AwsError && error.message.includes('explicit deny');
    if (denied || !trust.direct || account !== caller.account) throw error;
  }
  const chained = caller.session?.kind === 'role';
  const life = seconds(input.DurationSeconds, 3600, 900, chained ? 3600 : role.maxSession);
  const session = createSession(account, {
    kind: 'role',
    user: null,
    role: role.name,
    name: input.RoleSessionName,
    policies: sessionPolicies(context, input),
    parent: caller.key.id,
    mfa: caller.session?.mfa ?? false,
    seconds: life,
    sourceIdentity: input.SourceIdentity ?? null,
  });
  touched.push(session.id);
  return {
    Credentials: credentials(session),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${session.name}`,
      Arn: `arn:${account.world.settings.partition}:sts::${account.id}:assumed-role/${role.name}/${session.name}`,
    },
    PackedPolicySize: 0,
  };
}

export const sts: Service = {
  // AssumeRole is decided by the trust policy first.
  actions: { AssumeRole: null },
  operations: {
    GetCallerIdentity: ({ caller }) => ({
      UserId: caller.userId,
      Account: caller.account.id,
      Arn: caller.arn,
    }),
    GetAccessKeyInfo: ({ world }, input: { AccessKeyId: string }) => {
      const known = world.keys.get(input.AccessKeyId) ?? world.sessions.get(input.AccessKeyId);
      const id = known?.account.id ?? accountOfKeyId(input.AccessKeyId);
      if (id === null) throw new AwsError('ValidationError', 'The access key ID is not valid.');
      return { Account: id };
    },
    GetSessionToken: (context, input: { DurationSeconds?: number; TokenCode?: string }) => {
      const { caller, account, touched } = context;
      if (caller.session !== null)
        throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
      const life = seconds(input.DurationSeconds, 43_200, 900, caller.type === 'Root' ? 3600 : 129_600);
      const session = createSession(account, {
        kind: 'session-token',
        user: caller.user?.name ?? null,
        role: null,
        name: null,
        policies: null,
        parent: caller.key.id,
        mfa: input.TokenCode !== undefined,
        seconds: life,
      });
      touched.push(session.id);
      return { Credentials: credentials(session) };
    },
    GetFederationToken: (context, input: { Name: string; DurationSeconds?: number } & Narrowing) => {
      const { caller, account, touched } = context;
      if (caller.session !== null)
        throw new AwsError('AccessDenied', 'Cannot call GetFederationToken with session credentials', 403);
      const life = seconds(input.DurationSeconds, 43_200, 900, caller.type === 'Root' ? 3600 : 129_600);
      const session = createSession(account, {
        kind: 'federation',
        user: caller.user?.name ?? null,
        role: null,
        name: input.Name,
        policies: sessionPolicies(context, input),
        parent: caller.key.id,
        mfa: false,
        seconds: life,
      });
      touched.push(session.id);
      const arn = `arn:${account.world.settings.partition}:sts::${account.id}:federated-user/${input.Name}`;
      return {
        Credentials: credentials(session),
        FederatedUser: { FederatedUserId: `${account.id}:${input.Name}`, Arn: arn },
        PackedPolicySize: 0,
      };
    },
    AssumeRole: assumeRole,
  },
};

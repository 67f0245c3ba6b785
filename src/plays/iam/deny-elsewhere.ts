import { createHash } from 'node:crypto';
import { type AwsFailure, change, type Reader } from '../../aws/index.js';
import {
  type Action,
  asObject,
  asText,
  at,
  callIn,
  type Change,
  idInKey,
  type Json,
  type JsonObject,
} from '../../model/index.js';
import { actionId } from '../kit/action-id.js';
import { iamAction } from '../permissions/iam-action.js';
import { decodedDocument, denyPolicyName, readDeny } from './deny.js';

/** Where a Deny of ours stands that found no room among the inline policies: named so that it is found again. */
const ours = /^LeakguardRevokeSessions-/;

/** The service's answer to a request that would go beyond one of IAM's quotas (IAM API reference, "Common errors"). */
const quotaFull = 'LimitExceeded';

interface Attached {
  PolicyName?: string | undefined;
  PolicyArn?: string | undefined;
}

/**
 * The Denies that stand on a principal by an attached policy or a permissions boundary of ours, each as a document of its
 * own. Read from the default version: names prove nothing. @throws AwsFailure
 */
export async function deniesElsewhere(
  reader: Reader,
  attached: readonly Attached[],
  boundary: string | null,
): Promise<string[]> {
  const named = [
    ...attached.flatMap(({ PolicyName = '', PolicyArn }) => (ours.test(PolicyName) ? (PolicyArn ?? []) : [])),
    ...(ours.test(boundary?.split('/').at(-1) ?? '') ? [boundary ?? ''] : []),
  ];
  const documents = await Promise.all(named.map((arn) => documentOf(reader, arn)));
  return documents.flatMap((document) => statementsOf(document).filter(isDeny).map(alone));
}

/** Where a Deny goes next, or what a person has to do where no place is left; null: it is no such refusal. */
export type Elsewhere = { actions: Action[] } | { step: string } | null;

/**
 * The Deny of a refused action, put where there is room: by a managed policy, where inline policies have used up their
 * quota (2,048 characters for a user, 10,240 for a role); by a permissions boundary that allows what was allowed, where
 * ten policies are attached already; a boundary that stands is extended in a copy (IAM user guide, "IAM and AWS STS
 * quotas", "Permissions boundaries for IAM entities"). @throws AwsFailure where the boundary cannot be read
 */
export async function putElsewhere(
  reader: Reader,
  action: Action,
  failure: AwsFailure,
  { account, partition }: { account: string; partition: string },
): Promise<Elsewhere> {
  const deny = action.denies ?? asText(action.input['PolicyDocument']);
  if (action.service !== 'iam' || deny === null || readDeny(deny) === null) return null;
  if (action.denies === undefined && failure.code !== quotaFull) return null;
  const { kind, name } = principalOf(action);
  const calls = callsOn[kind];
  const arn = (policy: Change): string =>
    `arn:${partition}:iam::${account}:policy/${asText(policy.input['PolicyName']) ?? ''}`;
  if (action.operation === `Put${kind}Policy`) {
    const made = createPolicy(action, deny, deny, arn);
    const attach = follow(action, deny, calls.attach(name, arn(made)), [made], {
      title: `${action.title} (by an attached policy: its inline policies are full)`,
      undo: calls.detach(name, arn(made)),
    });
    return { actions: [made, attach] };
  }
  if (action.operation === `Attach${kind}Policy` && failure.code === quotaFull) {
    const standing = await boundaryOf(reader, kind, name);
    const made = createPolicy(action, deny, await boundedBy(reader, standing, deny), arn);
    const how = standing === null ? 'a permissions boundary' : 'a copy of its permissions boundary';
    const put = follow(action, deny, calls.bound(name, arn(made)), [made], {
      title: action.title.replace(/ \(by .*/, ` (by ${how}: its attached policies are full)`),
      before: standing,
      undo: standing === null ? calls.unbound(name) : calls.bound(name, standing),
    });
    return { actions: [made, put] };
  }
  return { step: stepFor(kind, name, failure) };
}

type Kind = 'User' | 'Role';

/** The same, on a user and on a role. */
const callsOn = {
  User: {
    attach: (UserName: string, PolicyArn: string) =>
      change('iam', 'AttachUserPolicy', { UserName, PolicyArn }),
    detach: (UserName: string, PolicyArn: string) =>
      change('iam', 'DetachUserPolicy', { UserName, PolicyArn }),
    bound: (UserName: string, PermissionsBoundary: string) =>
      change('iam', 'PutUserPermissionsBoundary', { UserName, PermissionsBoundary }),
    unbound: (UserName: string) => change('iam', 'DeleteUserPermissionsBoundary', { UserName }),
  },
  Role: {
    attach: (RoleName: string, PolicyArn: string) =>
      change('iam', 'AttachRolePolicy', { RoleName, PolicyArn }),
    detach: (RoleName: string, PolicyArn: string) =>
      change('iam', 'DetachRolePolicy', { RoleName, PolicyArn }),
    bound: (RoleName: string, PermissionsBoundary: string) =>
      change('iam', 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary }),
    unbound: (RoleName: string) => change('iam', 'DeleteRolePermissionsBoundary', { RoleName }),
  },
};

/** What a person has to do where there is no room for the Deny, or it is refused. */
function stepFor(kind: Kind, name: string, failure: AwsFailure): string {
  const [flag, noun] = kind === 'User' ? ['--user-name', 'user'] : ['--role-name', 'role'];
  return (
    `The sessions of ${noun} ${name} are not cut: there is no room for the Deny among its inline policies, and it could not be put elsewhere (${failure.operation}: ${failure.code}: ${failure.message}). ` +
    `Make room for it: aws iam list-${noun}-policies ${flag} '${name}'; keep a copy of one (aws iam get-${noun}-policy ${flag} '${name}' --policy-name POLICY), take it off (aws iam delete-${noun}-policy ${flag} '${name}' --policy-name POLICY), and run the same command again.`
  );
}

function principalOf({ targets: [target = ''] }: Action): { kind: Kind; name: string } {
  return { kind: target.startsWith('role-') ? 'Role' : 'User', name: idInKey(target) };
}

interface Told {
  title: string;
  before?: Json;
  undo: Change;
}

/** An action that does what the refused one was for. */
function follow(
  refused: Action,
  deny: string,
  next: Change,
  after: readonly Action[],
  { title, before = null, undo }: Told,
): Action {
  const call = callIn(refused.region, next);
  return {
    ...refused,
    ...call,
    id: actionId(refused.play, call),
    after: after.map(({ id }) => id),
    title,
    permissions: [iamAction(call.service, call.operation)],
    before,
    undo: { calls: [callIn(refused.region, undo)] },
    denies: deny,
  };
}

/** Under a name that nobody can take first: its Deny is dated by now. */
function createPolicy(
  refused: Action,
  deny: string,
  document: string,
  arn: (policy: Change) => string,
): Action {
  const hash = createHash('sha256')
    .update(`${refused.targets.join()} ${document}`)
    .digest('hex')
    .slice(0, 12);
  const PolicyName = `${denyPolicyName}-${hash}`;
  const made = change('iam', 'CreatePolicy', { PolicyName, PolicyDocument: document });
  const undo = change('iam', 'DeletePolicy', { PolicyArn: arn(made) });
  return follow(refused, deny, made, [], { title: `make policy ${PolicyName} for it`, undo });
}

/** The ARN of the boundary that stands; null where none does. @throws AwsFailure */
async function boundaryOf(reader: Reader, kind: Kind, name: string): Promise<string | null> {
  const found =
    kind === 'User'
      ? (await reader.call('iam', 'GetUser', 'global', { UserName: name })).User
      : (await reader.call('iam', 'GetRole', 'global', { RoleName: name })).Role;
  return found?.PermissionsBoundary?.PermissionsBoundaryArn ?? null;
}

/** What the boundary that stands allows, everything where none does; and the Deny. */
async function boundedBy(reader: Reader, standing: string | null, deny: string): Promise<string> {
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const policy =
    standing === null ? everything : (parsed(await documentOf(reader, standing)) ?? { Statement: [] });
  // A Deny of ours from before is dated earlier: the new one says it too.
  const kept = statementsOf(JSON.stringify(policy)).filter((one) => !isDeny(one));
  return JSON.stringify({ ...policy, Statement: [...kept, ...statementsOf(deny)] });
}

/** The default version of a managed policy. @throws AwsFailure */
async function documentOf(reader: Reader, arn: string): Promise<string> {
  const { Policy } = await reader.call('iam', 'GetPolicy', 'global', { PolicyArn: arn });
  const version = Policy?.DefaultVersionId ?? 'v1';
  const { PolicyVersion } = await reader.call('iam', 'GetPolicyVersion', 'global', {
    PolicyArn: arn,
    VersionId: version,
  });
  return decodedDocument(PolicyVersion?.Document) ?? '';
}

function statementsOf(document: string): Json[] {
  const statements = at(parsed(document), 'Statement');
  return Array.isArray(statements) ? statements : statements === undefined ? [] : [statements];
}

function isDeny(statement: Json): boolean {
  return readDeny(alone(statement)) !== null;
}

function alone(statement: Json): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function parsed(document: string): JsonObject | null {
  try {
    return asObject(JSON.parse(document));
  } catch {
    // No document that IAM would have taken.
    return null;
  }
}

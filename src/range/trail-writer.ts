import type { AwsError } from './aws-error.js';
import type { Caller } from './iam/caller.js';
import { shapeOf, type ServiceModel, type ShapeRef } from './model.js';
import type { Context } from './service.js';
import { isStructure, type Structure, type Value } from './protocol/values.js';
import { isReadOnly, trailDate, writeEvent, type Json, type JsonObject } from './world/trail.js';

/** CloudTrail's `userIdentity` of a caller (CloudTrail user guide, "userIdentity element"). */
export function userIdentity(caller: Caller): JsonObject {
  const { account, session, role, user } = caller;
  const identity: JsonObject = {
    type: caller.type,
    principalId: caller.userId,
    arn: caller.arn,
    accountId: account.id,
    accessKeyId: caller.key.id,
    ...(caller.type === 'IAMUser' ? { userName: user!.name } : {}),
  };
  if (session === null) return identity;
  const issuer = role ?? (caller.type === 'FederatedUser' ? user : null);
  return {
    ...identity,
    sessionContext: {
      ...(issuer === null
        ? {}
        : {
            sessionIssuer: {
              type: role === null ? 'IAMUser' : 'Role',
              principalId: issuer.id,
              arn: issuer.arn,
              accountId: account.id,
              userName: issuer.name,
            },
          }),
      attributes: {
        creationDate: new Date(session.issuedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
        mfaAuthenticated: String(session.mfa),
      },
      ...(session.sourceIdentity === null ? {} : { sourceIdentity: session.sourceIdentity }),
    },
  };
}

const lowerFirst = (name: string) =>
  /^[A-Z]{2,}$/.test(name) ? name.toLowerCase() : name.charAt(0).toLowerCase() + name.slice(1);

/** A value in CloudTrail's form: members in camel case, secrets masked or left out, EC2's lists as `{items: […]}`. */
function trailValue(model: ServiceModel, ref: ShapeRef, value: Value, answer: boolean): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const shape = shapeOf(model, ref);
  if (shape.sensitive) return answer ? undefined : '<sensitiveDataRemoved>';
  switch (shape.type) {
    case 'structure': {
      const result: JsonObject = {};
      if (!isStructure(value)) return null;
      for (const [name, member] of Object.entries(shape.members ?? {})) {
        if (/^(SecretAccessKey|Password|KeyMaterial)$/i.test(name)) continue;
        const inner = trailValue(model, member, value[name], answer);
        const key = model.protocol === 'ec2' ? (member.locationName ?? name) : name;
        if (inner !== undefined) result[lowerFirst(key)] = inner;
      }
      return result;
    }
    case 'list': {
      const items = (value as Value[]).map((item) => trailValue(model, shape.member!, item, answer) ?? null);
      if (model.protocol !== 'ec2') return items;
      return items.length === 0 ? {} : { items };
    }
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Structure).map(([key, inner]) => [
          key,
          trailValue(model, shape.value!, inner, answer) ?? null,
        ]),
      );
    case 'timestamp':
      return model.protocol === 'ec2' ? Number(value) : trailDate(Number(value));
    case 'blob':
      return '<blob>';
    default:
      return value as Json;
  }
}

// EC2's later operations stand in a wrapper of their own name.
const wrapped = /^(Create|Modify|Delete)(LaunchTemplate|Fleet|Fleets)$/;
// IAM and the like answer these, and CloudTrail leaves the answer out.
const unanswered =
  /^(Put|Update|Attach|Detach|Delete|Add|Remove|Suspend|Resume|Set|Stop(?!Instances)|Tag|Untag)/;

// Lambda's answers with the function as it is now.
const answered = /^UpdateFunction(Code|Configuration)$/;

// The API dates that Lambda's and CloudFront's events carry in their names.
const eventNames: Record<string, string> = {
  'lambda:CreateFunction': 'CreateFunction20150331',
  'lambda:UpdateFunctionCode': 'UpdateFunctionCode20150331v2',
  'lambda:UpdateFunctionConfiguration': 'UpdateFunctionConfiguration20150331v2',
  'lambda:DeleteFunction': 'DeleteFunction20150331',
  'lambda:AddPermission': 'AddPermission20150331v2',
  'lambda:RemovePermission': 'RemovePermission20150331v2',
  'lambda:ListFunctions': 'ListFunctions20150331',
  'lambda:GetFunction': 'GetFunction20150331v2',
  'lambda:GetPolicy': 'GetPolicy20150331v2',
  'lambda:PutFunctionConcurrency': 'PutFunctionConcurrency20171031',
  'lambda:CreateEventSourceMapping': 'CreateEventSourceMapping20150331',
};

// Data events and what CloudTrail does not log.
const unlogged =
  /^(lambda:Invoke|lambda:InvokeWithResponseStream|s3:GetObject|s3:ListObjectsV2|s3:PutObject)$/;

const sources: Record<string, string> = { ses: 'ses', 'service-quotas': 'servicequotas' };

/** EC2's request in CloudTrail's form: filters as a filterSet, instance ids as an instancesSet. */
function ec2Request(operation: string, request: JsonObject, input: Structure): JsonObject {
  const { filter: _filter, instanceId, ...rest } = request;
  const filters = (input.Filters ?? []) as { Name?: string; Values?: string[] }[];
  const items = filters.map(({ Name = '', Values = [] }) => ({
    name: Name,
    valueSet: { items: Values.map((value) => ({ value })) },
  }));
  const ids = input.InstanceIds as string[] | undefined;
  return {
    ...rest,
    ...(typeof instanceId === 'string' ? { instanceId } : {}),
    ...(ids === undefined && operation !== 'DescribeInstances'
      ? {}
      : { instancesSet: ids === undefined ? {} : { items: ids.map((id) => ({ instanceId: id })) } }),
    ...(operation.startsWith('Describe') ? { filterSet: items.length === 0 ? {} : { items } } : {}),
  };
}

/** Writes the CloudTrail record of one call, worked or refused. */
export function recordCall(
  model: ServiceModel,
  context: Context,
  input: Structure,
  output: Structure | null,
  error: AwsError | null,
): void {
  const { operation, caller } = context;
  const service = model.signingName;
  if (unlogged.test(`${service}:${operation}`)) return;
  const refs = model.operations[operation];
  const ec2 = model.protocol === 'ec2';
  const readOnly = isReadOnly(operation);
  let request: JsonObject | null = null;
  if (refs?.input !== undefined) {
    request = trailValue(model, refs.input, input, false) as JsonObject;
    if (ec2) request = ec2Request(operation, request, input);
  }
  if (ec2 && request !== null && wrapped.test(operation)) request = { [`${operation}Request`]: request };
  // IAM's and others' refusals for lack of permission say nothing of what was asked.
  if (error?.status === 403 && service === 'iam') request = null;
  let response: JsonObject | null = null;
  const minting = service === 'sts' && operation !== 'GetCallerIdentity' && operation !== 'GetAccessKeyInfo';
  if (
    error === null &&
    output !== null &&
    refs?.output !== undefined &&
    (minting || (!readOnly && (ec2 || answered.test(operation) || !unanswered.test(operation))))
  ) {
    response = trailValue(model, refs.output, output, true) as JsonObject;
    if (minting && response.credentials) {
      const { AccessKeyId, SessionToken, Expiration } = output.Credentials as Structure;
      response.credentials = {
        accessKeyId: AccessKeyId as string,
        sessionToken: SessionToken as string,
        expiration: trailDate(Number(Expiration)),
      };
    }
    if (ec2)
      response = wrapped.test(operation)
        ? { [`${operation}Response`]: response }
        : { requestId: context.requestId, ...response };
  }
  const errorCode =
    error === null
      ? {}
      : {
          errorCode: (ec2 ? ((error.status ?? 400) >= 500 ? 'Server.' : 'Client.') : '') + error.code,
          errorMessage: error.message,
        };
  const event = {
    userIdentity: userIdentity(caller),
    eventSource: `${sources[service] ?? service}.amazonaws.com`,
    eventName: eventNames[`${service}:${operation}`] ?? operation,
    ...context.trail.as,
    sourceIPAddress: context.sourceIp,
    userAgent: context.userAgent,
    ...errorCode,
    requestParameters:
      context.trail.requestParameters === undefined ? request : context.trail.requestParameters,
    responseElements:
      error !== null
        ? null
        : context.trail.responseElements === undefined
          ? response
          : context.trail.responseElements,
    requestID: context.requestId,
    readOnly,
  };
  writeEvent(context.region, context.now, event);
  if (service === 'sts' && operation === 'AssumeRole' && error === null)
    recordForOwner(context, input, event);
}

/** A role of another account: its owner gets a record of its own, which names no more of the caller than the account
 *  (CloudTrail user guide, "userIdentity element", AWSAccount). */
function recordForOwner(
  { world, region, now, caller }: Context,
  input: Structure,
  event: Parameters<typeof writeEvent>[2],
): void {
  const owner = world.accounts.get((input.RoleArn as string).split(':')[4] ?? '');
  if (owner === undefined || owner === caller.account) return;
  writeEvent(owner.region(region.name), now, {
    ...event,
    userIdentity: { type: 'AWSAccount', principalId: caller.userId, accountId: caller.account.id },
  });
}

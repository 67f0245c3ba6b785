import { AwsError } from '../../aws-error.js';
import { policyExists } from '../../iam/managed-policies.js';
import { checkIdentityPolicy } from '../../iam/policy.js';
import type { Context, Operation } from '../../service.js';
import type { Grants, Principal } from '../../world/identity.js';
import { isServiceLinked } from '../../iam/authorize.js';
import type { Account } from '../../world/world.js';
import { attachedShape, entity, marked } from './common.js';

type Kind = 'User' | 'Group' | 'Role';
type Input = {
  PolicyName: string;
  PolicyDocument: string;
  PolicyArn: string;
  PermissionsBoundary: string;
  Marker?: string;
  MaxItems?: number;
} & Record<`${Kind}Name`, string>;

const tables: Record<Kind, (account: Account) => Map<string, Principal>> = {
  User: ({ users }) => users,
  Group: ({ groups }) => groups,
  Role: ({ roles }) => roles,
};

/** Refuses changes to roles that belong to a service or to IAM Identity Center. */
export function assertModifiable(principal: Principal): void {
  if (isServiceLinked(principal as never) || principal.name.startsWith('AWSReservedSSO_')) {
    throw new AwsError(
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${principal.name}' - this role is only modifiable by AWS`,
      400,
    );
  }
}

// Characters of all inline policies together (IAM user guide, "IAM and STS quotas").
const inlineLimits: Record<Kind, number> = { User: 2048, Group: 5120, Role: 10_240 };

/** The operations on the policies of users, groups and roles, which differ in nothing but the name. */
function operationsFor(kind: Kind): Record<string, Operation> {
  const target = ({ account }: Context, input: Input) =>
    entity(tables[kind](account), kind, input[`${kind}Name`]);
  const change = (context: Context, input: Input, edit: (grants: Grants) => Grants) => {
    const principal = target(context, input);
    if (kind === 'Role') assertModifiable(principal);
    principal.grants.change(context.world, edit(principal.grants.current));
    context.touched.push(principal.arn);
  };
  const known = ({ account }: Context, arn: string): string => {
    if (policyExists(account, arn)) return arn;
    throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
  };
  const missing = (name: string) =>
    new AwsError('NoSuchEntity', `The ${kind.toLowerCase()} policy with name ${name} cannot be found.`, 404);
  return {
    ...(kind === 'Group'
      ? {}
      : {
          [`Put${kind}PermissionsBoundary`]: (context: Context, input: Input) =>
            change(context, input, (grants) => ({
              ...grants,
              boundary: known(context, input.PermissionsBoundary),
            })),
          [`Delete${kind}PermissionsBoundary`]: (context: Context, input: Input) =>
            change(context, input, (grants) => ({ ...grants, boundary: undefined })),
        }),
    [`Put${kind}Policy`]: (context, input: Input) => {
      checkIdentityPolicy(input.PolicyDocument);
      change(context, input, (grants) => {
        const inline = { ...grants.inline, [input.PolicyName]: input.PolicyDocument };
        const size = Object.values(inline).join('').replace(/\s/g, '').length;
        if (size > inlineLimits[kind])
          throw new AwsError(
            'LimitExceeded',
            `Maximum policy size of ${inlineLimits[kind]} bytes exceeded for ${kind.toLowerCase()} ${input[`${kind}Name`]}`,
            409,
          );
        return { ...grants, inline };
      });
    },
    [`Get${kind}Policy`]: (context, input: Input) => {
      const document = target(context, input).grants.current.inline[input.PolicyName];
      if (document === undefined) throw missing(input.PolicyName);
      return {
        [`${kind}Name`]: input[`${kind}Name`],
        PolicyName: input.PolicyName,
        PolicyDocument: encodeURIComponent(document),
      };
    },
    [`List${kind}Policies`]: (context, input: Input) =>
      marked('PolicyNames', Object.keys(target(context, input).grants.current.inline), input),
    [`Delete${kind}Policy`]: (context, input: Input) =>
      change(context, input, (grants) => {
        const { [input.PolicyName]: gone, ...inline } = grants.inline;
        if (gone === undefined) throw missing(input.PolicyName);
        return { ...grants, inline };
      }),
    [`Attach${kind}Policy`]: (context, input: Input) => {
      const arn = known(context, input.PolicyArn);
      change(context, input, (grants) => {
        const attached = [...new Set([...grants.attached, arn])];
        // Managed policies attached to a user, group or role (IAM user guide, "IAM and STS quotas").
        if (attached.length > 10)
          throw new AwsError('LimitExceeded', `Cannot exceed quota for PoliciesPer${kind}: 10`, 409);
        return { ...grants, attached };
      });
    },
    [`Detach${kind}Policy`]: (context, input: Input) =>
      change(context, input, (grants) => {
        if (!grants.attached.includes(input.PolicyArn))
          throw new AwsError('NoSuchEntity', `Policy ${input.PolicyArn} was not found.`, 404);
        return { ...grants, attached: grants.attached.filter((arn) => arn !== input.PolicyArn) };
      }),
    [`ListAttached${kind}Policies`]: (context, input: Input) =>
      marked('AttachedPolicies', target(context, input).grants.current.attached.map(attachedShape), input),
  };
}

export const grantOperations: Record<string, Operation> = {
  ...operationsFor('User'),
  ...operationsFor('Group'),
  ...operationsFor('Role'),
};

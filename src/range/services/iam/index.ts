import { AwsError } from '../../aws-error.js';
import { decide } from '../../iam/authorize.js';
import { page, type Context, type Operation, type Service, type Structure } from '../../service.js';
import { keysOf, type Principal } from '../../world/identity.js';
import {
  attachedShape,
  groupShape,
  marked,
  policyShape,
  profileShape,
  roleShape,
  userShape,
  versionShape,
} from './common.js';
import { credentialOperations } from './credentials.js';
import { grantOperations } from './grants.js';
import { roleOperations } from './roles.js';
import { userOperations } from './users.js';

const inlineShape = ({ grants }: Principal) =>
  Object.entries(grants.current.inline).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encodeURIComponent(document),
  }));
const managed = ({ grants }: Principal) => grants.current.attached.map(attachedShape);

/** Everything in one list, so that it can be paged as one: each row belongs to one of the four lists. */
function authorizationDetails(
  { account }: Context,
  input: { Filter?: string[]; Marker?: string; MaxItems?: number },
) {
  const wanted = (kind: string) => input.Filter === undefined || input.Filter.includes(kind);
  const rows: [list: string, item: object][] = [];
  if (wanted('User')) {
    for (const user of account.users.values()) {
      rows.push([
        'UserDetailList',
        {
          ...userShape(user),
          UserPolicyList: inlineShape(user),
          GroupList: user.groups.current,
          AttachedManagedPolicies: managed(user),
        },
      ]);
    }
  }
  if (wanted('Group')) {
    for (const group of account.groups.values())
      rows.push([
        'GroupDetailList',
        {
          ...groupShape(group),
          GroupPolicyList: inlineShape(group),
          AttachedManagedPolicies: managed(group),
        },
      ]);
  }
  if (wanted('Role')) {
    for (const role of account.roles.values()) {
      const profiles = [...account.instanceProfiles.values()].filter(({ roles }) =>
        roles.includes(role.name),
      );
      rows.push([
        'RoleDetailList',
        {
          ...roleShape(role),
          RolePolicyList: inlineShape(role),
          AttachedManagedPolicies: managed(role),
          InstanceProfileList: profiles.map((profile) => profileShape(account, profile)),
        },
      ]);
    }
  }
  if (wanted('LocalManagedPolicy')) {
    for (const policy of account.policies.values()) {
      rows.push([
        'Policies',
        {
          ...policyShape(policy),
          PolicyVersionList: policy.versions.map(versionShape(policy)),
        },
      ]);
    }
  }
  const { items, next } = page(rows, input.Marker, input.MaxItems ?? 100);
  const lists: Record<string, object[]> = {
    UserDetailList: [],
    GroupDetailList: [],
    RoleDetailList: [],
    Policies: [],
  };
  for (const [list, item] of items) lists[list]!.push(item);
  return { ...lists, IsTruncated: next !== undefined, ...(next === undefined ? {} : { Marker: next }) };
}

/** The range's own engine asked on behalf of another principal. */
function simulate(
  { account }: Context,
  input: {
    PolicySourceArn: string;
    ActionNames: string[];
    ResourceArns?: string[];
    ContextEntries?: { ContextKeyName?: string; ContextKeyValues?: string[] }[];
  },
) {
  const principal = [...account.users.values(), ...account.roles.values()].find(
    ({ arn }) => arn === input.PolicySourceArn,
  );
  if (principal === undefined)
    throw new AwsError('NoSuchEntity', `The principal ${input.PolicySourceArn} cannot be found.`, 404);
  const user = account.users.get(principal.name) === principal ? account.users.get(principal.name)! : null;
  const role = user === null ? account.roles.get(principal.name)! : null;
  const caller = {
    account,
    type: user === null ? ('AssumedRole' as const) : ('IAMUser' as const),
    arn: principal.arn,
    userId: principal.id,
    user,
    role,
    key: {} as never,
    session: null,
  };
  const keys = Object.fromEntries(
    (input.ContextEntries ?? []).map(({ ContextKeyName = '', ContextKeyValues = [] }) => [
      ContextKeyName.toLowerCase(),
      ContextKeyValues,
    ]),
  );
  const results = input.ActionNames.flatMap((action) =>
    (input.ResourceArns ?? ['*']).map((resource) => {
      const { verdict, by } = decide(caller, { action, resource, keys });
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: verdict,
        MatchedStatements: [],
        MissingContextValues: [],
        ...(by === 'service control policy'
          ? { OrganizationsDecisionDetail: { AllowedByOrganizations: false } }
          : {}),
      };
    }),
  );
  return { EvaluationResults: results, IsTruncated: false };
}

const accountOperations: Record<string, Operation> = {
  GetAccountAuthorizationDetails: authorizationDetails,
  SimulatePrincipalPolicy: simulate,
  ListAccountAliases: ({ account }, input: { Marker?: string }) =>
    marked('AccountAliases', account.alias === null ? [] : [account.alias], input),
  CreateAccountAlias: ({ account }, input: { AccountAlias: string }) => {
    account.alias = input.AccountAlias;
  },
  GetAccountSummary: ({ account }) => ({
    SummaryMap: {
      Users: account.users.size,
      Groups: account.groups.size,
      Roles: account.roles.size,
      Policies: account.policies.size,
      InstanceProfiles: account.instanceProfiles.size,
      AccountAccessKeysPresent: keysOf(account, null).length > 0 ? 1 : 0,
      AccountMFAEnabled: 1,
      AccessKeysPerUserQuota: 2,
    },
  }),
};

/** The ARN that a call is about, by the name that it gives. */
function resources({ account, caller }: Context, input: Structure): string[] {
  const named = (kind: string, name: string, table: Map<string, { arn: string }>) =>
    table.get(name)?.arn ?? account.arn(`${kind}/${name}`);
  if (typeof input.UserName === 'string') return [named('user', input.UserName, account.users)];
  if (typeof input.RoleName === 'string') return [named('role', input.RoleName, account.roles)];
  if (typeof input.GroupName === 'string') return [named('group', input.GroupName, account.groups)];
  if (typeof input.PolicyArn === 'string') return [input.PolicyArn];
  if (typeof input.AccessKeyId === 'string' && caller.user !== null) return [caller.user.arn];
  return ['*'];
}

function tagsOf({ account }: Context, resource: string): Record<string, string> | undefined {
  const [kind, name = ''] = [resource.split(':').at(-1)!.split('/')[0], resource.split('/').at(-1)];
  return (kind === 'user' ? account.users : kind === 'role' ? account.roles : null)?.get(name)?.tags;
}

export const iam: Service = {
  global: true,
  tags: tagsOf,
  operations: {
    ...userOperations,
    ...roleOperations,
    ...grantOperations,
    ...accountOperations,
    ...credentialOperations,
  },
  resources,
};

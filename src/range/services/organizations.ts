import { AwsError } from '../aws-error.js';
import { page, type Context, type Service } from '../service.js';
import { orgId, type Account, type World } from '../world/world.js';

const rootId = (management: string) => `r-${Number(management).toString(36).slice(0, 4)}`;

function management({ account }: Context): string {
  if (account.managementAccount === null)
    throw new AwsError(
      'AWSOrganizationsNotInUseException',
      'Your account is not a member of an organization.',
    );
  return account.managementAccount;
}

/** The management account's own operations. */
function asManagement(context: Context): string {
  const id = management(context);
  if (id !== context.account.id)
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
  return id;
}

/** Reads of the organization: those of the management account, and of those that it has delegated them to. */
function asReader(context: Context): string {
  return context.account.delegated ? management(context) : asManagement(context);
}

const members = (world: World, id: string) =>
  [...world.accounts.values()].filter(({ managementAccount }) => managementAccount === id);
const accountShape = (account: Account) => ({
  Id: account.id,
  Arn: `arn:aws:organizations::${account.managementAccount}:account/${orgId(account.managementAccount!)}/${account.id}`,
  Name: account.name,
  Email: account.email,
  Status: account.suspended ? 'SUSPENDED' : 'ACTIVE',
  State: account.suspended ? 'SUSPENDED' : 'ACTIVE',
  JoinedMethod: 'CREATED',
});

/** The id of an organizational unit, by its names from the root on; of none, the root's. */
function unitId(management: string, path: string): string {
  if (path === '') return rootId(management);
  const hash = [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return `ou-${rootId(management).slice(2)}-${hash.toString(36).padStart(8, '0')}`;
}

/** All units in which an account is, and those around them. */
function unitsOf(world: World, id: string): string[] {
  const paths = members(world, id).flatMap(({ unit }) => {
    const names = unit.split('/').filter((name) => name !== '');
    return names.map((_, at) => names.slice(0, at + 1).join('/'));
  });
  return [...new Set(paths)].sort();
}

/** The path of the unit, or of the root, that is called `parent`. */
function parentOf(context: Context, parent: string): { id: string; path: string } {
  const id = asReader(context);
  const path = ['', ...unitsOf(context.world, id)].find((one) => unitId(id, one) === parent);
  if (path === undefined)
    throw new AwsError(
      'ParentNotFoundException',
      "We can't find a root or OU with the ParentId that you specified.",
    );
  return { id, path };
}

interface Scp {
  id: string;
  name: string;
  document: string;
}
const policies = (world: World, id: string) =>
  world.account(id).region('us-east-1').table<Scp>('organizations:policies');
const policySummary = ({ id, name }: Scp) => ({
  Id: id,
  Name: name,
  Type: 'SERVICE_CONTROL_POLICY',
  AwsManaged: false,
});

function scp(context: Context, id: string): Scp {
  const found = policies(context.world, asManagement(context)).get(id);
  if (found === undefined)
    throw new AwsError(
      'PolicyNotFoundException',
      "We can't find a policy with the PolicyId that you specified.",
    );
  return found;
}

/** The accounts that a target id stands for: one account, or all below the root. */
function targets(context: Context, target: string): Account[] {
  const all = members(context.world, asManagement(context));
  const found = target === rootId(context.account.id) ? all : all.filter(({ id }) => id === target);
  if (found.length === 0)
    throw new AwsError(
      'TargetNotFoundException',
      "We can't find a root, OU, account, or policy with the TargetId that you specified.",
    );
  return found;
}

export const organizations: Service = {
  global: true,
  operations: {
    DescribeOrganization: (context) => {
      const id = management(context);
      return {
        Organization: {
          Id: orgId(id),
          Arn: `arn:aws:organizations::${id}:organization/${orgId(id)}`,
          FeatureSet: 'ALL',
          MasterAccountArn: `arn:aws:organizations::${id}:account/${orgId(id)}/${id}`,
          MasterAccountId: id,
          MasterAccountEmail: context.world.account(id).email,
          AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
        },
      };
    },
    ListAccounts: (context, input: { NextToken?: string; MaxResults?: number }) => {
      const { items, next } = page(
        members(context.world, asReader(context)),
        input.NextToken,
        input.MaxResults ?? 20,
      );
      return { Accounts: items.map(accountShape), NextToken: next };
    },
    ListAccountsForParent: (
      context,
      input: { ParentId: string; NextToken?: string; MaxResults?: number },
    ) => {
      const { id, path } = parentOf(context, input.ParentId);
      const there = members(context.world, id).filter(({ unit }) => unit === path);
      const { items, next } = page(there, input.NextToken, input.MaxResults ?? 20);
      return { Accounts: items.map(accountShape), NextToken: next };
    },
    ListOrganizationalUnitsForParent: (
      context,
      input: { ParentId: string; NextToken?: string; MaxResults?: number },
    ) => {
      const { id, path } = parentOf(context, input.ParentId);
      const within = unitsOf(context.world, id).filter(
        (one) => one.split('/').slice(0, -1).join('/') === path,
      );
      const { items, next } = page(within, input.NextToken, input.MaxResults ?? 20);
      const units = items.map((one) => ({
        Id: unitId(id, one),
        Arn: `arn:aws:organizations::${id}:ou/${orgId(id)}/${unitId(id, one)}`,
        Name: one.split('/').at(-1)!,
      }));
      return { OrganizationalUnits: units, NextToken: next };
    },
    DescribeAccount: (context, input: { AccountId: string }) => {
      const found = members(context.world, asManagement(context)).find(({ id }) => id === input.AccountId);
      if (found === undefined)
        throw new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
      return { Account: accountShape(found) };
    },
    ListRoots: (context) => ({
      Roots: [
        {
          Id: rootId(asManagement(context)),
          Name: 'Root',
          Arn: `arn:aws:organizations::${context.account.id}:root/${orgId(context.account.id)}/${rootId(context.account.id)}`,
          PolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
        },
      ],
    }),
    ListParents: (context, input: { ChildId: string }) => {
      const id = asReader(context);
      const child = members(context.world, id).find((account) => account.id === input.ChildId);
      const unit = child?.unit ?? '';
      return { Parents: [{ Id: unitId(id, unit), Type: unit === '' ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }] };
    },
    ListPolicies: (context) => ({
      Policies: [...policies(context.world, asManagement(context)).values()].map(policySummary),
    }),
    ListPoliciesForTarget: (context, input: { TargetId: string }) => ({
      Policies: (targets(context, input.TargetId)[0]?.scps ?? []).map(policySummary),
    }),
    DescribePolicy: (context, input: { PolicyId: string }) => {
      const found = scp(context, input.PolicyId);
      return { Policy: { PolicySummary: policySummary(found), Content: found.document } };
    },
    CreatePolicy: (context, input: { Name: string; Content: string; Type: string }) => {
      const created = {
        id: `p-${context.world.random.text(8, 'abcdefghijklmnopqrstuvwxyz0123456789')}`,
        name: input.Name,
        document: input.Content,
      };
      policies(context.world, asManagement(context)).set(created.id, created);
      context.touched.push(created.id);
      return { Policy: { PolicySummary: policySummary(created), Content: created.document } };
    },
    AttachPolicy: (context, input: { PolicyId: string; TargetId: string }) => {
      const found = scp(context, input.PolicyId);
      for (const account of targets(context, input.TargetId)) {
        if (account.scps.some(({ id }) => id === found.id))
          throw new AwsError(
            'DuplicatePolicyAttachmentException',
            'The selected policy is already attached to the specified target.',
          );
        account.scps = [...account.scps, found];
        context.touched.push(account.id);
      }
    },
    DetachPolicy: (context, input: { PolicyId: string; TargetId: string }) => {
      for (const account of targets(context, input.TargetId)) {
        account.scps = account.scps.filter(({ id }) => id !== input.PolicyId);
        context.touched.push(account.id);
      }
    },
    LeaveOrganization: (context) => {
      if (management(context) === context.account.id)
        throw new AwsError(
          'MasterCannotLeaveOrganizationException',
          "You can't remove a management account from an organization.",
        );
      context.account.managementAccount = null;
      context.account.scps = [];
    },
  },
};

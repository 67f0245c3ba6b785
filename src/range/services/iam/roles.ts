import { AwsError } from '../../aws-error.js';
import { awsManagedPolicies, managedDocument, policyExists } from '../../iam/managed-policies.js';
import { statements } from '../../iam/policy.js';
import { tagMap, type Operation } from '../../service.js';
import { createPolicy, createRole, type ManagedPolicy, type Principal } from '../../world/identity.js';
import { mustFind, type Account } from '../../world/world.js';
import {
  attachedShape,
  entity,
  marked,
  policyShape,
  profileShape,
  roleShape,
  versionShape,
} from './common.js';
import { assertModifiable } from './grants.js';

const profileOf = (account: Account, name: string) =>
  mustFind(account.instanceProfiles, name, 'NoSuchEntity', `Instance Profile ${name} cannot be found.`, 404);
type Marking = { Marker?: string; MaxItems?: number };
type Tagging = { Tags?: { Key?: string; Value?: string }[] };

function policyOf(account: Account, arn: string): ManagedPolicy {
  return mustFind(account.policies, arn, 'NoSuchEntity', `Policy ${arn} was not found.`, 404);
}

function versionOf(policy: ManagedPolicy, id: string): ManagedPolicy['versions'][number] {
  const version = policy.versions.find((one) => one.id === id);
  if (version === undefined)
    throw new AwsError(
      'NoSuchEntity',
      `Policy ${policy.arn} version ${id} does not exist or is not attachable.`,
      404,
    );
  return version;
}

function setDefault(policy: ManagedPolicy, id: string): void {
  policy.document = versionOf(policy, id).document;
  policy.defaultVersion = id;
}

export const roleOperations: Record<string, Operation> = {
  CreateRole: (
    { account, maker, touched },
    input: {
      RoleName: string;
      AssumeRolePolicyDocument: string;
      Path?: string;
      Description?: string;
      MaxSessionDuration?: number;
      PermissionsBoundary?: string;
    } & Tagging,
  ) => {
    statements(input.AssumeRolePolicyDocument);
    const role = createRole(account, input.RoleName, input.AssumeRolePolicyDocument, {
      path: input.Path ?? '/',
      description: input.Description ?? '',
      maxSession: input.MaxSessionDuration ?? 3600,
      boundary: input.PermissionsBoundary,
      tags: tagMap(input.Tags),
      maker,
    });
    touched.push(role.arn);
    return { Role: roleShape(role) };
  },
  CreateServiceLinkedRole: ({ account, maker, touched }, input: { AWSServiceName: string }) => {
    const name = `AWSServiceRoleFor${input.AWSServiceName.split('.')[0]!.replace(/^./, (letter) => letter.toUpperCase())}`;
    const trust = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: input.AWSServiceName }, Action: 'sts:AssumeRole' },
      ],
    };
    const role = createRole(account, name, trust, {
      path: `/aws-service-role/${input.AWSServiceName}/`,
      maker,
    });
    touched.push(role.arn);
    return { Role: roleShape(role) };
  },
  GetRole: ({ account }, input: { RoleName: string }) => ({
    Role: roleShape(entity(account.roles, 'Role', input.RoleName)),
  }),
  ListRoles: ({ account }, input: Marking) =>
    marked('Roles', [...account.roles.values()].map(roleShape), input),
  UpdateRole: (
    { account, touched },
    input: { RoleName: string; Description?: string; MaxSessionDuration?: number },
  ) => {
    const role = entity(account.roles, 'Role', input.RoleName);
    role.description = input.Description ?? role.description;
    role.maxSession = input.MaxSessionDuration ?? role.maxSession;
    touched.push(role.arn);
    return {};
  },
  DeleteRole: ({ account, touched }, input: { RoleName: string }) => {
    const role = entity(account.roles, 'Role', input.RoleName);
    assertModifiable(role);
    const { inline, attached } = role.grants.current;
    const used = [...account.instanceProfiles.values()].some(({ roles }) => roles.includes(role.name));
    const left =
      attached.length > 0
        ? 'detach all policies'
        : Object.keys(inline).length > 0
          ? 'delete policies'
          : used
            ? 'remove roles from instance profile'
            : null;
    if (left !== null) throw new AwsError('DeleteConflict', `Cannot delete entity, must ${left} first.`, 409);
    account.roles.delete(role.name);
    touched.push(role.arn);
  },
  UpdateAssumeRolePolicy: (
    { account, world, touched },
    input: { RoleName: string; PolicyDocument: string },
  ) => {
    const role = entity(account.roles, 'Role', input.RoleName);
    assertModifiable(role);
    statements(input.PolicyDocument);
    role.trust.change(world, input.PolicyDocument);
    touched.push(role.arn);
  },
  CreatePolicy: (
    { account, maker, touched },
    input: { PolicyName: string; PolicyDocument: string; Path?: string },
  ) => {
    statements(input.PolicyDocument);
    if (input.PolicyDocument.replace(/\s/g, '').length > 6144)
      throw new AwsError('LimitExceeded', 'Cannot exceed quota for PolicySize: 6144', 409);
    const policy = createPolicy(account, input.PolicyName, input.PolicyDocument, {
      path: input.Path ?? '/',
      maker,
    });
    touched.push(policy.arn);
    return { Policy: policyShape(policy) };
  },
  GetPolicy: ({ account }, input: { PolicyArn: string }) => {
    if (!policyExists(account, input.PolicyArn))
      throw new AwsError('NoSuchEntity', `Policy ${input.PolicyArn} was not found.`, 404);
    const own = account.policies.get(input.PolicyArn);
    return {
      Policy:
        own === undefined
          ? {
              PolicyName: attachedShape(input.PolicyArn).PolicyName,
              Arn: input.PolicyArn,
              DefaultVersionId: 'v1',
              IsAttachable: true,
              Path: '/',
            }
          : policyShape(own),
    };
  },
  GetPolicyVersion: ({ account }, input: { PolicyArn: string; VersionId: string }) => {
    const own = account.policies.get(input.PolicyArn);
    const aws = own === undefined && policyExists(account, input.PolicyArn) && input.VersionId === 'v1';
    if (aws)
      return {
        PolicyVersion: {
          Document: encodeURIComponent(managedDocument(account, input.PolicyArn)),
          VersionId: 'v1',
          IsDefaultVersion: true,
          CreateDate: 0,
        },
      };
    const policy = policyOf(account, input.PolicyArn);
    return { PolicyVersion: versionShape(policy)(versionOf(policy, input.VersionId)) };
  },
  ListPolicyVersions: ({ account }, input: { PolicyArn: string } & Marking) => {
    const policy = policyOf(account, input.PolicyArn);
    return marked('Versions', policy.versions.map(versionShape(policy)), input);
  },
  CreatePolicyVersion: (
    { account, now, touched },
    input: { PolicyArn: string; PolicyDocument: string; SetAsDefault?: boolean },
  ) => {
    const policy = policyOf(account, input.PolicyArn);
    statements(input.PolicyDocument);
    if (policy.versions.length >= 5)
      throw new AwsError(
        'LimitExceeded',
        'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        409,
      );
    const version = {
      id: `v${Number(policy.versions.at(-1)!.id.slice(1)) + 1}`,
      document: input.PolicyDocument,
      createdAt: now,
    };
    policy.versions.push(version);
    if (input.SetAsDefault) setDefault(policy, version.id);
    touched.push(policy.arn);
    return { PolicyVersion: versionShape(policy)(version) };
  },
  SetDefaultPolicyVersion: ({ account, touched }, input: { PolicyArn: string; VersionId: string }) => {
    setDefault(policyOf(account, input.PolicyArn), input.VersionId);
    touched.push(input.PolicyArn);
  },
  DeletePolicyVersion: ({ account, touched }, input: { PolicyArn: string; VersionId: string }) => {
    const policy = policyOf(account, input.PolicyArn);
    const version = versionOf(policy, input.VersionId);
    if (version.id === policy.defaultVersion)
      throw new AwsError('DeleteConflict', 'Cannot delete the default version of a policy.', 409);
    policy.versions = policy.versions.filter(({ id }) => id !== version.id);
    touched.push(policy.arn);
  },
  ListPolicies: ({ account }, input: { Scope?: string } & Marking) => {
    const own = [...account.policies.values()].map(policyShape);
    const aws = awsManagedPolicies.map(({ name, arn }) => ({
      PolicyName: name,
      Arn: arn,
      DefaultVersionId: 'v1',
      IsAttachable: true,
      Path: '/',
    }));
    return marked(
      'Policies',
      input.Scope === 'Local' ? own : input.Scope === 'AWS' ? aws : [...own, ...aws],
      input,
    );
  },
  DeletePolicy: ({ account, touched }, input: { PolicyArn: string }) => {
    const policy = mustFind(
      account.policies,
      input.PolicyArn,
      'NoSuchEntity',
      `Policy ${input.PolicyArn} was not found.`,
      404,
    );
    const attached = [account.users, account.groups, account.roles].some((table) =>
      [...table.values()].some(
        ({ grants: { current } }) => current.attached.includes(policy.arn) || current.boundary === policy.arn,
      ),
    );
    if (attached) throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    account.policies.delete(policy.arn);
    touched.push(policy.arn);
  },
  ListEntitiesForPolicy: ({ account }, input: { PolicyArn: string }) => {
    const holders = (table: Map<string, Principal>) =>
      [...table.values()].filter(({ grants }) => grants.current.attached.includes(input.PolicyArn));
    return {
      PolicyUsers: holders(account.users as Map<string, Principal>).map(({ name, id }) => ({
        UserName: name,
        UserId: id,
      })),
      PolicyGroups: holders(account.groups).map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyRoles: holders(account.roles as Map<string, Principal>).map(({ name, id }) => ({
        RoleName: name,
        RoleId: id,
      })),
      IsTruncated: false,
    };
  },
  CreateInstanceProfile: (
    { account, world, now, touched, maker },
    input: { InstanceProfileName: string; Path?: string },
  ) => {
    const { InstanceProfileName: name, Path: path = '/' } = input;
    if (account.instanceProfiles.has(name))
      throw new AwsError('EntityAlreadyExists', `Instance Profile ${name} already exists.`, 409);
    const profile = {
      name,
      id: world.random.uniqueId('AIPA'),
      arn: account.arn(`instance-profile${path}${name}`),
      path,
      createdAt: now,
      roles: [],
      maker,
    };
    account.instanceProfiles.set(name, profile);
    touched.push(profile.arn);
    return { InstanceProfile: profileShape(account, profile) };
  },
  GetInstanceProfile: ({ account }, input: { InstanceProfileName: string }) => ({
    InstanceProfile: profileShape(account, profileOf(account, input.InstanceProfileName)),
  }),
  ListInstanceProfiles: ({ account }, input: Marking) =>
    marked(
      'InstanceProfiles',
      [...account.instanceProfiles.values()].map((profile) => profileShape(account, profile)),
      input,
    ),
  ListInstanceProfilesForRole: ({ account }, input: { RoleName: string } & Marking) =>
    marked(
      'InstanceProfiles',
      [...account.instanceProfiles.values()]
        .filter(({ roles }) => roles.includes(input.RoleName))
        .map((profile) => profileShape(account, profile)),
      input,
    ),
  DeleteInstanceProfile: ({ account, touched }, input: { InstanceProfileName: string }) => {
    const profile = profileOf(account, input.InstanceProfileName);
    if (profile.roles.length > 0)
      throw new AwsError(
        'DeleteConflict',
        'Cannot delete entity, must remove roles from instance profile first.',
        409,
      );
    account.instanceProfiles.delete(profile.name);
    touched.push(profile.arn);
  },
  AddRoleToInstanceProfile: (
    { account, touched },
    input: { InstanceProfileName: string; RoleName: string },
  ) => {
    const profile = profileOf(account, input.InstanceProfileName);
    entity(account.roles, 'Role', input.RoleName);
    if (profile.roles.length > 0)
      throw new AwsError(
        'LimitExceeded',
        'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
        409,
      );
    profile.roles.push(input.RoleName);
    touched.push(profile.arn);
  },
  RemoveRoleFromInstanceProfile: (
    { account, touched },
    input: { InstanceProfileName: string; RoleName: string },
  ) => {
    const profile = profileOf(account, input.InstanceProfileName);
    if (!profile.roles.includes(input.RoleName))
      throw new AwsError(
        'NoSuchEntity',
        `Role ${input.RoleName} in Instance Profile ${profile.name} cannot be found.`,
        404,
      );
    profile.roles = profile.roles.filter((name) => name !== input.RoleName);
    touched.push(profile.arn);
  },
};

import { AwsError } from '../../aws-error.js';
import { page } from '../../service.js';
import type { Group, ManagedPolicy, Principal, Role, User } from '../../world/identity.js';
import type { Account, InstanceProfile } from '../../world/world.js';

export const tags = (item: { tags: Record<string, string> }) =>
  Object.entries(item.tags).map(([Key, Value]) => ({ Key, Value }));

const boundaryShape = ({ grants }: Principal) => {
  const { boundary } = grants.current;
  return boundary === undefined
    ? {}
    : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary } };
};

export const userShape = (user: User) => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: user.createdAt,
  ...(user.passwordLastUsed === null ? {} : { PasswordLastUsed: user.passwordLastUsed }),
  ...boundaryShape(user),
  Tags: tags(user),
});
export const groupShape = (group: Group) => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: group.arn,
  CreateDate: group.createdAt,
});
export const roleShape = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeURIComponent(role.trust.current),
  Description: role.description,
  MaxSessionDuration: role.maxSession,
  ...boundaryShape(role),
  Tags: tags(role),
});
export const policyShape = (policy: ManagedPolicy) => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: 0,
  IsAttachable: true,
  CreateDate: policy.createdAt,
  UpdateDate: policy.createdAt,
});
export const profileShape = (account: Account, profile: InstanceProfile) => ({
  InstanceProfileName: profile.name,
  InstanceProfileId: profile.id,
  Arn: profile.arn,
  Path: profile.path,
  CreateDate: profile.createdAt,
  Roles: profile.roles.flatMap((name) => account.roles.get(name) ?? []).map(roleShape),
});

/** The user, group or role of this name. Throws NoSuchEntity. */
export function entity<T extends Principal>(table: Map<string, T>, kind: string, name: string): T {
  const found = table.get(name);
  if (found === undefined)
    throw new AwsError('NoSuchEntity', `The ${kind.toLowerCase()} with name ${name} cannot be found.`, 404);
  return found;
}

/** A list as IAM pages it: 100 a page, by Marker. */
export function marked<T>(name: string, all: T[], input: { Marker?: string; MaxItems?: number }): object {
  const { items, next } = page(all, input.Marker, input.MaxItems ?? 100);
  return { [name]: items, IsTruncated: next !== undefined, ...(next === undefined ? {} : { Marker: next }) };
}

export const attachedShape = (arn: string) => ({ PolicyArn: arn, PolicyName: arn.split('/').at(-1)! });

export const versionShape = (policy: ManagedPolicy) => (version: ManagedPolicy['versions'][number]) => ({
  Document: encodeURIComponent(version.document),
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersion,
  CreateDate: version.createdAt,
});

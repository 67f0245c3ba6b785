import { AwsError } from '../../aws-error.js';
import { tagMap, type Context, type Operation } from '../../service.js';
import {
  createAccessKey,
  createGroup,
  createUser,
  keysOf,
  type AccessKey,
  type User,
} from '../../world/identity.js';
import { entity, groupShape, marked, tags, userShape } from './common.js';

interface UserInput {
  UserName: string;
  Marker?: string;
  MaxItems?: number;
}

/** The user that a call names, or the caller's own. */
function userOf({ account, caller }: Context, input: { UserName?: string }): User {
  if (input.UserName !== undefined) return entity(account.users, 'User', input.UserName);
  if (caller.user === null)
    throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  return caller.user;
}

const keyShape = (key: AccessKey, status = key.status.current) => ({
  UserName: key.user ?? undefined,
  AccessKeyId: key.id,
  Status: status,
  CreateDate: key.createdAt,
});

/** The key of the user that is named, else of the caller: root's own keys when root calls. */
function keyOf(context: Context, input: { UserName?: string; AccessKeyId: string }): AccessKey {
  const owner =
    input.UserName === undefined && context.caller.type === 'Root' ? null : userOf(context, input).name;
  const key = keysOf(context.account, owner).find(({ id }) => id === input.AccessKeyId);
  if (key === undefined)
    throw new AwsError('NoSuchEntity', `The Access Key with id ${input.AccessKeyId} cannot be found.`, 404);
  return key;
}

function loginOf(user: User) {
  if (user.loginProfile === null)
    throw new AwsError('NoSuchEntity', `Login Profile for User ${user.name} cannot be found.`, 404);
  return {
    LoginProfile: {
      UserName: user.name,
      CreateDate: user.loginProfile.createdAt,
      PasswordResetRequired: user.loginProfile.resetRequired,
    },
  };
}

function deleteUser({ account, touched }: Context, input: UserInput): void {
  const user = entity(account.users, 'User', input.UserName);
  const { inline, attached } = user.grants.current;
  const left =
    keysOf(account, user.name).length > 0
      ? 'access keys'
      : user.loginProfile !== null
        ? 'login profile'
        : Object.keys(inline).length > 0
          ? 'policies'
          : attached.length > 0
            ? 'policies'
            : user.groups.current.length > 0
              ? 'groups'
              : null;
  if (left !== null)
    throw new AwsError('DeleteConflict', `Cannot delete entity, must delete ${left} first.`, 409);
  account.users.delete(user.name);
  touched.push(user.arn);
}

export const userOperations: Record<string, Operation> = {
  CreateUser: (
    { account, maker, touched },
    input: UserInput & {
      Path?: string;
      PermissionsBoundary?: string;
      Tags?: { Key?: string; Value?: string }[];
    },
  ) => {
    const user = createUser(account, input.UserName, {
      path: input.Path ?? '/',
      boundary: input.PermissionsBoundary,
      tags: tagMap(input.Tags),
      maker,
    });
    touched.push(user.arn);
    return { User: userShape(user) };
  },
  GetUser: (context, input: { UserName?: string }) => {
    if (context.caller.type === 'Root' && input.UserName === undefined)
      return {
        User: { UserName: '', Path: '/', UserId: context.account.id, Arn: context.caller.arn, CreateDate: 0 },
      };
    return { User: userShape(userOf(context, input)) };
  },
  ListUsers: ({ account }, input: UserInput) =>
    marked('Users', [...account.users.values()].map(userShape), input),
  UpdateUser: ({ account, touched }, input: UserInput & { NewUserName?: string }) => {
    const user = entity(account.users, 'User', input.UserName);
    if (input.NewUserName === undefined) return;
    if (account.users.has(input.NewUserName))
      throw new AwsError('EntityAlreadyExists', `User with name ${input.NewUserName} already exists.`, 409);
    account.users.delete(user.name);
    for (const key of keysOf(account, user.name)) key.user = input.NewUserName;
    Object.assign(user, {
      name: input.NewUserName,
      arn: account.arn(`user${user.path}${input.NewUserName}`),
    });
    account.users.set(user.name, user);
    touched.push(user.arn);
  },
  DeleteUser: deleteUser,
  TagUser: ({ account, touched }, input: UserInput & { Tags: { Key?: string; Value?: string }[] }) => {
    const user = entity(account.users, 'User', input.UserName);
    Object.assign(user.tags, tagMap(input.Tags));
    touched.push(user.arn);
  },
  ListUserTags: ({ account }, input: UserInput) =>
    marked('Tags', tags(entity(account.users, 'User', input.UserName)), input),
  CreateAccessKey: (context, input: { UserName?: string }) => {
    const owner =
      input.UserName === undefined && context.caller.type === 'Root' ? null : userOf(context, input).name;
    const key = createAccessKey(context.account, owner, { maker: context.maker });
    context.touched.push(key.id);
    return { AccessKey: { ...keyShape(key), UserName: owner ?? '', SecretAccessKey: key.secret } };
  },
  ListAccessKeys: (context, input: { UserName?: string; Marker?: string; MaxItems?: number }) => {
    const owner =
      input.UserName === undefined && context.caller.type === 'Root' ? null : userOf(context, input).name;
    const { staleKeysMs = 0 } = context.world.faults;
    const keys = keysOf(context.account, owner).map((key) =>
      keyShape(key, key.status.shown(context.now, staleKeysMs)),
    );
    return marked('AccessKeyMetadata', keys, input);
  },
  UpdateAccessKey: (
    context,
    input: { UserName?: string; AccessKeyId: string; Status: 'Active' | 'Inactive' },
  ) => {
    const key = keyOf(context, input);
    if (input.Status !== 'Active' && input.Status !== 'Inactive')
      throw new AwsError(
        'ValidationError',
        `Value '${String(input.Status)}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
      );
    key.status.change(context.world, input.Status);
    context.touched.push(key.id);
  },
  DeleteAccessKey: (context, input: { UserName?: string; AccessKeyId: string }) => {
    const key = keyOf(context, input);
    context.world.keys.delete(key.id);
    context.touched.push(key.id);
  },
  GetAccessKeyLastUsed: ({ world, account, caller }, input: { AccessKeyId: string }) => {
    const key = world.keys.get(input.AccessKeyId);
    // AWS does not tell keys of other accounts, or ones that never were, from a lack of permission.
    if (key === undefined || key.account !== account) {
      throw new AwsError(
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${input.AccessKeyId}`,
        403,
      );
    }
    const used = key.lastUsed;
    return {
      UserName: key.user ?? undefined,
      AccessKeyLastUsed:
        used === null
          ? { Region: 'N/A', ServiceName: 'N/A' }
          : { LastUsedDate: used.at, Region: used.region, ServiceName: used.service },
    };
  },
  CreateLoginProfile: (context, input: { UserName?: string; PasswordResetRequired?: boolean }) => {
    const user = userOf(context, input);
    if (user.loginProfile !== null)
      throw new AwsError('EntityAlreadyExists', `Login Profile for user ${user.name} already exists.`, 409);
    user.loginProfile = { createdAt: context.now, resetRequired: input.PasswordResetRequired ?? false };
    context.touched.push(user.arn);
    return loginOf(user);
  },
  GetLoginProfile: (context, input: { UserName?: string }) => loginOf(userOf(context, input)),
  UpdateLoginProfile: (context, input: { UserName: string; PasswordResetRequired?: boolean }) => {
    const user = userOf(context, input);
    loginOf(user);
    user.loginProfile = {
      createdAt: user.loginProfile!.createdAt,
      resetRequired: input.PasswordResetRequired ?? false,
    };
    context.touched.push(user.arn);
  },
  DeleteLoginProfile: (context, input: { UserName?: string }) => {
    const user = userOf(context, input);
    loginOf(user);
    user.loginProfile = null;
    context.touched.push(user.arn);
  },
  ListMFADevices: (context, input: { UserName?: string; Marker?: string }) => {
    const user = userOf(context, input);
    return marked(
      'MFADevices',
      user.mfaDevices.map((SerialNumber) => ({
        UserName: user.name,
        SerialNumber,
        EnableDate: user.createdAt,
      })),
      input,
    );
  },
  CreateGroup: ({ account, maker, touched }, input: { GroupName: string; Path?: string }) => {
    const group = createGroup(account, input.GroupName, { path: input.Path ?? '/', maker });
    touched.push(group.arn);
    return { Group: groupShape(group) };
  },
  GetGroup: ({ account }, input: { GroupName: string; Marker?: string }) => {
    const group = entity(account.groups, 'Group', input.GroupName);
    const members = [...account.users.values()].filter((user) => user.groups.current.includes(group.name));
    return { Group: groupShape(group), ...marked('Users', members.map(userShape), input) };
  },
  ListGroups: ({ account }, input: UserInput) =>
    marked('Groups', [...account.groups.values()].map(groupShape), input),
  DeleteGroup: ({ account, touched }, input: { GroupName: string }) => {
    const group = entity(account.groups, 'Group', input.GroupName);
    const used = [...account.users.values()].some((user) => user.groups.current.includes(group.name));
    if (used)
      throw new AwsError('DeleteConflict', 'Cannot delete entity, must remove users from group first.', 409);
    account.groups.delete(group.name);
    touched.push(group.arn);
  },
  AddUserToGroup: ({ account, world, touched }, input: { GroupName: string; UserName: string }) => {
    const user = entity(account.users, 'User', input.UserName);
    entity(account.groups, 'Group', input.GroupName);
    user.groups.change(world, [...new Set([...user.groups.current, input.GroupName])]);
    touched.push(user.arn);
  },
  RemoveUserFromGroup: ({ account, world, touched }, input: { GroupName: string; UserName: string }) => {
    const user = entity(account.users, 'User', input.UserName);
    if (!user.groups.current.includes(input.GroupName))
      throw new AwsError('NoSuchEntity', `User ${input.UserName} not in group ${input.GroupName}`, 404);
    user.groups.change(
      world,
      user.groups.current.filter((name) => name !== input.GroupName),
    );
    touched.push(user.arn);
  },
  ListGroupsForUser: ({ account }, input: UserInput) =>
    marked(
      'Groups',
      entity(account.users, 'User', input.UserName)
        .groups.current.flatMap((name) => account.groups.get(name) ?? [])
        .map(groupShape),
      input,
    ),
};

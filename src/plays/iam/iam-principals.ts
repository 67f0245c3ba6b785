import { change } from '../../aws/index.js';
import {
  type Action,
  asText,
  type Change,
  type Finding,
  type Incident,
  type JsonObject,
  type OriginRule,
  type Resource,
} from '../../model/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';
import { principalPages } from './principal-pages.js';

const noUndo = 'A user or role that was removed has to be made anew; what it had is kept in the record.';

function rule(name: string, effect: OriginRule['effect'], kind: 'user' | 'role'): OriginRule {
  const named = fromRequest(`${kind}Name`);
  return {
    source: 'iam.amazonaws.com',
    region: 'global',
    name,
    effect,
    ids: (event) => named(event).map((id) => `${kind}|${id}`),
  };
}

/**
 * Users and roles that the attacker made, removed on request: user-sessions and role-sessions have denied them
 * everything already. IAM deletes neither while anything is left on it (IAM user guide, "Remove or deactivate an IAM
 * user"), so everything is taken off first.
 */
export const iamPrincipals: Play = {
  id: 'iam-principals',
  move: 'leaves users and roles behind',
  noun: 'users and roles',
  phase: 'evict',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:GetAccountAuthorizationDetails'],
    contain: [
      'iam:DeleteAccessKey',
      'iam:DeleteLoginProfile',
      'iam:DeleteRole',
      'iam:DeleteRolePolicy',
      'iam:DeleteUser',
      'iam:DeleteUserPolicy',
      'iam:DetachRolePolicy',
      'iam:DetachUserPolicy',
      'iam:RemoveRoleFromInstanceProfile',
      'iam:RemoveUserFromGroup',
    ],
    undo: [],
  },

  async *find(reader) {
    for await (const page of principalPages(reader)) {
      for (const user of page.UserDetailList ?? []) {
        yield asResource('user', user.UserName ?? '', user.CreateDate, tagsOf(user.Tags), {
          attached: (user.AttachedManagedPolicies ?? []).map(({ PolicyArn }) => PolicyArn ?? ''),
          inline: (user.UserPolicyList ?? []).map(({ PolicyName }) => PolicyName ?? ''),
          groups: user.GroupList ?? [],
        });
      }
      for (const role of page.RoleDetailList ?? []) {
        yield asResource('role', role.RoleName ?? '', role.CreateDate, tagsOf(role.Tags), {
          attached: (role.AttachedManagedPolicies ?? []).map(({ PolicyArn }) => PolicyArn ?? ''),
          inline: (role.RolePolicyList ?? []).map(({ PolicyName }) => PolicyName ?? ''),
          instanceProfiles: (role.InstanceProfileList ?? []).map(
            ({ InstanceProfileName }) => InstanceProfileName ?? '',
          ),
        });
      }
    }
  },

  origin: [
    rule('CreateUser', 'made', 'user'),
    rule('DeleteUser', 'undone', 'user'),
    rule('CreateRole', 'made', 'role'),
    rule('DeleteRole', 'undone', 'role'),
  ],

  contain: (finding, { options, incident }) =>
    options.evict !== 'remove' || finding.class === 'tampered' ? [] : remove(finding, incident),
  onRequest: ({ evict }) => evict === 'remove',
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'persistence',
};

function remove(finding: Finding, incident: Incident): Action[] {
  const { type, properties } = finding.resource;
  const name = asText(properties['name']) ?? '';
  const step = (call: Change, title: string, after: Action[] = []): Action =>
    makeAction(iamPrincipals, [finding], {
      ...call,
      title,
      before: properties,
      undo: { none: noUndo },
      after,
    });
  const each = (list: string, make: (one: string) => Action): Action[] =>
    (Array.isArray(properties[list]) ? properties[list] : []).flatMap((one) =>
      typeof one === 'string' ? [make(one)] : [],
    );
  if (type === 'role') {
    const RoleName = name;
    const off = [
      ...each('attached', (PolicyArn) =>
        step(
          change('iam', 'DetachRolePolicy', { RoleName, PolicyArn }),
          `detach ${PolicyArn} from role ${name}`,
        ),
      ),
      ...each('inline', (PolicyName) =>
        step(
          change('iam', 'DeleteRolePolicy', { RoleName, PolicyName }),
          `delete policy ${PolicyName} of role ${name}`,
        ),
      ),
      ...each('instanceProfiles', (InstanceProfileName) =>
        step(
          change('iam', 'RemoveRoleFromInstanceProfile', { RoleName, InstanceProfileName }),
          `take role ${name} out of instance profile ${InstanceProfileName}`,
        ),
      ),
    ];
    return [...off, step(change('iam', 'DeleteRole', { RoleName }), `delete role ${name}`, off)];
  }
  const UserName = name;
  const keys = incident.findings.filter(
    ({ resource }) => resource.play === 'access-keys' && resource.properties['userName'] === name,
  );
  const off = [
    step(change('iam', 'DeleteLoginProfile', { UserName }), `delete the console password of user ${name}`),
    ...keys.map(({ resource }) =>
      step(
        change('iam', 'DeleteAccessKey', { UserName, AccessKeyId: resource.id }),
        `delete access key ${resource.id}`,
      ),
    ),
    ...each('attached', (PolicyArn) =>
      step(
        change('iam', 'DetachUserPolicy', { UserName, PolicyArn }),
        `detach ${PolicyArn} from user ${name}`,
      ),
    ),
    ...each('groups', (GroupName) =>
      step(
        change('iam', 'RemoveUserFromGroup', { UserName, GroupName }),
        `take user ${name} out of group ${GroupName}`,
      ),
    ),
  ];
  // The Deny among the inline policies goes last: until then the user must not be able to come back.
  const inline = each('inline', (PolicyName) =>
    step(
      change('iam', 'DeleteUserPolicy', { UserName, PolicyName }),
      `delete policy ${PolicyName} of user ${name}`,
      off,
    ),
  );
  return [
    ...off,
    ...inline,
    step(change('iam', 'DeleteUser', { UserName }), `delete user ${name}`, [...off, ...inline]),
  ];
}

function asResource(
  type: 'user' | 'role',
  name: string,
  createdAt: Date | undefined,
  tags: Record<string, string>,
  lists: JsonObject,
): Resource {
  return makeResource({
    play: 'iam-principals',
    type,
    id: `${type}|${name}`,
    region: 'global',
    state: 'there',
    // What lets somebody in are its keys, password and sessions, which have plays of their own.
    live: false,
    createdAt,
    tags,
    links: [{ kind: type, id: name }],
    properties: { name, ...lists },
  });
}

import { isQuarantine } from '../../facts/index.js';
import {
  type Change,
  type Action,
  asText,
  type Finding,
  type OriginRule,
  type Resource,
  resourceKey,
  type TrailEvent,
} from '../../model/index.js';
import { change, type Reader } from '../../aws/index.js';
import {
  decodedDocument,
  denyPolicyName,
  readDeny,
  roleDenyPolicyName,
  sessionDenyPolicyName,
} from './deny.js';
import { fromRequest, requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import type { Play } from '../kit/play.js';
import { principalPages } from './principal-pages.js';

const holders = ['User', 'Role', 'Group'] as const;
type Holder = (typeof holders)[number];

/**
 * What was granted to a user, role or group: a policy attached or put, or a user's place in a group. The grant is the
 * resource, since its holder may be an innocent: what the attacker granted is taken back, and nothing else of it.
 * The id is `Holder|name|attached|ARN`, `Holder|name|inline|policy` or `Group|name|member|user`: no name in IAM holds
 * a bar (IAM user guide, "IAM identifiers").
 */
export const iamGrants: Play = {
  id: 'iam-grants',
  move: 'attaches or puts policies, adds users to groups',
  noun: 'policies of users, groups and roles; members of groups',
  phase: 'evict',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:GetAccountAuthorizationDetails'],
    contain: [
      ...holders.flatMap((holder) => [`iam:Detach${holder}Policy`, `iam:Delete${holder}Policy`]),
      'iam:RemoveUserFromGroup',
    ],
    undo: [
      ...holders.flatMap((holder) => [`iam:Attach${holder}Policy`, `iam:Put${holder}Policy`]),
      'iam:AddUserToGroup',
    ],
  },

  find: (reader) => grants(reader),

  origin: [
    ...holders.flatMap((holder) => [
      rule(`Attach${holder}Policy`, 'made', holder, 'attached', 'policyArn'),
      rule(`Detach${holder}Policy`, 'undone', holder, 'attached', 'policyArn'),
      rule(`Put${holder}Policy`, 'made', holder, 'inline', 'policyName'),
      rule(`Delete${holder}Policy`, 'undone', holder, 'inline', 'policyName'),
    ]),
    rule('AddUserToGroup', 'made', 'Group', 'member', 'userName'),
    rule('RemoveUserFromGroup', 'undone', 'Group', 'member', 'userName'),
  ],

  contain,
  // One that is there is one that grants.
  verify: () => false,
  noUndo: null,
  scenario: 'persistence',
};

function contain(finding: Finding): Action[] {
  const { properties, id } = finding.resource;
  const holder = holders.find((one) => one === properties['holder']);
  const name = asText(properties['name']);
  const what = asText(properties['what']);
  if (holder === undefined || name === null || what === null) throw new Error(`not a grant: ${id}`);
  if (finding.class === 'tampered' && properties['kind'] !== 'inline') return [];
  const calls = callsOf(holder, name);
  const of = `${holder.toLowerCase()} ${name}`;
  const action = (title: string, call: Change, undo: Change | null): Action =>
    makeAction(iamGrants, [finding], {
      ...call,
      title,
      before: properties,
      undo: undo === null ? { none: 'What the policy said was not readable.' } : [undo],
    });
  const document = asText(properties['document']);
  switch (properties['kind']) {
    case 'member':
      return [
        action(
          `take user ${what} out of ${of}`,
          change('iam', 'RemoveUserFromGroup', { GroupName: name, UserName: what }),
          change('iam', 'AddUserToGroup', { GroupName: name, UserName: what }),
        ),
      ];
    case 'attached': {
      // AWS's own quarantine is never taken away: AWS says so in the case.
      if (isQuarantine(what)) return [];
      return [action(`detach ${what} from ${of}`, calls.detach(what), calls.attach(what))];
    }
    default: {
      // Put over by the attacker: what an untainted principal had put there before is put back.
      const before = asText(finding.before);
      if (finding.class === 'tampered' && before === null) return [];
      if (before === document) return [];
      const back = document === null ? null : calls.put(what, document);
      return before === null
        ? [action(`delete policy ${what} of ${of}`, calls.remove(what), back)]
        : [action(`restore policy ${what} of ${of}`, calls.put(what, before), back)];
    }
  }
}

interface HolderCalls {
  attach: (PolicyArn: string) => Change;
  detach: (PolicyArn: string) => Change;
  put: (PolicyName: string, PolicyDocument: string) => Change;
  remove: (PolicyName: string) => Change;
}

/** The same four things that IAM does to each kind of holder, by operations and members of its own. */
function callsOf(holder: Holder, name: string): HolderCalls {
  switch (holder) {
    case 'User': {
      const who = { UserName: name };
      return {
        attach: (PolicyArn) => change('iam', 'AttachUserPolicy', { ...who, PolicyArn }),
        detach: (PolicyArn) => change('iam', 'DetachUserPolicy', { ...who, PolicyArn }),
        put: (PolicyName, PolicyDocument) =>
          change('iam', 'PutUserPolicy', { ...who, PolicyName, PolicyDocument }),
        remove: (PolicyName) => change('iam', 'DeleteUserPolicy', { ...who, PolicyName }),
      };
    }
    case 'Role': {
      const who = { RoleName: name };
      return {
        attach: (PolicyArn) => change('iam', 'AttachRolePolicy', { ...who, PolicyArn }),
        detach: (PolicyArn) => change('iam', 'DetachRolePolicy', { ...who, PolicyArn }),
        put: (PolicyName, PolicyDocument) =>
          change('iam', 'PutRolePolicy', { ...who, PolicyName, PolicyDocument }),
        remove: (PolicyName) => change('iam', 'DeleteRolePolicy', { ...who, PolicyName }),
      };
    }
    case 'Group': {
      const who = { GroupName: name };
      return {
        attach: (PolicyArn) => change('iam', 'AttachGroupPolicy', { ...who, PolicyArn }),
        detach: (PolicyArn) => change('iam', 'DetachGroupPolicy', { ...who, PolicyArn }),
        put: (PolicyName, PolicyDocument) =>
          change('iam', 'PutGroupPolicy', { ...who, PolicyName, PolicyDocument }),
        remove: (PolicyName) => change('iam', 'DeleteGroupPolicy', { ...who, PolicyName }),
      };
    }
  }
}

async function* grants(reader: Reader): AsyncIterable<Resource> {
  for await (const page of principalPages(reader)) {
    for (const user of page.UserDetailList ?? []) {
      const name = user.UserName ?? '';
      const since = user.CreateDate;
      yield* policies('User', name, since, user.AttachedManagedPolicies ?? [], user.UserPolicyList ?? []);
      for (const group of user.GroupList ?? []) yield grant('Group', group, since, 'member', name, null);
    }
    for (const role of page.RoleDetailList ?? []) {
      yield* policies(
        'Role',
        role.RoleName ?? '',
        role.CreateDate,
        role.AttachedManagedPolicies ?? [],
        role.RolePolicyList ?? [],
      );
    }
    for (const group of page.GroupDetailList ?? []) {
      const name = group.GroupName ?? '';
      yield* policies(
        'Group',
        name,
        group.CreateDate,
        group.AttachedManagedPolicies ?? [],
        group.GroupPolicyList ?? [],
      );
    }
  }
}

function* policies(
  holder: Holder,
  name: string,
  since: Date | undefined,
  attached: { PolicyArn?: string | undefined }[],
  inline: { PolicyName?: string | undefined; PolicyDocument?: string | undefined }[],
): Iterable<Resource> {
  for (const { PolicyArn } of attached) yield grant(holder, name, since, 'attached', PolicyArn ?? '', null);
  for (const { PolicyName, PolicyDocument } of inline) {
    const document = decodedDocument(PolicyDocument);
    // A Deny of ours grants nothing.
    const ours = [denyPolicyName, roleDenyPolicyName, sessionDenyPolicyName].includes(PolicyName ?? '');
    if (ours && readDeny(document) !== null) continue;
    yield grant(holder, name, since, 'inline', PolicyName ?? '', document);
  }
}

function grant(
  holder: Holder,
  name: string,
  since: Date | undefined,
  kind: 'attached' | 'inline' | 'member',
  what: string,
  document: string | null,
): Resource {
  return {
    play: 'iam-grants',
    type: kind === 'member' ? 'group membership' : `${kind} policy`,
    id: `${holder}|${name}|${kind}|${what}`,
    region: 'global',
    state: 'granted',
    live: true,
    createdAt: null,
    tags: {},
    links:
      kind === 'member'
        ? [{ kind: 'user', id: what }]
        : [{ kind: holder.toLowerCase() as 'user' | 'role' | 'group', id: name }],
    // `holderSince`: when the principal was made that the grant is for; it had none before.
    properties: { holder, name, kind, what, document, holderSince: since?.getTime() ?? null },
  };
}

function rule(
  name: string,
  effect: OriginRule['effect'],
  holder: Holder,
  kind: 'attached' | 'inline' | 'member',
  field: string,
): OriginRule {
  return {
    source: 'iam.amazonaws.com',
    region: 'global',
    name,
    effect,
    ids: (event: TrailEvent) => {
      const who = requestText(event, `${holder.toLowerCase()}Name`);
      const what = requestText(event, field);
      return who === null || what === null ? [] : [`${holder}|${who}|${kind}|${what}`];
    },
    ...(kind === 'inline' && effect === 'made'
      ? { sets: (event: TrailEvent) => requestText(event, 'policyDocument') }
      : {}),
    // IAM takes each of them again where it stands already.
    ...(effect === 'made' ? { mayChangeNothing: { needs } } : {}),
  };
}

/** Who or what it is about: where the incident made that itself, nothing of the grant can have stood before. */
function needs(event: TrailEvent): string[] {
  const key = (play: string, id: string): string => resourceKey({ play, region: 'global', id });
  const named = (field: string, make: (name: string) => string): string[] =>
    fromRequest(field)(event).map(make);
  return [
    ...named('userName', (name) => key('iam-principals', `user|${name}`)),
    ...named('roleName', (name) => key('iam-principals', `role|${name}`)),
    ...named('policyArn', (arn) => key('managed-policies', arn)),
  ];
}

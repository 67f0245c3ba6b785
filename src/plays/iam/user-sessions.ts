import { change } from '../../aws/index.js';
import {
  type Action,
  asText,
  type Finding,
  type Incident,
  type OriginRule,
  type TaintedCredential,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { principalPages } from './principal-pages.js';
import { datedDeny, decodedDocument, denied, denyAhead, denyPolicyName } from './deny.js';
import { deniesElsewhere } from './deny-elsewhere.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { tagsOf } from '../kit/make-resource.js';
import type { Play, PlanContext } from '../kit/play.js';

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'iam.amazonaws.com',
    region: 'global',
    name,
    effect,
    ids: userOf,
    // A key or password that was put on a user gives sessions of it: before, there were none of the incident.
    ...(effect === 'changed' ? { before: () => ({ sessions: [] }) } : {}),
  };
}

/**
 * Sessions of IAM users. A user that the attacker made is denied everything. An innocent's user, on which a key or
 * password was put, loses the temporary credentials made so far and nothing else: a Deny on the user holds for "all
 * temporary security credentials created by that user" (IAM user guide, "Disabling permissions for temporary security
 * credentials"), and a dated one spares long-term keys.
 */
export const userSessions: Play = {
  id: 'user-sessions',
  move: 'makes users, and sessions of users',
  noun: 'sessions of users',
  phase: 'cut',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:GetAccountAuthorizationDetails'],
    contain: ['iam:PutUserPolicy'],
    undo: ['iam:DeleteUserPolicy'],
  },

  async *find(reader) {
    for await (const page of principalPages(reader)) {
      for (const user of page.UserDetailList ?? []) {
        const inline = user.UserPolicyList?.find(({ PolicyName }) => PolicyName === denyPolicyName);
        const deny = decodedDocument(inline?.PolicyDocument);
        const bounded = user.PermissionsBoundary?.PermissionsBoundaryArn ?? null;
        const elsewhere = await deniesElsewhere(reader, user.AttachedManagedPolicies ?? [], bounded);
        yield {
          play: 'user-sessions',
          type: 'user',
          id: user.UserName ?? '',
          region: 'global',
          state: deny === null && elsewhere.length === 0 ? 'not denied' : 'denied',
          live: true,
          createdAt: user.CreateDate?.getTime() ?? null,
          tags: tagsOf(user.Tags),
          links: (user.GroupList ?? []).map((id) => ({ kind: 'group', id })),
          properties: { arn: user.Arn ?? null, userId: user.UserId ?? null, deny, elsewhere },
        };
      }
    }
  },

  origin: [
    rule('CreateUser', 'made'),
    rule('CreateAccessKey', 'changed'),
    rule('CreateLoginProfile', 'changed'),
    rule('UpdateLoginProfile', 'changed'),
    rule('DeleteUser', 'undone'),
  ],

  contain,
  /** Only the unconditional Deny is known by itself: whether a dated one is late enough, the incident says. */
  verify: ({ properties }) => denied(properties, null, true),
  noUndo: null,
  scenario: 'everything',
};

function contain(finding: Finding, { incident, now, options }: PlanContext): Action[] {
  const { id, properties } = finding.resource;
  const all = finding.class !== 'tampered' || (options.denyAll && id === incident.userName);
  const sessions = incident.credentials.filter((credential) => isSessionOf(credential, id));
  if (!all && sessions.length === 0) return [];
  const standing = asText(properties['deny']);
  if (denied(properties, latestMint(sessions, incident), all)) return [];
  const put = (document: string) =>
    change('iam', 'PutUserPolicy', { UserName: id, PolicyName: denyPolicyName, PolicyDocument: document });
  return [
    makeAction(userSessions, [finding], {
      ...put(datedDeny(all ? null : now + denyAhead)),
      title: all ? `deny everything to user ${id}` : `cut the sessions of user ${id} made so far`,
      before: standing,
      undo: [
        standing === null
          ? change('iam', 'DeleteUserPolicy', { UserName: id, PolicyName: denyPolicyName })
          : put(standing),
      ],
    }),
  ];
}

/** Temporary credentials that a Deny on the user reaches. */
function isSessionOf(credential: TaintedCredential, user: string): boolean {
  return (
    credential.userName === user &&
    credential.otherAccount === null &&
    ['session-token', 'federation', 'console'].includes(credential.kind)
  );
}

/** When the latest of `sessions` was minted, epoch milliseconds; where no record says, when misuse began. */
export function latestMint(sessions: readonly TaintedCredential[], incident: Incident): number | null {
  const times = sessions
    .map(({ mintedBy, since }) => mintedBy?.time ?? since)
    .filter((time) => time !== null);
  return times.length === 0 ? incident.misuse.at : Math.max(...times);
}

/** The user that the event speaks of; where it names none, it is the caller's own. */
function userOf(event: TrailEvent): string[] {
  const [named] = fromRequest('userName')(event);
  const user = named ?? textAt(event.response, 'accessKey', 'userName') ?? event.actor.userName;
  return user === null ? [] : [user];
}

import { change } from '../../aws/index.js';
import { roleOfArn } from '../../facts/index.js';
import {
  type Action,
  asText,
  type Finding,
  type Incident,
  type OriginRule,
  type OtherSession,
  type Resource,
  type TaintedCredential,
  type TrailEvent,
} from '../../model/index.js';
import {
  datedDeny,
  decodedDocument,
  denied,
  denyAhead,
  elsewhereOf,
  readDeny,
  roleDenyPolicyName,
  sessionDenyPolicyName,
  sessionsDeny,
} from './deny.js';
import { principalPages } from './principal-pages.js';
import { deniesElsewhere } from './deny-elsewhere.js';
import { fromRequest, requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { tagsOf } from '../kit/make-resource.js';
import type { Play, PlanContext } from '../kit/play.js';
import { latestMint } from './user-sessions.js';

/** A role's inline policies may have 10,240 characters in all (IAM user guide, "IAM and AWS STS quotas"): more
 *  sessions than fit in this are cut by date. */
const maxNamedDocument = 6000;

function assumed(name: string): OriginRule {
  return {
    source: 'sts.amazonaws.com',
    region: 'global',
    name,
    effect: 'changed',
    ids: roleAssumed,
    // Before it was assumed there was no session of the incident; the role itself is as it was.
    before: () => ({ sessions: [] }),
  };
}

/**
 * Sessions of roles. Roles are shared: where the incident's sessions are known by name, only they are denied
 * (`aws:userid`); where one of them was minted by another session and may be minted again, every session made so far
 * is (IAM user guide, "Revoking IAM role temporary security credentials"). A role that the attacker made is denied
 * everything.
 */
export const roleSessions: Play = {
  id: 'role-sessions',
  move: 'makes roles, and assumes roles',
  noun: 'sessions of roles',
  phase: 'cut',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:GetAccountAuthorizationDetails'],
    contain: ['iam:PutRolePolicy'],
    undo: ['iam:DeleteRolePolicy'],
  },

  async *find(reader) {
    for await (const page of principalPages(reader)) {
      for (const role of page.RoleDetailList ?? []) {
        const document = (name: string): string | null =>
          decodedDocument(role.RolePolicyList?.find(({ PolicyName }) => PolicyName === name)?.PolicyDocument);
        const deny = document(roleDenyPolicyName);
        const bounded = role.PermissionsBoundary?.PermissionsBoundaryArn ?? null;
        const elsewhere = await deniesElsewhere(reader, role.AttachedManagedPolicies ?? [], bounded);
        yield {
          play: 'role-sessions',
          type: 'role',
          id: role.RoleName ?? '',
          region: 'global',
          state: deny === null && elsewhere.length === 0 ? 'not denied' : 'denied',
          live: true,
          createdAt: role.CreateDate?.getTime() ?? null,
          tags: tagsOf(role.Tags),
          links: (role.InstanceProfileList ?? []).flatMap(({ InstanceProfileName: id }) =>
            id === undefined ? [] : [{ kind: 'instance-profile', id }],
          ),
          properties: {
            arn: role.Arn ?? null,
            roleId: role.RoleId ?? null,
            path: role.Path ?? null,
            deny,
            sessionDeny: document(sessionDenyPolicyName),
            elsewhere,
          },
        };
      }
    }
  },

  origin: [
    assumed('AssumeRole'),
    assumed('AssumeRoleWithSAML'),
    assumed('AssumeRoleWithWebIdentity'),
    ...(['CreateRole', 'DeleteRole'] as const).map(
      (name): OriginRule => ({
        source: 'iam.amazonaws.com',
        region: 'global',
        name,
        effect: name === 'CreateRole' ? 'made' : 'undone',
        ids: fromRequest('roleName'),
      }),
    ),
  ],

  contain,
  /** Only the unconditional Deny is known by itself: which sessions are the incident's, the incident says. */
  verify: ({ properties }) => denied(properties, null, true),
  noUndo: null,
  scenario: 'sessions',
};

function contain(finding: Finding, { incident, now }: PlanContext): Action[] {
  const { resource } = finding;
  const deny = asText(resource.properties['deny']);
  if (finding.class !== 'tampered' && finding.rule !== 'session.tie-likely') {
    return denied(resource.properties, null, true)
      ? []
      : [put(finding, roleDenyPolicyName, datedDeny(null), deny, 'deny everything to')];
  }
  const sessions = incident.credentials.filter(
    ({ roleName, otherAccount, expiresAt }) =>
      roleName === resource.id && otherAccount === null && (expiresAt === null || expiresAt > now),
  );
  if (sessions.length === 0 || denied(resource.properties, latestMint(sessions, incident), false)) return [];
  const named = namedSessions(sessions, incident);
  if (named === null) {
    const document = datedDeny(now + denyAhead);
    return [put(finding, roleDenyPolicyName, document, deny, everySession(finding))];
  }
  const standing = asText(resource.properties['sessionDeny']);
  const already = sessionsDenied(resource, named);
  const latest = latestMint(sessions, incident) ?? now;
  const reaches = already !== null && (already.issuedBefore === null || already.issuedBefore >= latest);
  if (reaches && named.every((id) => already.userIds.includes(id))) return [];
  const document = sessionsDeny([...(already?.userIds ?? []), ...named], now + denyAhead);
  return document.length > maxNamedDocument
    ? [put(finding, roleDenyPolicyName, datedDeny(now + denyAhead), deny, everySession(finding))]
    : [put(finding, sessionDenyPolicyName, document, standing, `cut ${named.length} sessions of`)];
}

/** The Deny by name that stands: the one that has the most of `named`. */
function sessionsDenied({ properties }: Resource, named: readonly string[]) {
  const documents = [asText(properties['sessionDeny']), ...elsewhereOf(properties)];
  const standing = documents.map(readDeny).filter((deny) => deny?.kind === 'sessions');
  const known = (ids: readonly string[]): number => named.filter((id) => ids.includes(id)).length;
  return standing.sort((a, b) => known(b.userIds) - known(a.userIds))[0] ?? null;
}

/** Whoever agrees to it sees first whom it cuts off besides. */
function everySession({ otherSessions: others = [] }: Finding): string {
  const besides = others.length === 0 ? '' : `, ${others.length} of others among them,`;
  return `cut every session made so far${besides} of`;
}

/** Whether a cut of the role ends this session of somebody else: a named session's namesakes are not told apart by
 *  `aws:userid`. */
export function endsOther({ input }: Action, { name }: OtherSession): boolean {
  if (input['PolicyName'] === roleDenyPolicyName) return true;
  const denied = readDeny(asText(input['PolicyDocument']));
  return denied?.kind === 'sessions' && denied.userIds.some((id) => id.split(':')[1] === name);
}

/** The `aws:userid`s of `sessions`; null where one of them has none, or was minted by another session: that one can
 *  be minted again, under any name, until its parent is cut everywhere. */
function namedSessions(sessions: readonly TaintedCredential[], incident: Incident): string[] | null {
  const byId = new Map(incident.credentials.map((credential) => [credential.id, credential]));
  const ids: string[] = [];
  for (const { userId, parent } of sessions) {
    const minter = parent === null ? undefined : byId.get(parent);
    if (userId === null || minter?.roleName != null) return null;
    ids.push(userId);
  }
  return ids;
}

function put(
  finding: Finding,
  policyName: string,
  document: string,
  standing: string | null,
  what: string,
): Action {
  const { id } = finding.resource;
  const call = (text: string) =>
    change('iam', 'PutRolePolicy', { RoleName: id, PolicyName: policyName, PolicyDocument: text });
  return makeAction(roleSessions, [finding], {
    ...call(document),
    title: `${what} role ${id}${whoCan(finding.resource)}`,
    before: standing,
    undo: [
      standing === null
        ? change('iam', 'DeleteRolePolicy', { RoleName: id, PolicyName: policyName })
        : call(standing),
    ],
  });
}

/** Who can change a role that AWS keeps for itself (IAM user guide, "Service-linked roles"; IAM Identity Center user
 *  guide, "Referencing permission sets"). The call is made all the same: AWS's refusal belongs on record. */
function whoCan({ id, properties }: Resource): string {
  const path = asText(properties['path']) ?? '';
  if (path.startsWith('/aws-service-role/'))
    return ' (only its service can change it: stop what launches by it)';
  if (id.startsWith('AWSReservedSSO_'))
    return ' (only IAM Identity Center can change it: end the session there)';
  return '';
}

/** The role's name, where it is of the account whose record this is: names repeat in other accounts. */
function roleAssumed(event: TrailEvent): string[] {
  const arn = requestText(event, 'roleArn');
  const role = roleOfArn(arn);
  return role === null || role.account !== event.account ? [] : [role.name];
}

import { AwsFailure, change, type Reader } from '../../aws/index.js';
import { type Action, callIn, type CutFacts, type Identity } from '../../model/index.js';
import {
  actionId,
  datedDeny,
  decodedDocument,
  denyAhead,
  denyStands,
  readDeny,
  roleDenyPolicyName,
  sessionDenyPolicyName,
  sessionsDeny,
} from '../../plays/index.js';

/** Stolen role sessions, as their own calls name them. */
export type SessionOwner = Extract<CutFacts['owner'], { kind: 'session' }>;

/**
 * Looks up whether the session is cut already, by its role's name.
 * @throws AwsFailure of kind `credentials` only; what else fails stands in `unreadable`.
 */
export async function lookUpSession(
  reader: Reader,
  { account }: Identity,
  id: string,
  owner: SessionOwner,
): Promise<CutFacts> {
  const facts: CutFacts = {
    ...{ key: id, keyAccount: account, owner, status: null, lastUsed: null, otherKeys: [], console: null },
    ...{ quarantine: [], callerQuarantine: [], deny: null, denyElsewhere: [], denyUnreadable: false },
    ...{ unreadable: [], unreadOfCut: null },
  };
  try {
    const { PolicyDocument } = await reader.call('iam', 'GetRolePolicy', 'global', {
      RoleName: owner.role,
      PolicyName: sessionDenyPolicyName,
    });
    return { ...facts, deny: decodedDocument(PolicyDocument), ...(await wholeDeny(reader, owner)) };
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    if (error.kind === 'gone') return { ...facts, ...(await wholeDeny(reader, owner)) };
    const line = `inline policy of ${owner.role}: ${error.describe()}`;
    return { ...facts, denyUnreadable: true, unreadable: [line], unreadOfCut: line };
  }
}

/** The Deny on the whole of a role that was named. */
async function wholeDeny(reader: Reader, { role, whole }: SessionOwner): Promise<Partial<CutFacts>> {
  if (whole === undefined) return {};
  try {
    const { PolicyDocument } = await reader.call('iam', 'GetRolePolicy', 'global', {
      RoleName: role,
      PolicyName: roleDenyPolicyName,
    });
    return { wholeDeny: decodedDocument(PolicyDocument) };
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    if (error.kind === 'gone') return { wholeDeny: null };
    const line = `inline policy of ${role}: ${error.describe()}`;
    return { wholeDeny: null, unreadable: [line], unreadOfCut: line };
  }
}

/** The Deny that stands on the role names these sessions, and reaches to `until` (epoch milliseconds; null: any date). Pure. */
export function sessionIsCut(facts: CutFacts, until: number | null): boolean {
  const { deny: document, owner } = facts;
  if (owner.kind !== 'session') return false;
  if (denyStands(facts.wholeDeny ?? null, null, true)) return true;
  const deny = readDeny(document);
  const { userIds } = owner;
  if (userIds.length === 0) return owner.whole !== undefined;
  if (deny?.kind !== 'sessions' || !userIds.every((id) => deny.userIds.includes(id))) return false;
  return deny.issuedBefore === null || until === null || deny.issuedBefore >= until;
}

/** Misused sessions that no Deny can name, in words; null where there are none, or the whole role is cut. Pure. */
export function unnamedOf({ owner, wholeDeny = null }: CutFacts): string | null {
  const unnamed = owner.kind === 'session' ? (owner.whole?.unnamed ?? []) : [];
  if (unnamed.length === 0 || denyStands(wholeDeny, null, true)) return null;
  return `No record names ${unnamed.join(', ')}, which is misused: no Deny on the role reaches it but --deny all.`;
}

/** A Deny on the role that names the sessions, and those that are named already; nothing where it stands. `denyAll`: of a
 *  role that was named, one on all of it. Pure. */
export function planSessionCut(
  facts: CutFacts,
  now: number,
  until: number | null,
  denyAll: boolean,
): Action[] {
  const { owner, deny: standing } = facts;
  if (owner.kind !== 'session') return [];
  const { role, userIds, whole } = owner;
  if (denyAll && whole !== undefined) {
    const before = facts.wholeDeny ?? null;
    const title = `deny everything to role ${role}`;
    return denyStands(before, null, true)
      ? []
      : [put(role, roleDenyPolicyName, datedDeny(null), before, title)];
  }
  if (sessionIsCut(facts, until)) return [];
  const denied = readDeny(standing);
  const already = denied?.kind === 'sessions' ? denied : null;
  const document = sessionsDeny([...(already?.userIds ?? []), ...userIds], now + denyAhead);
  const what = userIds.length === 1 ? `session ${userIds[0] ?? ''}` : `${userIds.length} sessions`;
  return [put(role, sessionDenyPolicyName, document, standing, `cut ${what} of role ${role}`)];
}

function put(
  RoleName: string,
  PolicyName: string,
  document: string,
  standing: string | null,
  title: string,
): Action {
  const name = { RoleName, PolicyName };
  const putting = (PolicyDocument: string) =>
    callIn('global', change('iam', 'PutRolePolicy', { ...name, PolicyDocument }));
  const call = putting(document);
  return {
    ...call,
    id: actionId('role-sessions', call),
    play: 'role-sessions',
    phase: 'cut',
    targets: [`role-sessions|global|${RoleName}`],
    after: [],
    title,
    on: { class: 'tampered', reasons: [`role ${RoleName} has the stolen session`] },
    reason: 'it is the stolen session',
    permissions: ['iam:PutRolePolicy'],
    before: standing,
    undo: {
      calls: [
        standing === null ? callIn('global', change('iam', 'DeleteRolePolicy', name)) : putting(standing),
      ],
    },
  };
}

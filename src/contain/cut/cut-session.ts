import { AwsFailure, change, type Reader } from '../../aws/index.js';
import { type Action, callIn, type CutFacts, type Identity } from '../../model/index.js';
import {
  actionId,
  decodedDocument,
  denyAhead,
  readDeny,
  sessionDenyPolicyName,
  sessionsDeny,
} from '../../plays/index.js';

/** A stolen role session, as its own calls name it. */
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
    return { ...facts, deny: decodedDocument(PolicyDocument) };
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    if (error.kind === 'gone') return facts;
    const line = `inline policy of ${owner.role}: ${error.describe()}`;
    return { ...facts, denyUnreadable: true, unreadable: [line], unreadOfCut: line };
  }
}

/** The Deny that stands on the role names this session, and reaches to `until` (epoch milliseconds; null: any date). Pure. */
export function sessionIsCut({ deny: document, owner }: CutFacts, until: number | null): boolean {
  const deny = readDeny(document);
  if (owner.kind !== 'session' || deny?.kind !== 'sessions' || !deny.userIds.includes(owner.userId))
    return false;
  return deny.issuedBefore === null || until === null || deny.issuedBefore >= until;
}

/** A Deny on the role that names the session, and those that are named already; nothing where it stands. Pure. */
export function planSessionCut(facts: CutFacts, now: number, until: number | null): Action[] {
  const { owner, deny: standing } = facts;
  if (owner.kind !== 'session' || sessionIsCut(facts, until)) return [];
  const denied = readDeny(standing);
  const already = denied?.kind === 'sessions' ? denied : null;
  // One date for all that it names: where one of them is open-ended, none may be let in again by a date.
  const dated = owner.runsOn && already?.issuedBefore !== null ? now + denyAhead : null;
  const document = sessionsDeny([...(already?.userIds ?? []), owner.userId], dated);
  const name = { RoleName: owner.role, PolicyName: sessionDenyPolicyName };
  const put = (PolicyDocument: string) =>
    callIn('global', change('iam', 'PutRolePolicy', { ...name, PolicyDocument }));
  const call = put(document);
  return [
    {
      ...call,
      id: actionId('role-sessions', call),
      play: 'role-sessions',
      phase: 'cut',
      targets: [`role-sessions|global|${owner.role}`],
      after: [],
      title: `cut session ${owner.userId} of role ${owner.role}`,
      on: { class: 'tampered', reasons: [`role ${owner.role} has the stolen session`] },
      reason: 'it is the stolen session',
      permissions: ['iam:PutRolePolicy'],
      before: standing,
      undo: {
        calls: [
          standing === null ? callIn('global', change('iam', 'DeleteRolePolicy', name)) : put(standing),
        ],
      },
    },
  ];
}

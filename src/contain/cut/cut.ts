import { isQuarantine, isRootName, roleOfSession, userOfArn } from '../../facts/index.js';
import { AwsFailure, change, type Reader } from '../../aws/index.js';
import { type Action, callIn, type CutFacts, type Identity, type WholeUser } from '../../model/index.js';
import { planSessionCut } from './cut-session.js';
import {
  actionId,
  datedDeny,
  decodedDocument,
  deniesElsewhere,
  denyAhead,
  denyPolicyName,
  denyStands,
  readDeny,
} from '../../plays/index.js';

/** A user that was named, as a whole, and its misused credentials. */
export type UserOwner = Extract<CutFacts['owner'], { kind: 'user' }> & { whole: WholeUser };

/**
 * Looks the key up, by name only: no region is described and no trail page read before the key is off. `user`: the
 * user that was named in place of a key.
 * @throws AwsFailure of kind `credentials` only; what else fails stands in `unreadable`.
 */
export async function lookUpKey(
  reader: Reader,
  identity: Identity,
  key: string,
  named: UserOwner | null = null,
): Promise<CutFacts> {
  const unreadable: string[] = [];
  const unread: Record<'keys' | 'deny', string | null> = { keys: null, deny: null };
  /** `of`: what is not known where this cannot be read. */
  const attempt = async <T>(
    what: string,
    read: () => Promise<T>,
    of: keyof typeof unread | null = null,
  ): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      if (error.kind === 'gone') return null;
      const line = `${what}: ${error.describe()}`;
      unreadable.push(line);
      if (of !== null) unread[of] ??= line;
      return null;
    }
  };
  const attachedTo = (user: string, of: 'deny' | null) =>
    attempt(
      `policies of ${user}`,
      async () => {
        const found: { PolicyName?: string | undefined; PolicyArn?: string | undefined }[] = [];
        for await (const page of reader.pages('iam', 'ListAttachedUserPolicies', 'global', {
          UserName: user,
        })) {
          found.push(...(page.AttachedPolicies ?? []));
        }
        return found;
      },
      of,
    );
  const groupsOf = (user: string): Promise<string[] | null> =>
    attempt(`groups of ${user}`, async () => {
      const names: string[] = [];
      for await (const page of reader.pages('iam', 'ListGroupsForUser', 'global', { UserName: user })) {
        names.push(...(page.Groups ?? []).map(({ GroupName }) => GroupName ?? ''));
      }
      return names;
    });
  const caller = userOfArn(identity.arn);

  // First round: everything that needs only the key and the caller.
  const [account, lastUsed, groups, callerAttached, callerGroups] = await Promise.all([
    named !== null
      ? null
      : attempt('account of the key', () =>
          reader.call('sts', 'GetAccessKeyInfo', identity.homeRegion, { AccessKeyId: key }),
        ),
    named !== null
      ? null
      : attempt('owner of the key', () =>
          reader.call('iam', 'GetAccessKeyLastUsed', 'global', { AccessKeyId: key }),
        ),
    attempt('policies of groups', async () => {
      const quarantined = new Map<string, string[]>();
      for await (const page of reader.pages('iam', 'GetAccountAuthorizationDetails', 'global', {
        Filter: ['Group'],
      })) {
        for (const { GroupName, AttachedManagedPolicies } of page.GroupDetailList ?? []) {
          const names = (AttachedManagedPolicies ?? []).map(({ PolicyName }) => PolicyName ?? '');
          const found = names.filter(isQuarantine);
          if (found.length > 0) quarantined.set(GroupName ?? '', found);
        }
      }
      return quarantined;
    }),
    caller === null ? null : attachedTo(caller, null),
    caller === null ? null : groupsOf(caller),
  ]);
  const keyAccount = named === null ? (account?.Account ?? null) : identity.account;
  const userName = lastUsed?.UserName ?? null;
  const quarantines = (attached: Awaited<ReturnType<typeof attachedTo>>): string[] =>
    (attached ?? []).map(({ PolicyName }) => PolicyName ?? '').filter(isQuarantine);
  const byGroups = (names: string[] | null): string[] =>
    (names ?? []).flatMap((name) => groups?.get(name) ?? []);
  const used = lastUsed?.AccessKeyLastUsed;
  const facts: CutFacts = {
    key,
    keyAccount,
    owner: named ?? ownerOf(userName, used !== undefined, identity, unreadable),
    status: null,
    lastUsed:
      used?.LastUsedDate === undefined
        ? null
        : { at: used.LastUsedDate.getTime(), service: used.ServiceName ?? '', region: used.Region ?? '' },
    otherKeys: null,
    console: null,
    quarantine: [],
    callerQuarantine: [...quarantines(callerAttached), ...byGroups(callerGroups)],
    deny: null,
    denyElsewhere: [],
    denyUnreadable: false,
    unreadable,
    unreadOfCut: null,
  };
  if (facts.owner.kind !== 'user') return facts;

  // Second round: everything that needs the user's name.
  const user = facts.owner.name;
  const [keys, password, attached, memberOf, deny, bounded] = await Promise.all([
    attempt(
      `keys of ${user}`,
      async () => {
        const found: { id: string; status: string; createdAt: number | null }[] = [];
        for await (const page of reader.pages('iam', 'ListAccessKeys', 'global', { UserName: user })) {
          for (const { AccessKeyId, Status, CreateDate } of page.AccessKeyMetadata ?? []) {
            found.push({
              id: AccessKeyId ?? '',
              status: Status ?? '',
              createdAt: CreateDate?.getTime() ?? null,
            });
          }
        }
        return found;
      },
      'keys',
    ),
    attempt(
      `console password of ${user}`,
      async () => passwordOf(reader, user),
      named === null ? null : 'keys',
    ),
    attachedTo(user, 'deny'),
    groupsOf(user),
    attempt(
      `inline policy of ${user}`,
      () => reader.call('iam', 'GetUserPolicy', 'global', { UserName: user, PolicyName: denyPolicyName }),
      'deny',
    ),
    attempt(
      `permissions boundary of ${user}`,
      () => reader.call('iam', 'GetUser', 'global', { UserName: user }),
      'deny',
    ),
  ]);
  // Only where a Deny of ours found no room among the inline policies: then its policies are read too.
  const elsewhere = await attempt(
    `Denies of ${user}`,
    () =>
      deniesElsewhere(
        reader,
        attached ?? [],
        bounded?.User?.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
      ),
    'deny',
  );
  const own = keys?.find(({ id }) => id === key);
  facts.status = own === undefined ? null : own.status === 'Inactive' ? 'Inactive' : 'Active';
  facts.otherKeys = keys?.filter(({ id }) => id !== key) ?? null;
  facts.console = password === null ? null : password.there;
  facts.quarantine = [...quarantines(attached), ...byGroups(memberOf)];
  facts.deny = decodedDocument(deny?.PolicyDocument);
  facts.denyElsewhere = elsewhere ?? [];
  facts.denyUnreadable = denies(facts).length === 0 && unread.deny !== null;
  facts.unreadOfCut = unread.keys ?? unread.deny;
  if (named !== null) wholeUser(facts, named, keys, password?.there === true ? password.at : null);
  return facts;
}

/** The Denies of ours that stand on the user, wherever. Pure. */
export function denies({ deny, denyElsewhere }: CutFacts): string[] {
  return [...(deny === null ? [] : [deny]), ...denyElsewhere];
}

async function passwordOf(reader: Reader, user: string): Promise<{ there: boolean; at: number | null }> {
  try {
    const { LoginProfile } = await reader.call('iam', 'GetLoginProfile', 'global', { UserName: user });
    return { there: true, at: LoginProfile?.CreateDate?.getTime() ?? null };
  } catch (error) {
    if (error instanceof AwsFailure && error.kind === 'gone') return { there: false, at: null };
    throw error;
  }
}

/** Of a user that was named: the misused keys beside the others, and whether anything of it is still open. A misused key
 *  that is no longer listed cannot be used. */
function wholeUser(
  facts: CutFacts,
  { whole: { misused } }: UserOwner,
  keys: { id: string; status: string; createdAt: number | null }[] | null,
  passwordAt: number | null,
): void {
  const ids = new Set(misused.map(({ id }) => id));
  facts.misusedKeys =
    keys?.filter(({ id }) => ids.has(id)) ??
    [...ids].filter((id) => id.startsWith('AKIA')).map((id) => ({ id, status: null }));
  facts.otherKeys = keys?.filter(({ id }) => !ids.has(id)) ?? null;
  facts.passwordAt = passwordAt;
  const isOpen = facts.misusedKeys.some(({ status }) => status !== 'Inactive') || passwordIsOpen(facts);
  facts.status = keys === null || facts.console === null ? null : isOpen ? 'Active' : 'Inactive';
}

/** The password that may have leaked is there: not one that was set after a cut of ours. Pure. */
export function passwordIsOpen(facts: CutFacts): boolean {
  const { owner, console, passwordAt = null } = facts;
  if (owner.kind !== 'user' || owner.whole === undefined || console !== true) return false;
  const { since } = owner.whole;
  const cuts = denies(facts).flatMap((document) => {
    const deny = readDeny(document);
    return deny?.kind === 'dated' ? [deny.issuedBefore - denyAhead] : [];
  });
  return passwordAt === null || !cuts.some((cutAt) => cutAt >= since - clockSlack && passwordAt > cutAt);
}

/** A Deny is dated by a clock that may be so far behind AWS's. Milliseconds. */
const clockSlack = 60_000;

function ownerOf(
  userName: string | null,
  known: boolean,
  identity: Identity,
  unreadable: string[],
): CutFacts['owner'] {
  if (userName === null || userName === '') {
    // IAM knows when it was used, and no IAM user has it: what is left is root.
    if (known) return { kind: 'root' };
    return { kind: 'unknown', why: unreadable[0] ?? 'AWS knows no key of this id in this account' };
  }
  if (isRootName(userName, identity.account)) return { kind: 'root' };
  return { kind: 'user', name: userName };
}

/** Why it is not known whether the key is off and the Deny stands; null where both were read. A key that is no longer
 *  among its user's cannot be used. Pure. */
export function cutUnread(facts: CutFacts): string | null {
  if (facts.owner.kind === 'unknown') return facts.owner.why;
  if (facts.owner.kind === 'root') return null;
  if (facts.owner.kind === 'session') return facts.unreadOfCut;
  const keysUnread = facts.status === null && facts.otherKeys === null;
  if (!keysUnread && !facts.denyUnreadable) return null;
  return facts.unreadOfCut ?? 'its user could not be read';
}

/** Why this caller must not do it, or what it must be asked about once more. Pure. */
export interface Guard {
  refusals: string[];
  doubts: string[];
}

/** Nobody locks themselves out, and nobody works with the key that is to be cut. */
export function guardCut(facts: CutFacts, identity: Identity, denyAll = false): Guard {
  const refusals: string[] = [];
  const doubts: string[] = [];
  if (facts.keyAccount !== null && facts.keyAccount !== identity.account) {
    refusals.push(`The key belongs to account ${facts.keyAccount}; you are in ${identity.account}.`);
  }
  if (identity.accessKeyId === facts.key) {
    refusals.push('You are calling with the misused key itself.');
  }
  const callerUser = userOfArn(identity.arn);
  if (callerUser !== null && facts.owner.kind === 'user' && callerUser === facts.owner.name) {
    refusals.push(
      `You are calling as ${callerUser}, the user of the misused key: its sessions are about to be cut.`,
    );
  }
  if (facts.owner.kind === 'session' && facts.owner.userIds.includes(identity.userId)) {
    refusals.push('You are calling as a session that is about to be cut, or as one of the same name.');
  }
  const isWhole = facts.owner.kind === 'session' && facts.owner.whole !== undefined && denyAll;
  if (isWhole && facts.owner.kind === 'session' && roleOfSession(identity.arn) === facts.owner.role) {
    refusals.push(`You are calling as role ${facts.owner.role}, and --deny all cuts all of it.`);
  }
  if (facts.callerQuarantine.length > 0) {
    refusals.push(
      `AWS's quarantine (${facts.callerQuarantine.join(', ')}) is on you: it denies iam:UpdateAccessKey, iam:PutUserPolicy and cloudtrail:LookupEvents.`,
    );
  }
  if (/:federated-user\//.test(identity.arn)) {
    doubts.push(
      'You are a federated session (GetFederationToken): which key minted it cannot be told from its ARN.',
    );
  } else if (/:assumed-role\//.test(identity.arn) && !/:assumed-role\/AWSReservedSSO_/.test(identity.arn)) {
    doubts.push(
      'You are a role session: whether the misused key minted it cannot be told before the trail is read.',
    );
  }
  return { refusals, doubts };
}

/**
 * The cut: the key Inactive, and beside it a Deny on its user dated by `aws:TokenIssueTime`, which kills every temporary
 * credential made so far and spares the user's other keys. Nothing where it is so already. Pure.
 * `until`: a Deny that stands must reach to this time; null: the key is off, and any date of ours is enough.
 */
export function planCut(facts: CutFacts, now: number, denyAll: boolean, until: number | null): Action[] {
  if (facts.owner.kind === 'session') return planSessionCut(facts, now, until, denyAll);
  if (facts.owner.kind !== 'user') return [];
  const user = facts.owner.name;
  const isOwner = facts.owner.whole !== undefined;
  const keys = isOwner ? (facts.misusedKeys ?? []) : [{ id: facts.key, status: facts.status }];
  // A user's other key is innocent where the trail shows no misuse of it: what works by it would stop, and no attacker
  // would. It is named on the screen before anything is agreed to, and --include ID cuts it too.
  const actions = keys
    .filter(({ status }) => status !== 'Inactive')
    .map(({ id, status }) => disableKey(user, id, status));
  if (passwordIsOpen(facts)) actions.push(removePassword(user, facts.passwordAt ?? null));
  if (!denies(facts).some((deny) => denyStands(deny, until, denyAll))) {
    const policy = { UserName: user, PolicyName: denyPolicyName };
    const put = (PolicyDocument: string) =>
      callIn('global', change('iam', 'PutUserPolicy', { ...policy, PolicyDocument }));
    const call = put(datedDeny(denyAll ? null : now + denyAhead));
    actions.push({
      ...call,
      id: actionId('user-sessions', call),
      play: 'user-sessions',
      phase: 'cut',
      targets: [`user-sessions|global|${user}`],
      after: [],
      title: denyAll ? `deny everything to user ${user}` : `cut the sessions of user ${user} made so far`,
      on: {
        class: 'tampered',
        reasons: [isOwner ? `user ${user} was named as misused` : `user ${user} has the misused key`],
      },
      reason: 'sessions minted with the key outlive it',
      permissions: ['iam:PutUserPolicy'],
      before: facts.deny,
      undo: {
        calls: [
          facts.deny === null ? callIn('global', change('iam', 'DeleteUserPolicy', policy)) : put(facts.deny),
        ],
      },
    });
  }
  return actions;
}

function disableKey(user: string, id: string, status: string | null): Action {
  const to = (Status: 'Active' | 'Inactive') =>
    callIn('global', change('iam', 'UpdateAccessKey', { UserName: user, AccessKeyId: id, Status }));
  const call = to('Inactive');
  return {
    ...call,
    id: actionId('access-keys', call),
    play: 'access-keys',
    phase: 'cut',
    targets: [`access-keys|global|${id}`],
    after: [],
    title: `disable access key ${id}`,
    on: { class: 'rogue', reasons: ['the misused key itself'] },
    reason: 'it is the misused key',
    permissions: ['iam:UpdateAccessKey'],
    before: { status },
    undo: { calls: [to('Active')], needsFlag: '--reactivate-key' },
  };
}

/** Whoever has the password signs in again at once. IAM has no switch for it (IAM API reference, DeleteLoginProfile). */
function removePassword(user: string, createdAt: number | null): Action {
  const call = callIn('global', change('iam', 'DeleteLoginProfile', { UserName: user }));
  return {
    ...call,
    id: actionId('login-profiles', call),
    play: 'login-profiles',
    phase: 'cut',
    targets: [`login-profiles|global|${user}`],
    after: [],
    title: `remove the console password of user ${user}`,
    on: { class: 'rogue', reasons: [`user ${user} was named as misused`] },
    reason: 'whoever has the password signs in again',
    permissions: ['iam:DeleteLoginProfile'],
    before: { createdAt },
    undo: { none: 'Passwords cannot be read, so none can be put back; a new one can be set.' },
  };
}

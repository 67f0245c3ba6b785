import { AwsFailure, type Session } from '../aws/index.js';
import type { Named } from '../contain/index.js';
import { isRootName } from '../facts/index.js';
import { ExitCode, leadFlag, leadOf, shellCommand, type WholeRole } from '../model/index.js';
import type { LeadWord, Survey } from '../survey/index.js';
import { wordsOf } from './arguments.js';
import { CommandError, type CommandContext } from './context.js';
import { stolenSession } from './stolen-session.js';
import type { SurveyFlags } from './survey-options.js';

interface Asked {
  flags: SurveyFlags & { deny?: string };
  survey: Survey;
  session: Session;
  context: CommandContext;
}

/**
 * What the lead names, as AWS and the trail show it; null for a key, whose owner IAM tells. `begunAt`: when this
 * containment began, epoch milliseconds; null: none does, and what an earlier one cut is looked at.
 * @throws CommandError where it is not there, or nothing tells what of it is misused
 */
export async function namedBy(key: string, begunAt: number | null, asked: Asked): Promise<Named | null> {
  const { kind, id } = leadOf(key);
  if (kind === 'key' || kind === 'session') return stolenSession(key, asked.session, asked.context);
  const { trail = [], trustTrail } = asked.flags;
  if (trail.length > 0 && trustTrail !== true)
    throw new CommandError(
      ExitCode.usage,
      `Which credentials of ${kind} ${id} are misused would rest on the files of --trail alone. Nothing was done.`,
      'Leave --trail out, so that CloudTrail itself is asked; or answer for the files with --trust-trail.',
    );
  return kind === 'user' ? userNamed(id, begunAt, asked) : roleNamed(id, key, asked);
}

async function userNamed(name: string, begunAt: number | null, asked: Asked): Promise<Named> {
  const { session, survey, flags } = asked;
  const { reader, identity } = session;
  if (isRootName(name, identity.account))
    throw new CommandError(
      ExitCode.usage,
      'The root user is no IAM user: no policy cuts it, and nobody else in the account can. Nothing was done.',
      'Sign in as root and change its password; what root has to do about its keys: leakguard contain --key AKIA…',
    );
  await found('user', name, session, () => reader.call('iam', 'GetUser', 'global', { UserName: name }));
  survey.setOwner(name);
  const word = await survey.misused(null);
  const known = new Set(word.misused.map(({ id }) => id));
  const onWord = wordsOf(flags.include).filter((id) => /^AKIA/.test(id) && !known.has(id));
  const misused = [
    ...word.misused.map(({ id, why }) => ({ id, why })),
    ...onWord.map((id) => ({ id, why: 'misused on the person’s word' })),
  ];
  const starts = [...(begunAt === null ? [] : [begunAt]), ...word.misused.map((one) => one.since)];
  const since = starts.length === 0 ? 0 : Math.min(...starts);
  return { kind: 'user', name, whole: { misused, since } };
}

async function roleNamed(name: string, key: string, asked: Asked): Promise<Named> {
  const { session, survey, flags } = asked;
  const { Role } = await found('role', name, session, () =>
    session.reader.call('iam', 'GetRole', 'global', { RoleName: name }),
  );
  const word = await survey.misused(Role?.Arn ?? null);
  if (word.misused.length === 0 && flags.deny !== 'all') throw noneMisused(name, key, word);
  const { misused, spared } = word;
  const userIds = misused.flatMap(({ userId }) => userId ?? []);
  const whole: WholeRole = {
    misused: misused.map(({ id, why, userId }) => ({ id: `${sessionName(userId)} (${id})`, why })),
    unnamed: misused.flatMap(({ id, userId }) => (userId === null ? [id] : [])),
    spared: spared.map(({ id, userId }) => `${sessionName(userId)} (${id})`),
    step: stepFor(name, Role?.Path ?? ''),
  };
  return { kind: 'session', role: name, userIds: [...new Set(userIds)].sort(), whole };
}

function sessionName(userId: string | null): string {
  return userId?.split(':')[1] ?? 'a session';
}

/** @throws CommandError where AWS has none of this name, or does not let us see it */
async function found<T>(
  kind: 'user' | 'role',
  name: string,
  { identity: { account } }: Session,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    if (error.kind === 'gone')
      throw new CommandError(
        ExitCode.usage,
        `Account ${account} has no ${kind} ${name}. Nothing was done.`,
        `Which there are: aws iam list-${kind}s. Where it is another account's, use credentials of that: --profile NAME`,
      );
    throw new CommandError(
      ExitCode.refused,
      `Whether there is a ${kind} ${name} could not be read: ${error.describe()}. Nothing was done.`,
      `Use credentials that may call iam:Get${kind === 'user' ? 'User' : 'Role'}: --profile NAME`,
    );
  }
}

function noneMisused(name: string, key: string, { spared, unread }: LeadWord): CommandError {
  const gap = unread[0];
  const ids = spared.slice(0, 5).map(({ id, userId }) => `${id} (${sessionName(userId)})`);
  const seen =
    ids.length === 0
      ? 'No session of it is in use.'
      : `In use, and without a sign of misuse: ${ids.join(', ')}.`;
  const unknown =
    gap === undefined
      ? ''
      : ` Not all could be read: CloudTrail in ${gap.region}: ${gap.detail ?? gap.status}.`;
  return new CommandError(
    ExitCode.refused,
    `The trail shows no misused session of role ${name}; it can lag by 15 minutes. ${seen}${unknown} Nothing was done.`,
    `Name the session that is misused: leakguard contain ${leadFlag(key)} --include ASIA… — or cut the whole role: --deny all`,
  );
}

/** Why no policy can be put on the role, and what a person does instead (IAM user guide, "Service-linked roles"; IAM
 *  Identity Center user guide, "Revoke active IAM role sessions created by permission sets"). */
function stepFor(name: string, path: string): string | null {
  if (path.startsWith('/aws-service-role/'))
    return `${name} is a service-linked role: only its service can change it, and nobody else can take it. Stop what launches by it in that service.`;
  if (!path.startsWith('/aws-reserved/') && !name.startsWith('AWSReservedSSO_')) return null;
  const set = /^AWSReservedSSO_(.+)_[0-9a-f]+$/.exec(name)?.[1] ?? name;
  const list = shellCommand(['aws', 'sso-admin', 'list-instances']);
  return `${name} is IAM Identity Center's: only that can put a policy on it. In its management account, IAM Identity Center → Users → the session's name → Disable user access, and Active sessions → End; then, since role sessions live on, Permission sets → ${set} → Inline policy: Deny * with the condition DateLessThan aws:TokenIssueTime now, and provision it (${list ?? ''}, then put-inline-policy-to-permission-set and provision-permission-set).`;
}

import type { Session } from '../aws/index.js';
import { ExitCode, shellCommand } from '../model/index.js';
import {
  type AccountRow,
  lookAcross,
  organizationDocument,
  organizationScreen,
  reasonsAcross,
} from '../organization/index.js';
import { exitCodeOfLook } from '../outcome/index.js';
import { lookOnlyPolicy, plays } from '../plays/index.js';
import { namesEndpoint, parseKeyId, parseRegions } from './arguments.js';
import { CommandError, type CommandContext } from './context.js';
import { explained } from './explained.js';
import { parseMoment } from './moment.js';
import { accountOfKey, chosenAccounts, entryOf, flagsFor, memberContext } from './organization.js';
import { concurrencyOf, type OrganizationFlags } from './organization-flags.js';
import type { TargetFlags } from './scan-target.js';
import { surveyOf, type SurveyFlags } from './survey-options.js';

interface ScanFlags extends SurveyFlags, TargetFlags, OrganizationFlags {
  simulated?: boolean;
  endpointUrl?: string;
  html?: string;
}

/** One key's incident over all accounts of the organization; changes nothing. */
export async function scanOrganization(flags: ScanFlags, context: CommandContext): Promise<ExitCode> {
  const simulated = flags.simulated === true || namesEndpoint(context.env, flags.endpointUrl ?? null);
  if (flags.key === undefined)
    throw new CommandError(
      ExitCode.usage,
      '--organization needs the key whose incident it is. Nothing was done.',
      'leakguard scan --key AKIA… --organization',
    );
  const key = parseKeyId(flags.key, simulated);
  refuseOthers(flags);
  const concurrency = concurrencyOf(flags);
  const entry = entryOf(flags, lookOnlyPolicy(plays), context);
  const session = await context.openSession();
  const accounts = await chosenAccounts(flags, session, context);
  const keyAccount = await accountOfKey(key, session, context);
  const now = session.reader.now();
  const across = await lookAcross({
    session,
    key,
    keyAccount,
    accounts,
    entry,
    concurrency,
    since: parseMoment(flags.since, now).time,
    regions: parseRegions(flags.region),
    surveyOf: (member: Session, lead) =>
      surveyOf(flagsFor(flags, lead), lead?.key ?? null, member, memberContext(member, context)),
    tell: (done, total, message) =>
      context.emit({ type: 'progress', subject: 'accounts', region: null, done, total, message }),
    signal: context.signal,
  });
  const reasons = reasonsAcross(across, keyAccount);
  const exitCode = exitCodeOfLook(reasons);
  const { identity } = session;
  if (context.json) {
    const document = organizationDocument(across, { exitCode, reasons, identity, key, keyAccount });
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const { width, color, verbose, carried } = context;
    const next = nextSteps(across.rows, key);
    context.stdout.write(
      `${organizationScreen(across, { key, keyAccount, identity, next }, { width, color, verbose, carried })}\n`,
    );
  }
  return explained(exitCode, reasons, context);
}

function nextSteps(rows: readonly AccountRow[], key: string): string[] {
  const hit = rows.filter(({ found, held, ofKey }) => ofKey || found + held > 0);
  const look = hit.find(({ ofKey, next }) => !ofKey && next !== null)?.next;
  return [
    shellCommand(['leakguard', 'contain', '--key', key]) ?? 'leakguard contain',
    ...(look === undefined || look === null ? [] : [look]),
  ];
}

/** @throws CommandError with exit code 2 */
function refuseOthers({ trail = [], instance, session, user, html }: ScanFlags): void {
  const given = { '--instance': instance, '--session': session, '--user': user, '--html': html };
  const [other] = [
    ...Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag])),
    ...(trail.length > 0 ? ['--trail'] : []),
  ];
  if (other !== undefined)
    throw new CommandError(
      ExitCode.usage,
      `--organization asks CloudTrail’s event history in each account, from a key on: it goes without ${other}. Nothing was done.`,
      `Leave ${other} out; or look at one account with it, without --organization.`,
    );
}

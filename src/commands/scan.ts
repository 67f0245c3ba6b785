import type { Session } from '../aws/index.js';
import { ExitCode, type Identity } from '../model/index.js';
import { exitCodeOfLook, reasonsOfScan } from '../outcome/index.js';
import { namesEndpoint, parseKeyId } from './arguments.js';
import type { CommandContext } from './context.js';
import { explained } from './explained.js';
import { assertOrganizationFlags, type OrganizationFlags } from './organization-flags.js';
import { saveFile } from './output-file.js';
import { judgeTrace, rootSessionOf, targetOf, traceScreen, type TargetFlags } from './scan-target.js';
import { isTable, surveyOf, type SurveyFlags } from './survey-options.js';

interface ScanFlags extends SurveyFlags, TargetFlags, OrganizationFlags {
  simulated?: boolean;
  endpointUrl?: string;
  html?: string;
}

/** Looks, and changes nothing. Without a key it names the suspicious ones. */
export async function run(flags: ScanFlags, context: CommandContext): Promise<ExitCode> {
  assertOrganizationFlags(flags);
  if (flags.organization === true)
    return (await import('./scan-organization.js')).scanOrganization(flags, context);
  const simulated = flags.simulated === true || namesEndpoint(context.env, flags.endpointUrl ?? null);
  const key = flags.key === undefined ? null : parseKeyId(flags.key, simulated);
  const target = targetOf(flags);
  const session = await sessionOrFilesOnly(flags, context);
  const traced = target === null ? null : await surveyOf(flags, null, session, context).trace(target);
  const subject = key ?? traced?.key ?? rootSessionOf(traced);
  const survey = surveyOf(flags, subject, session, context);
  const { joined } = await import('../report/index.js');
  const incident = joined(await survey.look());
  const trace = target === null || traced === null ? null : judgeTrace(traced, target, incident);
  const identity = session?.identity ?? offlineIdentity(survey.accountOfFiles());
  const reasons = reasonsOfScan(incident, survey.skippedRecords().length > 0);
  if (trace?.key === null)
    reasons.push({ rule: 'look.no-key', words: 'which key is behind it is not known' });
  if (flags.html !== undefined) {
    const { incidentHtml } = await import('../report/html/index.js');
    const written = await saveFile(flags.html, incidentHtml(incident, identity), context.emit);
    if (written !== ExitCode.ok)
      reasons.push({ rule: 'file.not-written', words: `${flags.html} could not be written` });
  }
  const exitCode = exitCodeOfLook(reasons);
  if (context.json) {
    const { scanDocument } = await import('../report/index.js');
    const document = scanDocument(incident, identity, {
      exitCode,
      reasons,
      skipped: survey.skippedRecords(),
    });
    context.stdout.write(`${JSON.stringify(trace === null ? document : { ...document, trace }, null, 2)}\n`);
  } else {
    const { incidentScreen } = await import('../report/screens/index.js');
    const { width, color, verbose, carried } = context;
    const options = { width, color, verbose, carried };
    if (trace !== null) context.stdout.write(`${traceScreen(trace, subject, identity, options)}\n\n`);
    context.stdout.write(`${incidentScreen(incident, identity, options)}\n`);
  }
  return explained(exitCode, reasons, context);
}

/** Log files can be read without an account. Then nothing is said of what runs now. */
async function sessionOrFilesOnly(flags: ScanFlags, context: CommandContext): Promise<Session | null> {
  const { trail = [] } = flags;
  const { isInBucket } = await import('../trail/index.js');
  if (trail.length === 0 || trail.some((path) => isInBucket(path) || isTable(path)))
    return context.openSession();
  try {
    return await context.openSession();
  } catch (error) {
    const { AwsFailure } = await import('../aws/index.js');
    if (!(error instanceof AwsFailure)) throw error;
    const why = error.code === 'CredentialsProviderError' ? 'no credentials' : error.code;
    const message = `Only the trail files are read (${why}): nothing that runs now is looked at.`;
    context.emit({ type: 'warning', message });
    return null;
  }
}

/** Nobody: only trail files were read. */
export function offlineIdentity(account: string | null): Identity {
  return {
    account: account ?? 'unknown',
    arn: 'none: only trail files were read',
    userId: '',
    partition: 'aws',
    accessKeyId: '',
    profile: null,
    homeRegion: 'us-east-1',
    simulated: false,
    endpoints: {},
  };
}

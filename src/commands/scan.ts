import type { Session } from '../aws/index.js';
import { ExitCode, exitCodeOfLook, type Identity, type Incident, isComplete } from '../model/index.js';
import { namesEndpoint, parseKeyId } from './arguments.js';
import type { CommandContext } from './context.js';
import { saveFile } from './output-file.js';
import { judgeTrace, rootSessionOf, targetOf, traceScreen, type TargetFlags } from './scan-target.js';
import { surveyOf, type SurveyFlags } from './survey-options.js';

interface ScanFlags extends SurveyFlags, TargetFlags {
  simulated?: boolean;
  endpointUrl?: string;
  html?: string;
}

/** Looks, and changes nothing. Without a key it names the suspicious ones. */
export async function run(flags: ScanFlags, context: CommandContext): Promise<ExitCode> {
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
  const codes = [exitCodeOfScan(incident, survey.skippedRecords().length > 0)];
  if (trace?.key === null) codes.push(ExitCode.incomplete);
  if (flags.html !== undefined) {
    const { incidentHtml } = await import('../report/html/index.js');
    codes.push(await saveFile(flags.html, incidentHtml(incident, identity), context.emit));
  }
  const exitCode = exitCodeOfLook(codes);
  if (context.json) {
    const { scanDocument } = await import('../report/index.js');
    const document = scanDocument(incident, identity, { exitCode, skipped: survey.skippedRecords() });
    context.stdout.write(`${JSON.stringify(trace === null ? document : { ...document, trace }, null, 2)}\n`);
  } else {
    const { incidentScreen } = await import('../report/screens/index.js');
    const { width, color, verbose } = context;
    const options = { width, color, verbose };
    if (trace !== null) context.stdout.write(`${traceScreen(trace, subject, identity, options)}\n\n`);
    context.stdout.write(`${incidentScreen(incident, identity, options)}\n`);
  }
  return exitCode;
}

/** Log files can be read without an account. Then nothing is said of what runs now. */
async function sessionOrFilesOnly(flags: ScanFlags, context: CommandContext): Promise<Session | null> {
  if (flags.trail === undefined || flags.trail.length === 0) return context.openSession();
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

function offlineIdentity(account: string | null): Identity {
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

/** 3 where something of an incident stands out, 5 where something could not be looked at or is in doubt, else 0. */
export function exitCodeOfScan(incident: Incident, recordsSkipped: boolean): ExitCode {
  const codes = new Set<ExitCode>();
  const classes = new Set(incident.findings.map((finding) => finding.class));
  const found = classes.has('rogue') || classes.has('tampered');
  if (found || incident.suspects.length > 0 || incident.misuse.at !== null) codes.add(ExitCode.findings);
  if (classes.has('held') || classes.has('settling')) codes.add(ExitCode.incomplete);
  if (recordsSkipped || !isComplete(incident.coverage)) codes.add(ExitCode.incomplete);
  return exitCodeOfLook(codes);
}

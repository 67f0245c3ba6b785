import type { Session } from '../aws/session.js';
import { isComplete } from '../coverage.js';
import type { Incident } from '../detect/incident.js';
import type { Identity } from '../events.js';
import { ExitCode, exitCodeOfLook } from '../exit-codes.js';
import type { Trace, TraceTarget } from '../detect/trace-up.js';
import { visible } from '../report/escape.js';
import { namesEndpoint, parseKeyId } from './arguments.js';
import { CommandError, type CommandContext } from './context.js';
import { saveFile } from './output-file.js';
import { surveyOf, type SurveyFlags } from './survey-options.js';

interface ScanFlags extends SurveyFlags {
  key?: string;
  instance?: string;
  session?: string;
  user?: string;
  simulated?: boolean;
  endpointUrl?: string;
  html?: string;
}

/** Looks, and changes nothing. Without a key it names the suspicious ones. */
export async function run(flags: ScanFlags, context: CommandContext): Promise<ExitCode> {
  const simulated = flags.simulated === true || namesEndpoint(context.env, flags.endpointUrl ?? null);
  const key = flags.key === undefined ? null : parseKeyId(flags.key, simulated);
  const session = await sessionOrFilesOnly(flags, context);
  const trace = await traceOf(flags, session, context);
  const survey = surveyOf(flags, key ?? trace?.key ?? null, session, context);
  const incident = await survey.look();
  const identity = session?.identity ?? offlineIdentity(survey.accountOfFiles());
  const codes = [exitCodeOfScan(incident, survey.skippedRecords().length > 0)];
  if (flags.html !== undefined) {
    const { incidentHtml } = await import('../report/html/incident-page.js');
    codes.push(await saveFile(flags.html, incidentHtml(incident, identity), context.emit));
  }
  const exitCode = exitCodeOfLook(codes);
  if (context.json) {
    const { scanDocument } = await import('../report/scan-document.js');
    const document = scanDocument(incident, identity, { exitCode, skipped: survey.skippedRecords() });
    context.stdout.write(`${JSON.stringify(trace === null ? document : { ...document, trace }, null, 2)}\n`);
  } else {
    if (trace !== null) context.stdout.write(traceLines(trace));
    const { incidentScreen } = await import('../report/incident-screen.js');
    const { width, color, verbose } = context;
    context.stdout.write(`${incidentScreen(incident, identity, { width, color, verbose })}\n`);
  }
  return exitCode;
}

/** From `--instance`, `--session` or `--user` up to the key; null where none of them was given. */
async function traceOf(
  flags: ScanFlags,
  session: Session | null,
  context: CommandContext,
): Promise<Trace | null> {
  const { instance, session: sessionId, user } = flags;
  const targets: TraceTarget[] = [];
  if (instance !== undefined) targets.push({ instance });
  if (sessionId !== undefined) targets.push({ session: sessionId });
  if (user !== undefined) targets.push({ user });
  const [target, ...more] = targets;
  if (target === undefined) return null;
  if (more.length > 0 || flags.key !== undefined) {
    throw new CommandError(ExitCode.usage, 'Give one of --key, --instance, --session and --user.');
  }
  return surveyOf(flags, null, session, context).trace(target);
}

/** The way up, one step a line. Names are others' choice. */
function traceLines({ path, key, principal, note }: Trace): string {
  const end =
    key !== null
      ? `key ${key}`
      : principal !== null
        ? `parent unknown; contain ${principal}`
        : 'parent unknown';
  const lines = [
    `traced up  ${path.join(' ← ')}`,
    `           ${end}`,
    ...(note === null ? [] : [`           ${note}`]),
  ];
  return `${lines.map((line) => visible(line, 400)).join('\n')}\n\n`;
}

/** Log files can be read without an account. Then nothing is said of what runs now. */
async function sessionOrFilesOnly(flags: ScanFlags, context: CommandContext): Promise<Session | null> {
  if (flags.trail === undefined || flags.trail.length === 0) return context.openSession();
  try {
    return await context.openSession();
  } catch (error) {
    const { AwsFailure } = await import('../aws/errors.js');
    if (!(error instanceof AwsFailure)) throw error;
    context.emit({ type: 'warning', message: `Only the trail files are read: ${error.describe()}` });
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

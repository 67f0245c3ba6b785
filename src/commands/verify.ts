import { clearance, lookAtKey, lookAtRest } from '../contain/index.js';
import { allSeen, type ClearanceRow, type ExitCode, type Incident, leadFlag } from '../model/index.js';
import { exitCodeOfLook, reasonsOfClearance } from '../outcome/index.js';
import { type ClearanceLimits, limitsOf } from '../report/index.js';
import { plays } from '../plays/index.js';
import { namesEndpoint, parseKeyId } from './arguments.js';
import { type LeadFlags, parseLead } from './lead.js';
import { asTyped } from './as-typed.js';
import { sleepUnless } from './carry-out.js';
import type { CommandContext } from './context.js';
import { explained } from './explained.js';
import { namedBy } from './named.js';
import { surveyOf, type SurveyFlags } from './survey-options.js';

interface VerifyFlags extends SurveyFlags, LeadFlags {
  watchKey: string[];
  wait?: boolean;
  simulated?: boolean;
  endpointUrl?: string;
}

/** Between two looks of --wait. Milliseconds. */
const waitStep = 30_000;

/** The clearance list: is everything clean, and was everything looked at? Reads only. */
export async function run(flags: VerifyFlags, context: CommandContext): Promise<ExitCode> {
  const simulated = flags.simulated === true || namesEndpoint(context.env, flags.endpointUrl ?? null);
  const key = parseLead(flags, simulated);
  const watched = flags.watchKey.map((id) => parseKeyId(id, simulated));
  const session = await context.openSession();
  const { reader, identity } = session;
  const survey = surveyOf(flags, key, session, context);
  const watches = watched.map((id) => ({ id, survey: surveyOf(flags, id, session, context) }));
  const options = { denyAll: false, evict: 'disable', snapshot: false, removeTemplates: false } as const;
  const request = { session, survey, plays, options, include: new Set<string>() };
  const named = key === null ? null : await namedBy(key, null, { flags, survey, session, context });
  const sleep = sleepUnless(context.signal);
  let rows: ClearanceRow[];
  let limits: ClearanceLimits;
  for (;;) {
    const facts = key === null ? null : (await lookAtKey(request, key, named)).facts;
    const { incident, planned } = await lookAtRest(request);
    limits = limitsOf(incident.coverage);
    rows = clearance(incident, plays, facts, planned, reader.now());
    if (key === null && incident.suspects.length > 0) {
      const details = incident.suspects.map(
        ({ accessKeyId, reasons }) => `${accessKeyId}: ${reasons[0] ?? ''}`,
      );
      rows.unshift({ subject: 'suspects', title: 'keys that look misused', status: 'dirty', details });
    }
    for (const watch of watches) {
      rows.push(watchedRow(watch.id, await watch.survey.look()));
    }
    const settling = rows.some(({ status }) => status === 'settling');
    if (
      flags.wait !== true ||
      !settling ||
      rows.some(({ status }) => status === 'dirty') ||
      context.signal.aborted
    )
      break;
    context.emit({
      type: 'progress',
      subject: 'verify',
      region: null,
      done: 0,
      total: null,
      message: `waiting: ${rows.find(({ status }) => status === 'settling')?.details[0] ?? 'CloudTrail may be late'}`,
    });
    await sleep(waitStep);
  }
  const reasons = reasonsOfClearance(rows);
  const exitCode = exitCodeOfLook(reasons);
  const next = nextStep(rows, key, context);
  const found = { exitCode, rows, next: next[0] ?? null };
  context.announce(async () => (await import('./news.js')).newsOfClearance(key, identity, found, Date.now()));
  if (context.json) {
    context.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, command: 'verify', exitCode, reasons, simulated: identity.simulated, identity, key, rows, limits }, null, 2)}\n`,
    );
  } else {
    const { clearanceScreen } = await import('../report/screens/index.js');
    const { width, color, verbose, carried } = context;
    const options = { width, color, verbose, carried };
    context.stdout.write(`${clearanceScreen(rows, limits, identity, options, next)}\n`);
  }
  return explained(exitCode, reasons, context);
}

/** What is dirty is contained; what only takes time is waited for. */
function nextStep(rows: readonly ClearanceRow[], key: string | null, context: CommandContext): string[] {
  const has = (status: ClearanceRow['status']): boolean => rows.some((row) => row.status === status);
  if (has('dirty')) return key === null ? [] : [`leakguard contain ${leadFlag(key)}`];
  const again = has('settling') ? asTyped(context, ['--wait']) : null;
  return again === null ? [] : [again];
}

/** No sign of misuse clears a key only where everything was looked at. */
function watchedRow(id: string, { misuse, coverage }: Incident): ClearanceRow {
  const row = { subject: `key ${id}`, title: 'replacement key, watched' };
  if (misuse.at !== null) return { ...row, status: 'dirty', details: misuse.reasons };
  return allSeen(coverage)
    ? { ...row, status: 'clean', details: [] }
    : { ...row, status: 'unknown', details: ['not everything could be looked at'] };
}

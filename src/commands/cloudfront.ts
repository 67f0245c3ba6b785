import { readFile } from 'node:fs/promises';
import { AwsFailure, type Session } from '../aws/index.js';
import {
  checkCloudFront,
  type CloudFrontCheck,
  cloudFrontScreen,
  type FromReport,
  type FromTrail,
  hostsFromLines,
  type KnownHost,
  lastReport,
  type NameResolver,
  originProbe,
  outageLine,
  planStandIn,
  readReport,
  readTrail,
  rehearsalEndpoint,
  resetText,
  resolversFor,
  type StandInPlan,
  unique,
  withChanges,
  zoneOf,
} from '../recovery/cloudfront/index.js';
import { ExitCode, type Reason } from '../model/index.js';
import { exitCodeOfLook } from '../outcome/index.js';
import { namesEndpoint, parseKeyId, parsePeriod } from './arguments.js';
import { explained } from './explained.js';
import { reasonsOfServing } from './serving-reasons.js';
import { CommandError, type CommandContext } from './context.js';
import { parseMoment } from './moment.js';
import { reportDirectory } from './report-directory.js';
import { watchAndJournal } from './watch-cloudfront.js';

interface CloudFrontFlags {
  watch?: boolean;
  every?: string;
  host: string[];
  hostsFile?: string;
  report?: string;
  key?: string;
  since?: string;
  compromisedAt?: string;
  resolver: string[];
  doh?: string | string[];
  http: boolean;
  standIn?: boolean;
  probeOrigins?: boolean;
  reportDir?: string;
  simulated?: boolean;
  endpointUrl?: string;
}

/** Nobody looks more often, milliseconds: the resolvers are other people's. */
const leastWait = 100;

/** Does the API answer, does each host resolve, does it serve, and has its configuration been changed? */
export async function run(flags: CloudFrontFlags, context: CommandContext): Promise<ExitCode> {
  const { emit, env } = context;
  const simulated = flags.simulated === true || namesEndpoint(env, flags.endpointUrl ?? null);
  const given = await givenHosts(flags);
  const session = await sessionOrHosts(context, given.length > 0);
  const resolvers = resolversOf(flags, session?.identity.simulated ?? simulated, env);
  const directory = reportDirectory(flags.reportDir, env);
  const report = await reportOf(flags, session, directory);
  let trail = session === null ? null : await trailOf(flags, session, report, context);
  const hosts = unique([...given, ...(report?.hosts ?? []), ...(trail?.hosts ?? [])]);
  const rehearsal = session === null ? null : rehearsalEndpoint(session.identity);
  const look = async (): Promise<CloudFrontCheck> => {
    const check = await checkCloudFront({
      reader: session?.reader ?? null,
      resolvers,
      hosts,
      http: flags.http,
      simulated: session?.identity.simulated ?? simulated,
      rehearsal,
      zone: zoneOf(session?.identity.partition ?? 'aws'),
      ...(trail?.changes == null ? {} : { changes: trail.changes }),
      // A watch tells what changes; a line for each look would bury it.
      emit: flags.watch === true ? () => undefined : emit,
    });
    // What the attacker did since the last look at the trail must not pass for serving, nor a repair for tampering.
    if (flags.watch === true && session !== null && trail?.asked === true && dependsOnTrail(check)) {
      trail = await trailOf(flags, session, report, context);
      if (trail?.changes != null) return noted(withChanges(check, trail.changes), trail);
    }
    return noted(check, trail);
  };

  const every = flags.every === undefined ? undefined : Math.max(leastWait, parsePeriod(flags.every));
  const reasonsOf = (seen: CloudFrontCheck): Reason[] =>
    reasonsOfServing(seen, trail?.asked === true && trail.changes === null);
  const watched =
    flags.watch === true
      ? await watchAndJournal(
          look,
          (seen) => exitCodeOfLook(reasonsOf(seen)),
          session,
          simulated,
          directory,
          every,
          context,
        )
      : null;
  const check = watched?.result.last ?? (await look());
  const reasons = reasonsOf(check);
  const exitCode = watched?.exitCode ?? exitCodeOfLook(reasons);
  const standIn = await standInOf(flags, check, hosts, resolvers, rehearsal);
  const reset = resetText(check, session?.identity.account ?? null);
  if (context.json) {
    const document = {
      schemaVersion: 1,
      command: 'cloudfront',
      simulated: check.simulated,
      identity: session?.identity ?? null,
      exitCode,
      reasons,
      check,
      watch:
        watched === null
          ? null
          : {
              looks: watched.result.looks,
              changes: watched.result.changes,
              outages: watched.result.outages,
              journal: watched.journal,
            },
      standIn,
      supportText: reset,
    };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const { width, color, verbose, carried } = context;
    const endpoint = rehearsal?.href ?? null;
    context.stdout.write(
      `${cloudFrontScreen(check, { endpoint, reset, standIn }, { width, color, verbose, carried })}\n`,
    );
    for (const outage of watched?.result.outages ?? [])
      context.stdout.write(`${outageLine(outage, Date.now())}\n`);
  }
  return explained(exitCode, reasons, context);
}

function noted(check: CloudFrontCheck, trail: FromTrail | null): CloudFrontCheck {
  return { ...check, notes: [...check.notes, ...(trail?.notes ?? [])] };
}

/** Nothing but the configuration decides whether all of it serves. */
function dependsOnTrail({ distributions }: CloudFrontCheck): boolean {
  const decided = ['serving', 'misconfigured-by-attacker'];
  return (
    distributions.length > 0 && distributions.every(({ judgement }) => decided.includes(judgement.state))
  );
}

async function givenHosts(flags: CloudFrontFlags): Promise<KnownHost[]> {
  const given = hostsFromLines(flags.host.join('\n'));
  if (flags.hostsFile === undefined) return given;
  try {
    return [...given, ...hostsFromLines(await readFile(flags.hostsFile, 'utf8'))];
  } catch (error) {
    throw new CommandError(ExitCode.usage, `The file of hosts cannot be read: ${(error as Error).message}`);
  }
}

/** Where hosts are named, the DNS and the edge can be asked without credentials. */
async function sessionOrHosts(context: CommandContext, hostsGiven: boolean): Promise<Session | null> {
  try {
    return await context.openSession();
  } catch (error) {
    const known = error instanceof AwsFailure && ['credentials', 'unreachable'].includes(error.kind);
    if (!known || !hostsGiven) throw error;
    context.emit({ type: 'warning', message: `The API is not asked: ${error.message}` });
    return null;
  }
}

function resolversOf(flags: CloudFrontFlags, simulated: boolean, env: CommandContext['env']): NameResolver[] {
  try {
    const doh = flags.doh === undefined ? [] : [flags.doh].flat();
    return resolversFor({ resolvers: flags.resolver, doh, simulated, env });
  } catch (error) {
    throw new CommandError(ExitCode.usage, (error as Error).message);
  }
}

async function reportOf(
  flags: CloudFrontFlags,
  session: Session | null,
  directory: string,
): Promise<FromReport | null> {
  const path =
    flags.report ?? (session === null ? null : await lastReport(directory, session.identity.account));
  if (path === null) return null;
  try {
    return await readReport(path);
  } catch (error) {
    throw new CommandError(ExitCode.usage, (error as Error).message, 'Name another with --report FILE.');
  }
}

/** Read where it is known which credential was misused, or where nothing else may name the hosts. */
async function trailOf(
  flags: CloudFrontFlags,
  session: Session,
  report: FromReport | null,
  context: CommandContext,
): Promise<FromTrail | null> {
  const key = flags.key === undefined ? null : parseKeyId(flags.key, session.identity.simulated);
  const incidentAt =
    flags.compromisedAt === undefined
      ? (report?.misuseAt ?? null)
      : parseMoment(flags.compromisedAt, session.reader.now()).time;
  const credentials = [
    ...(report?.credentials ?? []),
    ...(key === null ? [] : [{ id: key, since: incidentAt }]),
  ];
  if (credentials.length === 0 && flags.host.length + Number(flags.hostsFile !== undefined) > 0) return null;
  try {
    return await readTrail(session, {
      from: parseMoment(flags.since ?? '90d', session.reader.now()).time,
      credentials,
      incidentAt,
      emit: context.emit,
    });
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return {
      asked: credentials.length > 0,
      hosts: [],
      changes: null,
      notes: [`CloudTrail was not read: ${error.describe()}`],
    };
  }
}

async function standInOf(
  flags: CloudFrontFlags,
  check: CloudFrontCheck,
  hosts: readonly KnownHost[],
  resolvers: readonly NameResolver[],
  rehearsal: URL | null,
): Promise<StandInPlan | null> {
  if (flags.standIn !== true) return null;
  const names = new Set(check.resolvers.filter((resolver) => resolver.working).map(({ name }) => name));
  const working = resolvers.filter(({ name }) => names.has(name));
  return planStandIn(check, hosts, flags.probeOrigins === true ? originProbe(working, { rehearsal }) : null);
}

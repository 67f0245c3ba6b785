import { resolve } from 'node:path';
import type { LockHeld, LockLost, Refused } from '../contain/index.js';
import type { AwsFailure, BadSetting, RoleToAssume, Session, Watch } from '../aws/index.js';
import { ExitCode, shellArgument, shellWord, withFlags } from '../model/index.js';
import { parseRegions } from './arguments.js';
import type { Webhook } from '../webhook/index.js';
import type { CommandContext } from './context.js';
import { CommandError } from './context.js';
import { mendIdentifiers } from './identifiers.js';
import { needsNoReader, onSignals, watchOutputs } from './interruptions.js';
import { checkOutputFiles, jsonOutput, OutputFile, refuseFormat } from './output-file.js';
import { reportDirectory } from './report-directory.js';
import { requestLine, TraceFile } from './trace-file.js';

export interface GlobalFlags {
  profile?: string;
  roleArn?: string;
  externalId?: string;
  mfaSerial?: string;
  region: string[];
  endpointUrl?: string;
  maxAttempts?: string;
  json?: boolean;
  output?: string;
  color: boolean;
  verbose?: boolean;
  debug?: boolean;
  trace?: string;
}

type Run = (flags: never, context: CommandContext) => Promise<ExitCode>;

/** Loads one command, gives it its context, and turns whatever it throws into one clear end. */
export async function runCommand(
  name: string,
  load: () => Promise<{ run: Run }>,
  flags: GlobalFlags,
): Promise<ExitCode> {
  const { createRenderer, colorOf, visible } = await import('../report/terminal/index.js');
  const color = colorOf(process.stderr, process.env, flags.color);
  const renderer = createRenderer({ stream: process.stderr, color, verbose: flags.verbose === true });
  const stop = new AbortController();
  const release = onSignals(stop, name, () => renderer.close());
  const outputs = watchOutputs(stop, name);
  // A terminal that does not know its size says 0.
  const columns = Number(process.env['COLUMNS']) || 80;
  const output = flags.output === undefined ? null : new OutputFile(resolve(flags.output));
  let session: Awaited<ReturnType<CommandContext['openSession']>> | null = null;
  let trace: TraceFile | null = null;
  const webhook = await webhookOf((message) => renderer.emit({ type: 'warning', message }));
  const debug: Watch = (step) => {
    const line = requestLine(step, new Date());
    if (line === null) return;
    renderer.clear();
    process.stderr.write(`${visible(line, 1000)}\n`);
  };
  const context: CommandContext = {
    stdout: flags.json === true ? jsonOutput(output ?? process.stdout) : (output ?? process.stdout),
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    emit: renderer.emit,
    announce: (news) => webhook?.send(news),
    argv: process.argv.slice(2),
    carried: carriedBy(flags),
    json: flags.json === true,
    color: output === null && colorOf(process.stdout, process.env, flags.color),
    verbose: flags.verbose === true,
    width: process.stdout.columns || columns,
    onStderr: {
      width: process.stderr.columns || columns,
      color,
      verbose: flags.verbose === true,
      carried: carriedBy(flags),
    },
    rows: process.stderr.rows ?? null,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    signal: stop.signal,
    openSession: async () => {
      if (session !== null) return session;
      const { openSession } = await import('../aws/index.js');
      const attempts = Number(flags.maxAttempts);
      if (flags.maxAttempts !== undefined && !(Number.isInteger(attempts) && attempts > 0)) {
        throw new CommandError(
          ExitCode.usage,
          `Not a number of attempts: ${JSON.stringify(flags.maxAttempts)}.`,
        );
      }
      const watches = [...(trace === null ? [] : [trace.watch]), ...(flags.debug === true ? [debug] : [])];
      const watch: Watch | undefined =
        watches.length === 0 ? undefined : (step) => watches.forEach((one) => one(step));
      session = await openSession({
        profile: flags.profile ?? null,
        role: roleOf(flags),
        region: flags.region.find((region) => region !== 'all' && !region.includes(',')) ?? null,
        endpointUrl: flags.endpointUrl ?? null,
        maxAttempts: flags.maxAttempts === undefined ? null : attempts,
        env: process.env,
        mfaCode: (serial) => mfaCode(serial, context),
        tell: (message) => renderer.emit({ type: 'warning', message }),
        watch,
      });
      renderer.emit({ type: 'identity', identity: session.identity });
      const { settleTimes } = await import('./settle-times.js');
      settleTimes(flags, session.reader.now(), (message) => {
        renderer.clear();
        process.stderr.write(`${visible(message, 1000)}\n`);
      });
      await checkRegions(flags.region, session);
      return session;
    },
  };
  try {
    mendIdentifiers(flags, (message) => renderer.emit({ type: 'warning', message }));
    refuseFormat(flags);
    checkOutputFiles(flags);
    if (flags.trace !== undefined) trace = openTrace(flags.trace);
    const { run } = await load();
    const code = await run(flags as never, context);
    // Errors of a stream come in a turn of their own.
    await new Promise(setImmediate);
    const lost = outputs.lost();
    if (lost !== null) {
      const message = `The result could not be written to stdout (${lost}).`;
      renderer.emit({ type: 'warning', message });
      if (!needsNoReader.has(name)) return ExitCode.unexpected;
    }
    if (output === null || output.failure === null) return code;
    renderer.emit({
      type: 'warning',
      message: `--output ${flags.output} could not be written (${output.failure}): the result is on stdout.`,
    });
    return ExitCode.unexpected;
  } catch (error) {
    renderer.close();
    return fail(name, error, flags, context.stdout);
  } finally {
    await webhook?.settled();
    renderer.close();
    release();
    (session as { close(): void } | null)?.close();
    closeTrace(trace, flags.trace ?? '');
  }
}

async function webhookOf(warn: (message: string) => void): Promise<Webhook | null> {
  const { LEAKGUARD_WEBHOOK_URL: url, LEAKGUARD_WEBHOOK_FILE: file } = process.env;
  if (!url && !file) return null;
  const { Webhook } = await import('../webhook/index.js');
  return new Webhook(process.env, warn);
}

/** @throws CommandError with exit code 2 */
function openTrace(path: string): TraceFile {
  try {
    return new TraceFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(ExitCode.usage, `--trace ${path} cannot be written (${why}). Nothing was done.`);
  }
}

function closeTrace(trace: TraceFile | null, path: string): void {
  trace?.close();
  if (trace !== null && trace.failure !== null)
    process.stderr.write(`The trace ${path} is not whole (${trace.failure}); all else is as said above.\n`);
}

/** @throws CommandError with exit code 2 */
function roleOf({ roleArn, externalId, mfaSerial }: GlobalFlags): RoleToAssume | null {
  if (roleArn === undefined) {
    if (externalId === undefined && mfaSerial === undefined) return null;
    throw new CommandError(
      ExitCode.usage,
      '--external-id and --mfa-serial say how a role is assumed: --role-arn says which. Nothing was done.',
    );
  }
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) {
    const shown = JSON.stringify(roleArn.slice(0, 100));
    throw new CommandError(
      ExitCode.usage,
      `--role-arn takes arn:aws:iam::ACCOUNT:role/NAME, not ${shown}. Nothing was done.`,
    );
  }
  return { arn: roleArn, externalId: externalId ?? null, mfaSerial: mfaSerial ?? null };
}

/** What of this call a printed command needs too. */
function carriedBy(flags: object): string[][] {
  const { simulated, profile, endpointUrl, reportDir, roleArn, externalId, mfaSerial } = flags as Record<
    string,
    unknown
  >;
  const valued = {
    ...{
      '--profile': profile,
      '--role-arn': roleArn,
      '--external-id': externalId,
      '--mfa-serial': mfaSerial,
    },
    ...{ '--endpoint-url': endpointUrl, '--report-dir': reportDir },
  };
  return [
    ...(simulated === true ? [['--simulated']] : []),
    ...Object.entries(valued).flatMap(([flag, value]) => (typeof value === 'string' ? [[flag, value]] : [])),
  ];
}

/** The code of an MFA device: from LEAKGUARD_MFA_CODE, the terminal, or a line of stdin; never from a flag, which others on the
 *  machine can read. */
async function mfaCode(serial: string, context: CommandContext): Promise<string> {
  const given = context.env['LEAKGUARD_MFA_CODE']?.trim();
  if (given !== undefined && given !== '') return given;
  const { ask } = await import('./agree.js');
  return ask(`Code of the MFA device ${serial}: `, context);
}

/** @throws CommandError with exit code 2 */
async function checkRegions(names: readonly string[], { reader, identity }: Session): Promise<void> {
  const { unknownRegion } = await import('../aws/index.js');
  const wrong = await unknownRegion(parseRegions(names) ?? [], reader, identity.homeRegion);
  if (wrong === null) return;
  throw new CommandError(
    ExitCode.usage,
    `${wrong} Nothing was done.`,
    'Name regions that exist with --region, or leave it out: then every enabled region is looked at.',
  );
}

/** One sentence on stderr, the document on stdout with --json, and the code that says what kind of end it was. */
export async function fail(
  name: string | null,
  error: unknown,
  flags: Pick<GlobalFlags, 'json' | 'debug' | 'profile'>,
  stdout: NodeJS.WritableStream,
): Promise<ExitCode> {
  const profile = flags.profile ?? process.env['AWS_PROFILE'] ?? null;
  const { code, message, next: own } = await describe(error, profile);
  const hint = own ?? (code === ExitCode.usage && name !== null ? `leakguard ${name} --help` : null);
  const next = hint === null || hint.endsWith('--help') ? hint : withFlags(hint, carriedBy(flags));
  const { visible } = await import('../report/terminal/index.js');
  const lines = message.split('\n').map((line) => visible(line, 1000));
  const { stderr } = process;
  stderr.write(`leakguard${name === null ? '' : ` ${name}`}: ${lines.join('\n')}\n`);
  if (next !== null) stderr.write(`Next: ${visible(next, 1000)}\n`);
  if (flags.debug === true && error instanceof Error) stderr.write(`${error.stack ?? ''}\n`);
  if (flags.json === true) {
    const document = { schemaVersion: 1, command: name, exitCode: code, error: { message, next } };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  return code;
}

interface Description {
  code: ExitCode;
  message: string;
  next: string | null;
}

async function describeFailure(failure: AwsFailure, profile: string | null): Promise<Description> {
  if (failure.kind === 'credentials') {
    const { credentialsHint } = await import('../aws/index.js');
    return {
      code: ExitCode.credentials,
      message: failure.httpStatus === null ? `No credentials: ${failure.message}` : failure.describe(),
      next: credentialsHint(`${failure.code} ${failure.message}`, profile, failure.region),
    };
  }
  const mend = failure.kind === 'unreachable' ? 'Check the network and the endpoint' : 'Mend what AWS says';
  return {
    code: ExitCode.incomplete,
    message: failure.describe(),
    next: `${mend}, then run the same command again: it is safe.`,
  };
}

async function describe(error: unknown, profile: string | null): Promise<Description> {
  if (error instanceof CommandError)
    return { code: error.exitCode as ExitCode, message: error.message, next: error.next };
  const { AwsFailure } = await import('../aws/index.js');
  if (error instanceof AwsFailure) return describeFailure(error, profile);
  const message = error instanceof Error ? error.message : String(error);
  switch (error instanceof Error ? error.name : '') {
    case 'NoEndpoint':
      return {
        code: ExitCode.usage,
        message,
        next: 'Give a URL, for example http://127.0.0.1:4566; without one AWS itself is called.',
      };
    case 'BadSetting':
      return { code: ExitCode.usage, message, next: (error as BadSetting).next };
    case 'EndpointError':
      return {
        code: ExitCode.refused,
        message,
        next: 'Set AWS_ENDPOINT_URL for all of them, or for none.',
      };
    case 'Refused':
      return { code: ExitCode.refused, message, next: (error as Refused).next };
    case 'LockHeld':
      return {
        code: ExitCode.refused,
        message: `${message} Nothing was done here.`,
        next: `See how far they are: leakguard report ${shellArgument((error as LockHeld).owner.journal, 'JOURNAL')}; where they are gone, the same command with --take-over`,
      };
    case 'LockLost':
      return {
        code: ExitCode.refused,
        message,
        next:
          (error as LockLost).journal === null
            ? 'Where nobody else is at work on it, run the same command again: it is safe.'
            : `See how far they are: leakguard report ${shellArgument((error as LockLost).journal ?? '', 'JOURNAL')}`,
      };
    case 'NoJournal': {
      const directory = reportDirectory(undefined, process.env);
      const next = `Give the journal (.jsonl) or the report that contain printed. The newest ones: ls -t ${shellWord(directory) ?? 'DIRECTORY'}/*.jsonl`;
      return { code: ExitCode.usage, message, next };
    }
    case 'JournalRefused':
      return {
        code: ExitCode.refused,
        message,
        next: 'Keep the file as it is, as evidence. What is left of the incident is found without it: leakguard scan --key …',
      };
    case 'JournalBroken':
      return {
        code: ExitCode.unexpected,
        message,
        next: 'Give --report-dir a directory that can be written, and run the same command again: it is safe.',
      };
    default:
      return {
        code: ExitCode.unexpected,
        message: `unexpected error: ${message}`,
        next: 'Run it again with --debug to see where; running the same command again is safe.',
      };
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Pacemaker } from '../../src/rehearsal/pacemaker.js';
import { rehearsalEnvironment, type CommandRun, type ProductOptions } from '../../src/rehearsal/product.js';
import type { Clock } from '../../src/range/world/clock.js';
import { cliPath } from '../cli-path.js';

/** How one run of the built command line ended. */
export interface WarmRun {
  /** Null where a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

interface WarmOptions {
  /** The clock of the range: it and the run are hurried together, for as long as everybody only waits. */
  clock?: Clock;
  /** So many lines the disk takes of its journal, and none after. */
  journalLines?: number;
}

interface Host {
  child: ChildProcess;
  /** What it wrote outside of a run: why it ended, where it did. */
  stderr: string;
}

/** Those of this test file; they end with it. */
const idle: Host[] = [];

function startHost(): Host {
  const child = fork('test/e2e/warm-host.mjs', [pathToFileURL(cliPath).href], {
    // As a process of its own has them: no terminal, and nothing to read.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: {},
  });
  const host: Host = { child, stderr: '' };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (host.stderr += text));
  return host;
}

/**
 * Runs the built command line with these arguments in exactly this environment, in a process that has run it before. Where
 * what is tested is the process itself (its start, signals, terminals, kills), spawn one instead.
 */
export async function runWarm(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { clock, journalLines }: WarmOptions = {},
): Promise<WarmRun> {
  const url = clock === undefined ? null : hurriedClock(modulePath, clock.now(), 0);
  const lead = (child: ChildProcess) => (clock === undefined ? () => undefined : hurry(clock, child));
  return onHost({ type: 'run', args, env, journalLines: journalLines ?? null, clock: url }, lead);
}

/** `runProduct` of a rehearsal, without a new process for each command. */
export async function runProductWarm(args: string[], options: ProductOptions): Promise<CommandRun> {
  const startedAt = Date.now();
  const { clock } = options;
  const url = clock === undefined ? null : hurriedClock(clock.module, clock.at, clock.behind);
  const env = { ...rehearsalEnvironment(options), ...options.env };
  const ended = await onHost(
    { type: 'run', args, env, journalLines: null, clock: url },
    (child) => clock?.pacemaker.watch(child) ?? (() => undefined),
  );
  return { command: args[0] ?? '', took: Date.now() - startedAt, ...ended };
}

async function onHost(order: object, lead: (child: ChildProcess) => () => void): Promise<WarmRun> {
  const host = idle.pop() ?? startHost();
  const { child } = host;
  const release = lead(child);
  const ended = await new Promise<WarmRun>((resolve, reject) => {
    child.on('message', (message: { type?: string } & WarmRun) => {
      const { type, exitCode, stdout, stderr } = message;
      if (type === 'ended') resolve({ exitCode, stdout, stderr });
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout: '', stderr: host.stderr }));
    child.send(order);
  });
  release();
  child.removeAllListeners();
  if (child.connected) idle.push(host);
  return ended;
}

const modulePath = join(dirname(cliPath), 'hurried-clock.js');
const hurriedClock = (module: string, at: number, behind: number): string =>
  `${pathToFileURL(module).href}?at=${at}&behind=${behind}`;

/** Virtual seconds a wall second in which nobody computes. */
const speed = 60;

/** Whoever runs now, by the clock that hurries them. */
const hurrying = new Map<Clock, { pacemaker: Pacemaker; before: number; runs: number }>();

/** Between two runs the clock of the range goes as the test has set it. */
function hurry(clock: Clock, child: ChildProcess): () => void {
  const own = hurrying.get(clock) ?? { before: clock.speed, pacemaker: new Pacemaker(clock, speed), runs: 0 };
  hurrying.set(clock, own);
  own.runs += 1;
  const release = own.pacemaker.watch(child);
  return () => {
    release();
    own.runs -= 1;
    if (own.runs > 0) return;
    own.pacemaker.end();
    clock.setSpeed(own.before);
    hurrying.delete(clock);
  };
}

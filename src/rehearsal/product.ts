import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pacemaker } from './pacemaker.js';
import type { Credentials } from './scenario/script.js';

/** One run of the command line, as whoever started it saw it. */
export interface CommandRun {
  command: string;
  exitCode: number | null;
  /** Wall milliseconds. */
  took: number;
  stdout: string;
  stderr: string;
}

export interface ProductOptions {
  /** The built command line: `dist/cli.js`. */
  cli: string;
  endpoint: string;
  /** The range's resolver: the DNS of a rehearsal never leaves the machine either. */
  resolver?: string;
  credentials: Credentials;
  /** Home and state directory of the run: nothing of the person's own is read. */
  home: string;
  signal?: AbortSignal;
  /** The built `hurried-clock.js`, what the clock of the run's machine shows (epoch milliseconds), by how much it
   *  is behind the range's, and who hurries it. */
  clock?: { module: string; at: number; behind: number; pacemaker: Pacemaker };
  /** Over the environment of the rehearsal. */
  env?: Record<string, string>;
  /** Ends the run with SIGKILL, as a machine that fails does. */
  kill?: AbortSignal;
}

/**
 * An environment with the responder's credentials and nothing else of AWS in it: a rehearsal never reads ambient
 * credentials, and cannot reach a real account.
 */
export function rehearsalEnvironment(
  {
    endpoint,
    resolver,
    credentials,
    home,
  }: Pick<ProductOptions, 'endpoint' | 'resolver' | 'credentials' | 'home'>,
  ambient: Record<string, string | undefined> = process.env,
): Record<string, string> {
  const kept = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SystemRoot', 'NODE_V8_COVERAGE'];
  return {
    ...Object.fromEntries(
      kept.flatMap((name) => (ambient[name] === undefined ? [] : [[name, ambient[name]]])),
    ),
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    AWS_ENDPOINT_URL: endpoint,
    ...(resolver === undefined ? {} : { LEAKGUARD_RESOLVER: resolver }),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    NO_COLOR: '1',
  };
}

/** Runs the real command line as a process of its own. Resolves at its end, whatever that is. */
export function runProduct(args: string[], options: ProductOptions): Promise<CommandRun> {
  const startedAt = Date.now();
  const { clock } = options;
  const hurried =
    clock === undefined
      ? []
      : ['--import', `${pathToFileURL(clock.module).href}?at=${clock.at}&behind=${clock.behind}`];
  const child = spawn(process.execPath, [...hurried, options.cli, ...args], {
    env: { ...rehearsalEnvironment(options), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(clock === undefined ? [] : ['ipc' as const])],
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  clock?.pacemaker.watch(child);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  }
  options.kill?.addEventListener('abort', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      if (error.name !== 'AbortError') reject(error);
    });
    child.on('close', (exitCode) => {
      resolve({ command: args[0] ?? '', exitCode, took: Date.now() - startedAt, ...output });
    });
  });
}

/** One line of a journal, as far as the score reads it. */
export interface JournalLine {
  kind: string;
  action?: { id: string; service: string; operation: string; region: string; input: unknown };
  outcome?: { action: string; status: string; requestId: string | null };
}

/** Names of the journals in `directory`, oldest first. */
export async function journalNames(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [];
  return (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
}

/** Every complete line of the journals in `directory`, oldest journal first; without those that `older` names. */
export async function readJournals(directory: string, older: readonly string[] = []): Promise<JournalLine[]> {
  const files = (await journalNames(directory)).filter((name) => !older.includes(name));
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as JournalLine),
  );
}

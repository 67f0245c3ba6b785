import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rehearsalEnvironment, runProduct, type CommandRun } from '../../src/rehearsal/product.js';
import {
  rehearse,
  worldOf,
  type Rehearsal,
  type RehearsalOptions,
  type Scene,
} from '../../src/rehearsal/rehearse.js';
import { loadScenario, parseScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import type { Credentials } from '../../src/rehearsal/scenario/script.js';
import { startRange, type Range } from '../../src/range/server.js';
import type { AccessKey } from '../../src/range/world/identity.js';
import type { LogEntry } from '../../src/range/world/world.js';
import { cliPath } from '../cli-path.js';
import { runProductWarm, runWarm, type WarmRun } from './warm-cli.js';

/** The built command line and the built attacker. */
export const entries = { cli: cliPath, attacker: join(dirname(cliPath), 'attacker.js') };

const unchanged = (text: string): string => text;

/** A scenario that comes with leakguard, with some of its text replaced. */
export async function scenarioCalled(name: string, change: (text: string) => string = unchanged) {
  const named = await loadScenario(name, 'fixtures/scenarios');
  const original = await readFile(named.file, 'utf8');
  const text = change(original);
  if (change !== unchanged && text === original)
    throw new Error(`${name} has nothing in it that this change would change`);
  return { ...named, scenario: parseScenario(text, `${name}, changed`) };
}

/** A rehearsal in which `respond` stands in for the commands that a rehearsal would run. */
export async function respondBy(
  named: Awaited<ReturnType<typeof scenarioCalled>>,
  respond: (scene: Scene) => Promise<void>,
  options: Partial<RehearsalOptions> = {},
): Promise<Rehearsal> {
  return rehearse(named, { ...entries, ...options, manual: respond });
}

/** What the range has received so far. */
export async function logOf(endpoint: string, from = 0): Promise<LogEntry[]> {
  const answer = await fetch(`${endpoint}/_range/log?from=${from}`);
  return (await answer.json()) as LogEntry[];
}

/** Runs the built command line in a scene, with a directory of its own; as a process of its own where it is
 *  `fresh` or may be killed. */
export async function inScene(
  scene: Scene,
  args: string[],
  directory: string,
  { kill, fresh = false }: { kill?: AbortSignal; fresh?: boolean } = {},
): Promise<CommandRun> {
  const { environment, endpoint } = scene;
  const credentials = {
    accessKeyId: environment['AWS_ACCESS_KEY_ID']!,
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY']!,
  };
  const resolver = environment['LEAKGUARD_RESOLVER']!;
  const clock = scene.clock();
  const options = { cli: cliPath, endpoint, resolver, credentials, home: directory, clock };
  if (kill !== undefined) return runProduct(args, { ...options, kill });
  return fresh ? runProduct(args, options) : runProductWarm(args, options);
}

export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-e2e-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Names of the files in the report directory of a run; empty where it was never made. */
export async function reportsIn(directory: string): Promise<string[]> {
  return existsSync(directory) ? readdir(directory) : [];
}

/** A quiet account on a range of its own, for commands that are given something wrong. */
export interface Desk {
  range: Range;
  keys: Map<string, AccessKey>;
  /** Runs the command line as the credential of this label (default: the responder). */
  run(
    args: string[],
    options?: { as?: string; credentials?: Credentials | null; env?: Record<string, string> },
  ): Promise<WarmRun>;
  close(): Promise<void>;
}

/** A quiet account: a user `ci` whose key a test may misuse, and a responder with every right. */
export const quietAccount = (title: string): string => `title: ${title}
aws: { propagation: 0s, trailDelay: [0s, 0s], throttling: false }
accounts:
  - id: '111122223333'
    users:
      ci: { may: ['*'], keys: [ci-key] }
      responder: { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'], keys: [responder-key] }
incident: { key: ci-key }
responder: { key: responder-key }
`;

/** The commands are run in a process that is kept, hurried with the range's clock; `fresh`: each in one of its own. */
export async function openDesk(yaml: string, { fresh = false } = {}): Promise<Desk> {
  const scenario = parseScenario(yaml, 'desk.yaml');
  const { world, keys } = worldOf({ name: 'desk', file: 'desk.yaml', scenario });
  const range = await startRange({ world });
  const home = await mkdtemp(join(tmpdir(), 'leakguard-desk-'));
  return {
    range,
    keys,
    run: (args, options = {}) => {
      const key = keys.get(options.as ?? scenario.responder.key)!;
      const own = { accessKeyId: key.id, secretAccessKey: key.secret };
      const credentials = options.credentials ?? own;
      const endpoint = range.url;
      if (fresh)
        return runProduct(args, { cli: cliPath, endpoint, credentials, home, env: options.env ?? {} });
      const environment = rehearsalEnvironment({ endpoint, credentials, home });
      return runWarm(args, { ...environment, ...options.env }, { clock: world.clock });
    },
    close: async () => {
      await range.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

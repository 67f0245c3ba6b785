import { once } from 'node:events';
import { ExitCode } from '../model/index.js';
import type { AccessKey, Range, World } from '../range/index.js';
import { CommandError, type CommandContext } from './context.js';
import { scenariosDirectory } from './rehearse.js';

interface RangeFlags {
  scenario?: string;
  port?: string;
  seed?: string;
  speed?: string;
  trailDir?: string;
}

/** Serves a simulated AWS until it is stopped: a scenario's after its past, or an empty account. */
export async function run(flags: RangeFlags, context: CommandContext): Promise<ExitCode> {
  const port = whole('--port', flags.port) ?? 0;
  if (port > 65_535) throw new CommandError(ExitCode.usage, `--port takes a number up to 65535, not ${port}`);
  const seed = whole('--seed', flags.seed);
  const speed = whole('--speed', flags.speed) ?? 1;
  const { startRange } = await import('../range/index.js');
  const { world, keys } =
    flags.scenario === undefined ? await emptyWorld(seed) : await scenarioWorld(flags.scenario, seed);
  world.clock.setSpeed(speed);
  const range = await startRange({ world, port }).catch((error: unknown) => {
    throw new CommandError(
      ExitCode.usage,
      `the port cannot be used: ${(error as Error).message}`,
      'Choose another with --port.',
    );
  });
  try {
    context.stdout.write(
      context.json ? `${JSON.stringify(documentOf(range, keys))}\n` : greeting(range, keys),
    );
    await writeTrail(world, flags.trailDir);
    if (!context.signal.aborted) await once(context.signal, 'abort');
    await writeTrail(world, flags.trailDir);
  } finally {
    await range.close();
  }
  return ExitCode.ok;
}

/** Every account's log files, as a trail delivers them: of the past at the start, of all at the end. */
async function writeTrail(world: World, directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  const { writeTrailFiles } = await import('../range/index.js');
  for (const account of world.accounts.values()) await writeTrailFiles(account, directory);
}

type Keys = ReadonlyMap<string, AccessKey>;

async function scenarioWorld(name: string, seed: number | null): Promise<{ world: World; keys: Keys }> {
  const [{ loadScenario }, { worldOf }] = await Promise.all([
    import('../rehearsal/index.js'),
    import('../rehearsal/index.js'),
  ]);
  const named = await loadScenario(name, scenariosDirectory()).catch((error: unknown) => {
    throw new CommandError(
      ExitCode.usage,
      (error as Error).message,
      'docs/scenarios.md says how one is written.',
    );
  });
  return worldOf(named, seed ?? undefined);
}

async function emptyWorld(seed: number | null): Promise<{ world: World; keys: Keys }> {
  const [{ World }, { createAccessKey, createUser }] = await Promise.all([
    import('../range/index.js'),
    import('../range/index.js'),
  ]);
  const world = new World(seed === null ? {} : { seed });
  const account = world.createAccount('111122223333');
  createUser(account, 'admin', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
  return { world, keys: new Map([['admin', createAccessKey(account, 'admin')]]) };
}

type Ends = Pick<Range, 'url' | 'resolver'>;

function documentOf({ url, resolver }: Ends, keys: Keys): object {
  const credentials = [...keys].map(([label, { id, secret, user, account }]) => ({
    label,
    user,
    account: account.id,
    accessKeyId: id,
    secretAccessKey: secret,
  }));
  return { schemaVersion: 1, command: 'range', simulated: true, endpoint: url, resolver, credentials };
}

function greeting({ url, resolver }: Ends, keys: Keys): string {
  const exported = [...keys].map(
    ([label, { id, secret, user, account }]) =>
      `# ${label}: ${user ?? 'root'} in ${account.id}\nexport AWS_ACCESS_KEY_ID='${id}' AWS_SECRET_ACCESS_KEY='${secret}'\n`,
  );
  return `# A simulated AWS. Nothing here is real. Ctrl-C ends it.\nexport AWS_ENDPOINT_URL='${url}' AWS_REGION=us-east-1\nexport LEAKGUARD_RESOLVER='${resolver}'\n${exported.join('')}`;
}

function whole(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,9}$/.test(text))
    throw new CommandError(ExitCode.usage, `${flag} takes a whole number, not ${text}`);
  return Number(text);
}

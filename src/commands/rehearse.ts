import { appendFile, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import writeFileAtomic from 'write-file-atomic';
import { ExitCode } from '../exit-codes.js';
import type { Rehearsal, Scene } from '../range/rehearsal/rehearse.js';
import { CommandError, type CommandContext } from './context.js';

interface RehearseFlags {
  scenario?: string[];
  all?: boolean;
  list?: boolean;
  seed?: string;
  speed?: string;
  goal?: string[];
  junit?: string;
  manual?: boolean;
  keep?: string;
  chaos?: boolean;
}

/** Rehearses scenarios one after the other: a simulated AWS, an attacker, the real command line, a score. */
export async function run(flags: RehearseFlags, context: CommandContext): Promise<ExitCode> {
  const { loadScenario, scenarioNames } = await import('../range/rehearsal/scenario-file.js');
  const directory = scenariosDirectory();
  if (flags.list === true) return list(await scenarioNames(directory), directory, context);
  const names =
    flags.all === true
      ? await scenarioNames(directory)
      : flags.scenario === undefined || flags.scenario.length === 0
        ? ['mass-gpu']
        : flags.scenario;
  const seed = numberOf('--seed', flags.seed);
  const speed = numberOf('--speed', flags.speed);
  const scenarios = [];
  for (const name of names) {
    scenarios.push(
      await loadScenario(name, directory).catch((error: unknown) => {
        throw new CommandError(
          ExitCode.usage,
          messageOf(error),
          'docs/scenarios.md says how one is written.',
        );
      }),
    );
  }
  const { withGoals } = await import('../range/rehearsal/goals.js');
  try {
    for (const { scenario } of scenarios) withGoals(scenario.goals, flags.goal ?? []);
  } catch (error) {
    throw new CommandError(ExitCode.usage, messageOf(error));
  }

  const [{ rehearse }, { rehearsalScreen }, { withChaos }] = await Promise.all([
    import('../range/rehearsal/rehearse.js'),
    import('./rehearsal-screen.js'),
    import('../range/rehearsal/chaos.js'),
  ]);
  const done: Rehearsal[] = [];
  for (const named of scenarios) {
    if (context.signal.aborted) break;
    const keep = flags.keep === undefined ? undefined : resolve(flags.keep, named.name);
    if (keep !== undefined) await mkdir(keep, { recursive: true, mode: 0o700 });
    const tell = (message: string) =>
      context.emit({
        type: 'progress',
        subject: named.name,
        region: null,
        done: done.length,
        total: scenarios.length,
        message,
      });
    const rehearsal = await rehearse(flags.chaos === true ? withChaos(named, seed) : named, {
      ...entries(),
      tell,
      signal: context.signal,
      goals: flags.goal ?? [],
      ...(seed === null ? {} : { seed }),
      ...(speed === null ? {} : { speed }),
      ...(keep === undefined ? {} : { keep }),
      ...(flags.manual === true ? { manual: (scene: Scene) => byHand(scene, context) } : {}),
    });
    done.push(rehearsal);
    if (!context.json) {
      const { width, color, verbose } = context;
      context.stdout.write(`${rehearsalScreen(rehearsal, { width, color, verbose })}\n\n`);
    }
  }

  const reached = done.length === scenarios.length && done.every((rehearsal) => rehearsal.reached);
  const exitCode = context.signal.aborted ? ExitCode.interrupted : reached ? ExitCode.ok : ExitCode.findings;
  await publish(done, exitCode, flags, context);
  return exitCode;
}

/** JSON on stdout, JUnit into a file, and a step summary where GitHub Actions asks for one. */
async function publish(
  done: Rehearsal[],
  exitCode: ExitCode,
  flags: RehearseFlags,
  context: CommandContext,
): Promise<void> {
  if (context.json) {
    const rehearsals = done.map(({ commands, ...rest }) => ({
      ...rest,
      commands: commands.map(({ command, exitCode: code, took }) => ({ command, exitCode: code, took })),
    }));
    const document = { schemaVersion: 1, command: 'rehearse', simulated: true, exitCode, rehearsals };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (done.length > 1) {
    const { summaryTable } = await import('./rehearsal-screen.js');
    context.stdout.write(`${summaryTable(done, context)}\n`);
  }
  if (flags.junit !== undefined) {
    const { junitOf } = await import('./rehearsal-junit.js');
    await writeFileAtomic(resolve(flags.junit), junitOf(done));
  }
  const summary = context.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') {
    const { markdownOf } = await import('./rehearsal-markdown.js');
    await appendFile(summary, markdownOf(done));
  }
}

/** Prints the endpoint and the credentials, and waits: another tool, or a person, is scored. */
async function byHand(scene: Scene, context: CommandContext): Promise<void> {
  const { endpoint, account, key, notice, environment } = scene;
  const exported = Object.entries(environment)
    .filter(([name]) => /^(AWS|LEAKGUARD)_/.test(name))
    .map(([name, value]) => `export ${name}='${value}'`);
  context.stderr.write(
    [
      ...(notice === null
        ? []
        : [
            '',
            ...notice
              .trim()
              .split('\n')
              .map((line) => `  | ${line}`),
            '',
          ]),
      `A simulated AWS is at ${endpoint}; account ${account}, misused key ${key}. Nothing here is real.`,
      'In another terminal:',
      '',
      ...exported,
      '',
      'Press Enter when you are done.',
      '',
    ].join('\n'),
  );
  const { stdin, signal } = context;
  const stopped = once(signal, 'abort').catch(() => undefined);
  await Promise.race([once(stdin.resume(), 'data'), once(stdin, 'end'), stopped]);
  stdin.pause();
}

async function list(names: string[], directory: string, context: CommandContext): Promise<ExitCode> {
  const { loadScenario } = await import('../range/rehearsal/scenario-file.js');
  const scenarios = await Promise.all(names.map((name) => loadScenario(name, directory)));
  if (context.json) {
    const rows = scenarios.map(({ name, scenario: { title, plays = [] } }) => ({ name, title, plays }));
    context.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, command: 'rehearse', scenarios: rows }, null, 2)}\n`,
    );
  } else {
    const width = Math.max(...names.map(({ length }) => length));
    for (const { name, scenario } of scenarios)
      context.stdout.write(`${name.padEnd(width)}  ${scenario.title}\n`);
  }
  return ExitCode.ok;
}

/** The scenarios that come with leakguard, beside the built command line (fixtures/scenarios in the tree). */
export function scenariosDirectory(): string {
  return fileURLToPath(new URL('./scenarios', import.meta.url));
}

/** The command line and the attacker, as they stand beside this very file once built. */
function entries(): { cli: string; attacker: string } {
  const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  return { cli: beside('./cli.js'), attacker: beside('./attacker.js') };
}

function numberOf(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || (flag === '--seed' && !Number.isInteger(value)))
    throw new CommandError(
      ExitCode.usage,
      `${flag} takes a number, not ${JSON.stringify(text.slice(0, 40))}.`,
    );
  return value;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

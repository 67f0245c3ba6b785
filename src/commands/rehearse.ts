import { appendFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeDirectory } from '../contain/index.js';
import { ExitCode } from '../model/index.js';
import {
  type NamedScenario,
  type Rehearsal,
  type Scene,
  type SoakFile,
  soakLine,
  soakTotals,
  soakTotalsLine,
} from '../rehearsal/index.js';
import { CommandError, type CommandContext } from './context.js';
import { saveFile } from './output-file.js';

interface RehearseFlags {
  scenario?: string[];
  all?: boolean;
  list?: boolean;
  seed?: string;
  seeds?: string;
  speed?: string;
  goal?: string[];
  junit?: string;
  html?: string;
  manual?: boolean;
  keep?: string;
  chaos?: boolean;
  append?: string;
}

/** Rehearses scenarios one after the other: a simulated AWS, an attacker, the real command line, a score. */
export async function run(flags: RehearseFlags, context: CommandContext): Promise<ExitCode> {
  const { loadScenario, scenarioNames } = await import('../rehearsal/index.js');
  const directory = scenariosDirectory();
  if (flags.list === true) return list(await scenarioNames(directory), directory, context);
  const names =
    flags.all === true
      ? await scenarioNames(directory)
      : flags.scenario === undefined || flags.scenario.length === 0
        ? ['mass-gpu']
        : flags.scenario;
  const seed = numberOf('--seed', flags.seed);
  const seeds = seedsOf(flags.seeds);
  if (seeds !== null && (seed !== null || flags.manual === true))
    throw new CommandError(ExitCode.usage, '--seeds stands alone: neither --seed nor --manual goes with it.');
  if (flags.append !== undefined && seeds === null)
    throw new CommandError(ExitCode.usage, '--append goes with --seeds: it keeps the parts of a soak.');
  const soak = flags.append === undefined ? null : await soakFile(flags.append);
  // A person's minute is a minute.
  const speed = numberOf('--speed', flags.speed) ?? (flags.manual === true ? 1 : null);
  const scenarios: NamedScenario[] = [];
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
  const { withGoals } = await import('../rehearsal/index.js');
  try {
    for (const { scenario } of scenarios) withGoals(scenario.goals, flags.goal ?? []);
  } catch (error) {
    throw new CommandError(ExitCode.usage, messageOf(error));
  }

  const [{ rehearse }, { rehearsalScreen }, { withChaos }] = await Promise.all([
    import('../rehearsal/index.js'),
    import('../rehearsal/index.js'),
    import('../rehearsal/index.js'),
  ]);
  // Many seeds take the scenarios in turn, the same seed always the same one; else each is rehearsed once.
  const turns =
    seeds === null
      ? scenarios.map((one) => ({ named: one, seed }))
      : seeds
          .filter((own) => soak?.has(own) !== true)
          .map((own) => ({ named: scenarios[own % scenarios.length]!, seed: own }));
  const done: Rehearsal[] = [];
  for (const turn of turns) {
    if (context.signal.aborted) break;
    const { name } = turn.named;
    const keep =
      flags.keep === undefined ? undefined : resolve(flags.keep, seeds ? `${name}-${turn.seed}` : name);
    if (keep !== undefined)
      await makeDirectory(keep).catch((error: unknown) => {
        throw new CommandError(ExitCode.usage, `--keep ${keep} cannot be made: ${messageOf(error)}.`);
      });
    const tell = (message: string) =>
      context.emit({
        type: 'progress',
        subject: name,
        region: null,
        done: done.length,
        total: turns.length,
        message,
      });
    const rehearsal = await rehearse(flags.chaos === true ? withChaos(turn.named, turn.seed) : turn.named, {
      ...entries(),
      tell,
      signal: context.signal,
      goals: flags.goal ?? [],
      ...(turn.seed === null ? {} : { seed: turn.seed }),
      ...(speed === null ? {} : { speed }),
      ...(keep === undefined ? {} : { keep }),
      ...(flags.manual === true ? { manual: (scene: Scene) => byHand(scene, context) } : {}),
    });
    if (!context.json) {
      const { width, color, verbose } = context;
      const whole = () => `${rehearsalScreen(rehearsal, { width, color, verbose })}\n\n`;
      if (seeds === null) context.stdout.write(whole());
      else context.stdout.write(`${soakLine(rehearsal)}\n${rehearsal.reached ? '' : whole()}`);
    }
    await soak?.add(rehearsal);
    // What the commands printed has been shown, or is kept: of many rehearsals it would be too much to hold.
    for (const run of rehearsal.commands) run.stdout = run.stderr = '';
    done.push(rehearsal);
  }

  const reached = done.length === turns.length && done.every((rehearsal) => rehearsal.reached);
  const exitCode = context.signal.aborted ? ExitCode.interrupted : reached ? ExitCode.ok : ExitCode.findings;
  if (soak !== null && !context.json)
    context.stdout.write(`${flags.append}, build ${soak.build}: ${soakTotalsLine(soak.totals())}\n`);
  return (await publish(done, exitCode, flags, context)) ? exitCode : ExitCode.unexpected;
}

async function soakFile(path: string): Promise<SoakFile> {
  const { openSoakFile } = await import('../rehearsal/index.js');
  return openSoakFile(path, fileURLToPath(new URL('.', import.meta.url))).catch((error: unknown) => {
    throw new CommandError(
      ExitCode.usage,
      `--append ${path} cannot be read as the file of a soak: ${messageOf(error)}.`,
    );
  });
}

/** JSON on stdout, JUnit into a file, and a step summary where GitHub Actions asks for one. False where a file failed. */
async function publish(
  done: Rehearsal[],
  exitCode: ExitCode,
  flags: RehearseFlags,
  context: CommandContext,
): Promise<boolean> {
  if (context.json) {
    const rehearsals = done.map(({ commands, ...rest }) => ({
      ...rest,
      commands: commands.map(({ command, exitCode: code, took }) => ({ command, exitCode: code, took })),
    }));
    const totals = soakTotals(done);
    const document = { schemaVersion: 1, command: 'rehearse', simulated: true, exitCode, totals, rehearsals };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (flags.seeds !== undefined) {
    context.stdout.write(`${soakTotalsLine(soakTotals(done))}\n`);
  } else if (done.length > 1) {
    const { summaryTable } = await import('../rehearsal/index.js');
    context.stdout.write(`${summaryTable(done, context)}\n`);
  }
  const written: ExitCode[] = [];
  if (flags.junit !== undefined) {
    const { junitOf } = await import('../rehearsal/index.js');
    written.push(await saveFile(flags.junit, junitOf(done), context.emit));
  }
  if (flags.html !== undefined) {
    const { rehearsalPage } = await import('../rehearsal/index.js');
    written.push(await saveFile(flags.html, rehearsalPage(done), context.emit));
  }
  const summary = context.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') {
    const { markdownOf } = await import('../rehearsal/index.js');
    await appendFile(summary, markdownOf(done));
  }
  return written.every((code) => code === ExitCode.ok);
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
  const { loadScenario } = await import('../rehearsal/index.js');
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

/** `1..500`: every seed from the first to the last. */
function seedsOf(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text) ?? [];
  const count = Number(to) - Number(from) + 1;
  if (!(count >= 1 && count <= 100_000))
    throw new CommandError(
      ExitCode.usage,
      `--seeds takes a first and a last seed, such as 1..500, not ${JSON.stringify(text.slice(0, 40))}.`,
    );
  return Array.from({ length: count }, (_, index) => Number(from) + index);
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

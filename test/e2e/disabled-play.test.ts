import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { plays } from '../../src/plays/index.js';
import { rehearse, type Rehearsal } from '../../src/rehearsal/rehearse.js';
import { loadScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { entries } from './scene.js';

// A leakguard that lacks one play must fail the scenario that rehearses it: else the scenario rehearses nothing, or the
// score cannot see it. Each takes a quarter of a minute or more, so that only some run here. EVERY_PLAY=1 runs all of
// them, EVERY_PLAY=key-pairs,login-profiles@everything those, the latter in another scenario than its own.
const asked = process.env['EVERY_PLAY'] ?? 'iam-grants,lambda-functions,key-pairs';
const chosen: [play: string, scenario: string][] = (
  asked === '1' ? plays.map(({ id }) => id) : asked.split(',')
).map((wanted) => {
  const [id = '', elsewhere] = wanted.split('@');
  return [id, elsewhere ?? plays.find((play) => play.id === id)?.scenario ?? ''];
});

/** The command line, built as ever but for one play that is not in the list of plays. */
async function buildWithout(id: string, directory: string): Promise<string> {
  const within = `.filter((play) => play.id !== ${JSON.stringify(id)});\n`;
  await build({
    ...{ entryPoints: { cli: 'src/cli.ts', 'trail-worker': 'src/trail/file-worker.ts' }, outdir: directory },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20.19' },
    ...{ mainFields: ['module', 'main'], loader: { '.csv': 'text' }, logLevel: 'error' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __filename = import.meta.filename;",
    },
    plugins: [
      {
        name: 'one play less',
        setup: (built) =>
          built.onLoad({ filter: /src\/plays\/index\.ts$/ }, async ({ path }) => {
            const text = await readFile(path, 'utf8');
            const contents = text.replace(/^\];\n/gm, `]${within}`);
            if (contents.split(within).length !== 3)
              throw new Error('the list of plays is written otherwise now');
            return { contents, loader: 'ts' };
          }),
      },
    ],
  });
  await symlink(resolve('node_modules'), join(directory, 'node_modules'), 'dir');
  return join(directory, 'cli.js');
}

async function rehearseWithout(id: string, scenario: string): Promise<Rehearsal> {
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-without-'));
  try {
    const cli = await buildWithout(id, directory);
    const named = await loadScenario(scenario, 'fixtures/scenarios');
    const { scanExit: _scan, containExit: _contain, ...goals } = named.scenario.goals;
    const responder = { ...named.scenario.responder, commands: ['contain' as const] };
    return await rehearse(
      { ...named, scenario: { ...named.scenario, responder, goals } },
      { ...entries, cli },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('a leakguard without', () => {
  it.each(chosen)('%s fails %s', { timeout: 600_000 }, async (id, scenario) => {
    const { judgements, score, commands } = await rehearseWithout(id, scenario);
    // It ran, and failed by what it left behind, not by falling over.
    expect([0, 3, 5], commands[0]?.stderr.slice(-800)).toContain(commands[0]?.exitCode);
    const missed = judgements.filter(({ reached }) => !reached).map(({ goal }) => goal);
    expect(missed, JSON.stringify(score, null, 1).slice(0, 3000)).not.toEqual([]);
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseScenario } from '../src/rehearsal/scenario/scenario-file.js';
import type { Play } from '../src/plays/index.js';
import { plays } from '../src/plays/index.js';
import { context, finding, resource } from './plays/make.js';

const id = 'gamelift-builds';
const script = resolve('scripts/new-play.mjs');
let copy: string;
let said: string;
const text = (file: string) => readFile(join(copy, file), 'utf8');
const newPlay = (...args: string[]) =>
  spawnSync(process.execPath, [script, ...args], { cwd: copy, encoding: 'utf8' });

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'leakguard-new-play-'));
  for (const part of ['src', 'test/plays', 'fixtures/scenarios'])
    await cp(part, join(copy, part), { recursive: true });
  await symlink(resolve('node_modules'), join(copy, 'node_modules'), 'dir');
  said = execFileSync(process.execPath, [script, id, '--phase', 'stop'], { cwd: copy, encoding: 'utf8' });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

describe('npm run new-play', () => {
  it('is that script', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: object };
    expect(scripts).toMatchObject({ 'new-play': 'node scripts/new-play.mjs' });
  });

  it('writes what it says, and names only files that are there', async () => {
    const written = [...said.matchAll(/^wrote (.*)$/gm)].map(([, file]) => file!);
    expect(written.sort()).toEqual([
      `fixtures/scenarios/${id}.yaml`,
      'src/plays/hosting/gamelift-builds.ts',
      'src/plays/index.ts',
      'test/plays/gamelift-builds.test.ts',
      'test/plays/samples.ts',
    ]);
    const named = [...said.matchAll(/\b(?:src|test|fixtures|scripts)\/[\w./-]+\.(?:ts|yaml|json|mjs)\b/g)];
    expect(
      named.map(([file]) => file).filter((file) => !existsSync(join(copy, file)) && !existsSync(file)),
    ).toEqual([]);
    // The client and the range know the service already, but not these operations.
    expect(said).not.toMatch(/npm i -D/);
    expect(said).toMatch(/ListBuildsCommand and DeleteBuildCommand in src\/aws\/services\/gamelift\.ts/);
    expect(said).toMatch(/the change gamelift DeleteBuild/);
    expect(await text('test/plays/samples.ts')).toContain(`'${id}': {\n    ListBuilds: `);
  });

  it('leaves nothing that could be overlooked: what it cannot know neither compiles nor passes', async () => {
    expect(await text(`src/plays/hosting/${id}.ts`)).toMatch(/ move: TODO,/);
    const scenario = await text(`fixtures/scenarios/${id}.yaml`);
    expect((parse(scenario) as { plays: string[] }).plays).toEqual([id]);
    expect(parseScenario(scenario, `${id}.yaml`).goals).toMatchObject({ toolsLeft: 0 });
  });

  it('gives a play that stands in the order of its phase and contains, once filled in', async () => {
    const file = `src/plays/hosting/${id}.ts`;
    const filled = (await text(file)).replaceAll(/\b(noUndo =|move:|noun:|type:) TODO/g, "$1 'x'");
    await writeFile(
      join(copy, file),
      filled.replaceAll(/\blive: TODO/g, 'live: true').replaceAll('TODO', 'BuildId'),
    );
    const outfile = join(copy, 'plays.mjs');
    await build({
      ...{ entryPoints: [join(copy, 'src/plays/index.ts')], outfile, bundle: true, format: 'esm' },
      ...{ platform: 'node', packages: 'external', logLevel: 'error', loader: { '.csv': 'text' } },
    });
    const made = ((await import(pathToFileURL(outfile).href)) as { plays: Play[] }).plays;
    const others = plays.map((play) => play.id);
    const at = others.indexOf(plays.filter(({ phase }) => phase === 'stop').at(-1)!.id);
    expect(made.map((play) => play.id)).toEqual(others.toSpliced(at + 1, 0, id));
    const one = finding(resource(id, 'build-1'));
    const play = made[at + 1]!;
    expect(play.contain(one, context())).toMatchObject([
      { service: 'gamelift', operation: 'DeleteBuild', input: { BuildId: 'build-1' } },
    ]);
    expect(play.contain({ ...one, class: 'tampered' }, context())).toEqual([]);
  });

  it.each([
    ['a play that is there', [id], /is there already/],
    ['a name that is none', ['GameLift'], /named service-things/],
    ['a room that is not there', ['glue-jobs', '--room', 'data'], /has no room "data"/],
    ['a phase that is not there', ['glue-jobs', '--phase', 'later'], /no phase "later"/],
    ['a flag that is not there', ['glue-jobs', '--into', 'hosting'], /--into/],
  ])('refuses %s, and writes nothing', async (_, args, why) => {
    const before = await text('src/plays/index.ts');
    const { status, stdout, stderr } = newPlay(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(why);
    expect(await text('src/plays/index.ts')).toBe(before);
    expect(existsSync(join(copy, 'test/plays/glue-jobs.test.ts'))).toBe(false);
  });
});

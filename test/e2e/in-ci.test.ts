import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { unpackPackage, type Packed } from './packed.js';

// The steps of action.yml and of the Dockerfile, run by the shells that would run them: no runner, no daemon.
const run = promisify(execFile);
let packed: Packed;
let home: string;
const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, npm_config_offline: 'true' };

beforeAll(async () => {
  packed = await unpackPackage();
  home = await mkdtemp(join(tmpdir(), 'leakguard-in-ci-'));
});

afterAll(async () => {
  await packed.remove();
  await rm(home, { recursive: true, force: true });
});

interface Step {
  name?: string;
  run?: string;
  env?: Record<string, string>;
}

describe('action.yml', () => {
  it('rehearses with its goals, and leaves JUnit, a page and a summary', async () => {
    const action = parse(await readFile('action.yml', 'utf8')) as {
      inputs: Record<string, { default: string }>;
      runs: { steps: Step[] };
    };
    const step = action.runs.steps.find(({ name }) => name === 'Rehearse')!;
    const given: Record<string, string> = {
      scenarios: 'attempt-only',
      goals: 'rogueAlive=0 innocentsTouched=0',
    };
    const filled = Object.entries(step.env ?? {}).map(([name, value]): [string, string] => {
      const input = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value)?.[1];
      if (input === undefined) return [name, value.replace('${{ github.action_path }}', resolve('.'))];
      expect(Object.keys(action.inputs)).toContain(input);
      return [name, given[input] ?? action.inputs[input]?.default ?? ''];
    });
    expect(filled.filter(([, value]) => value.includes('${{'))).toEqual([]);
    const summary = join(home, 'summary.md');
    const { stdout } = await run('bash', ['-eo', 'pipefail', '-c', step.run ?? ''], {
      cwd: home,
      env: { ...env, HOME: home, GITHUB_STEP_SUMMARY: summary, ...Object.fromEntries(filled) },
    });
    expect(stdout).toMatch(/goals +all reached/);
    expect(await readFile(join(home, 'leakguard-junit.xml'), 'utf8')).toContain('innocentsTouched');
    expect(await readFile(join(home, 'leakguard-rehearsal.html'), 'utf8')).toContain('attempt-only');
    expect(await readFile(summary, 'utf8')).toContain('attempt-only');
  }, 120_000);
});

describe('the Dockerfile', () => {
  it('installs what was packed, as its last stage does', async () => {
    const text = await readFile('Dockerfile', 'utf8');
    const lastStage = text.slice(text.lastIndexOf('\nFROM '));
    expect(lastStage).toMatch(/^USER node$/m);
    expect(lastStage).toMatch(/^ENTRYPOINT \["leakguard"\]$/m);
    const install = /^RUN (npm install .*)$/m.exec(lastStage)?.[1] ?? '';
    const places = join(home, 'image');
    await mkdir(join(places, 'tmp'), { recursive: true });
    await copyFile(packed.tarball, join(places, 'tmp', basename(packed.tarball)));
    const here = { ...env, HOME: home, npm_config_prefix: places };
    await run('sh', ['-ec', install.replaceAll('/tmp/', `${places}/tmp/`)], { cwd: home, env: here });
    const { stdout } = await run('sh', ['-c', 'leakguard list'], {
      cwd: home,
      env: { ...here, PATH: `${places}/bin:${env.PATH}`, XDG_STATE_HOME: join(places, 'state') },
    });
    expect(stdout).toContain('no incident');
  }, 60_000);
});

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackPackage, type Packed } from './packed.js';

// What a person gets who installs the tarball on a machine that has Node and npm and nothing else of ours.
const run = promisify(execFile);
let packed: Packed;
let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  packed = await unpackPackage();
  home = await mkdtemp(join(tmpdir(), 'leakguard-install-'));
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  env = { PATH: path, HOME: home, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
});

afterAll(async () => {
  await packed.remove();
  await rm(home, { recursive: true, force: true });
});

describe('the tarball', () => {
  it('is three megabytes at most, and names the licence of all that is in it', async () => {
    expect((await stat(packed.tarball)).size).toBeLessThanOrEqual(3e6);
    expect(await readdir(join(dirname(packed.cli)))).toContain('LICENCES.txt');
  });

  it('installs offline as one package, and rehearses from there', async () => {
    const prefix = join(home, 'global');
    await run('npm', ['install', '--global', '--prefix', prefix, packed.tarball], { env, cwd: home });
    const modules = join(prefix, 'lib', 'node_modules');
    expect(await readdir(modules)).toEqual(['leakguard']);
    expect(await readdir(join(modules, 'leakguard'))).not.toContain('node_modules');
    const { stdout } = await run(
      join(prefix, 'bin', 'leakguard'),
      ['rehearse', 'attempt-only', '--speed', '60'],
      {
        env,
        cwd: home,
      },
    );
    expect(stdout).toMatch(/goals +all reached/);
  }, 120_000);

  it('runs by npx in an empty directory', async () => {
    const empty = join(home, 'empty');
    await mkdir(empty);
    const asked = ['--yes', '--package', packed.tarball, 'leakguard', '--version'];
    const { stdout } = await run('npx', asked, { env, cwd: empty });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  }, 60_000);
});

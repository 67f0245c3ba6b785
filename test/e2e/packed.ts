import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a user gets: the tarball of `npm pack`, unpacked into a directory that holds nothing else. */
export interface Packed {
  directory: string;
  tarball: string;
  cli: string;
  remove(): Promise<void>;
}

/** Packs the build at hand and unpacks it elsewhere: no package of the working tree can be found from there. */
export async function unpackPackage(): Promise<Packed> {
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-packed-'));
  const { stdout } = await run('npm', [
    'pack',
    '--ignore-scripts',
    '--json',
    '--pack-destination',
    directory,
  ]);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const tarball = join(directory, filename);
  await run('tar', ['-xzf', tarball, '-C', directory]);
  return {
    directory,
    tarball,
    cli: join(directory, 'package', 'dist', 'cli.js'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

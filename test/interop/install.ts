import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  directoryOf,
  environments,
  hashOf,
  isInstalled,
  markerOf,
  type Environment,
} from './environments.js';

const execute = promisify(execFile);

interface Python {
  command: string;
  version: [major: number, minor: number];
}

/** Installs what the suite needs, once; without a fitting Python it says so aloud, and fails in CI. */
export default async function install(): Promise<void> {
  const missing = environments.filter((environment) => !isInstalled(environment));
  if (missing.length === 0) return;
  const pythons = await findPythons();
  const skipped: string[] = [];
  await Promise.all(
    missing.map(async (environment) => {
      const [major, minor] = environment.python;
      const python = pythons.find(({ version }) => version[0] === major && version[1] >= minor);
      if (python !== undefined) return installInto(environment, python);
      const found = pythons.map(({ version }) => version.join('.')).join(', ') || 'none';
      skipped.push(
        `.venv/${environment.name} needs Python >= ${major}.${minor} with venv and pip (found: ${found})`,
      );
    }),
  );
  if (skipped.length === 0) return;
  const message = skipped.map((reason) => `INTEROP TESTS SKIPPED: ${reason}`).join('\n');
  if (process.env['CI'] === 'true') throw new Error(`${message}\nIn CI that is a failure.`);
  const line = '!'.repeat(80);
  console.error(`\n${line}\n${message}\n${line}\n`);
}

/** Interpreters that can make virtual environments, the newest first: on the path, then pyenv's. */
async function findPythons(): Promise<Python[]> {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const names = ['python3', ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];
  const candidates = [...names, ...entriesOf(pyenv).map((version) => join(pyenv, version, 'bin', 'python3'))];
  const found = await Promise.all(candidates.map(probe));
  return found.filter((python) => python !== null).sort((a, b) => b.version[1] - a.version[1]);
}

/** Null where there is no such interpreter, where a pyenv shim has no version behind it, or where venv is missing. */
async function probe(command: string): Promise<Python | null> {
  const question = 'import sys, venv, ensurepip; print(*sys.version_info[:2])';
  try {
    const { stdout } = await execute(command, ['-c', question], { timeout: 20_000 });
    const [major, minor] = stdout.trim().split(' ').map(Number);
    return major === 3 && minor !== undefined ? { command, version: [major, minor] } : null;
  } catch {
    return null;
  }
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

async function installInto(environment: Environment, python: Python): Promise<void> {
  const directory = directoryOf(environment);
  console.error(`installing .venv/${environment.name} with Python ${python.version.join('.')} …`);
  await rm(directory, { recursive: true, force: true });
  await execute(python.command, ['-m', 'venv', directory], { timeout: 120_000 });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  await execute(join(directory, 'bin', 'python'), [...pip, '-r', environment.requirements], {
    timeout: 480_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  await writeFile(markerOf(environment), hashOf(environment));
}

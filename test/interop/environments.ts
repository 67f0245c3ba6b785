import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A Python virtual environment with pinned requirements, git-ignored. */
export interface Environment {
  name: 'interop' | 'localemu';
  requirements: string;
  /** The oldest Python that its packages accept. */
  python: [major: number, minor: number];
}

// Tests and benchmarks run in the project's directory.
const root = resolve('.venv');
const here = resolve('test/interop');

export const environments: readonly Environment[] = [
  { name: 'interop', requirements: join(here, 'requirements.txt'), python: [3, 10] },
  { name: 'localemu', requirements: join(here, 'requirements-localemu.txt'), python: [3, 12] },
];

export function directoryOf({ name }: Environment): string {
  return join(root, name);
}

/** Holds the hash of the requirements that were installed, written last. */
export function markerOf(environment: Environment): string {
  return join(directoryOf(environment), '.installed');
}

export function hashOf({ requirements }: Environment): string {
  return createHash('sha256').update(readFileSync(requirements)).digest('hex');
}

export function isInstalled(environment: Environment): boolean {
  const marker = markerOf(environment);
  return existsSync(marker) && readFileSync(marker, 'utf8') === hashOf(environment);
}

/** Is it there? Tests of an environment that is missing skip themselves; install.ts has said so, and failed in CI. */
export function has(name: Environment['name']): boolean {
  return isInstalled(byName(name));
}

/** The path of a program in an environment: `program('interop', 'aws')`. */
export function program(name: Environment['name'], file: string): string {
  return join(directoryOf(byName(name)), 'bin', file);
}

function byName(name: Environment['name']): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`no environment ${name}`);
  return found;
}

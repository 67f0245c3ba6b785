import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ownSigner } from '../../src/commands/report-directory.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leakguard-home-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

it('keeps its key in the home of whoever has one, and makes a home for nobody', async () => {
  const missing = join(directory, 'missing');
  vi.stubEnv('HOME', missing);
  expect(await ownSigner({})).toBeNull();
  expect(existsSync(missing)).toBe(false);
  vi.stubEnv('HOME', directory);
  expect(await ownSigner({})).not.toBeNull();
  expect(existsSync(join(directory, '.local/state/leakguard/journal.key'))).toBe(true);
});

it('makes the state directory that is named', async () => {
  expect(await ownSigner({ XDG_STATE_HOME: join(directory, 'state') })).not.toBeNull();
  expect(existsSync(join(directory, 'state/leakguard/journal.key'))).toBe(true);
});

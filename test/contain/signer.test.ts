import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal, journalSigner, readJournal, signedTo } from '../../src/contain/index.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leakguard-signer-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function written(signer: Awaited<ReturnType<typeof journalSigner>>, name = 'a.jsonl') {
  const path = join(directory, name);
  const journal = await Journal.create(path, Date.now, undefined, signer);
  await journal.write({
    kind: 'opened',
    version: 1,
    toolVersion: '0',
    identity: {
      account: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/me',
      userId: 'u',
      partition: 'aws',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      profile: null,
      homeRegion: 'us-east-1',
      simulated: false,
      endpoints: {},
    },
    key: null,
    options: {},
  });
  await journal.write({ kind: 'note', message: 'one' });
  await journal.close();
  return path;
}

it('knows every line that this machine wrote, and none that another did', async () => {
  const here = await journalSigner(join(directory, 'here'));
  const there = await journalSigner(join(directory, 'there'));
  const records = await readJournal(await written(here));
  expect(signedTo(records, here)).toBe(1);
  expect(signedTo(records, await journalSigner(join(directory, 'here')))).toBe(1);
  expect(signedTo(records, there)).toBe(-1);
  expect(signedTo(records, null)).toBe(-1);
  expect(signedTo(await readJournal(await written(null, 'b.jsonl')), here)).toBe(-1);
});

it('does not know a line whose chain was made anew, nor what comes after it', async () => {
  const here = await journalSigner(join(directory, 'here'));
  const path = await written(here);
  const records = await readJournal(path);
  const forged = records.map((record, at) => (at === 1 ? { ...record, hash: 'f'.repeat(64) } : record));
  expect(signedTo(forged, here)).toBe(0);
});

it('keeps its key from others, and trusts none that others can read', async () => {
  const home = join(directory, 'home');
  expect(await journalSigner(home)).not.toBeNull();
  const key = join(home, 'journal.key');
  await chmod(key, 0o644);
  expect(await journalSigner(home)).toBeNull();
  await chmod(key, 0o600);
  await writeFile(key, 'short');
  expect(await journalSigner(home)).toBeNull();
  expect((await readFile(key, 'utf8')).length).toBe(5);
});

it('does without a key where none can be kept', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  expect(await journalSigner(join(file, 'below'))).toBeNull();
});

import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, readJournal } from '../../src/contain/journal/journal.js';
import { lock, LockHeld, LockLost, type LockOwner } from '../../src/contain/journal/lock.js';

let directory: string;
let told: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leakguard-lock-'));
  told = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const path = () => join(directory, 'key.lock');
const take = (takeOver = false) =>
  lock(directory, 'key', '/r/own.jsonl', { takeOver, tell: (message) => told.push(message) });
const change = async (owner: Partial<LockOwner>): Promise<void> => {
  const held = JSON.parse(await readFile(path(), 'utf8')) as LockOwner;
  await writeFile(path(), JSON.stringify({ ...held, ...owner }));
};
/** No life shown for two minutes. */
const silence = () => utimes(path(), new Date(), new Date(Date.now() - 120_000));

describe('a lock', () => {
  it('is held by one at a time, and free again when released', async () => {
    const first = await take();
    await expect(take()).rejects.toBeInstanceOf(LockHeld);
    await first.release();
    await (await take()).release();
    expect(told).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['whose process is gone', () => change({ pid: 4_194_305 }), /its process is gone\./],
    ['whose number another process has', () => change({ started: '1' }), /another has its number/],
    ['of a process that shows no life', silence, /shown no life for 1[12]\d s/],
    ['that is torn', () => writeFile(path(), '{"pid":'), /it names nobody/],
  ])('%s is taken over on the same host, and told', async (_, happens, expected) => {
    const first = await take();
    await happens();
    const second = await take();
    expect(told.join()).toMatch(expected);
    await second.check();
    await expect(first.check()).rejects.toBeInstanceOf(LockLost);
    // The first one's end does not free what is the second's.
    await first.release();
    await second.check();
    await second.release();
  });

  it.each<[string, Partial<LockOwner>]>([
    ['another host', { host: 'other.example' }],
    ['a container on this host', { host: hostname(), machine: 'another namespace', pid: 1 }],
  ])('of %s whose process cannot be seen holds, until --take-over', async (_, owner) => {
    await take();
    await change(owner);
    if (owner.host !== hostname()) await silence();
    await expect(take()).rejects.toBeInstanceOf(LockHeld);
    await (await take(true)).release();
    expect(told.join()).toMatch(/was taken over: --take-over/);
  });
});

describe('a journal under a lock', () => {
  it('takes no line once the lock is another’s', async () => {
    const first = await take();
    const file = join(directory, 'journal.jsonl');
    const journal = await Journal.create(file, Date.now, first.check);
    const note = { kind: 'note', message: 'mine' } as const;
    await journal.write({ kind: 'opened', version: 1, identity: { account: '1', arn: 'a' } } as never);
    await journal.write(note);
    const second = await take(true);
    await expect(journal.write(note)).rejects.toBeInstanceOf(LockLost);
    await expect(journal.write(note)).rejects.toBeInstanceOf(LockLost);
    expect(await readJournal(file)).toHaveLength(2);
    await second.release();
  });
});

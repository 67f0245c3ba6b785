import { appendFile, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Journal,
  JournalBroken,
  JournalRefused,
  NoJournal,
  readJournal,
} from '../../src/contain/journal/journal.js';
import type { JournalEntry } from '../../src/model/journal-record.js';

const identity = {
  account: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/oncall',
  userId: 'AIDAEXAMPLE',
  partition: 'aws',
  accessKeyId: 'AKIAEXAMPLEONCALL000',
  profile: null,
  homeRegion: 'us-east-1',
  simulated: true,
  endpoints: {},
};
const opened: JournalEntry = {
  kind: 'opened',
  version: 1,
  toolVersion: '0',
  identity,
  key: null,
  options: {},
};
const intent = (over: object) => ({
  kind: 'intent',
  action: {
    ...{ id: 'a', play: 'ec2-instances', phase: 'terminate', title: 't', targets: [] },
    ...{ service: 'ec2', operation: 'TerminateInstances', region: 'eu-west-1', input: {} },
    undo: { none: 'x' },
    ...over,
  },
});
const note = (message: string): JournalEntry => ({ kind: 'note', message });

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
  path = join(directory, 'state', 'j.jsonl');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const create = () => Journal.create(path, () => 0);

describe('the journal', () => {
  it('gives back what was written, chained from the first line to its head', async () => {
    const journal = await create();
    await journal.write(opened);
    await Promise.all(Array.from({ length: 50 }, (_, n) => journal.write(note(String(n)))));
    await journal.close();
    const records = await readJournal(path);
    expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, n) => n));
    expect(records.at(-1)?.hash).toBe(journal.head);
  });

  it('is for its owner’s eyes only', async () => {
    const journal = await create();
    await journal.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'state'))).mode & 0o777).toBe(0o700);
  });

  it('never writes over another', async () => {
    await (await create()).close();
    await expect(create()).rejects.toBeInstanceOf(JournalBroken);
  });

  it('drops a torn last line, and goes on from the one before', async () => {
    const journal = await create();
    await journal.write(opened);
    await journal.close();
    await appendFile(path, '{"kind":"note","messa');
    const { journal: again, records } = await Journal.resume(path, () => 0);
    expect(records).toHaveLength(1);
    await again.write(note('after'));
    await again.close();
    expect((await readJournal(path)).map(({ kind }) => kind)).toEqual(['opened', 'note']);
  });

  it.each([
    ['changed', (text: string) => text.replace('second', 'sec0nd')],
    [
      'taken out',
      (text: string) =>
        text
          .split('\n')
          .filter((line) => !line.includes('second'))
          .join('\n'),
    ],
    ['put in another order', (text: string) => [0, 2, 1, 3].map((n) => text.split('\n')[n]).join('\n')],
  ])('is refused where a line was %s, saying which', async (_what, tamper) => {
    const journal = await create();
    for (const entry of [opened, note('first'), note('second'), note('third')]) await journal.write(entry);
    await journal.close();
    await writeFile(path, tamper(await readFile(path, 'utf8')));
    await expect(readJournal(path)).rejects.toThrow(/chain breaks at line [23]/);
    await expect(Journal.resume(path, () => 0)).rejects.toBeInstanceOf(JournalRefused);
  });

  it('that was deleted stops everything after it', async () => {
    const journal = await create();
    await journal.write(opened);
    await unlink(path);
    await expect(journal.write(note('lost'))).rejects.toThrow(/was deleted.*Nothing more is done/);
    await expect(journal.write(note('later'))).rejects.toBeInstanceOf(JournalBroken);
  });

  it.each([
    ['hello\n', /is no leakguard journal: line 1 is not JSON/],
    ['null\n', /is no leakguard journal/],
    ['{"version":1}\n', /is no leakguard journal/],
    ['', /is no leakguard journal: its first line does not open one/],
  ])('that is none is told apart from one that was changed: %j', async (content, expected) => {
    const other = join(directory, 'other');
    await writeFile(other, content);
    await expect(readJournal(other)).rejects.toThrow(expected);
    await expect(readJournal(other)).rejects.toBeInstanceOf(NoJournal);
  });
});

describe('a journal whose chain holds and whose lines do not', () => {
  it.each<[string, object, RegExp]>([
    ['a null action', { kind: 'intent', action: null }, /line 2: intent without its action/],
    ['an action without a call', { kind: 'intent', action: { id: 'a' } }, /line 2: the action has no play/],
    [
      'an action that leakguard never takes',
      intent({ service: 'iam', operation: 'CreateUser' }),
      /line 2: the action calls iam:CreateUser, which leakguard never calls/,
    ],
    [
      'an operation of another service',
      intent({ service: 'iam', operation: 'TerminateInstances' }),
      /line 2: the action calls iam:TerminateInstances, which leakguard never calls/,
    ],
    ['a read', intent({ operation: 'DescribeInstances' }), /line 2: the action calls ec2:DescribeInstances/],
    [
      'a way back that leakguard never takes',
      intent({ undo: { calls: [{ service: 'toString', operation: 'call', region: 'global', input: {} }] } }),
      /line 2: the undo calls toString:call, which leakguard never calls/,
    ],
    ['no way back', intent({ undo: null }), /line 2: the action has no undo/],
    ['a way back of no calls', intent({ undo: {} }), /line 2: the undo has no calls/],
    ['a null outcome', { kind: 'outcome', outcome: null }, /line 2: outcome without its outcome/],
    ['a null incident', { kind: 'incident', incident: null }, /line 2: incident without its incident/],
    ['no kind', { kind: null }, /line 2: it has no kind/],
  ])('is refused by name: %s', async (_, entry, expected) => {
    const journal = await create();
    await journal.write(opened);
    await journal.write(entry as never);
    await journal.close();
    const refused = readJournal(path);
    await expect(refused).rejects.toBeInstanceOf(JournalRefused);
    await expect(refused).rejects.toThrow(expected);
  });
});

it('holds nothing that a terminal obeys, and gives back what was written', async () => {
  const nasty = 'a\u009b31m\u202e\u2066\u200b\u{e0041}z';
  const journal = await create();
  await journal.write(opened);
  await journal.write(note(nasty));
  await journal.close();
  expect(await readFile(path, 'utf8')).not.toMatch(/[\u007f-\u009f\p{Cf}]/u);
  expect((await readJournal(path)).at(-1)).toMatchObject({ message: nasty });
});

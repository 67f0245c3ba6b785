import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planCut } from '../../src/contain/cut/cut.js';
import { Journal, readJournal } from '../../src/contain/journal/journal.js';
import { journalSigner } from '../../src/contain/journal/signer.js';
import type { JournalEntry } from '../../src/model/journal-record.js';
import type { ListDocument } from '../../src/model/listed-incident.js';
import { listSchema } from '../../src/report/schema/schema.js';
import { cliPath } from '../cli-path.js';
import { cutFacts, identity } from '../contain/builders.js';
import { accountId, smallIncident } from './incident.js';

const keys = {
  finished: 'AKIAFINISHED00000001',
  open: 'AKIAUNFINISHED000002',
  open2: 'AKIAUNFINISHED000003',
};
const start = Date.UTC(2026, 10, 20);
const closed: JournalEntry = { kind: 'closed', exitCode: 0, summary: 'contained' };
const undo: JournalEntry[] = [
  { kind: 'resumed', toolVersion: '1', identity },
  { kind: 'agreed', what: 'undo', by: 'prompt' },
];

let state: string;
const dir = (name: string) => join(state, name);

/** A journal as a run would have left it, begun `hours` after the first. */
async function journal(directory: string, key: string | null, hours: number, ...entries: JournalEntry[]) {
  const now = start + hours * 3_600_000;
  const time = new Date(now).toISOString().replace(/[-:.]/g, '');
  const path = join(dir(directory), `${identity.account}-${key ?? 'cloudfront'}-${time}.jsonl`);
  const sign = await journalSigner(dir('leakguard'));
  const written = await Journal.create(path, () => now, undefined, sign);
  const options = key === null ? { command: 'cloudfront --watch' } : {};
  await written.write({ kind: 'opened', version: 1, toolVersion: '1', identity, key, options });
  for (const entry of entries) await written.write(entry);
  await written.close();
  return path;
}

function run(...args: string[]) {
  const env = { PATH: process.env['PATH'], HOME: state, XDG_STATE_HOME: state, NO_COLOR: '1' };
  return spawnSync(process.execPath, [cliPath, ...args], { env, encoding: 'utf8' });
}

function list(directory: string): ListDocument {
  const { status, stdout } = run('list', '--json', '--report-dir', dir(directory));
  expect(status).toBe(0);
  return JSON.parse(stdout) as ListDocument;
}

const stateOf = (listed: ListDocument) =>
  new Map(listed.incidents.map((row) => [row.journal, row.state] as const));

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'leakguard-list-'));
});
afterAll(() => rm(state, { recursive: true, force: true }));

describe('leakguard list', () => {
  it('shows each incident with its state and the next command, and hides nothing that cannot be read', async () => {
    const finished = await journal('all', keys.finished, 1, closed);
    const unfinished = await journal('all', keys.open, 2, { kind: 'agreed', what: 'cut', by: 'prompt' });
    const interrupted = await journal('all', keys.open, 3, { ...closed, exitCode: 130 });
    const undone = await journal('all', keys.finished, 4, closed, ...undo, closed);
    const halfUndone = await journal('all', keys.finished, 5, closed, ...undo);
    const torn = await journal('all', keys.open2, 6, { kind: 'agreed', what: 'cut', by: 'prompt' });
    await appendFile(torn, '{"kind":"closed","exitC');
    const forged = await journal('all', keys.open2, 7, closed);
    await writeFile(forged, (await readFile(forged, 'utf8')).replace(identity.account, '999999999999'));
    const empty = join(dir('all'), 'empty.jsonl');
    await writeFile(empty, '');
    const folder = join(dir('all'), 'folder.jsonl');
    await mkdir(folder);
    await journal('all', null, 8, closed);

    const listed = list('all');
    expect(listSchema.parse(listed)).toEqual(listed);
    expect(Object.fromEntries(stateOf(listed))).toEqual({
      [finished]: 'finished',
      [unfinished]: 'unfinished',
      [interrupted]: 'unfinished',
      [undone]: 'undone',
      [halfUndone]: 'unfinished',
      [torn]: 'torn',
      [forged]: 'refused',
      [empty]: 'torn',
      [folder]: 'torn',
    });
    const next = new Map(listed.incidents.map((row) => [row.journal, row.next]));
    expect(next.get(unfinished)).toBe(`leakguard resume ${unfinished}`);
    expect(next.get(halfUndone)).toBe(`leakguard undo ${halfUndone}`);
    expect(listed.incidents.find((row) => row.journal === forged)?.detail).toMatch(/was changed.*line 1/);

    const { stdout, status } = run('list', '--report-dir', dir('all'));
    expect(status).toBe(0);
    for (const row of listed.incidents) {
      expect(stdout).toContain(row.next);
      expect(stdout).toContain(row.state);
    }
  });

  it('calls unfinished what was begun and not agreed to whole, with the command that goes on', async () => {
    const declined: JournalEntry = {
      kind: 'closed',
      exitCode: 6,
      summary: 'the cut stands; the rest was not agreed to',
    };
    const [disable] = planCut(cutFacts(), start, false, start);
    const nothing = await journal('declined', keys.finished, 1, declined);
    const begun = await journal('declined', keys.open, 2, { kind: 'intent', action: disable! }, declined);
    const listed = list('declined');
    expect(Object.fromEntries(stateOf(listed))).toEqual({ [nothing]: 'finished', [begun]: 'unfinished' });
    const row = listed.incidents.find((one) => one.journal === begun);
    expect(row?.next).toBe(`leakguard resume ${begun}`);
    expect(row?.detail).toMatch(/exit code 6: the cut stands; the rest was not agreed to/);
  });

  it('says of lines that this machine did not write that CloudTrail has to confirm them', async () => {
    const path = await journal('foreign', keys.finished, 1, closed);
    const unsigned = (await readFile(path, 'utf8')).replaceAll(/,"mac":"[0-9a-f]+"/g, '');
    await writeFile(path, unsigned);
    expect(list('foreign').incidents[0]?.detail).toMatch(/not all of it was written on this machine/);
  });

  it('of a directory that is not there is empty, and makes none', () => {
    expect(list('nowhere').incidents).toEqual([]);
    expect(run('list', '--report-dir', dir('nowhere')).stdout).toMatch(/There is no incident in .*nowhere/);
  });
});

describe('without a path', () => {
  it('report, case and explain take the last incident, or the one of --key, and say so first', async () => {
    const older = await journal('two', keys.finished, 1, closed);
    const newest = await journal('two', keys.open, 2, closed);
    for (const command of [['report'], ['case']]) {
      const last = run(...command, '--report-dir', dir('two'));
      expect([last.status, last.stderr.split('\n')[0]]).toEqual([
        0,
        expect.stringMatching(/^Taken: the last incident: .*finished/),
      ]);
      expect(last.stderr.split('\n')[0]).toContain(newest);
      const named = run(...command, '--report-dir', dir('two'), '--key', ` ${keys.finished.toLowerCase()}`);
      expect(named.stderr).toContain(`Taken: the last incident of key ${keys.finished}`);
      expect(named.stderr).toContain(older);
    }
    expect(run('explain', 'i-1', '--report-dir', dir('two')).stderr).toContain(newest);
    expect(run('report', older, '--key', keys.open).stderr).toContain(
      `is not the journal of key ${keys.open}`,
    );
    expect(run('report', '--report-dir', dir('two'), '--key', 'AKIAIOSFODNN7EXAMPLE').status).toBe(2);
  });

  it('what changes things takes none of several: it lists them with their commands', async () => {
    const one = await journal('several', keys.open, 1);
    const other = await journal('several', keys.open2, 2);
    await journal('several', keys.finished, 3, closed);
    for (const command of ['resume', 'undo']) {
      const typed = [command, '--report-dir', dir('several'), '--yes', '--account', identity.account];
      const { status, stderr } = run(...typed);
      expect(status).toBe(2);
      expect(stderr).toMatch(/2 incidents .* are unfinished/);
      for (const path of [one, other]) expect(stderr).toContain(`leakguard ${typed.join(' ')} ${path}`);
    }
  });

  it('what changes things takes none where a newer one cannot be read', async () => {
    await journal('forged', keys.open, 1);
    const forged = await journal('forged', keys.open2, 2, closed);
    await writeFile(forged, (await readFile(forged, 'utf8')).replace('contained', 'not there'));
    const { status, stderr } = run('resume', '--report-dir', dir('forged'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/cannot be read: it is not plain which is meant/);
    expect(run('report', '--report-dir', dir('forged')).stderr).toContain(
      `${forged} is newer, and was not taken`,
    );
  });

  it('resume finds nothing where everything is finished', async () => {
    await journal('done', keys.finished, 1, closed);
    const { status, stderr } = run('resume', '--report-dir', dir('done'));
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/no unfinished containment in .*\nNext: leakguard list/),
    ]);
  });

  it('resume goes on with the containment that was killed', { timeout: 120_000 }, async () => {
    const incident = await smallIncident();
    try {
      const kill = pathToFileURL('test/e2e/kill-after-line.mjs').href;
      const killed = await incident.run([...incident.containment], 'responder', `--import=${kill}?line=12`);
      expect(killed.exitCode).toBeNull();
      const [path] = await incident.journals();
      const resumed = await incident.run([
        ...['resume', '--report-dir', join(incident.home, 'reports')],
        ...['--yes', '--account', accountId, '--simulated'],
      ]);
      expect(resumed.stderr.split('\n')[0]).toMatch(/^Taken: the unfinished containment: .*SIMULATED/);
      expect(resumed.stderr).toContain(path);
      const kinds = (await readJournal(path!)).map(({ kind }) => kind);
      expect(kinds).toContain('resumed');
      expect(kinds.at(-1)).toBe('closed');
      expect([...(await incident.journals())]).toEqual([path]);
    } finally {
      await incident.close();
    }
  });
});

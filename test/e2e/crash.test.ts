import { pathToFileURL } from 'node:url';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/journal/journal.js';
import { ExitCode } from '../../src/model/exit-code.js';
import type { JournalRecord } from '../../src/model/journal-record.js';
import { accountId, smallIncident, type SmallIncident } from './incident.js';

/** Calls that do harm or cost when they are made a second time; none of ours is among them, and none may come. */
const notIdempotent = /^(Create|Run|Start|Request)/;

async function journalOf(incident: SmallIncident): Promise<{ path: string; records: JournalRecord[] }> {
  const [path, ...more] = await incident.journals();
  expect(more).toEqual([]);
  if (path === undefined) throw new Error('there is no journal');
  return { path, records: await readJournal(path) };
}

/** Ends the containment once so many lines of its journal are on disk. Resolves to its exit code. */
type End = (incident: SmallIncident, lines: number) => Promise<number | null>;

/** Killed as kill -9 does it. */
const killed: End = async (incident, lines) => {
  const kill = pathToFileURL('test/e2e/kill-after-line.mjs').href;
  const run = await incident.run([...incident.containment], 'responder', `--import=${kill}?line=${lines}`);
  return run.exitCode;
};

/** The disk takes no line more: nothing is done any more, as after a kill. */
const brokenOff: End = async (incident, lines) => (await incident.containOnFullDisk(lines)).exitCode;

/** `all` (npm run soak:kills): a real kill after every line, not after three of them. */
const everyKill = process.env['LEAKGUARD_KILLS'] === 'all';

describe('a containment', () => {
  let whole: { state: object; records: JournalRecord[]; exitCode: number | null };

  beforeAll(async () => {
    const incident = await smallIncident();
    const { exitCode } = await incident.contain();
    whole = { state: incident.state(), records: (await journalOf(incident)).records, exitCode };
    await incident.close();
  }, 120_000);

  it('ends with nothing of the attacker alive and no innocent touched', () => {
    expect(whole.state).toEqual({
      innocentAlive: 23,
      innocentProtected: 0,
      rogueAlive: 0,
      keys: ['ci: Active', 'ci: Inactive', 'oncall: Active', 'support-2: Inactive', 'web: Active'],
      policies: ['ci: LeakguardRevokeSessions', 'oncall: ', 'support-2: LeakguardRevokeSessions', 'web: '],
    });
  });

  /** Ends one containment for each of these lines, resumes it, and compares what is left with `whole`. */
  async function resumedAfter(lines: readonly number[], end: End, exitCode: number | null): Promise<void> {
    const limit = pLimit(2);
    await Promise.all(
      lines.map((line) =>
        limit(async () => {
          const incident = await smallIncident();
          try {
            expect(await end(incident, line), `line ${line}: it was to be ended`).toBe(exitCode);
            const { path, records } = await journalOf(incident);
            const resumed = await incident.run(['resume', path, '--yes', '--account', accountId]);
            const after = (await journalOf(incident)).records;
            const told = `ended after line ${line} (${records.at(-1)?.kind}), resumed with ${resumed.exitCode}: ${resumed.stderr.slice(-600)}`;
            expect(incident.state(), told).toEqual(whole.state);
            // Nothing is lost: what stood there before the crash stands there still, and the chain holds.
            expect(after.slice(0, records.length), told).toEqual(records);
            expect(after.at(-1)?.kind, told).toBe('closed');
            const calls = incident.world.log.filter(
              ({ readOnly, principal }) => !readOnly && principal?.endsWith('oncall'),
            );
            expect(
              calls.filter(({ operation }) => notIdempotent.test(operation ?? '')),
              told,
            ).toEqual([]);
          } finally {
            await incident.close();
          }
        }),
      ),
    );
  }

  it('whose journal breaks off after any line is brought to the same end by resume', async () => {
    const lines = whole.records.length;
    expect(lines).toBeGreaterThan(20);
    const all = Array.from({ length: lines - 1 }, (_, at) => at + 1);
    await resumedAfter(all, brokenOff, ExitCode.unexpected);
  }, 900_000);

  it(`that is killed after ${everyKill ? 'any line' : 'one of three lines'} of its journal, too`, async () => {
    const last = whole.records.length - 1;
    // The first intent, in the middle of the rest, and in sight of the end.
    const three = [2, Math.round(last / 2), last];
    const all = Array.from({ length: last }, (_, at) => at + 1);
    await resumedAfter(everyKill ? all : three, killed, null);
  }, 900_000);
});

describe('an interrupted run', () => {
  let incident: SmallIncident;
  beforeAll(async () => {
    incident = await smallIncident();
  });
  afterAll(() => incident.close());

  it('can also be finished by the same command again, which then changes nothing more', async () => {
    const exitCode = await killed(incident, 12);
    await incident.contain();
    const state = incident.state();
    expect(state).toMatchObject({ rogueAlive: 0, innocentAlive: 23 });
    const changes = () =>
      incident.world.log.filter(({ readOnly, principal }) => !readOnly && principal?.endsWith('oncall'))
        .length;
    const before = changes();
    expect(exitCode).toBeNull();
    const third = await incident.contain();
    expect(changes()).toBe(before);
    expect(third.stdout).toMatch(/nothing was changed/);
    expect(incident.state()).toEqual(state);
  }, 180_000);
});

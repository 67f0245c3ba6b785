import { pathToFileURL } from 'node:url';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/journal/journal.js';
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

/** The containment, killed as soon as that line of its journal is written. */
function containUntil(line: number, incident: SmallIncident): Promise<{ exitCode: number | null }> {
  const kill = pathToFileURL('test/e2e/kill-after-line.mjs').href;
  return incident.run([...incident.containment], 'responder', `--import=${kill}?line=${line}`);
}

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

  it('that is killed after any line of its journal is brought to the same end by resume', async () => {
    const limit = pLimit(6);
    const lines = whole.records.length;
    expect(lines).toBeGreaterThan(20);
    await Promise.all(
      Array.from({ length: lines - 1 }, (_, at) =>
        limit(async () => {
          const line = at + 1;
          const incident = await smallIncident();
          try {
            const killed = await containUntil(line, incident);
            expect(killed.exitCode, `line ${line}: it was to be killed`).toBeNull();
            const { path, records } = await journalOf(incident);
            const resumed = await incident.run(['resume', path, '--yes', '--account', accountId]);
            const after = (await journalOf(incident)).records;
            const told = `killed after line ${line} (${records.at(-1)?.kind}), resumed with ${resumed.exitCode}: ${resumed.stderr.slice(-600)}`;
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
  }, 900_000);
});

describe('an interrupted run', () => {
  let incident: SmallIncident;
  beforeAll(async () => {
    incident = await smallIncident();
  });
  afterAll(() => incident.close());

  it('can also be finished by the same command again, which then changes nothing more', async () => {
    const killed = await containUntil(12, incident);
    await incident.contain();
    const state = incident.state();
    expect(state).toMatchObject({ rogueAlive: 0, innocentAlive: 23 });
    const changes = () =>
      incident.world.log.filter(({ readOnly, principal }) => !readOnly && principal?.endsWith('oncall'))
        .length;
    const before = changes();
    expect(killed.exitCode).toBeNull();
    const third = await incident.contain();
    expect(changes()).toBe(before);
    expect(third.stdout).toMatch(/nothing was changed/);
    expect(incident.state()).toEqual(state);
  }, 180_000);
});

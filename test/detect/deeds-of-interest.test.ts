import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import table from '../../src/facts/events-of-interest.json' with { type: 'json' };
import { eventOfInterest } from '../../src/facts/events-of-interest.js';
import { inOrderOnce } from '../../src/detect/credentials/credential-graph.js';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { plays } from '../../src/plays/index.js';
import { readTrail } from '../../src/trail/files.js';
import { account, History, hour, night } from './history.js';
import { attacker } from './lives.js';

/** How CloudTrail writes each result: nothing, or the error code. */
const results = [
  ['worked', undefined],
  ['denied', 'AccessDenied'],
  ['denied', 'Client.UnauthorizedOperation'],
  ['failed', 'Throttling'],
  ['dry-run', 'Client.DryRunOperation'],
] as const;

function incidentOf(source: string, name: string, error: string | undefined): Incident {
  const history = new History();
  history.call(attacker, {
    time: night + 1000,
    name,
    source: source.replace('.amazonaws.com', ''),
    ...(error === undefined ? {} : { error }),
  });
  return detect({
    events: history.events,
    inventory: [],
    plays,
    coverage: [],
    key: attacker.key,
    account,
    compromisedAt: night,
    now: night + hour,
  });
}

/** What the incident says of that event: as a launch, or as a deed. */
function toldResults({ launches, deeds }: Incident, source: string, name: string): string[] {
  return [...launches, ...deeds]
    .filter(({ evidence }) => evidence.source === source && evidence.name === name)
    .map(({ result }) => result);
}

describe('what tainted credentials did or tried', () => {
  it.each(results)('is listed for each event of interest that %s (%s)', (result, error) => {
    const wrong = table.events.flatMap(({ source, name }) => {
      const told = toldResults(incidentOf(source, name, error), source, name);
      return told.length === 1 && told[0] === result
        ? []
        : [`${source} ${name}: ${told.join() || 'missing'}`];
    });
    expect(wrong).toEqual([]);
  });
});

const fixtures = new URL('../../fixtures/cloudtrail/', import.meta.url);
const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\/.*\.jsonl?$/.test(name))
  .sort();

describe('real records', () => {
  it('have each act of interest of each of their credentials listed', async () => {
    let listed = 0;
    for (const file of files) {
      const { events: read } = await readTrail([new URL(file, fixtures).pathname], () => undefined);
      const events = inOrderOnce(read);
      const keys = new Set(events.flatMap(({ actor }) => actor.accessKeyId ?? []));
      for (const key of keys) {
        const incident = detect({
          events,
          inventory: [],
          plays,
          coverage: [],
          key,
          account: null,
          compromisedAt: 0,
          now: night,
        });
        const own = events.filter(
          ({ actor, source, name }) => actor.accessKeyId === key && eventOfInterest(source, name) !== null,
        );
        const told = [
          ...incident.launches.map(({ evidence }) => ({ evidence, count: 1 })),
          ...incident.deeds,
        ].filter(({ evidence }) => eventOfInterest(evidence.source, evidence.name) !== null);
        // What its sessions did is told with it: at least its own acts stand there, name by name.
        for (const name of new Set(own.map((event) => event.name))) {
          const count = told
            .filter(({ evidence }) => evidence.name === name)
            .reduce((sum, { count }) => sum + count, 0);
          expect({ file, key, name, count }).toEqual({
            file,
            key,
            name,
            count: expect.toSatisfy(
              (n: number) => n >= own.filter((event) => event.name === name).length,
            ) as number,
          });
          listed += 1;
        }
      }
    }
    expect(listed).toBeGreaterThan(40);
  });

  it.each([
    ['worked', undefined],
    ['denied', 'AccessDenied'],
  ])('name the other account of a role that was assumed there: %s', (result, error) => {
    const history = new History();
    history.call(attacker, {
      time: night + 1000,
      name: 'AssumeRole',
      source: 'sts',
      request: { roleArn: 'arn:aws:iam::999988887777:role/partner', roleSessionName: 'x' },
      ...(error === undefined
        ? { response: { credentials: { accessKeyId: 'ASIAELSEWHERE0000001' } } }
        : { error }),
    });
    const { deeds, notes } = detect({
      events: history.events,
      inventory: [],
      plays,
      coverage: [],
      key: attacker.key,
      account,
      compromisedAt: night,
      now: night + hour,
    });
    expect(deeds).toMatchObject([{ result, target: expect.stringContaining('999988887777') as string }]);
    expect(notes.some((note) => note.includes('999988887777'))).toBe(result === 'worked');
  });
});

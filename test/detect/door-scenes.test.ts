import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import { doors } from '../../src/detect/credentials/doors.js';
import type { Incident } from '../../src/model/incident.js';
import { asText, type JsonObject } from '../../src/model/json.js';
import { normaliseRecord } from '../../src/trail/normalise.js';
import { opened, sceneOf } from './door-scenes.js';
import { fieldRecords } from './field.js';
import { account, hour, minute, night } from './history.js';
import { ci } from './lives.js';

const acts = Object.keys(opened);

interface Case {
  records: JsonObject[];
  key: string;
  /** Epoch milliseconds. */
  compromisedAt: number | null;
  now: number;
}

function look({ records, key, compromisedAt, now }: Case): Incident {
  const events = records.map((record) => {
    const event = normaliseRecord(structuredClone(record), 'test');
    if ('skipped' in event) throw new Error(event.skipped);
    return event;
  });
  const facts = { inventory: [], plays: [], coverage: [], account: null };
  return detect({ events, key, compromisedAt, now, ...facts });
}

const caseOf = (act: string): Case => ({
  records: sceneOf(act).history.records,
  key: ci.key,
  compromisedAt: night - minute,
  now: night + 4 * hour,
});

describe('each door of the table', () => {
  it('has a scene', () => {
    const table = doors.flatMap(({ source, names }) =>
      names.map((name) => `${source.replace('.amazonaws.com', '')}|${name}`),
    );
    // A service's credential launches nothing: doors.test.ts has its scene, after records from the field.
    const elsewhere = /^\*|ServiceSpecificCredential$/;
    expect(acts.filter((act) => act !== 'glue|CreateDevEndpoint').sort()).toEqual(
      table.filter((act) => !elsewhere.test(act)).sort(),
    );
  });

  it.each(acts)('%s lets in who came by it, and nobody who was there before', (act) => {
    const { evil, innocents, strength } = sceneOf(act);
    const incident = look(caseOf(act));
    const ids = incident.credentials.map(({ id }) => id);
    expect(ids).toContain(evil.key);
    expect(ids.filter((id) => innocents.some(({ key }) => key === id))).toEqual([]);
    const large = incident.launches.filter(({ instanceTypes }) => instanceTypes.includes('p4d.24xlarge'));
    expect(large.map((one) => one.class)).toEqual([strength === 'certain' ? 'rogue' : 'held']);
    const others = incident.launches.filter((one) => !large.includes(one));
    expect(others.filter((one) => one.class === 'rogue' || one.class === 'held')).toEqual([]);
  });
});

/** The answer without its names; times from the misuse on. */
function shapeOf({ credentials, launches, deeds, misuse }: Incident, origin: number): unknown {
  const since = (time: number | null): number | null => (time === null ? null : time - origin);
  const json = (value: unknown): string => JSON.stringify(value);
  return {
    at: since(misuse.at),
    credentials: credentials.map((one) => json([since(one.since), one.kind, one.calls])).sort(),
    launches: launches
      .map((one) => json([one.class, one.rule, one.instanceTypes, since(one.evidence.time)]))
      .sort(),
    deeds: deeds.map(({ evidence, result, count }) => json([evidence.name, result, count])).sort(),
  };
}

/** The same ids, others' letters: an id stays as like to each other one as before. */
function renamed(text: string): string {
  return text
    .replace(
      /\b(A[KS]IA)([A-Z0-9]{12,16})\b/g,
      (_, kind: string, id: string) => kind + [...id].reverse().join(''),
    )
    .replaceAll(account, '444455556666')
    .replace(/\bi-([0-9a-f]{8,17})\b/g, (_, id: string) => `i-${[...id].reverse().join('')}`)
    .replace(/\bnightly\b/g, 'zz_weekly-7')
    .replace(/\b[0-9a-f]{32}\b/g, (id) => [...id].reverse().join(''))
    .replace(/AWSCodeBuild-(\w+)/g, 'AWSCodeBuild-9$1')
    .replace(/"web:(\w+)"/g, '"web:9$1"');
}

const shift = 3 * 24 * hour;
const moved = (text: string): string =>
  text.replace(/"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/g, (_, time: string) => {
    const later = new Date(Date.parse(time) + shift).toISOString().replace('.000Z', 'Z');
    return `"${later}"`;
  });

const through = (one: Case, change: (text: string) => string): Case => ({
  ...one,
  records: JSON.parse(change(JSON.stringify(one.records))) as JsonObject[],
});

/** Innocent sessions of every role that has some before the misuse: each once more, an hour later, under another id. */
function withMoreInnocents(one: Case, before: number): Case {
  const times = (record: JsonObject): number => Date.parse(asText(record.eventTime) ?? '');
  const own = one.records.filter(
    (record) =>
      times(record) < before &&
      /assumed-role|AWSService/.test(JSON.stringify(record.userIdentity)) &&
      !/Create|Update|Run/.test(asText(record.eventName) ?? ''),
  );
  const more = own.map(
    (record, index) =>
      JSON.parse(
        JSON.stringify({ ...record, eventID: `more-${index}`, requestID: `more-${index}` }).replace(
          /ASIA(\w{4})(\w+)/g,
          'ASIA$2$1',
        ),
      ) as JsonObject,
  );
  return { ...one, records: [...one.records, ...more] };
}

const fields: [string, string][] = [
  ['lambda-code-injection', 'AKIAFIELDDEV00000000'],
  ['passrole-function', 'AKIAFIELDPR000000000'],
  ['passrole-stack', 'AKIAFIELDPR000000000'],
  ['service-specific-credential', 'AKIAFIELDBR000000000'],
  ['cloudformation-for-the-caller', 'AKIAFIELDCFN00000000'],
];

describe.each<[string, () => Promise<Case>]>([
  ...acts.map((act): [string, () => Promise<Case>] => [act, () => Promise.resolve(caseOf(act))]),
  ...fields.map(([file, key]): [string, () => Promise<Case>] => [
    file,
    async () => ({
      ...{ records: await fieldRecords(file), key, compromisedAt: null },
      now: Date.parse('2026-11-23T00:00:00Z'),
    }),
  ]),
])('what is said of %s', (_, given) => {
  it('stays the same under other ids', async () => {
    const one = await given();
    const other = { ...through(one, renamed), key: renamed(one.key) };
    expect(shapeOf(look(other), 0)).toEqual(shapeOf(look(one), 0));
  });

  it('stays the same at another time', async () => {
    const one = await given();
    const { compromisedAt } = one;
    const later = {
      ...through(one, moved),
      now: one.now + shift,
      compromisedAt: compromisedAt === null ? null : compromisedAt + shift,
    };
    expect(shapeOf(look(later), shift)).toEqual(shapeOf(look(one), 0));
  });

  it('stays the same in any order, and where records come twice', async () => {
    const one = await given();
    const first = shapeOf(look(one), 0);
    const { records } = one;
    expect(shapeOf(look({ ...one, records: records.toReversed() }), 0)).toEqual(first);
    const mixed = records.map((__, index) => records[(index * 7919) % records.length] as JsonObject);
    const all = new Set(mixed).size === records.length ? mixed : records.toReversed();
    expect(shapeOf(look({ ...one, records: [...all, ...records] }), 0)).toEqual(first);
  });

  it('stays the same beside more innocent sessions', async () => {
    const one = await given();
    const incident = look(one);
    const before = (incident.misuse.at ?? 0) - hour;
    expect(shapeOf(look(withMoreInnocents(one, before)), 0)).toEqual(shapeOf(incident, 0));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Incident, ResourceClass } from '../../src/model/incident.js';
import type { JsonObject } from '../../src/model/json.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { normaliseRecord, unwrap } from '../../src/trail/normalise.js';
import { day, History, hour, night, randomOf, regions } from './history.js';
import { attacker, bystanders, ci, ciLife, massLaunch } from './lives.js';

const now = night + 2 * hour;

function incidentHistory(): History {
  const history = new History(randomOf(7));
  ciLife(history, night - 9 * day, now);
  massLaunch(history, { types: ['c5.24xlarge'], perRegion: 2, where: regions.slice(0, 6) });
  const session = history.assume(attacker, night + hour, 'admin', 'kept');
  massLaunch(
    history,
    { by: session, types: ['p3.8xlarge'], perRegion: 2, where: regions.slice(6, 9), recon: false },
    night + hour + 60_000,
  );
  return history;
}

function look(events: readonly TrailEvent[], inventory = history.instances): Incident {
  return detect({
    events,
    inventory,
    plays: [],
    coverage: regions.map((region) => ({
      subject: 'trail',
      region,
      status: 'complete',
      count: 1,
      detail: null,
    })),
    key: ci.key,
    account: null,
    compromisedAt: null,
    now,
  });
}

const history = incidentHistory();
const events = history.events;
const answer = JSON.stringify(look(events));

/** What the key's incident is, apart from who else is in the account. */
const essence = ({ misuse, credentials, launches, findings, deeds }: Incident): string =>
  JSON.stringify({
    misuse,
    credentials,
    launches,
    findings: findings.map((f) => [f.resource.id, f.class, f.reasons]),
    deeds,
  });

/** The records in another container, read back. */
const containers: ((records: JsonObject[]) => unknown)[] = [
  (records) => ({ Records: records }),
  (records) => records,
  (records) =>
    records.map((detail) => ({ version: '0', 'detail-type': 'AWS API Call via CloudTrail', detail })),
  (records) => ({
    Events: records.map((record) => ({ EventId: record.eventID, CloudTrailEvent: JSON.stringify(record) })),
  }),
  (records) => records.map((record) => JSON.stringify(record)),
  (records) =>
    records.map(({ eventTime, ...record }) => ({ ...record, '@timestamp': eventTime, '@version': '1' })),
  (records) => records.map((record) => ({ _source: { message: JSON.stringify(record) } })),
];

function through(container: (records: JsonObject[]) => unknown, records: JsonObject[]): TrailEvent[] {
  return [...unwrap(JSON.parse(JSON.stringify(container(records))))].map((raw) => {
    const event = normaliseRecord(raw, 'test');
    if ('skipped' in event) throw new Error(event.skipped);
    return event;
  });
}

describe('the answer does not depend on how the events came', () => {
  it('is the same for any order and any duplication of events and of resources', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = randomOf(seed);
        const shuffle = <T>(list: readonly T[]): T[] =>
          list
            .map((one) => [random(), one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one);
        const twice = shuffle([...events, ...events.filter(() => random() < 0.3)]);
        expect(JSON.stringify(look(twice, shuffle(history.instances)))).toBe(answer);
      }),
      { numRuns: 25 },
    );
  });

  it.each(containers.map((container, index) => [index, container] as const))(
    'is the same in container %i',
    (_, container) => {
      expect(JSON.stringify(look(through(container, history.records)))).toBe(answer);
    },
  );

  it('is the same with bystanders’ events added', () => {
    const crowd = incidentHistory();
    const mine = crowd.instances.length;
    bystanders(crowd, night - 9 * day, now);
    const more = look(crowd.events, crowd.instances.slice(0, mine));
    expect(essence(more)).toBe(essence(look(events)));
  });
});

describe('less evidence', () => {
  /** From sure to unsure. A session without its mint event may be anybody's. */
  const sureness: ResourceClass[] = ['rogue', 'tampered', 'held', 'settling', 'not-tied', 'own'];

  it('without mint events only ever lowers certainty', () => {
    const mints = events.filter(({ response }) => response?.credentials !== undefined);
    fc.assert(
      fc.property(fc.subarray(mints, { minLength: 1 }), (removed) => {
        const gone = new Set(removed);
        const less = look(events.filter((event) => !gone.has(event)));
        const before = new Map(look(events).findings.map((found) => [found.resource.id, found.class]));
        for (const { resource, class: classed } of less.findings) {
          const was = before.get(resource.id) ?? 'not-tied';
          expect(sureness.indexOf(classed), `${resource.id}: ${was} → ${classed}`).toBeGreaterThanOrEqual(
            Math.min(sureness.indexOf(was), sureness.indexOf('held')),
          );
        }
        const known = new Set(events.map(({ actor }) => actor.accessKeyId));
        expect(less.credentials.every(({ id, parent }) => known.has(id) || parent !== null)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('names no parent for a session whose mint event is missing, and says whom to contain', () => {
    const less = look(events.filter(({ request }) => request?.roleSessionName !== 'kept'));
    const orphan = less.credentials.find(({ mintedBy, id }) => mintedBy === null && id !== ci.key);
    expect(orphan).toMatchObject({ parent: null });
    expect(less.notes.join()).toMatch(/The trail does not show what issued .*: leakguard contain --user ci/);
    const theirs = less.findings.filter(({ tiedTo }) => tiedTo === orphan?.id);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.every((found) => found.class === 'held')).toBe(true);
  });
});

describe('malformed records', () => {
  /** Every path in a record, to be broken one at a time. */
  function paths(value: unknown, path: string[] = []): string[][] {
    if (typeof value !== 'object' || value === null) return [path];
    return [
      ...(path.length > 0 ? [path] : []),
      ...Object.entries(value).flatMap(([name, inner]) => paths(inner, [...path, name])),
    ];
  }
  function broken(record: JsonObject, path: string[], to: unknown): JsonObject {
    const copy = structuredClone(record);
    let here: JsonObject = copy;
    for (const name of path.slice(0, -1)) here = here[name] as JsonObject;
    const last = path.at(-1) ?? '';
    if (to === undefined) delete here[last];
    else here[last] = to as never;
    return copy;
  }
  const wrong: unknown[] = [
    undefined,
    null,
    '',
    'redacted',
    -1,
    1e308,
    true,
    [],
    {},
    [null],
    [[]],
    { items: null },
    { items: [null, 1, {}] },
    '\u0000',
    '{',
    '[1]',
  ];
  const samples = ['RunInstances', 'AssumeRole', 'GetCallerIdentity', 'ListUsers'].flatMap((name) =>
    history.records.filter(({ eventName }) => eventName === name).slice(-2),
  );

  it('never throw, whatever is wrong where, and never hide the others', () => {
    const breaks = samples.flatMap((record) =>
      paths(record).flatMap((path) => wrong.map((to) => broken(record, path, to))),
    );
    expect(breaks.length).toBeGreaterThan(2000);
    const read = breaks.flatMap((record) => {
      const event = normaliseRecord(record, 'test');
      return 'skipped' in event ? [] : [event];
    });
    expect(read.length).toBeGreaterThan(breaks.length * 0.9);
    const incident = look([...read, ...events]);
    const rogue = look(events).findings.filter((found) => found.class === 'rogue');
    expect(rogue.length).toBeGreaterThan(10);
    expect(incident.findings).toHaveLength(history.instances.length);
  });

  it('never throw for anything that is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        for (const raw of unwrap(value)) {
          const event = normaliseRecord(raw, 'test');
          if (!('skipped' in event)) look([event], []);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never throw for records with anything in any field', () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        'eventName',
        'eventSource',
        'eventTime',
        'awsRegion',
        'userIdentity',
        'requestParameters',
        'responseElements',
        'errorCode',
        'eventID',
      ),
      fc.oneof(
        fc.constantFrom(
          'RunInstances',
          'ec2.amazonaws.com',
          'AssumeRole',
          'sts.amazonaws.com',
          'CreateUser',
          'iam.amazonaws.com',
        ),
        fc.jsonValue(),
      ),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), (records) => {
        const read = records.flatMap((record) => {
          const event = normaliseRecord({ ...record, eventName: record.eventName ?? 'RunInstances' }, 'test');
          return 'skipped' in event ? [] : [event];
        });
        look([...read, ...events.slice(-20)], []);
      }),
      { numRuns: 200 },
    );
  });
});

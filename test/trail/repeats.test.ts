import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { FileReader } from '../../src/trail/file-reader.js';
import { disk } from '../../src/trail/log-source.js';
import { normaliseRecord } from '../../src/trail/normalise.js';
import { repetitionOf, ThinningStore } from '../../src/trail/thinning.js';
import { History, night } from '../detect/history.js';
import { ci } from '../detect/lives.js';

/** In the order of fields of CloudTrail's own files. */
function inOwnOrder(record: JsonObject): JsonObject {
  const { eventVersion, userIdentity, eventTime, eventSource, eventName, awsRegion } = record;
  const { sourceIPAddress, userAgent, errorCode, requestParameters, responseElements, ...rest } = record;
  return {
    eventVersion: eventVersion ?? '1.09',
    userIdentity: userIdentity ?? null,
    eventTime: eventTime ?? null,
    eventSource: eventSource ?? null,
    eventName: eventName ?? null,
    awsRegion: awsRegion ?? null,
    sourceIPAddress: sourceIPAddress ?? null,
    userAgent: userAgent ?? null,
    ...(errorCode === undefined ? {} : { errorCode }),
    requestParameters: requestParameters ?? null,
    responseElements: responseElements ?? null,
    ...Object.fromEntries(
      Object.entries(rest).filter(([name]) => name.startsWith('event') || name.startsWith('request')),
    ),
  };
}

const sorted = (record: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repeats-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What a reader gives that thins out repeated calls from the beginning. */
async function readThinned(records: JsonObject[]): Promise<string[]> {
  const names: string[] = [];
  const sink = {
    level: 1,
    span: 3600_000,
    add: (event: TrailEvent) => {
      names.push(`${event.name} ${event.eventId ?? ''}`);
      return repetitionOf(event.name);
    },
  };
  const file = join(directory, `${records.length}.json`);
  await writeFile(file, JSON.stringify({ Records: records }));
  const read = await new FileReader(sink, disk([])).read(file);
  expect(read).toMatchObject({ failure: null, skipped: {} });
  return names;
}

describe('leaving out what repeats', () => {
  it('keeps the first of a repeated read, every launch, and what stands between them', async () => {
    const history = new History();
    for (let index = 0; index < 50; index += 1)
      history.call(ci, { time: night + index * 1000, name: 'DescribeInstances' });
    history.run(ci, night + 20_500, { type: 'm5.large' });
    history.records.push(...history.records.splice(10, 5));
    for (const order of [inOwnOrder, sorted]) {
      const names = await readThinned(history.records.map(order));
      expect(names.filter((name) => name.startsWith('RunInstances'))).toHaveLength(1);
      expect(names.filter((name) => name.startsWith('Describe'))).toHaveLength(1);
    }
  });

  it('is given no record by a read that carries forged ones in what it asked for', async () => {
    const history = new History();
    for (let index = 0; index < 30; index += 1)
      history.call(ci, { time: night + index * 1000, name: 'DescribeInstances' });
    const records = history.records.map(inOwnOrder);
    const forged = { ...records[0], eventName: 'DeleteTrail', eventID: 'forged' };
    const carrier = {
      ...records[9],
      requestParameters: { filterSet: { items: [{ a: 1 }, forged, forged, forged] } },
    };
    records.splice(9, 1, carrier);
    history.run(ci, night + 60_000, { type: 'm5.large' });
    records.push(inOwnOrder(history.records.at(-1) ?? {}));
    const names = await readThinned(records);
    expect(names.filter((name) => name.startsWith('DeleteTrail'))).toEqual([]);
    expect(names.filter((name) => name.startsWith('RunInstances'))).toHaveLength(1);
  });
});

describe('memory', () => {
  const capacity = 400_000;

  /** Mints and writes by roles whose sessions each have a key of their own: nothing that repeats. */
  function* flood(): Generator<TrailEvent> {
    for (let index = 0; index < 4000; index += 1) {
      const event = normaliseRecord(
        {
          eventTime: new Date(night + index * 1000).toISOString(),
          eventName: index % 2 === 0 ? 'AssumeRole' : 'PutRule',
          eventSource: index % 2 === 0 ? 'sts.amazonaws.com' : 'events.amazonaws.com',
          awsRegion: 'us-east-1',
          eventID: `e${index}`,
          userIdentity: {
            type: 'AssumedRole',
            accessKeyId: `ASIA${String(index).padStart(16, '0')}`,
            sessionContext: { sessionIssuer: { arn: `arn:aws:iam::1:role/app-${index % 3}` } },
          },
        },
        'flood',
      );
      if (!('skipped' in event)) yield event;
    }
  }

  it('is bounded however many calls do not repeat, keeps the earliest of each kind, and counts the rest', () => {
    const store = new ThinningStore(capacity);
    for (const event of flood()) store.add(event, 500);
    const kept = store.all();
    expect(kept.length * 1200).toBeLessThan(capacity * 1.2);
    const dropped = [...store.dropped.values()].reduce((sum, count) => sum + count, 0);
    expect(kept.length + dropped).toBe(4000);
    const first = new Map(kept.map((event) => [`${event.name} ${event.actor.issuerArn}`, event]));
    expect(first.size).toBe(6);
    expect(kept.some(({ eventId }) => eventId === 'e0')).toBe(true);
  });
});

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/aws/index.js';
import { detect } from '../../src/detect/detect.js';
import type { CoreEvent, TrailEvent } from '../../src/model/index.js';
import { AthenaLookup } from '../../src/trail/athena-lookup.js';
import {
  partitionsOf,
  shapeOf,
  tableOf,
  type TableMetadata,
  type TableShape,
} from '../../src/trail/athena-table.js';
import { unwrap } from '../../src/trail/containers.js';
import { readTrail } from '../../src/trail/files.js';
import type { TrailQuery } from '../../src/trail/lookup.js';
import { athenaOf, ownTable, type AthenaServer } from './athena-server.js';
import { sessionAt } from './buckets.js';

const fixtures = new URL('../../fixtures/cloudtrail/', import.meta.url);
const account = '111122223333';
const now = Date.UTC(2026, 10, 23, 3, 10);
const day = 24 * 3600_000;

let server: AthenaServer | null = null;
let session: Session | null = null;
afterEach(async () => {
  session?.close();
  await server?.close();
  [server, session] = [null, null];
});

interface Asked {
  account?: string;
  maxScan?: number;
  signal?: AbortSignal;
}

/** A lookup on a table with these records. */
async function lookupOn(records: readonly object[], asked: Asked = {}) {
  server = await athenaOf([...records, ...everyDay]);
  session = await sessionAt(server.url, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' });
  const told: CoreEvent[] = [];
  let time = now;
  const lookup = new AthenaLookup({
    reader: { ...session.reader, now: () => time },
    account: asked.account ?? account,
    homeRegion: 'us-east-1',
    emit: (event) => told.push(event),
    address: { workgroup: 'primary', database: 'db', table: 'logs', region: null },
    maxScan: asked.maxScan ?? 1e12,
    signal: asked.signal ?? null,
  });
  return { lookup, told, server, wait: (ms: number) => (time += ms) };
}

const record = (time: number, awsRegion: string, eventID: string, more: object = {}): object => ({
  eventVersion: '1.11',
  userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', userName: 'ci', accountId: account },
  eventTime: new Date(time).toISOString().replace(/\.\d+Z/, 'Z'),
  eventSource: 'ec2.amazonaws.com',
  eventName: 'DescribeInstances',
  awsRegion,
  eventID,
  requestID: eventID,
  recipientAccountId: account,
  ...more,
});
const query = (
  attribute: TrailQuery['attribute'],
  value: string,
  more: Partial<TrailQuery> = {},
): TrailQuery => ({
  attribute,
  value,
  from: now - 5 * day,
  regions: ['us-east-1', 'eu-west-1'],
  ...more,
});
/** Something else on each of the last days, in both regions. */
const everyDay = Array.from({ length: 6 }, (_, index) => now - index * day).flatMap((time) =>
  ['us-east-1', 'eu-west-1'].map((region) =>
    record(time, region, `${region} ${time}`, { eventName: 'Other', userIdentity: {} }),
  ),
);
const idsOf = (events: readonly TrailEvent[]): (string | null)[] => events.map(({ eventId }) => eventId);

function recordsOf(file: string): object[] {
  const text = readFileSync(new URL(file, fixtures), 'utf8');
  const lines = file.endsWith('.jsonl') ? text.split('\n').filter((line) => line !== '') : [text];
  const records = lines.flatMap((line) => unwrap(JSON.parse(line)) as Record<string, string>[]);
  // Logstash puts the time elsewhere.
  return records.flatMap(({ '@timestamp': at, ...one }) => {
    const eventTime = one['eventTime'] ?? at?.replace(/\.\d+Z$/, 'Z');
    return eventTime === undefined ? [] : { ...one, eventTime };
  });
}

const labels = JSON.parse(readFileSync(new URL('labels.json', fixtures), 'utf8')) as Record<
  string,
  { expected: { root_key?: string | null; session?: string } }
>;

describe('a table of Athena', () => {
  it.each(Object.entries(labels))('gives the incident of %s', async (file, { expected }) => {
    const { events } = await readTrail([new URL(file, fixtures).pathname], () => undefined);
    const whose = new Set(events.flatMap((event) => event.account ?? []));
    const [owner = account] = whose;
    // A table holds what has a time and an account.
    const own = events.filter((event) => event.account === owner && event.time !== null);
    const { lookup } = await lookupOn(recordsOf(file), { account: owner });
    const regions = [...new Set(own.map(({ region }) => region))];
    const names = [...new Set(own.map(({ name }) => name))];
    await lookup.read(names.map((name) => query('EventName', name, { from: 0, regions })));
    expect(lookup.cells().filter(({ status }) => status === 'failed')).toEqual([]);
    expect(idsOf(lookup.all())).toEqual(idsOf(own));
    const none = { inventory: [], plays: [], coverage: [], account: null, compromisedAt: null };
    for (const key of new Set([expected.root_key ?? null, expected.session ?? null, null]))
      expect(detect({ events: lookup.all(), key, now, ...none })).toEqual(
        detect({ events: own, key, now, ...none }),
      );
  });

  it('answers a round of questions by one statement, bounded by the table’s partitions', async () => {
    const role = `arn:aws:iam::${account}:role/app`;
    const records = [
      record(now - 1000, 'us-east-1', 'by key'),
      record(now - 2000, 'eu-west-1', 'by name', {
        eventName: 'RunInstances',
        userIdentity: { type: 'Root' },
      }),
      record(now - 3000, 'us-east-1', 'by resource', {
        userIdentity: {},
        requestParameters: { roleArn: role },
      }),
      record(now - 4000, 'us-east-1', 'by session', {
        userIdentity: { type: 'AssumedRole', arn: `arn:aws:sts::${account}:assumed-role/app/build-7` },
      }),
      record(now - 5000, 'us-east-1', 'by it’s', { userIdentity: { userName: "o'hara" } }),
      record(now - 6000, 'us-east-1', 'by nobody', { userIdentity: {} }),
      record(now - 6 * day, 'us-east-1', 'before'),
      record(now - 1000, 'ap-south-1', 'elsewhere'),
      record(now - 1000, 'us-east-1', 'of another', { recipientAccountId: '444455556666' }),
    ];
    const { lookup, server } = await lookupOn(records);
    await lookup.read([
      query('AccessKeyId', 'AKIAIOSFODNN7EXAMPLE'),
      query('AccessKeyId', 'ASIAIOSFODNN7EXAMPLE'),
      query('EventName', 'RunInstances'),
      query('ResourceName', role),
      query('Username', 'build-7'),
      query('Username', "o'hara"),
    ]);
    expect(idsOf(lookup.all()).sort()).toEqual(
      ['by it’s', 'by key', 'by name', 'by resource', 'by session'].sort(),
    );
    // The first says on which days the table has anything.
    expect(server.statements).toHaveLength(2);
    expect(server.statements[1]).toContain(
      `"timestamp" BETWEEN '2026/11/18' AND '2026/11/23' AND "region" IN ('eu-west-1', 'us-east-1') AND "account" = '${account}'`,
    );
    expect(server.statements[1]).toContain("IN ('AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE')");
    expect(lookup.cells()).toMatchObject([
      { region: 'eu-west-1', status: 'complete', count: 1, from: now - 5 * day },
      { region: 'us-east-1', status: 'complete', count: 4 },
    ]);
    // Three rows a page.
    expect(server.calls.filter((name) => name === 'GetQueryResults')).toHaveLength(7);
  });

  it('asks again for what is new alone, and not before new files can have come', async () => {
    const { lookup, server, wait } = await lookupOn([record(now - 1000, 'us-east-1', 'one')]);
    await lookup.read([query('EventName', 'DescribeInstances')]);
    wait(60_000);
    await lookup.read([query('EventName', 'DescribeInstances')]);
    expect(server.statements).toHaveLength(2);
    wait(5 * 60_000);
    await lookup.read([query('EventName', 'DescribeInstances')]);
    expect(server.statements[2]).toContain(`BETWEEN '2026/11/23' AND '2026/11/23'`);
    expect(lookup.cells()).toMatchObject([{ status: 'complete' }, { from: now - 5 * day }]);
  });

  it('says how far back it came where there are too many rows', async () => {
    const many = Array.from({ length: 120 }, (_, index) =>
      record(now - index * 60_000, 'us-east-1', `${index}`),
    );
    const { lookup } = await lookupOn(many);
    await lookup.read([query('EventName', 'DescribeInstances', { maxPages: 2 })]);
    expect(lookup.cells().find(({ region }) => region === 'us-east-1')).toMatchObject({
      status: 'truncated',
      from: now - 100 * 60_000,
      detail: expect.stringContaining('read back to') as string,
    });
    expect(lookup.all()).toHaveLength(101);
  });

  it('gives a question what another one asked for too, and was cut off before', async () => {
    const many = Array.from({ length: 120 }, (_, index) =>
      record(now - index * 60_000, 'us-east-1', `${index}`),
    );
    const launch = record(now - day, 'us-east-1', 'launch', { eventName: 'RunInstances' });
    const { lookup } = await lookupOn([...many, launch]);
    await lookup.read([
      query('Username', 'ci', { maxPages: 2, enoughFrom: now }),
      query('EventName', 'RunInstances', { maxPages: 1 }),
    ]);
    expect(idsOf(lookup.all())).toContain('launch');
  });
});

describe('what Athena does not answer is told, and never clean', () => {
  it('days and regions of which the table has nothing', async () => {
    const { lookup } = await lookupOn([]);
    await lookup.read([
      query('EventName', 'RunInstances', { from: now - 7 * day, regions: ['us-east-1', 'eu-south-1'] }),
    ]);
    const gaps = lookup.cells().filter(({ status }) => status === 'truncated');
    expect(gaps.map(({ region, detail }) => [region, detail?.split(':')[0]])).toEqual([
      ['eu-south-1', 'db.logs has no record on 6 days (2026/11/17, 2026/11/18, 2026/11/19, …)'],
      ['us-east-1', 'db.logs has no record on 1 day (2026/11/17)'],
    ]);
    expect(lookup.readSince('RunInstances', 'us-east-1')).toBeNull();
  });

  it('regions of which it has nothing in a period of hours', async () => {
    const { lookup } = await lookupOn([]);
    await lookup.read([
      query('EventName', 'RunInstances', { from: now - day / 2, regions: ['us-east-1', 'eu-south-1'] }),
    ]);
    expect(lookup.cells().filter(({ status }) => status !== 'complete')).toMatchObject([
      {
        region: 'eu-south-1',
        status: 'truncated',
        detail: expect.stringContaining('no record yet') as string,
      },
    ]);
  });

  it('what lies before the first answer’s period', async () => {
    const { lookup, wait } = await lookupOn([]);
    await lookup.read([
      query('EventName', 'RunInstances'),
      query('EventName', 'UpdateAccessKey', { from: now - 2 * day }),
    ]);
    wait(6 * 60_000);
    await lookup.read([query('EventName', 'UpdateAccessKey', { from: now - 4 * day })]);
    expect(lookup.readSince('UpdateAccessKey', 'us-east-1')).toBe(now - 2 * day);
  });

  it('a workgroup’s limit', async () => {
    const { lookup, server } = await lookupOn([]);
    server.end = {
      State: 'FAILED',
      StateChangeReason: 'Query cancelled! : Bytes scanned limit was exceeded',
    };
    await lookup.read([query('EventName', 'RunInstances')]);
    expect(lookup.cells()).toMatchObject(
      ['eu-west-1', 'us-east-1'].map((region) => ({
        region,
        status: 'failed',
        detail: expect.stringContaining('name another workgroup') as string,
      })),
    );
  });

  it('more than --max-scan: nothing more is asked', async () => {
    const { lookup, server } = await lookupOn([], { maxScan: 3e6 });
    server.scanned = 2e6;
    for (const name of ['a', 'b', 'c']) await lookup.read([query('EventName', name)]);
    expect(server.statements).toHaveLength(2);
    expect(lookup.cells()[0]).toMatchObject({
      status: 'truncated',
      detail: expect.stringContaining('over --max-scan 3 MB') as string,
    });
  });

  it('a table of something else', async () => {
    const { lookup, server } = await lookupOn([]);
    server.table = { ...ownTable, Columns: [{ Name: 'a', Type: 'string' }] };
    await lookup.read([query('EventName', 'RunInstances')]);
    expect(lookup.cells()[0]).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('no table of CloudTrail’s records') as string,
    });
    expect(server.statements).toEqual([]);
  });

  it('an interruption: the query that runs is stopped', async () => {
    const stop = new AbortController();
    const { lookup, server } = await lookupOn([], { signal: stop.signal });
    server.end = { State: 'RUNNING' };
    const reading = lookup.read([query('EventName', 'RunInstances')]);
    while (!server.calls.includes('GetQueryExecution'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    await reading;
    expect(server.calls.at(-1)).toBe('StopQueryExecution');
    expect(lookup.cells()[0]).toMatchObject({ status: 'failed' });
  });
});

describe('the form of a table', () => {
  const told = (keys: [string, string][], Parameters: Record<string, string> = {}): TableMetadata => ({
    ...(ownTable as TableMetadata),
    PartitionKeys: keys.map(([Name, Type]) => ({ Name, Type })),
    Parameters,
  });
  const where = (metadata: TableMetadata): string =>
    partitionsOf(shapeOf(metadata) as TableShape, {
      account,
      regions: ['us-east-1'],
      from: Date.UTC(2025, 10, 28),
      to: Date.UTC(2026, 0, 3),
    });

  it('is known by its partitions, whoever made it', () => {
    expect(where(told([['dt', 'date']]))).toBe(`"dt" BETWEEN DATE '2025-11-28' AND DATE '2026-01-03'`);
    expect(where(told([['day', 'string']], { 'projection.day.format': 'yyyyMMdd' }))).toBe(
      `"day" BETWEEN '20251128' AND '20260103'`,
    );
    const parts = ['account', 'region', 'year', 'month', 'day'].map((name): [string, string] => [
      name,
      'string',
    ]);
    expect(where(told(parts))).toBe(
      `(("year" = '2025' AND "month" = '11' AND "day" >= '28') OR ("year" = '2025' AND "month" = '12') OR ("year" = '2026' AND "month" = '01' AND "day" <= '03')) AND "region" IN ('us-east-1') AND "account" = '${account}'`,
    );
    expect(
      where(
        told([
          ['year', 'int'],
          ['month', 'int'],
        ]),
      ),
    ).toContain('("year" = 2026 AND "month" = 1)');
  });

  it('is refused where a question would read all of it', () => {
    expect(shapeOf(told([]))).toMatch(/not divided by day/);
    expect(shapeOf(told([['region', 'string']]))).toMatch(/not divided by day/);
    expect(shapeOf(told([['day', 'string']]))).toMatch(/in a form that it does not tell/);
    const ocsf = { Columns: ['metadata', 'api', 'time_dt'].map((Name) => ({ Name, Type: 'string' })) };
    expect(shapeOf(ocsf)).toMatch(/OCSF/);
  });

  it('has an address', () => {
    expect(tableOf('athena:logs.cloudtrail')).toMatchObject({
      workgroup: 'primary',
      database: 'logs',
      region: null,
    });
    expect(tableOf('athena:audit/logs.cloudtrail@eu-west-1')).toMatchObject({
      workgroup: 'audit',
      region: 'eu-west-1',
    });
    for (const wrong of ['athena:', 'athena:logs', 'athena:a.b.c', "athena:logs.x'--"])
      expect(tableOf(wrong)).toMatch(/no athena:/);
  });
});

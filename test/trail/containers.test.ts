import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asObject, asText, type JsonObject } from '../../src/model/json.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { readTrail, type Trail } from '../../src/trail/files.js';

const fixture = new URL(
  '../../fixtures/cloudtrail/flaws/811596193553_CloudTrail_us-east-1-20200930T2300.json',
  import.meta.url,
);
const { Records: records } = JSON.parse(await readFile(fixture, 'utf8')) as { Records: JsonObject[] };

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'containers-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function read(content: string | Buffer, name = 'events'): Promise<Trail> {
  const file = join(await mkdtemp(join(directory, 'case-')), name);
  await writeFile(file, content);
  return readTrail([file], () => undefined);
}

const json = JSON.stringify;
const lines = (each: (record: JsonObject) => unknown): string =>
  records.map((one) => json(each(one))).join('\n');
const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return `"${(typeof value === 'string' ? value : json(value)).replaceAll('"', '""')}"`;
};
const columns =
  'eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage requestParameters responseElements requestID eventID eventType recipientAccountId'.split(
    ' ',
  );
const lowered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toLowerCase(), lowered(inner)]),
  );
};
const flat = (value: JsonObject, before = ''): JsonObject =>
  Object.assign(
    {},
    ...Object.entries(value).map(([name, inner]) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? flat(inner, `${before}${name}.`)
        : { [before + name]: inner },
    ),
  ) as JsonObject;
const log = json({ Records: records });
const marked = Buffer.from(`\uFEFF${log}`, 'utf16le');

/** What every question asks of an event. */
const essence = ({ key, actor, region, errorCode, sourceIp, request }: TrailEvent): unknown => [
  key,
  actor.accessKeyId,
  actor.arn,
  region,
  errorCode,
  sourceIp,
  request,
];

describe('containers that CloudTrail records are exported in', () => {
  it.each<[string, string | Buffer]>([
    [
      'an answer of LookupEvents, which repeats some fields beside the record',
      json({
        Events: records.map((one) => ({
          EventId: one.eventID,
          EventName: one.eventName,
          EventTime: 1601510019,
          EventSource: one.eventSource,
          Username: 'Level6',
          Resources: [],
          CloudTrailEvent: json(one),
        })),
      }),
    ],
    [
      'LookupEvents answers in a list',
      json([{ Events: records.map((one) => ({ CloudTrailEvent: json(one) })) }]),
    ],
    [
      'Splunk, one result a line',
      lines((one) => ({ preview: false, result: { _raw: json(one), host: 'x' } })),
    ],
    [
      'Splunk, a list of results',
      json({ fields: [{ name: '_raw' }], results: records.map((one) => ({ _raw: json(one) })) }),
    ],
    [
      'Splunk, rows',
      json({ fields: ['_time', '_raw'], rows: records.map((one) => [one.eventTime, json(one)]) }),
    ],
    ['Splunk, a table', `"_raw","_time"\n${records.map((one) => `${cell(json(one))},x`).join('\n')}`],
    [
      'Elasticsearch, hits',
      json({ took: 1, hits: { hits: records.map((one) => ({ _id: '1', _source: one })) } }),
    ],
    [
      'Elasticsearch, the original beside what was made of it',
      lines((one) => ({
        _source: {
          event: { action: one.eventName, original: json(one) },
          aws: { cloudtrail: { event_version: '1.0' } },
        },
      })),
    ],
    ['flattened names', lines((one) => flat(one))],
    [
      'names with underscores',
      lines((one) =>
        Object.fromEntries(
          Object.entries(one).map(([name, value]) => [
            name.replace(/[A-Z]+/g, (big) => `_${big.toLowerCase()}`),
            value,
          ]),
        ),
      ),
    ],
    [
      'lower-cased names',
      lines((one) => ({ ...asObject(lowered(one)), requestparameters: one.requestParameters ?? null })),
    ],
    [
      'CloudWatch Logs, filtered events',
      json({ events: records.map((one) => ({ timestamp: 1, message: json(one) })) }),
    ],
    [
      'CloudWatch Logs, a subscription',
      json({
        messageType: 'DATA_MESSAGE',
        logEvents: records.map((one) => ({ id: '1', message: json(one) })),
      }),
    ],
    [
      'CloudWatch Logs Insights',
      json({
        results: records.map((one) => [
          { field: '@timestamp', value: 'x' },
          { field: '@message', value: json(one) },
        ]),
      }),
    ],
    [
      'a table of Athena',
      [
        columns.map((name) => cell(name.toLowerCase())).join(','),
        ...records.map((one) => columns.map((name) => cell(one[name])).join(',')),
      ].join('\n'),
    ],
    [
      'a table with tabs, gzip',
      gzipSync(
        [columns.join('\t'), ...records.map((one) => columns.map((name) => cell(one[name])).join('\t'))].join(
          '\n',
        ),
      ),
    ],
    [
      'CloudTrail Lake’s times',
      lines((one) => ({
        ...one,
        eventTime: asText(one.eventTime)?.replace('T', ' ').replace('Z', '.000') ?? null,
      })),
    ],
    ['SNS notifications', lines((one) => ({ Type: 'Notification', Message: json({ Records: [one] }) }))],
    [
      'SQS messages with EventBridge envelopes',
      lines((one) => ({ Messages: [{ Body: json({ detail: one }) }] })),
    ],
    ['a log service’s attributes', lines((one) => ({ id: '1', content: { message: 'm', attributes: one } }))],
    [
      'lines with a logger’s own words before them',
      records.map((one) => `Sep 30 host cloudtrail: ${json(one)}`).join('\n'),
    ],
    [
      'log files one after the other',
      json({ Records: records.slice(0, 9) }) + json({ Records: records.slice(9) }),
    ],
    [
      'gzip members one after the other',
      Buffer.concat([
        gzipSync(json({ Records: records.slice(0, 9) })),
        gzipSync(json({ Records: records.slice(9) })),
      ]),
    ],
    ['gzip in gzip', gzipSync(gzipSync(log))],
    ['UTF-16, as PowerShell writes it', marked],
    ['UTF-16 with the other byte order', Buffer.from(marked).swap16()],
    ['UTF-16, gzip, white space', gzipSync(Buffer.from(`\uFEFF${json({ Records: records })}`, 'utf16le'))],
    ['line ends of Windows', JSON.stringify({ Records: records }, null, 2).replaceAll('\n', '\r\n')],
  ])('gives every event of %s', async (_, content) => {
    const plain = await read(log);
    const trail = await read(content);
    expect(trail.skipped).toEqual([]);
    expect(trail.events.map(essence)).toEqual(plain.events.map(essence));
    expect(trail.cells.every(({ status }) => status === 'complete')).toBe(true);
  });

  it('reads the way in which Athena writes a caller', async () => {
    const caller =
      '{type=AssumedRole, principalid=AROAX:i-1, arn=arn:aws:sts::1:assumed-role/r/i-1, accountid=1, invokedby=null, accesskeyid=ASIA1234567890123456, username=null, sessioncontext={attributes={mfaauthenticated=false}, sessionissuer={type=Role, arn=arn:aws:iam::1:role/r, username=r}}}';
    const { events } = await read(
      `useridentity,eventname,eventtime,eventsource,requestparameters\n${[caller, 'RunInstances', '2020-01-01 00:00:00', 'ec2.amazonaws.com', '{"instanceType":"p3.2xlarge"}'].map(cell).join(',')}\n`,
    );
    expect(events).toMatchObject([
      {
        name: 'RunInstances',
        actor: {
          type: 'AssumedRole',
          accessKeyId: 'ASIA1234567890123456',
          issuerArn: 'arn:aws:iam::1:role/r',
          sessionName: 'i-1',
          invokedBy: null,
        },
        request: { instanceType: 'p3.2xlarge' },
      },
    ]);
  });

  it('does not give up a file for a caller that is nested without end', async () => {
    const endless = '{a='.repeat(50_000);
    const table = `useridentity,eventname,eventsource,eventtime\n${cell(endless)},RunInstances,ec2.amazonaws.com,2020-01-01 00:00:00\n`;
    expect((await read(table)).events).toMatchObject([{ name: 'RunInstances', actor: { arn: null } }]);
  });

  it('reads the caller from names that are run together', async () => {
    const { events } = await read(
      json({
        EventName: 'RunInstances',
        EventSource: 'ec2.amazonaws.com',
        UserIdentityType: 'AssumedRole',
        UserIdentityAccessKeyId: 'ASIA1234567890123456',
        SessionIssuerArn: 'x',
        UserIdentitySessionIssuerArn: 'arn:aws:iam::1:role/r',
        RequestParameters: '{"instanceType":"p3.2xlarge"}',
      }),
    );
    expect(events).toMatchObject([
      {
        actor: { accessKeyId: 'ASIA1234567890123456', issuerArn: 'arn:aws:iam::1:role/r' },
        request: { instanceType: 'p3.2xlarge' },
      },
    ]);
  });

  it('tells what it cannot look into, instead of passing it over', async () => {
    const place = await mkdtemp(join(directory, 'tree-'));
    await writeFile(join(place, 'export.parquet'), 'PAR1');
    await writeFile(join(place, 'events'), log);
    const trail = await readTrail([place], () => undefined);
    expect(trail.events).toHaveLength(records.length);
    expect(trail.cells.filter(({ status }) => status === 'failed')).toMatchObject([
      { detail: expect.stringContaining('unpack it first') as string },
    ]);
    expect(trail.cells.some(({ status }) => status === 'complete')).toBe(false);
  });
});

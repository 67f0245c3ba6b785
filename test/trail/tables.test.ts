import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { launchRequestOf } from '../../src/detect/records/launch-request.js';
import type { JsonObject } from '../../src/model/json.js';
import { readTrail, type Trail } from '../../src/trail/files.js';
import { directory, keysOf, read, records } from './written.js';

const json = JSON.stringify;
const cell = (value: unknown): string =>
  `"${(typeof value === 'string' ? value : json(value ?? null)).replaceAll('"', '""')}"`;
const rows = (each: (record: JsonObject) => string): string => records.map(each).join('\n');
const lookup = {
  Events: records.map((one) => ({
    CloudTrailEvent: json(one),
    EventId: one.eventID,
    EventName: one.eventName,
    EventTime: '2020-09-30T23:00:00+00:00',
    ReadOnly: 'true',
    Resources: [{ ResourceName: 'i-0123456789abcdef0', ResourceType: 'AWS::EC2::Instance' }],
    Username: 'Level6',
  })),
};
const box = (text: string): string => `||  CloudTrailEvent |  ${text}  ||`;

describe('tables and other formats', () => {
  it.each<[string, string | Buffer]>([
    ['a column of an unknown name', `"when","what"\n${rows((one) => `1,${cell(one)}`)}`],
    ['no line of names', rows((one) => `1,${cell(one)}`)],
    [
      'semicolons, and Excel’s line about them',
      `sep=;\r\n"when";"what"\r\n${rows((one) => `1;${cell(one)}`)}`,
    ],
    ['tabs', `when\twhat\n${rows((one) => `1\t${cell(one)}`)}`],
    [
      'a tool’s own lines before it',
      `# exported by X\n\nQuery: source = "trail", 85 rows\n"_time","_raw"\n${rows((one) => `x,${cell(one)}`)}`,
    ],
    [
      'a #TYPE line in UTF-16',
      Buffer.from(
        `\uFEFF#TYPE Amazon.CloudTrail.Model.Event\r\n"EventId","CloudTrailEvent"\r\n${rows((one) => `"x",${cell(one)}`)}`,
        'utf16le',
      ),
    ],
    ['UTF-16 without its mark', Buffer.from(json({ Records: records }), 'utf16le')],
    [
      'packed cells',
      `id,payload\n${rows((one) => `1,"${gzipSync(json({ Records: [one] })).toString('base64')}"`)}`.replace(
        'id,payload',
        'id,message',
      ),
    ],
    ['YAML of LookupEvents', stringify(lookup, { lineWidth: 80 })],
    [
      'YAML with its list in the first column, and a token',
      stringify({ ...lookup, NextToken: 'x' }, { indentSeq: false }),
    ],
    ['YAML, page after page', stringify([lookup])],
    ['YAML, a document for each record', records.map((one) => stringify(one)).join('---\n')],
    [
      'text of the AWS CLI',
      `${records.map((one) => `EVENTS\tAKIAX\t${json(one)}\te1\tRunInstances\tec2.amazonaws.com\t2026-11-20T02:00:00+00:00\tfalse\tci\nRESOURCES\ti-0123\tAWS::EC2::Instance`).join('\n')}\nNEXTTOKEN\teyJ\n`,
    ],
    [
      'a table of the AWS CLI',
      `-----\n|  LookupEvents  |\n+----+\n||   Events   ||\n|+----+|\n${records.map((one) => `${box(json(one))}\n||  EventId |  x  ||\n|||  Resources  |||\n||+---+||`).join('\n')}\n`,
    ],
  ])('gives every event of %s', async (_, content) => {
    const trail = await read(content);
    expect(trail.skipped).toEqual([]);
    expect(keysOf(trail)).toEqual(keysOf(await read(json({ Records: records }))));
    expect(trail.cells.every(({ status }) => status === 'complete')).toBe(true);
  });

  it('says which columns a table has too few of', async () => {
    const trail = await read(
      'Event name,AWS region,User agent\nRunInstances,us-east-1,x\nStopInstances,us-east-1,x\n',
    );
    expect(trail.events).toEqual([]);
    expect(trail.skipped).toMatchObject([
      { count: 2, reason: 'a row of a table without the columns eventTime, eventSource, userIdentity' },
    ]);
    expect(trail.cells).toMatchObject([
      { status: 'failed', detail: expect.stringContaining('without the columns') as string },
    ]);
  });

  it('counts what it cannot read in a file of YAML, and reads the rest', async () => {
    const parts = records.slice(0, 3).map((one) => `- CloudTrailEvent: '${json(one)}'`);
    const trail = await read(
      ['Events:', parts[0], '- CloudTrailEvent: \'{"eventName', parts[1], parts[2]].join('\n'),
    );
    expect(trail.events.length + trail.skipped.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(2);
    expect(trail.cells.every(({ status }) => status !== 'complete')).toBe(true);
  });

  it.each<[string, Buffer, RegExp]>([
    ['ZIP', Buffer.from('PK\u0003\u0004abc'), /ZIP archive/],
    [
      'tar, gzip',
      gzipSync(Buffer.concat([Buffer.alloc(257, 65), Buffer.from('ustar'), Buffer.alloc(300)])),
      /tar archive/,
    ],
    ['Parquet', Buffer.from('PAR1abc'), /Parquet/],
    ['zstd', Buffer.from('28b52ffd00', 'hex'), /zstd/],
    [
      'an answer of S3 that refuses',
      Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
      /not JSON/,
    ],
    ['gzip, damaged', Buffer.from('1f8b0800ffffffffffffffffff', 'hex'), /./],
  ])('is told by name: %s', async (_, content, what) => {
    const trail = await read(content);
    expect(trail.cells).toMatchObject([{ status: 'failed', detail: expect.stringMatching(what) as string }]);
  });

  it('passes over nothing in a directory that may hold records', async () => {
    const place = await mkdtemp(join(directory.path, 'tree-'));
    const elsewhere = await mkdtemp(join(directory.path, 'other-'));
    const part = (from: number, to: number): string => json({ Records: records.slice(from, to) });
    await writeFile(join(place, 'events.json.1'), part(0, 10));
    await writeFile(join(place, '.hidden'), part(10, 20));
    await writeFile(join(place, 'packed.old'), gzipSync(part(20, 30)));
    await writeFile(join(place, 'README.md'), 'What this is.');
    await writeFile(join(place, 'picture.png'), Buffer.from([137, 80, 78, 71]));
    await writeFile(join(elsewhere, 'x.json'), part(30, records.length));
    await symlink(join(elsewhere, 'x.json'), join(place, 'linked.json'));
    const trail = await readTrail([place], () => undefined);
    expect(trail.events).toHaveLength(records.length);
    expect(trail.cells.every(({ status }) => status === 'complete')).toBe(true);
    await mkdir(join(elsewhere, 'deep'));
    await symlink(join(elsewhere, 'deep'), join(place, 'directory'));
    const linked = await readTrail([place], () => undefined);
    expect(linked.cells.filter(({ status }) => status === 'failed')).toMatchObject([
      { detail: expect.stringContaining('a link to a directory') as string },
    ]);
  });

  it('names the file among others that gave no event, and what it was', async () => {
    const place = await mkdtemp(join(directory.path, 'tree-'));
    await writeFile(join(place, 'a.json'), json({ Records: records }));
    await writeFile(join(place, 'b.json'), '{"service":{"serviceName":"guardduty"}}');
    await writeFile(join(place, 'c.json'), '{"Records":[]}');
    const { cells } = await readTrail([place], () => undefined);
    expect(cells.filter(({ status }) => status === 'failed')).toMatchObject([
      { region: join(place, 'b.json'), detail: expect.stringContaining('a GuardDuty finding') as string },
    ]);
    expect(cells.some(({ status }) => status === 'complete')).toBe(false);
  });
});

describe('inputs from the field', () => {
  const field = (name: string): Promise<Trail> => readTrail([join('fixtures/field', name)], () => undefined);

  it('reads the console’s own download, and takes what a launch made from its resources', async () => {
    const { events, skipped } = await field('console-download.csv');
    expect(skipped).toEqual([]);
    expect(events).toMatchObject([
      {
        name: 'RunInstances',
        source: 'ec2.amazonaws.com',
        region: 'us-east-1',
        actor: { accessKeyId: 'AKIAFIELDMIN00000000', userName: 'ci' },
        response: { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef0' }] } },
        truncated: true,
      },
    ]);
  });

  it('reads the same launch from three tools', async () => {
    const files = ['powershell51-export-csv.csv', 'lookup-events.yaml', 'steampipe-row.json'];
    for (const file of files) {
      const { events, cells } = await field(file);
      expect(events, file).toMatchObject([
        {
          name: 'RunInstances',
          actor: { accessKeyId: 'AKIAFIELDMIN00000000' },
          request: { instanceType: 'p3.8xlarge' },
          truncated: false,
        },
      ]);
      expect(events[0]?.response).not.toBeNull();
      expect(cells.every(({ status }) => status === 'complete')).toBe(true);
    }
  });

  it('reads each row of a log tool’s export', async () => {
    const { events, skipped } = await field('logscale-raw.csv.gz');
    expect(skipped).toEqual([]);
    expect(events).toHaveLength(424);
  });

  it('takes a VPC endpoint’s record and the call’s own for one act', async () => {
    const { events, cells } = await field('network-activity-twins.json.gz');
    expect(events.filter(({ name }) => name === 'RunInstances')).toHaveLength(28);
    expect(events.some(({ seenByEndpoint }) => seenByEndpoint)).toBe(false);
    expect(cells.every(({ status }) => status === 'complete')).toBe(true);
  });

  it('keeps an endpoint’s record that stands alone as evidence, never as a launch, and says so', async () => {
    const twin = (eventName: string, more: JsonObject = {}): JsonObject => ({
      eventVersion: '1.11',
      userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      eventTime: '2026-11-20T02:00:00Z',
      eventSource: 'ec2.amazonaws.com',
      eventName,
      awsRegion: 'us-east-1',
      requestID: `r-${eventName}`,
      eventID: `e-${eventName}`,
      eventType: 'AwsVpceEvent',
      eventCategory: 'NetworkActivity',
      ...more,
    });
    const refused = twin('StopInstances', { errorCode: 'VpceAccessDenied' });
    const whole = await read(json({ Records: [twin('DescribeInstances'), refused] }));
    expect(whole.cells).toMatchObject([{ status: 'complete', count: 2 }]);
    const { events, cells } = await read(json({ Records: [twin('RunInstances')] }));
    expect(events).toMatchObject([{ name: 'RunInstances', seenByEndpoint: true }]);
    expect(events.map(launchRequestOf)).toEqual([null]);
    expect(cells).toMatchObject([
      { status: 'truncated', detail: expect.stringContaining('only the VPC endpoint') as string },
    ]);
  });
});

import { mkdtemp, open } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readTrail } from '../../src/trail/files.js';
import { directory, keysOf, read, records } from './written.js';

const json = JSON.stringify;
const cell = (value: unknown): string =>
  `"${(typeof value === 'string' ? value : json(value ?? null)).replaceAll('"', '""')}"`;
const bom = '\uFEFF';
const all = json({ Records: records });
const lines = records.map((one) => json(one));
const cloudtrailFields =
  'eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage requestParameters responseElements requestID eventID eventType recipientAccountId readOnly'.split(
    ' ',
  );
const csv = (names: string[], pick: (one: Record<string, unknown>, name: string) => unknown): string =>
  [
    names.map((n) => `"${n}"`).join(','),
    ...records.map((one) => names.map((name) => cell(pick(one as never, name) ?? '')).join(',')),
  ].join('\r\n');
const utf16 = (text: string): Buffer => Buffer.from(bom + text, 'utf16le');
const utf16be = (text: string): Buffer => Buffer.from(bom + text, 'utf16le').swap16();

const whole: [string, string | Buffer][] = [
  ['NDJSON with BOM and CRLF', bom + lines.join('\r\n') + '\r\n'],
  ['NDJSON utf16', utf16(lines.join('\r\n'))],
  ['JSON utf16be', utf16be(all)],
  ['utf16 gz', gzipSync(utf16(all))],
  ['gz of gz', gzipSync(gzipSync(all))],
  ['gz of gz of gz', gzipSync(gzipSync(gzipSync(all)))],
  [
    'concatenated gz members',
    Buffer.concat([gzipSync(lines.slice(0, 40).join('\n') + '\n'), gzipSync(lines.slice(40).join('\n'))]),
  ],
  ['concatenated JSON docs', json({ Records: records.slice(0, 40) }) + json({ Records: records.slice(40) })],
  ['pretty jq', records.map((one) => JSON.stringify(one, null, 2)).join('\n')],
  ['pretty array', JSON.stringify(records, null, 4)],
  ['tabs pretty', JSON.stringify({ Records: records }, null, '\t')],
  ['CR only lines', lines.join('\r')],
  ['RFC 7464 json-seq', lines.map((l) => `\x1e${l}\n`).join('')],
  ['trailing commas', lines.map((l) => l + ',').join('\n')],
  ['array with trailing comma', `[${lines.join(',\n')},\n]`],
  ['yaml multi-doc', records.map((one) => `---\n${stringify(one)}`).join('')],
  ['yaml list', stringify(records)],
  ['yaml Records', stringify({ Records: records })],
  ['lake csv (stringified JSON)', csv(cloudtrailFields, (one, name) => one[name])],
  [
    'lake csv eventJson column',
    csv(['eventTime', 'eventJson'], (one, name) => (name === 'eventJson' ? one : one[name])),
  ],
  [
    'Splunk result',
    records
      .map((one) => json({ preview: false, offset: 1, result: { _raw: json(one), _time: '1', host: 'h' } }))
      .join('\n'),
  ],
  ['Splunk result flat', records.map((one) => json({ preview: false, result: one })).join('\n')],
  [
    'Splunk results',
    json({
      preview: false,
      init_offset: 0,
      messages: [],
      fields: [{ name: '_raw' }],
      results: records.map((one) => ({ _raw: json(one) })),
    }),
  ],
  [
    'Splunk rows with fields',
    json({ fields: ['_time', '_raw'], rows: records.map((one) => ['1', json(one)]) }),
  ],
  ['Splunk csv', csv(['_time', '_raw', 'host'], (one, name) => (name === '_raw' ? json(one) : 'x'))],
  ['Sumo csv', csv(['_messagetime', '_raw'], (one, name) => (name === '_raw' ? json(one) : 'x'))],
  [
    'Datadog csv',
    csv(['Date', 'Host', 'Service', 'Message', 'Content'], (one, name) =>
      name === 'Content' ? json(one) : 'x',
    ),
  ],
  [
    'Elastic fields lists',
    json({ hits: { hits: records.map((one) => ({ fields: { 'event.original': [json(one)] } })) } }),
  ],
  ['Elastic bulk', records.map((one) => `{"index":{"_index":"t"}}\n${json(one)}`).join('\n')],
  [
    'OpenSearch _source json string',
    json({ hits: { hits: records.map((one) => ({ _source: { message: json(one) } })) } }),
  ],
  ['awslogs get text', lines.map((l) => `trail stream 2026-11-20T02:00:00Z ${l}`).join('\n')],
  [
    'filter-log-events',
    json({
      events: lines.map((message) => ({ logStreamName: 's', timestamp: 1, message, eventId: '1' })),
      searchedLogStreams: [],
    }),
  ],
  [
    'log insights results',
    json({
      results: records.map((one) => [
        { field: '@timestamp', value: '1' },
        { field: '@message', value: json(one) },
      ]),
      statistics: {},
      status: 'Complete',
    }),
  ],
  ['Snowflake array of arrays', json(records.map((one) => ['1', one]))],
  [
    'Athena get-query-results',
    json({
      ResultSet: {
        Rows: [
          { Data: cloudtrailFields.map((n) => ({ VarCharValue: n })) },
          ...records.map((one) => ({
            Data: cloudtrailFields.map((n) => {
              const v = (one as never)[n] as unknown;
              return v === undefined || v === null
                ? {}
                : { VarCharValue: typeof v === 'string' ? v : json(v) };
            }),
          })),
        ],
      },
    }),
  ],
  [
    'Lake get-query-results',
    json({
      QueryStatus: 'FINISHED',
      QueryResultRows: records.map((one) =>
        cloudtrailFields.map((n) => ({
          [n]:
            typeof (one as never)[n] === 'object' ? json((one as never)[n]) : String((one as never)[n] ?? ''),
        })),
      ),
    }),
  ],
  ['deep list two', json({ a: { b: records } })],
  ['deep list in list', json([[records]])],
  ['map by id', json(Object.fromEntries(records.map((one) => [one.eventID as string, one])))],
  [
    'map of files',
    json({ 'f1.json': { Records: records.slice(0, 40) }, 'f2.json': { Records: records.slice(40) } }),
  ],
  ['gz padded with zeros', Buffer.concat([gzipSync(all), Buffer.alloc(512)])],
  ['NUL padded', Buffer.concat([Buffer.from(all), Buffer.alloc(512)])],
  ['tsv with header raw', `_time\t_raw\n${lines.map((l) => `1\t${l}`).join('\n')}`],
  ['syslog octet', lines.map((l) => `<14>1 2026-11-20T02:00:00Z host aws - - - ${l}`).join('\n')],
];

/** Not read, or not all of it: whatever it is, it is told. */
const told: [string, string | Buffer][] = [
  ['js assignment', `var trail = ${all};`],
  ['JSONP', `callback(${all})`],
  ['markdown fence', '```json\n' + all + '\n```\n'],
  [
    'html saved',
    `<html><body><pre>${all.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}</pre></body></html>`,
  ],
  [
    'Splunk xml',
    `<?xml version='1.0' encoding='UTF-8'?>\n<results preview='0'>${records.map((one) => `<result><field k='_raw'><v xml:space='preserve'>${json(one).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</v></field></result>`).join('\n')}</results>`,
  ],
  ['BigQuery rows', json({ rows: records.map((one) => ({ f: [{ v: '1' }, { v: json(one) }] })) })],
  ['base64 file', Buffer.from(all).toString('base64')],
  [
    'base64 gz file wrapped',
    gzipSync(all)
      .toString('base64')
      .replace(/(.{76})/g, '$1\n'),
  ],
  ['zlib file', deflateSync(all)],
  ['brotli file', brotliCompressSync(all)],
  [
    'python repr',
    `[{'eventVersion': '1.08', 'eventName': 'RunInstances', 'eventSource': 'ec2.amazonaws.com', 'userIdentity': {'type': 'IAMUser'}}]`,
  ],
  ['truncated gz', gzipSync(all).subarray(0, 4000)],
  ['truncated json', all.slice(0, 20000)],
  ['truncated lines', lines.join('\n').slice(0, 20000)],
  ['utf16 odd byte', utf16(all).subarray(0, 20001)],
  ['gz with trailing garbage', Buffer.concat([gzipSync(all), Buffer.from('garbage')])],
  [
    'pipe markdown table',
    `| eventName | eventSource | eventTime | userIdentity |\n|---|---|---|---|\n${records.map((one) => `| ${one.eventName as string} | ${one.eventSource as string} | ${one.eventTime as string} | ${json(one.userIdentity)} |`).join('\n')}`,
  ],
  [
    'CEF-ish',
    records
      .map(
        (one) =>
          `CEF:0|AWS|CloudTrail|1|${one.eventName as string}|x|5|src=1.2.3.4 act=${one.eventName as string} cs1=${one.eventSource as string}`,
      )
      .join('\n'),
  ],
  [
    'logfmt',
    records
      .map(
        (one) =>
          `eventName=${one.eventName as string} eventSource=${one.eventSource as string} eventTime=${one.eventTime as string}`,
      )
      .join('\n'),
  ],
  ['empty', ''],
  ['white', '\n\n  \n'],
  ['null', 'null'],
  ['number', '42'],
  ['{}', '{}'],
  ['[]', '[]'],
  ['Records empty', '{"Records":[]}'],
  ['error answer', '{"__type":"AccessDeniedException","message":"no"}'],
  ['xml error', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'],
  ['hits empty', '{"took":1,"hits":{"total":{"value":0},"hits":[]}}'],
  ['Records null', '{"Records":null}'],
  ['Records of strings broken', '{"Records":["x","y"]}'],
];

describe('exports of other tools', () => {
  it.each(whole)('gives every event of %s', async (_, content) => {
    const { events, cells, skipped } = await read(content);
    expect(skipped).toEqual([]);
    expect(events.map(({ key }) => key).sort()).toEqual(keysOf(await read(all)));
    expect(cells.map(({ status }) => status)).toEqual(cells.map(() => 'complete'));
  });

  it.each(told)('never calls %s whole', async (_, content) => {
    const { cells } = await read(content);
    expect(cells.length).toBeGreaterThan(0);
    expect(cells.filter(({ status }) => status === 'complete')).toEqual([]);
    expect(cells.every(({ detail }) => detail !== null && detail !== '')).toBe(true);
  });

  it.each([
    ['one record', lines[0]!],
    ['one record, printed for people', JSON.stringify(records[0], null, 2)],
  ])('reads %s', async (_, content) => {
    const { events, skipped } = await read(content);
    expect(events).toHaveLength(1);
    expect(skipped).toEqual([]);
  });
});

/** A list in one value of more than 32 MB, `before` and `after` it. */
async function large(before: string, each: (record: string) => string, after: string): Promise<string> {
  const file = join(await mkdtemp(join(directory.path, 'large-')), 'events');
  const handle = await open(file, 'w');
  await handle.write(before);
  const asked = { filler: 'x'.repeat(100_000) };
  for (let index = 0; index < 350; index += 1) {
    const one = { ...records[0], eventID: `e-${index}`, eventName: 'CreateUser', requestParameters: asked };
    await handle.write(`${index === 0 ? '' : ','}${each(json(one))}`);
  }
  await handle.write(after);
  await handle.close();
  return file;
}

describe('a list far inside of one value of more than 32 MB', () => {
  const same = (text: string): string => text;
  let plain: string[] = [];
  beforeAll(async () => {
    const { events } = await readTrail([await large('{"Records":[', same, ']}')], () => undefined);
    plain = events.map(({ key }) => key);
    expect(plain.length).toBeGreaterThan(100);
  });
  it.each<[string, string, (record: string) => string, string]>([
    ['two objects deep', '{"a":{"b":[', same, ']}}'],
    ['two objects deep, behind a mark', `${bom}{"a":"ä","b":{"c":[`, same, ']}}'],
    ['in a list', '[[', same, ']]'],
    [
      'of a search',
      '{"took":1,"hits":{"total":{"value":3},"hits":[',
      (one) => `{"_id":"1","_source":${one}}`,
      ']}}',
    ],
    ['of a page', '{"pages":[{"Records":[', same, ']}]}'],
    ['of JSON strings', '{"a":{"b":[', (one) => json(one), ']}}'],
  ])('is read, %s, and the rest is told', async (_, before, each, after) => {
    const { events, cells, skipped } = await readTrail([await large(before, each, after)], () => undefined);
    expect(events.map(({ key }) => key)).toEqual(plain);
    expect(skipped.map(({ reason }) => reason)).toEqual([expect.stringMatching(/stands around a list/)]);
    expect(cells.filter(({ status }) => status === 'complete')).toEqual([]);
  });

  it('is named where no list is found in it', async () => {
    const { events, cells } = await readTrail(
      [await large('{"text":"', (one) => json(one).slice(1, -1), '"}')],
      () => undefined,
    );
    expect(events).toEqual([]);
    expect(cells.map(({ status, detail }) => [status, detail])).toEqual([
      ['failed', expect.stringMatching(/more than 32 MB/)],
    ]);
  });
});

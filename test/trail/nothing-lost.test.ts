import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readTrail } from '../../src/trail/files.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nothing-lost-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const json = JSON.stringify;
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** What callers choose is in there: words that look like JSON, like tables, like other records. */
const words = oneOf(
  '',
  'ci',
  '"},{"',
  '\\"',
  'a,b;c\td',
  '\u00e9\u3042',
  'line\nline',
  '{"eventName":"x","eventSource":"y"}',
  "it's",
);

function recordsOf(texts: readonly string[]): object[] {
  return texts.map((text, index) => ({
    eventVersion: '1.10',
    userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', userName: 'ci' },
    eventTime: `2026-11-20T02:00:${String(index % 60).padStart(2, '0')}Z`,
    eventSource: 'ec2.amazonaws.com',
    eventName: 'CreateTags',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: text,
    requestParameters: { tagSet: { items: [{ key: text, value: text }] } },
    responseElements: null,
    requestID: `request-${index}`,
    eventID: `event-${index}`,
  }));
}

type Wrap = (value: unknown) => unknown;
const name = oneOf('Records', 'data', 'events', 'rows', 'result', 'x y', 'logEvents', 'message', '_raw');
const wrap: fc.Arbitrary<Wrap> = fc.oneof(
  name.map(
    (its): Wrap =>
      (value) => ({ [its]: value }),
  ),
  name.map(
    (its): Wrap =>
      (value) => ({ before: { a: [1, 'b'] }, [its]: value, after: 'x' }),
  ),
  oneOf<Wrap>(
    (value) => value,
    (value) => [value],
    (value) => json(value),
    (value) => json(json(value)),
    (value) => ({ detail: value, 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2' }),
    (value) => ({ Type: 'Notification', TopicArn: 't', Message: json(value) }),
    (value) => ({ awslogs: { data: base64(gzipSync(json(value))) } }),
    (value) => ({
      eventSource: 'aws:kinesis',
      eventName: 'aws:kinesis:record',
      kinesis: { data: base64(json(value)) },
    }),
    (value) => ({ CloudTrailEvent: json(value), EventName: 'CreateTags' }),
    (value) => ({ body: { stringValue: `<14>Nov 20 host: ${json(value)}` } }),
    (value) => ({ hits: { total: 1, hits: [{ _id: 'x', _source: value }] } }),
    (value) => [
      [
        { field: '@ptr', value: 'x' },
        { field: '@message', value: json(value) },
      ],
    ],
  ),
);
const wraps = fc.array(wrap, { maxLength: 4 }).map(
  (some): Wrap =>
    (value) =>
      some.reduce((inner, one) => one(inner), value),
);

type Write = (records: readonly object[], each: Wrap, all: Wrap) => string;
const cell = (value: unknown): string => `"${json(value).replaceAll('"', '""')}"`;
const write = oneOf<Write>(
  (records, each, all) => json(all(records.map(each))),
  (records, each, all) => json(all(records.map(each)), null, 2),
  (records, each) => records.map((one) => json(each(one))).join('\n'),
  (records, each) => records.map((one) => json(each(one))).join(''),
  (records, each) => records.map((one) => `Nov 20 host: ${json({ x: each(one) })}`).join('\r\n'),
  (records, each) => `when,what\n${records.map((one) => `1,${cell(each(one))}`).join('\n')}\n`,
  (records, each) => `a tool\n\nx;@rawstring\r\n${records.map((one) => `1;${cell(each(one))}`).join('\r\n')}`,
  (records) =>
    stringify({ Events: records.map((one) => ({ CloudTrailEvent: json(one) })) }, { indentSeq: false }),
  (records) => stringify({ Records: records }),
  (records) => records.map((one) => `EVENTS\tAKIAX\t${json(one)}\te1\nRESOURCES\tx\ty`).join('\n'),
);
const pack = oneOf<(text: string) => Buffer>(
  (text) => Buffer.from(text),
  (text) => Buffer.from(`\uFEFF${text}`),
  (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  (text) => gzipSync(text),
  (text) => gzipSync(gzipSync(text)),
);

/** Something that went wrong on the way: at a place in the file, as a part of its length. Few bytes: more could make one
 *  record out of two, of which nobody can tell. */
const damage = fc.record({
  kind: oneOf('none', 'none', 'cut', 'gap', 'noise'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.integer({ min: 1, max: 12 }),
});

function damaged(
  bytes: Buffer,
  { kind, at, bytes: size }: { kind: string; at: number; bytes: number },
): Buffer {
  const place = Math.floor(at * bytes.length);
  if (kind === 'cut') return bytes.subarray(0, place);
  if (kind === 'gap') return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + size)]);
  if (kind !== 'noise') return bytes;
  return Buffer.concat([bytes.subarray(0, place), Buffer.alloc(size, 0xa7), bytes.subarray(place + size)]);
}

/** Nobody can tell a file that was cut between two records from a file of fewer. */
const trimmed = (bytes: Buffer): string => bytes.toString('latin1').replace(/[\s\d;,"\0-]+$/, '');

it('reads or names every record of any container, or says that the answer is not complete', {
  timeout: 120_000,
}, async () => {
  const file = join(directory, 'events');
  await fc.assert(
    fc.asyncProperty(
      fc.array(words, { minLength: 1, maxLength: 8 }),
      wraps,
      wraps,
      write,
      pack,
      damage,
      async (texts, each, all, written, packed, harm) => {
        const records = recordsOf(texts);
        const bytes = damaged(packed(written(records, each, all)), harm);
        await writeFile(file, bytes);
        const { events, skipped, cells } = await readTrail([file], () => undefined);
        const named = skipped.reduce((sum, { count }) => sum + count, 0);
        const isComplete = cells.length > 0 && cells.every(({ status }) => status === 'complete');
        const fewer = records
          .map((_, index) => records.slice(0, index))
          .find((some) => trimmed(packed(written(some, each, all))) === trimmed(bytes));
        const expected = harm.kind === 'cut' && fewer !== undefined ? fewer.length : texts.length;
        const shown = bytes.toString('utf8').slice(0, 3000);
        if (harm.kind === 'none') {
          expect(events.length + named, shown).toBeGreaterThanOrEqual(texts.length);
          // No text that a caller chose is taken for a record.
          expect(events.every(({ name: its }) => its === 'CreateTags')).toBe(true);
        }
        if (isComplete) expect(events, shown).toHaveLength(expected);
      },
    ),
    { numRuns: 300 },
  );
});

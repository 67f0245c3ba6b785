import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileReader, type FileRead } from '../../src/trail/file-reader.js';
import { disk } from '../../src/trail/log-source.js';
import { RepeatScanner } from '../../src/trail/repeat-scanner.js';
import { ThinningStore } from '../../src/trail/thinning.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scanner-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Sure of nothing: each record is split byte by byte and goes through JSON.parse. */
class Unsure extends RepeatScanner {
  override endOfRecord(): number {
    return 0;
  }
  override afterRepeats(start: number): number {
    return start;
  }
}
const scanner = new RepeatScanner();
const unsure = new Unsure();

/** What is kept of a file: the same, whatever the scanner leaves out. */
async function read(file: string, by: RepeatScanner, level: number, chunk: number) {
  const store = new ThinningStore(level === 0 ? 6000 : 20_000);
  store.level = level;
  let parsed = 0;
  const sink = {
    add: (...one: Parameters<ThinningStore['add']>) => {
      parsed += 1;
      return store.add(...one);
    },
    get level() {
      return store.level;
    },
    get span() {
      return store.span;
    },
  };
  const outcome: FileRead = await new FileReader(sink, disk([]), by, chunk).read(file);
  const events = store.all().map((event) => JSON.stringify(event));
  return { kept: { outcome, events: events.sort(), dropped: store.dropped, level: store.level }, parsed };
}

async function readBoth(text: string | Buffer, level: number, chunk: number) {
  const file = join(await mkdtemp(join(directory, 'case-')), 'events.json');
  await writeFile(file, text);
  const quick = await read(file, scanner, level, chunk);
  const plain = await read(file, unsure, level, chunk);
  expect(quick.kept).toEqual(plain.kept);
  return { quick, plain };
}

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const json = (value: fc.Arbitrary<unknown>) => value.map((one) => JSON.stringify(one));
const nested = {
  eventName: 'RunInstances',
  eventTime: '2026-11-20T03:00:00Z',
  Records: [{ eventName: 'x' }],
};

/** The text of one field; few values, so that calls repeat. */
const field: fc.Arbitrary<[name: string, value: string]> = fc.oneof(
  ...(
    [
      [
        'eventName',
        json(oneOf('DescribeInstances', 'GetSecretValue', 'AssumeRole', 'PutObject', 'Descr\u00e9')),
      ],
      [
        'eventTime',
        json(
          oneOf<unknown>('2026-11-20T03:10:00.5Z', '2026-11-20 03:10:00', '2026-02-30T00:00:00Z', 17, null),
        ),
      ],
      ['errorCode', json(oneOf('AccessDenied', 'a"\\', '\u{1f600}'))],
      ['requestParameters', json(fc.oneof(fc.constant(nested), fc.jsonValue({ maxDepth: 3 })))],
      ['responseElements', json(fc.jsonValue({ maxDepth: 2 }))],
      ['serviceEventDetails', json(oneOf<object>({ a: 1 }, nested))],
      [
        'userIdentity',
        json(oneOf<unknown>({ type: 'AWSService', invokedBy: 'x' }, nested, '{type=IAMUser, arn=x}')),
      ],
      ['readOnly', oneOf('true', '"false"')],
      ['eventCategory', json(oneOf('Aggregated', 'Management'))],
      ['insightDetails', oneOf('{}', 'null')],
      ['eventtime', oneOf('"2026-11-20T03:20:00Z"')],
      ['event_name', oneOf('"ListBuckets"')],
      ['errorcode', oneOf('"Denied"', '1e400', '-0.5E+3')],
      ['requestParameters.name', oneOf('"a"', '"b"')],
      ['Records', oneOf('[]', '[{"eventName":"Inner","eventSource":"x.amazonaws.com"}]', '{}')],
      ['CloudTrailEvent', oneOf('"{}"', '"text"')],
      ['event\\u0054ime', oneOf('"2026-11-20T01:00:00Z"')],
      ['other', oneOf('"},{\\"eventVersion\\":\\""', '[[[{}]]]', '"\\u00e9\\ud83d"', '""', '0')],
    ] as const
  ).map(([name, value]) => fc.tuple(fc.constant(name), value)),
);

const own = fc.record({
  eventVersion: fc.constant('1.09'),
  userIdentity: oneOf<object>(
    { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', arn: 'arn:aws:iam::1:user/ci' },
    { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/a/b' },
  ),
  eventTime: fc
    .tuple(fc.nat(1), fc.nat(1), fc.nat(9))
    .map(([day, hour, second]) => `2026-11-2${day}T0${hour}:10:0${second}Z`),
  eventSource: fc.constant('ec2.amazonaws.com'),
  eventName: oneOf('DescribeInstances', 'GetSecretValue', 'RunInstances'),
  requestParameters: oneOf<object | null>(null, { secretId: 'a' }, { secretId: 'b' }),
  eventID: fc.nat(6).map(String),
});

const space = oneOf('', '', '', '', '', '', ' ', '\n  ', '\t\r');

/** A record as text: mostly plain; some with odd fields, fields twice, in any order, white space anywhere. */
const record: fc.Arbitrary<string> = fc
  .tuple(own, fc.array(field, { maxLength: 2 }), fc.nat(9), space)
  .map(([plain, odd, place, gap]) => {
    const fields = Object.entries(plain).map(([name, value]) => [name, JSON.stringify(value)]);
    if (place < 4) fields.splice(place * 2, 0, ...odd);
    if (place === 5) fields.sort();
    return `{${gap}${fields.map(([name, value]) => `"${name}"${gap}:${gap}${value}`).join(`${gap},${gap}`)}${gap}}`;
  });

const container = oneOf<(records: string[]) => string>(
  (records) => `{"Records":[${records.join(',')}]}`,
  (records) => `{"a":{"b":[1]},"Records": [\n${records.join(',\n')}\n]}`,
  (records) => `[${records.join(',')}]`,
  (records) => records.join('\n'),
  (records) => records.map((one) => `{"detail":${one}}`).join('\n'),
  (records) => `{"Records":[${records.map((one) => JSON.stringify({ CloudTrailEvent: one })).join(',')}]}`,
);

/** One byte changed, left out or put in, wherever. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  byte: fc.oneof(oneOf(...Buffer.from('"\\{}[]:,\n u0-.e\x00tfn').values()), fc.nat(255)),
  replaced: fc.nat(2),
});

describe('leaving out repeats without parsing them', () => {
  const levels = oneOf(0, 1, 1, 2, 2, 3, 4, 5, 8);
  const sizes = oneOf(64, 1000, 3000, 1 << 18, 1 << 18);

  it('keeps the same of any records, damaged ones too, wherever chunks are cut', async () => {
    const records = fc.array(record, { minLength: 1, maxLength: 100, size: 'max' });
    const damages = fc.array(damage, { maxLength: 3 });
    let spared = 0;
    await fc.assert(
      fc.asyncProperty(
        records,
        container,
        damages,
        levels,
        sizes,
        async (some, within, harm, level, size) => {
          let bytes = Buffer.from(within(some));
          for (const { at, byte, replaced } of harm) {
            const place = Math.floor(at * bytes.length);
            const rest = bytes.subarray(place + Math.min(replaced, 1));
            bytes = Buffer.concat([
              bytes.subarray(0, place),
              Buffer.from(replaced === 2 ? [] : [byte]),
              rest,
            ]);
          }
          const { quick, plain } = await readBoth(bytes, level, size);
          spared += plain.parsed - quick.parsed;
        },
      ),
      { numRuns: 300 },
    );
    expect(spared).toBeGreaterThan(100);
  });

  it('keeps the same at every place of a chunk’s end', async () => {
    const records = fc.sample(record, { numRuns: 12, seed: 7 });
    const text = `{"Records":[${[...records, ...records].join(',')}]}`;
    for (let size = 300; size < 600; size += 1) await readBoth(text, 1, size);
  });

  it('counts a line that is no JSON once, however chunks cut it', async () => {
    const [one = '', other = ''] = fc.sample(record, { numRuns: 2, seed: 7 });
    const text = `2026-11-20 a logger says: ${one}\nno record {here} at all, nor {there}\n{"Records":[${other}],\n{"a":1}}\n"[${one}\n{`;
    const file = join(directory, 'lines.json');
    await writeFile(file, text);
    const whole = await read(file, scanner, 1, text.length);
    expect(whole.kept.outcome.skipped['a line that is not JSON']).toBeGreaterThan(0);
    for (let size = 1; size < 200; size += 1)
      expect((await read(file, scanner, 1, size)).kept, `chunks of ${size} bytes`).toEqual(whole.kept);
  });

  const readOf = (time: string, more = ''): string =>
    `{"eventTime":"${time}","eventSource":"s3.amazonaws.com","eventName":"GetSecretValue"${more}}`;
  it.each<[string, string, string]>([
    [
      'an earlier time that stands behind a later one',
      readOf('2026-11-20T03:10:00Z', ',"eventTime":"2026-11-20T03:10:00Z"'),
      readOf('2026-11-20T03:20:00Z', ',"eventTime":"2026-11-20T03:00:00Z"'),
    ],
    ['a day that is none', readOf('2026-02-30T00:00:00Z'), readOf('2026-03-01T00:00:00Z')],
    ['the first of another hour', readOf('2026-11-20T03:10:00Z'), readOf('2026-11-20T04:10:00Z')],
    [
      'the same moment',
      readOf('2026-11-20T03:10:00Z', ',"eventID":"b"'),
      readOf('2026-11-20T03:10:00Z', ',"eventID":"a"'),
    ],
    [
      'another request',
      readOf('2026-11-20T03:10:00Z', ',"requestParameters":{"a":1}'),
      readOf('2026-11-20T03:20:00Z', ',"requestParameters":{"a":2}'),
    ],
    [
      'another request behind the same',
      readOf('2026-11-20T03:10:00Z', ',"requestParameters":1,"requestParameters":1'),
      readOf('2026-11-20T03:20:00Z', ',"requestParameters":1,"requestParameters":2'),
    ],
    [
      'a result',
      readOf('2026-11-20T03:10:00Z'),
      readOf('2026-11-20T03:20:00Z', ',"errorCode":"AccessDenied"'),
    ],
    [
      'a name that is written otherwise',
      readOf('2026-11-20T03:10:00Z'),
      readOf('2026-11-20T03:20:00Z', ',"errorcode":"AccessDenied"'),
    ],
    [
      'a name with an escape',
      readOf('2026-11-20T03:10:00Z'),
      readOf('2026-11-20T03:20:00Z', ',"event\\u004eame":"RunInstances"'),
    ],
    [
      'what it asked for being damaged',
      readOf('2026-11-20T03:10:00Z'),
      readOf('2026-11-20T03:20:00Z', ',"responseElements":{"a":01}'),
    ],
  ])('parses %s', async (_, first, second) => {
    for (let level = 1; level < 9; level += 1) {
      const { quick, plain } = await readBoth(`{"Records":[${first},${second}]}`, level, 1 << 18);
      if (level === 1) expect(quick.parsed).toBe(plain.parsed);
    }
  });

  it('parses no more of a long trail than one record of each call in each span, in any order of fields', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => ({
      eventVersion: '1.09',
      userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      eventTime: new Date(Date.UTC(2026, 10, 20) + index * 1000).toISOString().replace('.000', ''),
      eventSource: 'ec2.amazonaws.com',
      eventName: 'DescribeInstances',
      requestParameters: { page: index },
      eventID: String(index),
    }));
    for (const some of [lines, lines.map((line) => Object.fromEntries(Object.entries(line).sort()))]) {
      const { quick, plain } = await readBoth(JSON.stringify({ Records: some }), 2, 1 << 18);
      expect(plain.parsed).toBe(3000);
      expect(quick.parsed).toBeLessThan(10);
    }
  });
});

describe('reading JSON', () => {
  function endOf(text: Buffer): number {
    text.copy(scanner.room(text.length));
    return scanner.endOfRecord(0);
  }

  it('ends a record where, and only where, JSON.parse reads one', () => {
    const value = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(value, oneOf<number | undefined>(undefined, 1), fc.array(damage), (one, indent, harm) => {
        const text = Buffer.from(JSON.stringify(one, null, indent));
        // A name with an escape is left to JSON.parse.
        const plain = Object.keys(one).every((name) => JSON.stringify(name) === `"${name}"`);
        expect(endOf(text)).toBe(plain ? text.length : 0);
        for (const { at, byte } of harm) text[Math.floor(at * text.length)] = byte;
        const end = endOf(text);
        if (end > 0 && text[0] === 0x7b)
          expect(() => JSON.parse(text.toString('utf8', 0, end)) as unknown).not.toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    '1e+',
    '-',
    'nul',
    'True',
    "'a'",
    '"\\x"',
    '"\\u12g4"',
    '"\t"',
    '[1,]',
    '{,}',
    '{"a"}',
    'NaN',
  ])('takes %s for no value', (value) => {
    expect(endOf(Buffer.from(`{"a":${value}}`))).toBe(0);
  });

  it.each([
    '0',
    '-0',
    '1.5e-7',
    '1E5',
    'null',
    'true',
    'false',
    '""',
    '[]',
    '{}',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00Ef"',
  ])('takes %s for a value', (value) => {
    const text = Buffer.from(`{"a":${value}}`);
    expect(endOf(text)).toBe(text.length);
  });

  it('leaves what is nested too deeply to others', () => {
    expect(endOf(Buffer.from(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`))).toBe(0);
  });
});

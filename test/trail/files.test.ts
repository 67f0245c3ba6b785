import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.js';
import { readTrail, type Trail } from '../../src/trail/files.js';
import { RecordSplitter } from '../../src/trail/record-splitter.js';
import { RepeatScanner } from '../../src/trail/repeat-scanner.js';
import { day, History, night, randomOf } from '../detect/history.js';
import { ciLife } from '../detect/lives.js';

const history = new History(randomOf(5));
ciLife(history, night - 3 * day, night);
const { records } = history;

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trail-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function read(files: Record<string, string | Buffer>): Promise<Trail> {
  const place = await mkdtemp(join(directory, 'case-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(place, name, '..'), { recursive: true });
    await writeFile(join(place, name), content);
  }
  return readTrail([place], () => undefined);
}

const keys = (trail: Trail): string[] => trail.events.map(({ key }) => key);
const log = (some: JsonObject[]): string => JSON.stringify({ Records: some });

describe('reading files', () => {
  it.each<[string, string | Buffer]>([
    ['a log file', log(records)],
    ['a log file, gzip', gzipSync(log(records))],
    ['a log file with white space', JSON.stringify({ Records: records }, null, 2)],
    ['an array', JSON.stringify(records)],
    ['an array with white space', JSON.stringify(records, null, 1)],
    ['JSON lines', records.map((record) => JSON.stringify(record)).join('\n')],
    [
      'JSON lines, gzip, with a byte order mark',
      gzipSync(`\uFEFF${records.map((record) => JSON.stringify(record)).join('\r\n')}\r\n`),
    ],
    [
      'objects one after the other, with white space',
      records.map((record) => JSON.stringify(record, null, 2)).join('\n'),
    ],
    [
      'EventBridge envelopes, one a line',
      records.map((detail) => JSON.stringify({ id: '1', 'detail-type': 'x', detail })).join('\n'),
    ],
    [
      'an answer of LookupEvents',
      JSON.stringify({
        Events: records.map((record) => ({ CloudTrailEvent: JSON.stringify(record) })),
        NextToken: 'x',
      }),
    ],
    ['an array of JSON strings', JSON.stringify(records.map((record) => JSON.stringify(record)))],
    [
      'a list with other fields around it',
      JSON.stringify({ version: 1, Records: records, meta: { made: [1, { a: 2 }] }, more: [] }),
    ],
  ])('gives every event of %s', async (_, content) => {
    const trail = await read({ 'events.json': content });
    expect(trail.events).toHaveLength(records.length);
    expect(trail.skipped).toEqual([]);
    expect(trail.cells.every(({ status }) => status === 'complete')).toBe(true);
  });

  it('gives the same events however they are spread over files', async () => {
    const whole = keys(await read({ 'all.json': log(records) }));
    const parts = Object.fromEntries(
      [0, 1, 2, 3].map((part) => {
        const some = log(records.filter((_, index) => index % 4 === part || index % 7 === 0));
        return [
          `2026/${part}/log.json${part % 2 === 0 ? '.gz' : ''}`,
          part % 2 === 0 ? gzipSync(some) : some,
        ];
      }),
    );
    expect(keys(await read(parts))).toEqual(whole);
  });

  it('names each file that it cannot read to the end, and reads the others', async () => {
    const good = log(records.slice(0, 50));
    const trail = await read({
      'a-good.json': good,
      'b-empty.json': '',
      'c-text.json': 'this is no log',
      'd-cut.json': log(records.slice(50, 100)).slice(0, -2000),
      'e-cut.json.gz': gzipSync(log(records.slice(100, 200))).subarray(0, -300),
      'f-no-records.json': '{"Records":[]}',
      'g-digest.json': JSON.stringify({
        digestS3Bucket: 'logs',
        digestStartTime: 'x',
        logFiles: [{ s3Object: 'x' }],
      }),
    });
    const failed = trail.cells.filter(({ region }) => region.includes('/'));
    expect(failed.map(({ region, status }) => [region.split('/').at(-1), status])).toEqual([
      ['b-empty.json', 'failed'],
      ['c-text.json', 'failed'],
      ['d-cut.json', 'truncated'],
      ['e-cut.json.gz', 'truncated'],
    ]);
    expect(failed.map(({ detail }) => detail).join('\n')).toMatch(
      /is empty[^]*not JSON[^]*cut short[^]*unexpected end of file/,
    );
    // What stands before the cut is kept, and no region is complete any more.
    expect(trail.events.length).toBeGreaterThan(85);
    expect(
      trail.cells.filter(({ region }) => !region.includes('/')).every(({ status }) => status === 'truncated'),
    ).toBe(true);
  });

  it('says of a path that is not there, and of a directory without logs', async () => {
    const empty = await mkdtemp(join(directory, 'empty-'));
    const trail = await readTrail([join(directory, 'nowhere'), empty], () => undefined);
    expect(trail.cells.map(({ status, detail }) => [status, detail])).toEqual([
      ['failed', expect.stringMatching(/no log files/)],
      ['failed', expect.stringMatching(/ENOENT/)],
    ]);
  });

  it('counts broken lines and records, and loses no other', async () => {
    const lines = records.slice(0, 40).map((record) => JSON.stringify(record));
    lines.splice(10, 0, 'not json at all', '{"eventName": "Cut', '{"a": {"b": 1', '{"noName": true}', '42');
    const trail = await read({ 'lines.json': lines.join('\n') });
    expect(trail.events).toHaveLength(40);
    const counts = Object.fromEntries(trail.skipped.map(({ reason, count }) => [reason, count]));
    expect(counts).toMatchObject({
      'a line that is not JSON': 2,
      'a record that is not JSON': 2,
      'no eventName': 1,
    });
    expect(trail.cells.every(({ status }) => status === 'truncated')).toBe(true);
  });
});

describe('splitting', () => {
  const scanner = new RepeatScanner();

  function split(text: string, sizes: number[]): string[] {
    const found: string[] = [];
    const splitter = new RecordSplitter(
      scanner,
      (buffer, start, end) => found.push(buffer.toString('utf8', start, end)),
      () => undefined,
    );
    const bytes = Buffer.from(text);
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
      splitter.push(bytes.subarray(at, at + size));
      at += size;
    }
    expect(splitter.end()).toBeNull();
    return found;
  }

  it('gives the same records wherever the chunks are cut', () => {
    const record = fc.dictionary(
      fc.constantFrom('eventVersion', 'eventName', 'tags', '"},{"'),
      fc.jsonValue({ maxDepth: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (some, sizes) => {
          const native = some.map((one) => ({ eventVersion: '1.09', ...one }));
          expect(
            split(JSON.stringify({ Records: native }), sizes).map((text) => JSON.parse(text) as unknown),
          ).toEqual(JSON.parse(JSON.stringify(native)));
        },
      ),
    );
  });

  it('is not misled by records that hold what separates records', () => {
    const forged = {
      eventVersion: '1.09',
      eventName: 'TagResource',
      tags: [{ a: 1 }, { eventVersion: '1', eventName: 'x' }],
      text: '},{"eventVersion":"',
    };
    const some = [forged, { eventVersion: '1.09', eventName: 'RunInstances' }, forged];
    expect(
      split(JSON.stringify({ Records: some }), [1 << 20]).map((text) => JSON.parse(text) as unknown),
    ).toEqual(some);
  });
});

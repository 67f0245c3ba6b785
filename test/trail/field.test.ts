import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrail } from '../../src/trail/files.js';

let directory: string;
let records: unknown[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leakguard-field-'));
  const packed = await readFile('fixtures/field/mass-in-data.json.gz');
  records = (JSON.parse(gunzipSync(packed).toString()) as { data: unknown[] }).data;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function keysOf(container: unknown): Promise<string[]> {
  const file = join(directory, 'trail.json');
  await writeFile(file, JSON.stringify(container));
  const { events, skipped } = await readTrail([file], () => undefined);
  expect(skipped).toEqual([]);
  return events.map(({ key }) => key);
}

describe('many records in one object', () => {
  it.each([
    ['data', () => ({ data: records })],
    [
      'hits.hits',
      () => ({ hits: { total: 1, hits: records.map((_source) => ({ _index: 'trail', _source })) } }),
    ],
    ['rows', () => ({ rows: records })],
    ['QueryResultRows', () => ({ QueryResultRows: records.map((record) => [{ record }]) })],
    ['a name of nobody', () => ({ meta: {}, zzz: { inner: records } })],
    ['strings', () => ({ messages: records.map((record) => JSON.stringify(record)) })],
  ])('keeps all of those in %s', async (_, container) => {
    expect(await keysOf(container())).toEqual(await keysOf({ Records: records }));
    expect(records).toHaveLength(1016);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { JsonObject } from '../../src/model/json.js';
import { readTrail, type Trail } from '../../src/trail/files.js';

const fixture = 'fixtures/cloudtrail/flaws/811596193553_CloudTrail_us-east-1-20200930T2300.json';

/** Real records, to be wrapped in whatever a test is about. */
export const { Records: records } = JSON.parse(await readFile(fixture, 'utf8')) as { Records: JsonObject[] };

/** A directory of the test file's own, that goes with it. */
export const directory = { path: '' };
beforeAll(async () => {
  directory.path = await mkdtemp(join(tmpdir(), 'leakguard-trail-'));
});
afterAll(() => rm(directory.path, { recursive: true, force: true }));

/** What is read of a file with this content. */
export async function read(content: string | Buffer): Promise<Trail> {
  const file = join(await mkdtemp(join(directory.path, 'case-')), 'events');
  await writeFile(file, content);
  return readTrail([file], () => undefined);
}

export const keysOf = ({ events }: Trail): string[] => events.map(({ key }) => key).sort();

import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import type { JsonObject } from '../../src/model/json.js';
import { readTrail } from '../../src/trail/files.js';

const pathOf = (file: string): string =>
  new URL(`../../fixtures/field/${file}.json.gz`, import.meta.url).pathname;

/** The raw records of a file in fixtures/field. */
export async function fieldRecords(file: string): Promise<JsonObject[]> {
  const { Records } = JSON.parse(gunzipSync(await readFile(pathOf(file))).toString()) as {
    Records: JsonObject[];
  };
  return Records;
}

/** What the product says of a file in fixtures/field. */
export async function lookAtField(
  file: string,
  key: string | null,
  more: Partial<Facts> = {},
): Promise<Incident> {
  const { events, cells } = await readTrail([pathOf(file)], () => undefined);
  return detect({
    events,
    inventory: [],
    plays: [],
    coverage: cells,
    key,
    account: null,
    compromisedAt: null,
    now: Date.parse('2026-11-23T00:00:00Z'),
    ...more,
  });
}

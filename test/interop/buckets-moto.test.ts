import { readFileSync } from 'node:fs';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/aws/index.js';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import type { TrailEvent } from '../../src/model/index.js';
import { unwrap } from '../../src/trail/containers.js';
import { readTrail } from '../../src/trail/files.js';
import { delivered, makeBucket, put, s3At, sessionAt } from '../trail/buckets.js';
import { has } from './environments.js';
import { startMoto, type Server } from './servers.js';

// The same records from files and from moto's S3, in CloudTrail's own layout: the same incident.

const fixtures = new URL('../../fixtures/cloudtrail/', import.meta.url);
const labels = JSON.parse(readFileSync(new URL('labels.json', fixtures), 'utf8')) as Record<
  string,
  { expected: { root_key?: string | null; session?: string } }
>;

function recordsOf(file: string): object[] {
  const text = readFileSync(new URL(file, fixtures), 'utf8');
  const values = file.endsWith('.jsonl')
    ? text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
    : [JSON.parse(text) as unknown];
  return values.flatMap((value) => unwrap(value) as object[]);
}

function incidentOf(events: readonly TrailEvent[], key: string | null): Incident {
  const now = Date.parse('2026-11-23T00:00:00Z');
  const none = { inventory: [], plays: [], coverage: [], account: null, compromisedAt: null };
  return detect({ events, key, now, ...none });
}

describe.skipIf(!has('interop'))('a trail in moto’s S3', () => {
  let moto: Server;
  let client: S3Client;
  let session: Session;
  beforeAll(async () => {
    moto = await startMoto();
    const key = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = s3At(moto.url, key, 'us-east-1');
    await makeBucket(client, 'logs');
    session = await sessionAt(moto.url, key);
  });
  afterAll(async () => {
    session.close();
    await moto.stop();
  });

  it.each(Object.entries(labels))('gives the incident of %s', async (file, { expected }) => {
    const path = new URL(file, fixtures).pathname;
    const files = await readTrail([path], () => undefined);
    const prefix = `${file.replaceAll(/\W/g, '-')}/`;
    const objects = delivered(recordsOf(file), prefix);
    await put(client, 'logs', objects);
    const accounts = new Set([...objects.keys()].map((key) => key.split('/')[2]));
    const trail = await readTrail(
      [...accounts].map((account) => `s3://logs/${prefix}AWSLogs/${account ?? ''}/`),
      () => undefined,
      null,
      { reader: session.reader, account: '123456789012', homeRegion: 'us-east-1', regions: null, from: 0 },
    );
    expect(files.events.length).toBeGreaterThan(0);
    expect(trail.events).toEqual(files.events);
    for (const key of new Set([expected.root_key ?? null, expected.session ?? null, null]))
      expect(incidentOf(trail.events, key)).toEqual(incidentOf(files.events, key));
  });

  it('asks for each log file once', async () => {
    const asked = (await moto.recordedRequests()).flatMap(({ operation }) =>
      /^GET .*\.json\.gz$/.test(operation) ? operation : [],
    );
    expect(asked.length).toBeGreaterThan(15);
    expect(new Set(asked).size).toBe(asked.length);
  });
});

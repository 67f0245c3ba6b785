import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/aws/index.js';
import type { Cell } from '../../src/model/index.js';
import { addTrail, publicKeysOf } from '../../src/range/services/cloudtrail.js';
import { readTrail, type Trail } from '../../src/trail/files.js';
import { keysFromAws } from '../../src/trail/public-keys.js';
import { ground, type Ground } from '../range/world.js';
import { delivered, makeBucket, put, s3At, sessionAt } from './buckets.js';
import { newSigner, signedChain, writeChain } from './signed-chain.js';

const account = '111122223333';
const now = Date.UTC(2026, 10, 23, 3, 10);
const day = 24 * 3600_000;

let place: Ground;
let client: S3Client;
let session: Session;
let key: { accessKeyId: string; secretAccessKey: string };
beforeEach(async () => {
  place = await ground();
  key = place.admin().credentials;
  client = s3At(place.range.url, key, 'us-east-1');
  await makeBucket(client, 'logs');
  session = await sessionAt(place.range.url, key);
});
afterEach(async () => {
  session.close();
  await place.range.close();
});

const record = (time: number, awsRegion: string, eventID: string, more: object = {}): object => ({
  eventVersion: '1.11',
  userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', accountId: account },
  eventTime: new Date(time).toISOString().replace('.000', ''),
  eventSource: 'ec2.amazonaws.com',
  eventName: 'RunInstances',
  awsRegion,
  eventID,
  requestID: eventID,
  recipientAccountId: account,
  ...more,
});

/** A record on each of the last days, in both regions. */
const everyDay = (days: number): object[] =>
  Array.from({ length: days }, (_, index) => now - index * day).flatMap((time) =>
    ['us-east-1', 'eu-west-1'].map((region) => record(time, region, `${region}-${time}`)),
  );

interface Options {
  since?: number;
  regions?: string[] | null;
  validate?: boolean;
}

const read = (
  address: string,
  { since = 5 * day, regions = ['us-east-1', 'eu-west-1'], validate = false }: Options = {},
): Promise<Trail> =>
  readTrail([address], () => undefined, validate ? keysFromAws(session.reader) : null, {
    reader: { ...session.reader, now: () => now },
    account,
    homeRegion: 'us-east-1',
    regions,
    from: now - since,
  });

/** What of it is not complete, by region. */
const open = ({ cells }: { cells: readonly Cell[] }): [string, string, string | null][] =>
  cells
    .filter(({ status }) => status !== 'complete')
    .map(({ region, status, detail }) => [region, status, detail]);

const readKeys = (): string[] =>
  place.world.log.flatMap(({ operation, input }) =>
    operation === 'GetObject' ? (input['Key'] as string) : [],
  );

describe('a trail in a bucket', () => {
  it('is read by account, region and day: what lies outside the question is not asked for', async () => {
    await put(client, 'logs', delivered(everyDay(9), 'audit/'));
    await put(
      client,
      'logs',
      delivered([record(now, 'us-east-1', 'other', { recipientAccountId: '444455556666' })], 'audit/'),
    );
    const trail = await read('s3://logs/audit', { regions: ['us-east-1'] });
    expect(open(trail)).toEqual([]);
    expect(trail.events.map(({ eventId }) => eventId)).toEqual(
      Array.from({ length: 6 }, (_, index) => `us-east-1-${now - (5 - index) * day}`),
    );
    expect(readKeys()).toHaveLength(6);
    const reads = place.world.log.filter(({ operation }) => /^(Get|List)Object/.test(operation ?? ''));
    expect(reads.map(({ input }) => input['RequestPayer'])).toEqual(reads.map(() => 'requester'));
    expect((await read('s3://logs/audit/')).events).toHaveLength(12);
  });

  it('says the same as its files', async () => {
    const records = everyDay(4);
    await put(client, 'logs', delivered(records));
    const directory = await mkdtemp(join(tmpdir(), 'leakguard-buckets-'));
    try {
      await writeChain(
        {
          bucket: 'logs',
          trail: 'main',
          objects: new Map(
            [...delivered(records)].map(([path, some]) => [
              path,
              gzipSync(JSON.stringify({ Records: some })),
            ]),
          ),
          signatures: new Map(),
          logs: [],
          digests: ['none'],
        },
        directory,
        false,
      );
      const files = await readTrail([directory], () => undefined);
      const trail = await read('s3://logs', { since: 3 * day });
      expect(trail.events).toEqual(files.events);
      expect(trail.cells).toEqual(files.cells);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('finds an organisation’s folder, and asks which account where none is its own', async () => {
    const objects = [...delivered(everyDay(6))].map(
      ([path, some]) => [path.replace('AWSLogs/', 'AWSLogs/o-exampleorgid/'), some] as const,
    );
    await put(client, 'logs', new Map(objects));
    expect((await read('s3://logs')).events).toHaveLength(12);
    expect((await read(`s3://logs/AWSLogs/o-exampleorgid/${account}/`)).events).toHaveLength(12);
    for (const other of ['444455556666', '777788889999'])
      await put(client, 'many-logs', new Map(), {}).then(() =>
        put(
          client,
          'logs',
          delivered([record(now, 'us-east-1', other, { recipientAccountId: other })], 'b/'),
        ),
      );
    const [cell] = open(await read('s3://logs/b'));
    expect(cell).toMatchObject(['s3://logs/b/', 'failed', expect.stringContaining('logs of 2 accounts')]);
    expect(cell?.[2]).toContain('--trail s3://logs/b/AWSLogs/444455556666/');
  });

  it('follows a bucket to the region that it is in', async () => {
    const there = s3At(place.range.url, key, 'ap-northeast-1');
    await makeBucket(there, 'far-logs');
    await put(there, 'far-logs', delivered(everyDay(6)));
    expect(open(await read('s3://far-logs'))).toEqual([]);
  });

  it('reads a large file in parts', async () => {
    const many = Array.from({ length: 15_000 }, (_, index) =>
      record(now - 1000 * index, 'us-east-1', `${index}`, { requestParameters: { note: Math.random() } }),
    );
    const [[path] = ['']] = delivered([many[0]!]);
    await put(
      client,
      'logs',
      new Map([[path.replace('.gz', ''), Buffer.from(JSON.stringify({ Records: many }))]]),
    );
    const trail = await read('s3://logs', { since: 1000, regions: ['us-east-1'] });
    expect(trail.events).toHaveLength(15_000);
    expect(readKeys()).toHaveLength(2);
  });
});

describe('what S3 does not give out is told, and never clean', () => {
  it('days without a file, and regions', async () => {
    const days = everyDay(6).filter((_, index) => index !== 4 && index !== 6);
    await put(client, 'logs', delivered(days));
    expect(open(await read('s3://logs', { regions: null })).slice(0, 2)).toMatchObject([
      ['us-east-1', 'truncated', expect.stringContaining('no log file on 2 days')],
      ['ap-northeast-1', 'truncated', expect.stringContaining('no log file: nothing was logged there, or')],
    ]);
    expect(open(await read('s3://logs'))).toEqual([
      [
        'us-east-1',
        'truncated',
        `s3://logs/AWSLogs/${account}/CloudTrail/us-east-1/: no log file on 2 days (2026/11/20/, 2026/11/21/): nothing was logged, or files are missing; --validate tells which`,
      ],
    ]);
  });

  it('archived files, and those of a key that denies', async () => {
    const [first, second, ...rest] = [...delivered(everyDay(6))];
    await put(client, 'logs', new Map(rest));
    await put(client, 'logs', new Map([first!]), { StorageClass: 'GLACIER' });
    const kms = `arn:aws:kms:us-east-1:${account}:key/1`;
    await put(client, 'logs', new Map([second!]), { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kms });
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'kms:*', Resource: '*' },
      ],
    };
    session.close();
    session = await sessionAt(place.range.url, place.user('auditor', policy).credentials);
    const trail = await read('s3://logs');
    expect(trail.events).toHaveLength(10);
    const told = open(trail);
    expect(told.find(([, , detail]) => detail?.includes('InvalidObjectState'))).toMatchObject([
      `s3://logs/${first![0]}`,
      'denied',
      expect.stringContaining(`aws s3api restore-object --bucket logs --key ${first![0]}`),
    ]);
    expect(told.find(([, , detail]) => detail?.includes('kms:Decrypt'))).toMatchObject([
      `s3://logs/${second![0]}`,
      'denied',
      expect.stringContaining('AccessDenied'),
    ]);
    expect(told.find(([region]) => region === 'us-east-1')?.[2]).toContain(
      '2 log files that S3 did not give out',
    );
  });

  it('a bucket that denies, one that is not there, and one without a trail', async () => {
    await put(client, 'logs', new Map([['something/else.txt', Buffer.from('x')]]));
    expect(open(await read('s3://logs'))).toMatchObject([
      ['s3://logs/', 'failed', expect.stringContaining('no trail here')],
    ]);
    expect(open(await read('s3://nowhere/x'))).toMatchObject([
      ['s3://nowhere/x/', 'failed', expect.stringContaining('NoSuchBucket')],
    ]);
    session.close();
    session = await sessionAt(place.range.url, place.user('blind', '{}').credentials);
    expect(open(await read('s3://logs'))).toMatchObject([
      ['s3://logs/', 'denied', expect.stringContaining('leakguard policy --trail s3://logs/')],
    ]);
  });

  it('asks no further where a hundred files were refused and none was given', async () => {
    const kms = `arn:aws:kms:us-east-1:${account}:key/1`;
    const many = Array.from({ length: 300 }, (_, index) =>
      record(now - index * 60_000, 'us-east-1', `${index}`),
    );
    await put(client, 'logs', delivered(many), { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kms });
    session.close();
    const blind = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
    session = await sessionAt(place.range.url, place.user('blind', blind).credentials);
    const trail = await read('s3://logs', { since: 1000, regions: ['us-east-1'] });
    expect(trail.events).toEqual([]);
    expect(open(trail)).toMatchObject([
      [expect.anything(), 'denied', expect.stringMatching(/^191 log files/)],
    ]);
    expect(place.world.log.filter(({ operation }) => operation === 'GetObject').length).toBeLessThan(140);
  });
});

describe('--trail auto', () => {
  it('reads what the account’s own trail has delivered', async () => {
    addTrail(place.account.region('us-east-1'), 'main', { bucket: 'main-logs' });
    await session.reader.call('iam', 'ListAccessKeys', 'global', { UserName: 'admin' });
    place.world.clock.advance(20 * 60_000);
    const trail = await read('auto', { since: 1000, regions: ['us-east-1'] });
    expect(trail.events.map(({ name }) => name)).toContain('ListAccessKeys');
    expect(open(trail)).toEqual([]);
  });

  it('takes no trail for all that happened whose selectors leave calls out, and reads the others too', async () => {
    const region = place.account.region('us-east-1');
    const selectors = [{ ReadWriteType: 'All', IncludeManagementEvents: false }];
    addTrail(region, 'a-data', { bucket: 'logs', selectors });
    await put(client, 'logs', delivered(everyDay(7)));
    expect(open(await read('auto'))).toContainEqual([
      'auto',
      'truncated',
      expect.stringContaining('trail a-data does not log every management event'),
    ]);
    await makeBucket(client, 'main');
    addTrail(region, 'main', { bucket: 'main' });
    await put(client, 'main', delivered(everyDay(7)));
    expect(open(await read('auto'))).toEqual([]);
  });

  it('says that there is none', async () => {
    expect(open(await read('auto'))).toMatchObject([
      ['auto', 'failed', expect.stringContaining('no trail in this account')],
    ]);
  });
});

describe('--validate in a bucket', () => {
  it('proves the files by their digests, and days on which nothing was logged', async () => {
    const signer = newSigner();
    const start = Date.UTC(2026, 10, 20);
    const hours = Array.from({ length: 76 }, (_, hour) => [
      record(start + hour * 3600_000, 'us-east-1', `${hour}`),
    ]);
    const busy = signedChain(signer, hours, { start });
    const quiet = signedChain(signer, hours, { start, region: 'eu-west-1', logs: 0 });
    for (const [region, chain] of [
      ['us-east-1', busy],
      ['eu-west-1', quiet],
    ] as const) {
      const known = { value: signer.publicKey, from: 0, to: Date.UTC(2100, 0, 1) };
      publicKeysOf(place.account.region(region)).set(signer.fingerprint, known);
      for (const [path, bytes] of chain.objects) {
        const signature = chain.signatures.get(path);
        const more = signature === undefined ? {} : { Metadata: { signature } };
        if (path !== busy.logs[30]) await put(client, 'logs', new Map([[path, bytes]]), more);
      }
    }
    const options = { since: now - start };
    const trail = await read('s3://logs', { ...options, validate: true });
    expect(trail.events.map(({ proof }) => proof)).toEqual(trail.events.map(() => 'proven'));
    expect(trail.notes[0]).toContain('75 of 75 log files are proven');
    expect(open(trail)).toMatchObject([
      ['us-east-1', 'truncated', '1 log file missing that CloudTrail delivered'],
      ['us-east-1', 'truncated', expect.stringContaining(busy.logs[30]!.split('/').at(-1)!)],
    ]);
    expect(open(await read('s3://logs', options))).toMatchObject([
      ['eu-west-1', 'truncated', expect.stringContaining('--validate tells which')],
    ]);
  });
});

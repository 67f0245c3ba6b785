import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrail } from '../../src/trail/files.js';
import { keysFromFile } from '../../src/trail/public-keys.js';
import { newSigner, signedChain, writeChain, type Chain } from '../trail/signed-chain.js';
import { has, program } from './environments.js';
import { startMoto, type Server } from './servers.js';

// The AWS CLI's validate-logs reads the bucket from moto, and CloudTrail's public keys from a server of our own; we read
// the same files from a directory. File by file, the verdicts are the same.

const signer = newSigner();
const list = {
  PublicKeyList: [
    {
      Fingerprint: signer.fingerprint,
      Value: signer.publicKey.toString('base64'),
      ValidityStartTime: Date.UTC(2026, 0, 1) / 1000,
      ValidityEndTime: Date.UTC(2027, 11, 1) / 1000,
    },
  ],
};

const hours = Array.from({ length: 4 }, (_, hour) =>
  [1, 2, 3].map((number) => ({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    eventTime: `2026-11-27T0${hour}:0${number}:00Z`,
    eventSource: 'ec2.amazonaws.com',
    eventName: 'RunInstances',
    awsRegion: 'us-east-1',
    eventID: `${hour}-${number}`,
    requestID: `${hour}-${number}`,
    recipientAccountId: '111122223333',
  })),
);
const chainOf = (): Chain => signedChain(signer, hours, { logs: 3 });
const edit = (chain: Chain, key: string, change: (text: string) => string): void => {
  chain.objects.set(key, gzipSync(change(gunzipSync(chain.objects.get(key)!).toString())));
};

const cases: [string, (chain: Chain) => void][] = [
  ['nothing was changed', () => undefined],
  ['a log file was changed', (chain) => edit(chain, chain.logs[4]!, (text) => text.replace('Run', 'Stop'))],
  ['a log file is gone', (chain) => chain.objects.delete(chain.logs[7]!)],
  ['a log file is no gzip', (chain) => chain.objects.set(chain.logs[2]!, Buffer.from('nothing'))],
  ['a log file is packed anew', (chain) => edit(chain, chain.logs[3]!, (text) => text)],
  [
    'a digest was changed',
    (chain) => edit(chain, chain.digests[3]!, (text) => text.replace(/"hashValue":"./, '"hashValue":"x')),
  ],
  [
    'a digest names another key',
    (chain) => edit(chain, chain.digests[3]!, (text) => text.replace(signer.fingerprint, 'f'.repeat(32))),
  ],
  [
    'a digest’s signature is another’s',
    (chain) => chain.signatures.set(chain.digests[3]!, chain.signatures.get(chain.digests[0]!)!),
  ],
];

describe.skipIf(!has('interop'))('the AWS CLI and --validate', () => {
  let moto: Server;
  let keys: HttpServer;
  let directory: string;
  let bucket = 0;
  beforeAll(async () => {
    moto = await startMoto();
    keys = createServer((_request, response) => {
      response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(list));
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    directory = await mkdtemp(join(tmpdir(), 'leakguard-validate-'));
  });
  afterAll(async () => {
    keys.close();
    await moto.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(cases)('agree file by file where %s', async (_, change) => {
    const chain = chainOf();
    change(chain);
    await upload(chain);
    const theirs = await validateLogs(chain);
    const place = join(directory, `${(bucket += 1)}`);
    await writeChain(chain, place);
    const source = keysFromFile(JSON.stringify(list))!;
    const { events, cells } = await readTrail([place], () => undefined, source);
    const proven = new Set(events.flatMap(({ eventId, proof }) => (proof === 'proven' ? [eventId] : [])));
    const gaps = cells.flatMap(({ detail }) => detail ?? []).join('\n');
    for (const key of chain.logs) {
      const verdict = theirs.get(key) ?? 'not validated';
      const name = key.split('/').at(-1)!;
      const index = chain.logs.indexOf(key);
      const ours = proven.has(`${Math.floor(index / 3)}-${(index % 3) + 1}`);
      expect([name, ours]).toEqual([name, verdict === 'valid']);
      if (verdict.startsWith('INVALID')) expect(gaps).toContain(name);
    }
    for (const key of chain.digests)
      expect(gaps.includes(key.split('/').at(-1)!)).toBe(theirs.get(key)?.startsWith('INVALID') ?? false);
    expect([...theirs.values()].filter((verdict) => verdict === 'valid').length).toBeGreaterThan(5);
  });

  const environment = () => ({
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: moto.url,
    AWS_ENDPOINT_URL_CLOUDTRAIL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}`,
  });

  /** With the metadata that S3 holds: a signature is no part of a digest. */
  async function upload(chain: Chain): Promise<void> {
    const url = (key: string): string => `${moto.url}/${chain.bucket}/${key}`;
    const put = async (
      key: string,
      body: Buffer | null,
      headers: Record<string, string> = {},
    ): Promise<void> => {
      const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/s3/aws4_request';
      const init = { method: 'PUT', headers: { authorization, ...headers } };
      const { status } = await fetch(
        url(key),
        body === null ? init : { ...init, body: new Uint8Array(body) },
      );
      expect(status).toBe(200);
    };
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    await put('', null);
    for (const [key, body] of chain.objects) {
      const signature = chain.signatures.get(key);
      const metadata = {
        'x-amz-meta-signature': signature ?? '',
        'x-amz-meta-signature-algorithm': 'SHA256withRSA',
      };
      await put(key, body, signature === undefined ? {} : metadata);
    }
  }

  /** What the AWS CLI says of each object, by its key. */
  function validateLogs(chain: Chain): Promise<Map<string, string>> {
    const trail = `arn:aws:cloudtrail:us-east-1:111122223333:trail/${chain.trail}`;
    const times = ['--start-time', '2026-11-27T00:00:00Z', '--end-time', '2026-11-27T04:30:00Z'];
    const args = [
      'cloudtrail',
      'validate-logs',
      '--trail-arn',
      trail,
      ...times,
      '--s3-bucket',
      chain.bucket,
      '--verbose',
    ];
    return new Promise((resolve, reject) => {
      execFile(program('interop', 'aws'), args, { env: environment() }, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') return reject(new Error(error.message));
        const lines = `${stdout}\n${stderr}`.matchAll(/^(?:Digest|Log) file\ts3:\/\/[^/]+\/(\S+)\t(.*)$/gm);
        const verdicts = new Map([...lines].map(([, key, verdict]) => [key!, verdict!]));
        if (verdicts.size === 0) return reject(new Error(stdout + stderr));
        resolve(verdicts);
      });
    });
  }
});

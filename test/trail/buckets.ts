import {
  CreateBucketCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { openSession, type Session } from '../../src/aws/index.js';
import { gzipSync } from 'node:zlib';

/** One trail in a bucket: key → records. */
export type Objects = ReadonlyMap<string, readonly object[]>;

interface Told {
  recipientAccountId?: string;
  userIdentity?: { accountId?: string } | null;
  awsRegion?: unknown;
  eventTime?: unknown;
}

/** These records as a trail of all regions delivers them: a file for each account, region and day. */
export function delivered(records: readonly object[], prefix = ''): Objects {
  const objects = new Map<string, object[]>();
  for (const record of records) {
    const { recipientAccountId, userIdentity, awsRegion, eventTime } = record as Told;
    const account = recipientAccountId ?? userIdentity?.accountId ?? '111122223333';
    const region = typeof awsRegion === 'string' ? awsRegion : 'us-east-1';
    const time = new Date(typeof eventTime === 'string' ? eventTime : 0).toISOString();
    const day = time.slice(0, 10).replaceAll('-', '/');
    const stamp = `${time.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
    const key = `${prefix}AWSLogs/${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${stamp}_0000000000000000.json.gz`;
    objects.set(key, [...(objects.get(key) ?? []), record]);
  }
  return objects;
}

/** A client of S3 at this endpoint, as a person has one. */
export function s3At(
  endpoint: string,
  key: { accessKeyId: string; secretAccessKey: string },
  region: string,
): S3Client {
  return new S3Client({ endpoint, region, credentials: key, forcePathStyle: true });
}

export async function makeBucket(client: S3Client, Bucket: string): Promise<void> {
  const region = await client.config.region();
  const where = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
  await client.send(new CreateBucketCommand({ Bucket, ...where } as never));
}

export async function put(
  client: S3Client,
  Bucket: string,
  objects: ReadonlyMap<string, readonly object[] | Buffer>,
  more: Partial<PutObjectCommandInput> = {},
): Promise<void> {
  for (const [Key, content] of objects) {
    const Body = Buffer.isBuffer(content) ? content : gzipSync(JSON.stringify({ Records: content }));
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  }
}

/** The product's own session at this endpoint. */
export function sessionAt(
  endpointUrl: string,
  key: { accessKeyId: string; secretAccessKey: string },
): Promise<Session> {
  const env = {
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: 'us-east-1',
  };
  process.env['AWS_ACCESS_KEY_ID'] = key.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = key.secretAccessKey;
  return openSession({ profile: null, region: null, endpointUrl, maxAttempts: 1, env });
}

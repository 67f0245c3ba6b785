import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { trailFiles } from '../world/trail-files.js';
import type { Account, Region } from '../world/world.js';
import { bucketAccessOperations, closeNew } from './bucket-access.js';
import { trailsOf } from './cloudtrail.js';
import { Shelf } from './shelf.js';

const buckets = new Shelf('s3:buckets', ['NoSuchBucket', 404]);

interface StoredObject {
  body: Buffer;
  etag: string;
  at: number;
  storageClass: string | undefined;
  /** The KMS key that it is encrypted with. */
  kmsKey: string | undefined;
  metadata: Record<string, string> | undefined;
}

/** A bucket's objects: those that were put, and in the bucket of a trail what it has delivered. */
function objectsOf({ account, region, now }: Context, bucket: string): Map<string, StoredObject> {
  const home = account.usedRegions().find((one) => buckets.find(one, bucket) !== undefined);
  const trail = [...trailsOf(account).values()].find((one) => one.bucket === bucket);
  const place = home?.name ?? trail?.home;
  if (place === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (place !== region.name)
    throw new AwsError(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      301,
      { 'x-amz-bucket-region': place },
    );
  const put = stored(region, bucket);
  return trail === undefined ? put : new Map([...delivered(account, now), ...put]);
}

function stored(region: Region, bucket: string): Map<string, StoredObject> {
  return region.table<StoredObject>(`s3:objects:${bucket}`);
}

const packed = new WeakMap<Account, Map<string, StoredObject>>();

function delivered(account: Account, now: number): Map<string, StoredObject> {
  const known = packed.get(account) ?? new Map<string, StoredObject>();
  packed.set(account, known);
  const all = new Map<string, StoredObject>();
  for (const [path, records] of trailFiles(account)) {
    // A file is delivered whole, when its five minutes are over.
    if (stampOf(path) > now) continue;
    const version = `${path}|${records.length}`;
    const object = known.get(version) ?? objectOf(gzipSync(JSON.stringify({ Records: records })), now);
    known.set(version, object);
    all.set(path, object);
  }
  return all;
}

/** Epoch milliseconds of the time in a log file's name. */
function stampOf(path: string): number {
  const [, date = '', hour = '', minute = ''] = /_(\d{8})T(\d{2})(\d{2})Z_/.exec(path) ?? [];
  return Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${hour}:${minute}:00Z`);
}

function objectOf(body: Buffer, at: number): StoredObject {
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  return { body, etag, at, storageClass: undefined, kmsKey: undefined, metadata: undefined };
}

interface ListInput {
  Bucket: string;
  Prefix?: string;
  Delimiter?: string;
  StartAfter?: string;
  ContinuationToken?: string;
  MaxKeys?: number;
}

/** In the order of the keys' bytes, 1,000 a page; keys with the delimiter behind the prefix are one entry (S3 API
 *  reference, ListObjectsV2). */
function listObjects(context: Context, input: ListInput) {
  const { Bucket, Prefix = '', Delimiter, StartAfter = '', ContinuationToken, MaxKeys = 1000 } = input;
  const objects = objectsOf(context, Bucket);
  const after =
    ContinuationToken === undefined ? StartAfter : Buffer.from(ContinuationToken, 'base64').toString();
  const entries = new Map<string, StoredObject | null>();
  for (const key of [...objects.keys()].sort()) {
    if (!key.startsWith(Prefix)) continue;
    const cut = Delimiter === undefined ? -1 : key.indexOf(Delimiter, Prefix.length);
    const entry = cut < 0 ? key : key.slice(0, cut + (Delimiter?.length ?? 0));
    if (entry > after) entries.set(entry, cut < 0 ? (objects.get(key) ?? null) : null);
  }
  const page = [...entries].slice(0, MaxKeys);
  const more = entries.size > page.length;
  return {
    Name: Bucket,
    Prefix,
    Delimiter,
    MaxKeys,
    StartAfter: input.StartAfter,
    KeyCount: page.length,
    IsTruncated: more,
    NextContinuationToken: more ? Buffer.from(page.at(-1)?.[0] ?? '').toString('base64') : undefined,
    Contents: page.flatMap(([Key, object]) =>
      object === null
        ? []
        : [
            {
              Key,
              Size: object.body.length,
              ETag: object.etag,
              LastModified: object.at,
              StorageClass: object.storageClass ?? 'STANDARD',
            },
          ],
    ),
    CommonPrefixes: page.flatMap(([Prefix_, object]) => (object === null ? [{ Prefix: Prefix_ }] : [])),
  };
}

function getObject(
  context: Context,
  input: { Bucket: string; Key: string; Range?: string; IfMatch?: string },
) {
  const object = objectsOf(context, input.Bucket).get(input.Key);
  if (object === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  if (input.IfMatch !== undefined && input.IfMatch !== object.etag)
    throw new AwsError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
    );
  if (object.storageClass === 'GLACIER' || object.storageClass === 'DEEP_ARCHIVE')
    throw new AwsError(
      'InvalidObjectState',
      "The operation is not valid for the object's storage class",
      403,
    );
  if (object.kmsKey !== undefined) context.authorize('kms:Decrypt', object.kmsKey);
  const { body, etag } = object;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(input.Range ?? '') ?? [];
  const part = from === undefined ? body : body.subarray(Number(from), Number(to) + 1);
  return {
    Body: part,
    ETag: etag,
    LastModified: object.at,
    ContentRange:
      from === undefined ? undefined : `bytes ${from}-${Number(from) + part.length - 1}/${body.length}`,
    Metadata: object.metadata,
  };
}

interface PutInput {
  Bucket: string;
  Key: string;
  Body?: Buffer;
  StorageClass?: string;
  SSEKMSKeyId?: string;
  Metadata?: Record<string, string>;
}

const objectArn = (bucket: string, key: unknown): string =>
  `arn:aws:s3:::${bucket}${typeof key === 'string' ? `/${key}` : ''}`;

export const s3: Service = {
  actions: {
    DeletePublicAccessBlock: 's3:PutBucketPublicAccessBlock',
    GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
    ListBuckets: 's3:ListAllMyBuckets',
    ListObjectsV2: 's3:ListBucket',
    PutPublicAccessBlock: 's3:PutBucketPublicAccessBlock',
  },
  resources: (_context, { Bucket, Key }) => [typeof Bucket === 'string' ? objectArn(Bucket, Key) : '*'],
  operations: {
    ...bucketAccessOperations,
    ListBuckets: ({ account }) => ({
      Buckets: account
        .usedRegions()
        .flatMap((region) =>
          buckets.all(region).map(({ id, createdAt }) => ({ Name: id, CreationDate: createdAt })),
        ),
      Owner: { ID: account.id.padStart(64, '0') },
    }),
    CreateBucket: (context, input: { Bucket: string }) => {
      buckets.add(context, input.Bucket, {});
      closeNew(context, input.Bucket);
      context.trail.requestParameters = { bucketName: input.Bucket };
      return { Location: `/${input.Bucket}` };
    },
    ListObjectsV2: listObjects,
    GetObject: getObject,
    PutObject: (context, input: PutInput) => {
      objectsOf(context, input.Bucket);
      const object: StoredObject = {
        ...objectOf(input.Body ?? Buffer.alloc(0), context.now),
        storageClass: input.StorageClass,
        kmsKey: input.SSEKMSKeyId,
        metadata: input.Metadata,
      };
      stored(context.region, input.Bucket).set(input.Key, object);
      return { ETag: object.etag };
    },
  },
};

import type { Statement } from './policy.js';

/** Where a trail's files lie. */
interface Bucket {
  bucket: string;
  /** Empty, or ending in a slash. */
  prefix: string;
}

/**
 * What reading a trail from these buckets takes besides: to list and read, and to decrypt where the trail has a key of its
 * own (CloudTrail user guide, "Encrypting CloudTrail log files with AWS KMS keys"). `null`: a bucket that CloudTrail names.
 */
export function trailRights(buckets: readonly (Bucket | null)[]): Statement[] {
  const arns = (of: (bucket: Bucket) => string): string | string[] =>
    buckets.includes(null) ? '*' : buckets.flatMap((one) => (one === null ? [] : of(one)));
  return [
    {
      Sid: 'ListTrail',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: arns(({ bucket }) => `arn:aws:s3:::${bucket}`),
    },
    {
      Sid: 'ReadTrail',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: arns(({ bucket, prefix }) => `arn:aws:s3:::${bucket}/${prefix}AWSLogs/*`),
    },
    {
      Sid: 'DecryptTrail',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: '*',
      Condition: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
    },
  ];
}

import { dnsSuffixOf } from '../../facts/index.js';
import type { Statement } from './policy.js';

/** Services go by their partition's own domain in some, and by the common one in others (AWS KMS developer guide,
 *  "kms:ViaService"). */
function decryption(partition: string): Statement {
  const domains = [...new Set(['amazonaws.com', dnsSuffixOf(partition)])].map((suffix) => `s3.*.${suffix}`);
  const [only, ...more] = domains;
  return {
    Sid: 'DecryptTrail',
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: '*',
    Condition: { StringLike: { 'kms:ViaService': more.length === 0 ? (only ?? '') : domains } },
  };
}

/**
 * What asking a table of Athena takes besides (Amazon Athena user guide, "Identity-based policies"): its own calls, the
 * table's description in Glue, the files that it reads, and its results. Which buckets those are, the workgroup and the
 * table say: name them instead of `*`.
 */
export function tableRights(partition = 'aws'): Statement[] {
  const allow = (Sid: string, ...Action: string[]): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource: '*',
  });
  return [
    allow(
      'AskTable',
      'athena:GetQueryExecution',
      'athena:GetQueryResults',
      'athena:GetTableMetadata',
      'athena:StartQueryExecution',
      'athena:StopQueryExecution',
      'glue:GetDatabase',
      'glue:GetPartitions',
      'glue:GetTable',
    ),
    allow('ReadFilesOfTable', 's3:GetBucketLocation', 's3:GetObject', 's3:ListBucket'),
    allow('WriteResults', 's3:PutObject'),
    decryption(partition),
  ];
}

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
export function trailRights(buckets: readonly (Bucket | null)[], partition = 'aws'): Statement[] {
  const arns = (of: (bucket: Bucket) => string): string | string[] =>
    buckets.includes(null) ? '*' : buckets.flatMap((one) => (one === null ? [] : of(one)));
  return [
    {
      Sid: 'ListTrail',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: arns(({ bucket }) => `arn:${partition}:s3:::${bucket}`),
    },
    {
      Sid: 'ReadTrail',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: arns(({ bucket, prefix }) => `arn:${partition}:s3:::${bucket}/${prefix}AWSLogs/*`),
    },
    decryption(partition),
    ...(buckets.includes(null)
      ? [
          {
            Sid: 'AskTrail',
            Effect: 'Allow' as const,
            Action: ['cloudtrail:GetEventSelectors'],
            Resource: '*',
          },
        ]
      : []),
  ];
}

import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import type { Region } from '../world/world.js';

interface Block {
  BlockPublicAcls?: boolean;
  BlockPublicPolicy?: boolean;
  IgnorePublicAcls?: boolean;
  RestrictPublicBuckets?: boolean;
}

/** Who gets into one bucket. */
interface Access {
  policy: string | null;
  block: Block | null;
}

const table = (region: Region) => region.table<Access>('s3:access');

/** New buckets block all public access (S3 user guide). */
export function closeNew({ region }: Context, bucket: string): void {
  const all = { BlockPublicAcls: true, BlockPublicPolicy: true };
  table(region).set(bucket, {
    policy: null,
    block: { ...all, IgnorePublicAcls: true, RestrictPublicBuckets: true },
  });
}

function accessOf({ region }: Context, bucket: string): Access {
  const found = table(region).get(bucket);
  if (found === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  return found;
}

function change(context: Context, Bucket: string, to: Partial<Access>): void {
  Object.assign(accessOf(context, Bucket), to);
  context.touched.push(Bucket);
  const { policy, block } = to;
  context.trail.requestParameters = {
    ...{ bucketName: Bucket, Host: `${Bucket}.s3.amazonaws.com` },
    ...(policy === undefined ? { publicAccessBlock: '' } : { policy: '' }),
    ...(policy === undefined || policy === null ? {} : { bucketPolicy: JSON.parse(policy) as never }),
    ...(block === undefined || block === null
      ? {}
      : { PublicAccessBlockConfiguration: { ...block } as never }),
  };
}

type Named = { Bucket: string };

/** A bucket's policy and its public access block; CloudTrail's names of the latter are not the API's. */
export const bucketAccessOperations: Service['operations'] = {
  PutBucketPolicy: (context, { Bucket, Policy }: Named & { Policy: string }) => {
    const policy = JSON.parse(Policy) as { Statement: { Principal?: unknown }[] };
    const isPublic = policy.Statement.some(({ Principal }) => JSON.stringify(Principal)?.includes('"*"'));
    if (isPublic && accessOf(context, Bucket).block?.BlockPublicPolicy === true)
      throw new AwsError('AccessDenied', 'because public policies are blocked by BlockPublicPolicy', 403);
    change(context, Bucket, { policy: Policy });
  },
  GetBucketPolicy: (context, { Bucket }: Named) => {
    const { policy } = accessOf(context, Bucket);
    if (policy === null) throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
    return { Policy: policy };
  },
  DeleteBucketPolicy: (context, { Bucket }: Named) => change(context, Bucket, { policy: null }),
  PutPublicAccessBlock: (context, input: Named & { PublicAccessBlockConfiguration: Block }) => {
    const asked = input.PublicAccessBlockConfiguration;
    change(context, input.Bucket, {
      block: {
        BlockPublicAcls: asked.BlockPublicAcls ?? false,
        BlockPublicPolicy: asked.BlockPublicPolicy ?? false,
        IgnorePublicAcls: asked.IgnorePublicAcls ?? false,
        RestrictPublicBuckets: asked.RestrictPublicBuckets ?? false,
      },
    });
    context.trail.as = { eventSource: 's3.amazonaws.com', eventName: 'PutBucketPublicAccessBlock' };
  },
  GetPublicAccessBlock: (context, { Bucket }: Named) => {
    const { block } = accessOf(context, Bucket);
    if (block === null)
      throw new AwsError(
        'NoSuchPublicAccessBlockConfiguration',
        'The public access block configuration was not found',
        404,
      );
    return { PublicAccessBlockConfiguration: block };
  },
  DeletePublicAccessBlock: (context, { Bucket }: Named) => {
    change(context, Bucket, { block: null });
    context.trail.as = { eventSource: 's3.amazonaws.com', eventName: 'DeleteBucketPublicAccessBlock' };
  },
};

import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3';

export const s3 = {
  client: S3Client,
  commands: { ListBuckets: ListBucketsCommand },
  paginators: {},
};

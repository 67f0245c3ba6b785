import {
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';

export const s3 = {
  client: S3Client,
  commands: {
    GetObject: GetObjectCommand,
    ListBuckets: ListBucketsCommand,
    ListObjectsV2: ListObjectsV2Command,
  },
  paginators: { ListObjectsV2: paginateListObjectsV2 },
};

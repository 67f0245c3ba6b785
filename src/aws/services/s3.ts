import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';

export const s3 = {
  client: S3Client,
  commands: {
    DeleteBucketPolicy: DeleteBucketPolicyCommand,
    GetBucketPolicy: GetBucketPolicyCommand,
    GetObject: GetObjectCommand,
    GetPublicAccessBlock: GetPublicAccessBlockCommand,
    ListBuckets: ListBucketsCommand,
    ListObjectsV2: ListObjectsV2Command,
    PutBucketPolicy: PutBucketPolicyCommand,
    PutPublicAccessBlock: PutPublicAccessBlockCommand,
  },
  paginators: { ListObjectsV2: paginateListObjectsV2 },
};

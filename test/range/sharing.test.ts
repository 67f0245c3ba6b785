import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotAttributeCommand,
  EC2Client,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ground, type Ground } from './world.js';

let at: Ground;
beforeEach(async () => {
  at = await ground();
});
afterEach(() => at.range.close());

test('a snapshot is shared once with each, until that is taken back', async () => {
  const ec2 = new EC2Client(at.admin());
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'eu-west-1a', Size: 8 }));
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  const Attribute = 'createVolumePermission';
  const peers = async () =>
    (await ec2.send(new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute }))).CreateVolumePermissions;
  const change = (permission: object) =>
    ec2.send(
      new ModifySnapshotAttributeCommand({ SnapshotId, Attribute, CreateVolumePermission: permission }),
    );
  await change({ Add: [{ UserId: '999999999999' }] });
  await change({ Add: [{ UserId: '999999999999' }, { Group: 'all' }] });
  expect(await peers()).toEqual([{ UserId: '999999999999' }, { Group: 'all' }]);
  await change({ Remove: [{ UserId: '999999999999' }] });
  expect(await peers()).toEqual([{ Group: 'all' }]);
});

test('a new bucket is blocked, takes no public policy, and one without either says so', async () => {
  const s3 = new S3Client({ ...at.admin(), forcePathStyle: true });
  const Bucket = 'shop-exports';
  await s3.send(new CreateBucketCommand({ Bucket }));
  const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
  expect(Object.values(block.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  const Policy =
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}';
  await expect(s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
    name: 'NoSuchBucketPolicy',
  });
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
});

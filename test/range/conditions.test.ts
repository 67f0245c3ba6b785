import { EnableRegionCommand, AccountClient, GetRegionOptStatusCommand } from '@aws-sdk/client-account';
import {
  CreateTagsCommand,
  DescribeRegionsCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  AttachUserPolicyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetUserCommand,
  IAMClient,
  ListUsersCommand,
  PutUserPermissionsBoundaryCommand,
} from '@aws-sdk/client-iam';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createUser } from '../../src/range/world/identity.js';
import { allow, ground, type Ground } from './world.js';

let at: Ground;
beforeEach(async () => {
  at = await ground({ enableRegionMs: 120_000 });
});
afterEach(() => at.range.close());

const statement = (Effect: string, Action: string, Condition?: object) => ({
  ...{ Effect, Action, Resource: '*' },
  ...(Condition === undefined ? {} : { Condition }),
});
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const refused = { name: 'UnauthorizedOperation' };
const launch = (tags?: Record<string, string>) =>
  new RunInstancesCommand({
    ...{ ImageId: 'ami-12345678', InstanceType: 'c5.large', MinCount: 1, MaxCount: 1 },
    ...(tags === undefined
      ? {}
      : {
          TagSpecifications: [
            { ResourceType: 'instance', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
          ],
        }),
  });

test('aws:RequestTag and aws:TagKeys decide by the tags that a request would set', async () => {
  const ec2 = new EC2Client(
    at.user(
      'tagger',
      policy(
        statement('Allow', 'ec2:RunInstances', { StringEquals: { 'aws:RequestTag/team': 'build' } }),
        statement('Allow', 'ec2:CreateTags', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['job'] } }),
      ),
    ),
  );
  await expect(ec2.send(launch())).rejects.toMatchObject(refused);
  await expect(ec2.send(launch({ team: 'web' }))).rejects.toMatchObject(refused);
  const { Instances = [] } = await ec2.send(launch({ team: 'build' }));
  const tag = (Key: string) =>
    ec2.send(new CreateTagsCommand({ Resources: [Instances[0]!.InstanceId!], Tags: [{ Key, Value: 'x' }] }));
  await tag('job');
  await expect(tag('owner')).rejects.toMatchObject(refused);
});

test('aws:ResourceTag and ec2:ResourceTag decide by the tags that the resource has', async () => {
  const admin = new EC2Client(at.admin());
  const ids = await Promise.all(
    ['build', 'web'].map(async (team) => (await admin.send(launch({ team }))).Instances![0]!.InstanceId!),
  );
  for (const [index, prefix] of ['aws', 'ec2'].entries()) {
    const condition = { StringEquals: { [`${prefix}:ResourceTag/team`]: 'build' } };
    const ec2 = new EC2Client(
      at.user(`by-${prefix}`, policy(statement('Allow', 'ec2:TerminateInstances', condition))),
    );
    const end = (id: string) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await expect(end(ids[1]!), String(index)).rejects.toMatchObject(refused);
    await end(ids[0]!);
  }
});

test('aws:PrincipalTag decides by the tags of who calls', async () => {
  const ec2 = new EC2Client(
    at.user(
      'ci',
      policy(statement('Allow', 'ec2:*', { StringEquals: { 'aws:PrincipalTag/team': 'build' } })),
    ),
  );
  await expect(ec2.send(new DescribeRegionsCommand({}))).rejects.toMatchObject(refused);
  at.account.users.get('ci')!.tags['team'] = 'build';
  await ec2.send(new DescribeRegionsCommand({}));
});

test('a permissions boundary bounds what the other policies allow, and is shown', async () => {
  const iam = new IAMClient(at.admin());
  const PermissionsBoundary = 'arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess';
  const bounded = new EC2Client(at.user('bounded', allow('*')));
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'bounded', PermissionsBoundary }));
  await bounded.send(new DescribeRegionsCommand({}));
  await expect(bounded.send(launch())).rejects.toMatchObject({
    message: expect.stringContaining(
      'because no permissions boundary allows the ec2:RunInstances action',
    ) as string,
  });
  const { User } = await iam.send(new GetUserCommand({ UserName: 'bounded' }));
  expect(User?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(PermissionsBoundary);
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'bounded' }));
  await bounded.send(launch());
  const made = await iam.send(new CreateUserCommand({ UserName: 'made', PermissionsBoundary }));
  expect(made.User?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(PermissionsBoundary);
  await expect(
    iam.send(
      new PutUserPermissionsBoundaryCommand({
        UserName: 'made',
        PermissionsBoundary: 'arn:aws:iam::111122223333:policy/none',
      }),
    ),
  ).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});

test("the quarantine's third version denies what its second let pass", async () => {
  const key = { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
  for (const [version, worse] of [
    ['V2', false],
    ['V3', true],
  ] as const) {
    const options = at.user(`exposed-${version}`, allow('*'));
    const PolicyArn = `arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine${version}`;
    await new IAMClient(at.admin()).send(
      new AttachUserPolicyCommand({ UserName: `exposed-${version}`, PolicyArn }),
    );
    const outcome = (call: Promise<unknown>) =>
      call.then(
        () => 'ok',
        (error: Error) => error.name,
      );
    const iam = new IAMClient(options);
    expect(await outcome(new STSClient(options).send(new GetSessionTokenCommand({})))).toBe(
      worse ? 'AccessDenied' : 'ok',
    );
    expect(await outcome(iam.send(new ListUsersCommand({})))).toBe(worse ? 'AccessDenied' : 'ok');
    expect(await outcome(iam.send(new DeleteAccessKeyCommand(key)))).toBe(
      worse ? 'AccessDenied' : 'NoSuchEntityException',
    );
    // Neither stops a launch for good.
    expect(await outcome(new EC2Client(options).send(launch()))).toBe('UnauthorizedOperation');
  }
});

test('a session of one’s own takes no permission', async () => {
  createUser(at.account, 'nobody');
  const sts = new STSClient(at.user('weak', policy(statement('Allow', 'ec2:DescribeRegions'))));
  const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
  expect(Credentials?.AccessKeyId).toMatch(/^ASIA/);
});

test('a region that is enabled takes its time, and takes no call until then', async () => {
  const account = new AccountClient(at.admin('us-east-1'));
  const RegionName = 'eu-south-1';
  const status = async () =>
    (await account.send(new GetRegionOptStatusCommand({ RegionName }))).RegionOptStatus;
  const there = new EC2Client(at.admin(RegionName));
  await account.send(new EnableRegionCommand({ RegionName }));
  expect(await status()).toBe('ENABLING');
  await expect(there.send(new DescribeRegionsCommand({}))).rejects.toMatchObject({ name: 'AuthFailure' });
  at.world.clock.advance(120_000);
  expect(await status()).toBe('ENABLED');
  await there.send(new DescribeRegionsCommand({}));
});

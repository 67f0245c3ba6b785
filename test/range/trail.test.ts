import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  LookupEventsCommand,
  paginateLookupEvents,
  StopLoggingCommand,
  type LookupAttributeKey,
} from '@aws-sdk/client-cloudtrail';
import { EC2Client, RunInstancesCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  IAMClient,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRole } from '../../src/range/world/identity.js';
import { addTrail } from '../../src/range/services/cloudtrail.js';
import { writeTrailFiles } from '../../src/range/world/trail-files.js';
import { writeEvent } from '../../src/range/world/trail.js';
import { allow, ground, type ClientOptions, type Ground } from './world.js';

let at: Ground;
beforeEach(async () => {
  at = await ground();
});
afterEach(() => at.range.close());

type Record_ = Record<string, unknown> & { userIdentity: Record<string, unknown> };

async function look(region: string, key: LookupAttributeKey, value: string): Promise<Record_[]> {
  const found: Record_[] = [];
  const pages = paginateLookupEvents(
    { client: new CloudTrailClient(at.admin(region)) },
    { LookupAttributes: [{ AttributeKey: key, AttributeValue: value }] },
  );
  for await (const { Events = [] } of pages)
    found.push(...Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!) as Record_));
  return found;
}

const launch = (options: ClientOptions, count = 2) =>
  new EC2Client(options).send(
    new RunInstancesCommand({
      MinCount: count,
      MaxCount: count,
      InstanceType: 'g5.xlarge',
      ImageId: 'ami-12345678',
      DisableApiTermination: true,
      UserData: 'c2VjcmV0',
    }),
  );

test('a launch is recorded as CloudTrail records it, without its user data', async () => {
  const ci = at.user('ci', allow('*'));
  const { Instances = [] } = await launch(ci);
  const [record, ...more] = await look('eu-west-1', 'AccessKeyId', ci.credentials.accessKeyId);
  expect(more).toEqual([]);
  expect(record).toMatchObject({
    eventName: 'RunInstances',
    eventSource: 'ec2.amazonaws.com',
    awsRegion: 'eu-west-1',
    readOnly: false,
    userIdentity: { type: 'IAMUser', userName: 'ci', accessKeyId: ci.credentials.accessKeyId },
    requestParameters: {
      instancesSet: { items: [{ minCount: 2, maxCount: 2 }] },
      instanceType: 'g5.xlarge',
      disableApiTermination: true,
      userData: '<sensitiveDataRemoved>',
    },
    responseElements: {
      instancesSet: { items: Instances.map(({ InstanceId }) => ({ instanceId: InstanceId })) },
    },
  });
  expect(await look('eu-west-2', 'AccessKeyId', ci.credentials.accessKeyId)).toEqual([]);
});

test('a refused call has an error code, null answers, and Client. before the codes of EC2', async () => {
  const weak = at.user('weak', allow('s3:*'));
  await launch(weak).catch(() => undefined);
  await new IAMClient(weak).send(new ListUsersCommand({})).catch(() => undefined);
  expect(await look('eu-west-1', 'Username', 'weak')).toMatchObject([
    { errorCode: 'Client.UnauthorizedOperation', responseElements: null },
  ]);
  expect(await look('us-east-1', 'Username', 'weak')).toMatchObject([
    { errorCode: 'AccessDenied', requestParameters: null, responseElements: null },
  ]);
});

test('minting calls name the credential that they made, and never a secret', async () => {
  const ci = at.user('ci', allow('*'));
  createRole(
    at.account,
    'deploy',
    { Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' } },
    { inline: { all: allow('*') } },
  );
  const sts = new STSClient(ci);
  const minted = (await sts.send(new GetSessionTokenCommand({}))).Credentials!;
  const assumed = (
    await sts.send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111122223333:role/deploy', RoleSessionName: 's' }),
    )
  ).Credentials!;
  const { AccessKey } = await new IAMClient(ci).send(new CreateAccessKeyCommand({ UserName: 'admin' }));
  await new IAMClient(ci).send(
    new CreateLoginProfileCommand({ UserName: 'ci', Password: 'hunter2-hunter2' }),
  );
  const regional = await look('eu-west-1', 'AccessKeyId', ci.credentials.accessKeyId);
  expect(regional).toMatchObject([
    {
      eventName: 'AssumeRole',
      readOnly: true,
      responseElements: {
        credentials: { accessKeyId: assumed.AccessKeyId },
        assumedRoleUser: { arn: 'arn:aws:sts::111122223333:assumed-role/deploy/s' },
      },
    },
    {
      eventName: 'GetSessionToken',
      readOnly: true,
      responseElements: { credentials: { accessKeyId: minted.AccessKeyId } },
    },
  ]);
  const global = await look('us-east-1', 'AccessKeyId', ci.credentials.accessKeyId);
  expect(global.find(({ eventName }) => eventName === 'CreateAccessKey')).toMatchObject({
    responseElements: { accessKey: { accessKeyId: AccessKey!.AccessKeyId, userName: 'admin' } },
  });
  const all = JSON.stringify([regional, global]);
  for (const secret of [
    minted.SecretAccessKey!,
    assumed.SecretAccessKey!,
    AccessKey!.SecretAccessKey!,
    'hunter2',
  ])
    expect(all).not.toContain(secret);
  await new EC2Client({
    ...ci,
    credentials: {
      accessKeyId: assumed.AccessKeyId!,
      secretAccessKey: assumed.SecretAccessKey!,
      sessionToken: assumed.SessionToken!,
    },
  }).send(new DescribeInstancesCommand({}));
  const [byRole] = await look('eu-west-1', 'AccessKeyId', assumed.AccessKeyId!);
  expect(byRole?.userIdentity).toMatchObject({
    type: 'AssumedRole',
    sessionContext: {
      sessionIssuer: { type: 'Role', userName: 'deploy' },
      attributes: { mfaAuthenticated: 'false' },
    },
  });
});

test('events come newest first, 50 a page at most, for one attribute, of the last 90 days', async () => {
  const region = at.account.region('eu-west-1');
  const day = 86_400_000;
  for (let index = 0; index < 120; index++) {
    writeEvent(region, at.world.clock.now() - index * day, {
      eventName: 'DescribeInstances',
      eventSource: 'ec2.amazonaws.com',
      userIdentity: { type: 'IAMUser', userName: 'old' },
    });
  }
  const trail = new CloudTrailClient(at.admin());
  const first = await trail.send(
    new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'old' }] }),
  );
  expect(first.Events).toHaveLength(50);
  const times = (await look('eu-west-1', 'Username', 'old')).map(({ eventTime }) => eventTime as string);
  expect(times).toHaveLength(91);
  expect(times).toEqual([...times].sort().reverse());
  const two = [
    { AttributeKey: 'Username' as const, AttributeValue: 'a' },
    { AttributeKey: 'EventName' as const, AttributeValue: 'b' },
  ];
  await expect(trail.send(new LookupEventsCommand({ LookupAttributes: two }))).rejects.toMatchObject({
    name: 'InvalidLookupAttributesException',
  });
  await expect(trail.send(new LookupEventsCommand({ MaxResults: 51 }))).rejects.toMatchObject({
    name: 'InvalidMaxResultsException',
  });
});

test('a page goes on where the last one ended, whatever arrives meanwhile', async () => {
  const region = at.account.region('eu-west-1');
  const write = (ago: number) =>
    writeEvent(region, at.world.clock.now() - ago, {
      eventName: 'X',
      eventSource: 'ec2.amazonaws.com',
      userIdentity: { userName: 'u' },
    });
  for (let index = 1; index <= 60; index++) write(index * 1000);
  const trail = new CloudTrailClient(at.admin());
  const input = { LookupAttributes: [{ AttributeKey: 'Username' as const, AttributeValue: 'u' }] };
  const first = await trail.send(new LookupEventsCommand(input));
  for (let index = 1; index <= 5; index++) write(index);
  const second = await trail.send(new LookupEventsCommand({ ...input, NextToken: first.NextToken! }));
  const ids = [...first.Events!, ...second.Events!].map(({ EventId }) => EventId);
  expect(ids).toHaveLength(60);
  expect(new Set(ids).size).toBe(60);
});

test('events arrive late, in another order than they happened, and some twice', async () => {
  Object.assign(at.world.settings, { trailDelayMs: [60_000, 900_000], trailDuplicates: 0.5 });
  const ci = at.user('ci', allow('*'));
  for (let index = 0; index < 20; index++) {
    await launch(ci, 1);
    at.world.clock.advance(1000);
  }
  expect(await look('eu-west-1', 'Username', 'ci')).toEqual([]);
  at.world.clock.advance(300_000);
  const some = await look('eu-west-1', 'Username', 'ci');
  at.world.clock.advance(900_000);
  const all = await look('eu-west-1', 'Username', 'ci');
  expect(some.length).toBeGreaterThan(0);
  expect(some.length).toBeLessThan(all.length);
  expect(all.length).toBeGreaterThan(20);
  expect(new Set(all.map(({ eventID }) => eventID)).size).toBe(20);
});

test('LookupEvents takes two calls a second', async () => {
  at.world.settings.throttling = true;
  const trail = new CloudTrailClient(at.admin());
  const look3 = () => trail.send(new LookupEventsCommand({}));
  await look3();
  await look3();
  await expect(look3()).rejects.toMatchObject({ name: 'ThrottlingException' });
  at.world.clock.advance(500);
  await look3();
});

test('a trail that stops logging says so, and can be deleted', async () => {
  addTrail(at.account.region('us-east-1'), 'main');
  const trail = new CloudTrailClient(at.admin('us-east-1'));
  expect((await trail.send(new DescribeTrailsCommand({}))).trailList).toMatchObject([
    { Name: 'main', IsMultiRegionTrail: true },
  ]);
  await trail.send(new StopLoggingCommand({ Name: 'main' }));
  expect((await trail.send(new GetTrailStatusCommand({ Name: 'main' }))).IsLogging).toBe(false);
  await trail.send(new DeleteTrailCommand({ Name: 'main' }));
  await expect(trail.send(new GetTrailStatusCommand({ Name: 'main' }))).rejects.toMatchObject({
    name: 'TrailNotFoundException',
  });
});

test('the log files of a trail hold the same records, gzipped, where AWS puts them', async () => {
  const ci = at.user('ci', allow('*'));
  await launch(ci);
  await new IAMClient(ci).send(new ListUsersCommand({}));
  const directory = await mkdtemp(join(tmpdir(), 'range-trail-'));
  try {
    expect(await writeTrailFiles(at.account, directory)).toBe(2);
    const files = (await readdir(directory, { recursive: true }))
      .filter((name) => name.endsWith('.gz'))
      .sort();
    expect(files).toEqual([
      'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/23/111122223333_CloudTrail_eu-west-1_20261123T0310Z_0000000000000000.json.gz',
      'AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23/111122223333_CloudTrail_us-east-1_20261123T0310Z_0000000000000000.json.gz',
    ]);
    const { Records } = JSON.parse(
      gunzipSync(await readFile(join(directory, files[0]!))).toString('utf8'),
    ) as { Records: Record_[] };
    expect(Records).toEqual(await look('eu-west-1', 'EventName', 'RunInstances'));
  } finally {
    await rm(directory, { recursive: true });
  }
});

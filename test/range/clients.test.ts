import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  SuspendProcessesCommand,
  SetInstanceProtectionCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { AccountClient, ListRegionsCommand } from '@aws-sdk/client-account';
import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDistribution } from '../../src/range/services/cloudfront.js';
import { ground, type Ground } from './world.js';

let at: Ground;
beforeAll(async () => {
  at = await ground();
});
afterAll(() => at.range.close());

test('STS says who calls', async () => {
  const answer = await new STSClient(at.admin()).send(new GetCallerIdentityCommand({}));
  expect(answer).toMatchObject({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/admin' });
});

test('EC2 launches, describes and terminates, and keeps tags that hold markup and control characters', async () => {
  const ec2 = new EC2Client(at.admin());
  const value = 'b<&>\u001b[31m"';
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      MinCount: 2,
      MaxCount: 2,
      InstanceType: 'g5.xlarge',
      ImageId: 'ami-12345678',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: value }] }],
    }),
  );
  expect(Instances.map(({ State }) => State?.Name)).toEqual(['pending', 'pending']);
  const found = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'tag:a', Values: [value] },
        { Name: 'instance-state-name', Values: ['running'] },
      ],
    }),
  );
  expect(found.Reservations?.flatMap(({ Instances: all = [] }) => all).map(({ Tags }) => Tags)).toEqual([
    [{ Key: 'a', Value: value }],
    [{ Key: 'a', Value: value }],
  ]);
  const ended = await ec2.send(
    new TerminateInstancesCommand({ InstanceIds: Instances.map(({ InstanceId }) => InstanceId!) }),
  );
  expect(
    ended.TerminatingInstances?.map(({ PreviousState, CurrentState }) => [
      PreviousState?.Name,
      CurrentState?.Name,
    ]),
  ).toEqual([
    ['running', 'terminated'],
    ['running', 'terminated'],
  ]);
});

test('the enabled regions are the 17 of a new account, and AllRegions shows those to opt in to', async () => {
  const ec2 = new EC2Client(at.admin());
  expect((await ec2.send(new DescribeRegionsCommand({}))).Regions).toHaveLength(17);
  const all = (await ec2.send(new DescribeRegionsCommand({ AllRegions: true }))).Regions ?? [];
  expect(all.find(({ RegionName }) => RegionName === 'af-south-1')?.OptInStatus).toBe('not-opted-in');
  const { Regions } = await new AccountClient(at.admin()).send(new ListRegionsCommand({}));
  expect(Regions).toHaveLength(all.length);
});

test('IAM keeps what it is given and shows it in the authorization details', async () => {
  const iam = new IAMClient(at.admin());
  await iam.send(new CreateUserCommand({ UserName: 'ci' }));
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: '*', Resource: '*' },
  });
  await iam.send(new PutUserPolicyCommand({ UserName: 'ci', PolicyName: 'stop', PolicyDocument: document }));
  const details = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['User'] }));
  const user = details.UserDetailList?.find(({ UserName }) => UserName === 'ci');
  expect(decodeURIComponent(user?.UserPolicyList?.[0]?.PolicyDocument ?? '')).toBe(document);
});

test('an Auto Scaling group replaces what it loses, until its processes are suspended and its sizes are 0', async () => {
  const region = 'eu-west-2';
  const scaling = new AutoScalingClient(at.admin(region));
  const ec2 = new EC2Client(at.admin(region));
  const running = async () => {
    const { AutoScalingGroups } = await scaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['miners'] }),
    );
    return AutoScalingGroups?.[0]?.Instances?.map(({ InstanceId }) => InstanceId!) ?? [];
  };
  await scaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: 'lc',
      ImageId: 'ami-12345678',
      InstanceType: 'c5.4xlarge',
    }),
  );
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'miners',
      LaunchConfigurationName: 'lc',
      MinSize: 3,
      MaxSize: 999,
      AvailabilityZones: [`${region}a`],
    }),
  );
  const first = await running();
  expect(first).toHaveLength(3);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: first.slice(0, 2) }));
  const second = await running();
  expect(second).toHaveLength(3);
  expect(second).toContain(first[2]);
  await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: 'miners' }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: second.slice(0, 1) }));
  expect(await running()).toHaveLength(2);
  await scaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: 'miners',
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    }),
  );
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: second.slice(1) }));
  expect(await running()).toHaveLength(0);
});

test('a group that is made smaller ends none of the instances that are protected from scale-in', async () => {
  const scaling = new AutoScalingClient(at.admin('ca-central-1'));
  const group = { AutoScalingGroupName: 'web' };
  const members = async () => {
    const { AutoScalingGroups } = await scaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }),
    );
    return AutoScalingGroups?.[0]?.Instances ?? [];
  };
  await scaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: 'web',
      ImageId: 'ami-12345678',
      InstanceType: 'm5.large',
    }),
  );
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      ...group,
      LaunchConfigurationName: 'web',
      MinSize: 6,
      MaxSize: 9,
      AvailabilityZones: ['ca-central-1a'],
    }),
  );
  const InstanceIds = (await members()).slice(2).map(({ InstanceId }) => InstanceId!);
  await scaling.send(new SetInstanceProtectionCommand({ ...group, InstanceIds, ProtectedFromScaleIn: true }));
  await scaling.send(new UpdateAutoScalingGroupCommand({ ...group, MinSize: 1, DesiredCapacity: 1 }));
  const kept = await members();
  expect(kept.map(({ InstanceId }) => InstanceId)).toEqual(InstanceIds);
  expect(kept.every(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn)).toBe(true);
  await scaling.send(
    new SetInstanceProtectionCommand({ ...group, InstanceIds, ProtectedFromScaleIn: false }),
  );
  expect(await members()).toHaveLength(1);
  const strange = { InstanceIds: ['i-0123456789abcdef0'], ProtectedFromScaleIn: true };
  await expect(scaling.send(new SetInstanceProtectionCommand({ ...group, ...strange }))).rejects.toThrow(
    /is not part of Auto Scaling group/,
  );
});

test("a group's launch is in the trail under the service's own role, with the group's tag", async () => {
  const trail = new CloudTrailClient(at.admin('eu-west-2'));
  const { Events = [] } = await trail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'RunInstances' }],
    }),
  );
  const record = JSON.parse(Events.at(-1)?.CloudTrailEvent ?? '{}') as Record<
    string,
    Record<string, unknown>
  >;
  expect(record.userIdentity).toMatchObject({ type: 'AssumedRole', invokedBy: 'autoscaling.amazonaws.com' });
  expect(record.userIdentity).not.toHaveProperty('accessKeyId');
  expect(JSON.stringify(record.responseElements)).toContain(
    '{"key":"aws:autoscaling:groupName","value":"miners"}',
  );
});

test('CloudFront lists distributions, and refuses every call while the account is locked', async () => {
  const cloudfront = new CloudFrontClient(at.admin('us-east-1'));
  const made = addDistribution(at.account, { aliases: ['www.example.com'] });
  const { DistributionList } = await cloudfront.send(new ListDistributionsCommand({}));
  expect(DistributionList?.Items).toMatchObject([
    { Id: made.id, DomainName: made.domain, Aliases: { Items: ['www.example.com'] } },
  ]);
  at.account.cloudfrontLocked = true;
  await expect(cloudfront.send(new ListDistributionsCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('must be verified') as string,
  });
  at.account.cloudfrontLocked = false;
});

test('an account outside an organization is told so', async () => {
  const organizations = new OrganizationsClient(at.admin('us-east-1'));
  await expect(organizations.send(new DescribeOrganizationCommand({}))).rejects.toMatchObject({
    name: 'AWSOrganizationsNotInUseException',
  });
});

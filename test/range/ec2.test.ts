import { AutoScalingClient, CreateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import {
  CancelSpotInstanceRequestsCommand,
  CreateFleetCommand,
  CreateLaunchTemplateCommand,
  DeleteFleetsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeSpotInstanceRequestsCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  paginateDescribeInstances,
  paginateDescribeInstanceTypes,
  RequestSpotFleetCommand,
  CancelSpotFleetRequestsCommand,
  RequestSpotInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeSecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { interruptSpot } from '../../src/range/services/ec2/spot-interruptions.js';
import { truth } from '../../src/range/world/truth.js';
import { allow, ground, type Ground } from './world.js';

let at: Ground;
let ec2: EC2Client;
beforeEach(async () => {
  at = await ground();
  ec2 = new EC2Client(at.admin());
});
afterEach(() => at.range.close());

const image = 'ami-12345678';
const run = async (input: Partial<RunInstancesCommandInput> = {}) =>
  (
    (
      await ec2.send(
        new RunInstancesCommand({
          MinCount: 1,
          MaxCount: 1,
          InstanceType: 'c5.xlarge',
          ImageId: image,
          ...input,
        }),
      )
    ).Instances ?? []
  ).map(({ InstanceId }) => InstanceId!);
const inZone = (letter: string, input: Partial<RunInstancesCommandInput> = {}) =>
  run({ Placement: { AvailabilityZone: `eu-west-1${letter}` }, ...input });
const states = async () => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  return Object.fromEntries(
    Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId, State }) => [
      InstanceId!,
      State?.Name,
    ]),
  );
};
const live = () => truth(at.world).instances.filter(({ state }) => state === 'running');

test('one protected instance keeps its whole zone, while the other zones are terminated though the call fails', async () => {
  const [guarded] = await inZone('a', { DisableApiTermination: true });
  const [beside] = await inZone('a');
  const [elsewhere] = await inZone('b');
  await expect(
    ec2.send(new TerminateInstancesCommand({ InstanceIds: [guarded!, beside!, elsewhere!] })),
  ).rejects.toMatchObject({
    name: 'OperationNotPermitted',
    message: `The instance '${guarded}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  });
  expect(await states()).toEqual({ [guarded!]: 'running', [beside!]: 'running', [elsewhere!]: 'terminated' });
  await ec2.send(
    new ModifyInstanceAttributeCommand({ InstanceId: guarded!, DisableApiTermination: { Value: false } }),
  );
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [guarded!, beside!] }));
  expect(new Set(Object.values(await states()))).toEqual(new Set(['terminated']));
});

test('stop protection blocks stopping and terminating', async () => {
  const [id] = await run({ DisableApiStop: true });
  const refused = {
    name: 'OperationNotPermitted',
    message: expect.stringContaining("'disableApiStop'") as string,
  };
  await expect(ec2.send(new StopInstancesCommand({ InstanceIds: [id!] }))).rejects.toMatchObject(refused);
  await expect(ec2.send(new TerminateInstancesCommand({ InstanceIds: [id!] }))).rejects.toMatchObject(
    refused,
  );
  expect(
    (await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: id!, Attribute: 'disableApiStop' })))
      .DisableApiStop?.Value,
  ).toBe(true);
});

test('with one unknown id none is terminated, and terminating twice is no error', async () => {
  const [id] = await run();
  await expect(
    ec2.send(new TerminateInstancesCommand({ InstanceIds: [id!, 'i-0123456789abcdef0'] })),
  ).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-0123456789abcdef0' does not exist",
  });
  expect(await states()).toEqual({ [id!]: 'running' });
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id!] }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id!] }));
  await expect(
    ec2.send(new TerminateInstancesCommand({ InstanceIds: ['i-nonsense'] })),
  ).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' });
});

test('states take seconds, and a terminated instance stays visible for an hour', async () => {
  Object.assign(at.world.settings, { launchMs: 5000, terminateMs: 10_000 });
  const [id] = await run();
  expect(await states()).toEqual({ [id!]: 'pending' });
  at.world.clock.advance(5000);
  expect(await states()).toEqual({ [id!]: 'running' });
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id!] }));
  expect(await states()).toEqual({ [id!]: 'stopping' });
  await expect(ec2.send(new StartInstancesCommand({ InstanceIds: [id!] }))).rejects.toMatchObject({
    name: 'IncorrectInstanceState',
  });
  at.world.clock.advance(10_000);
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id!] }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id!] }));
  expect(await states()).toEqual({ [id!]: 'shutting-down' });
  at.world.clock.advance(3_600_000);
  expect(await states()).toEqual({ [id!]: 'terminated' });
  at.world.clock.advance(11_000);
  expect(await states()).toEqual({});
});

test('a describe shows what was a moment ago', async () => {
  at.world.settings.describeDelayMs = 2000;
  await run();
  expect(await states()).toEqual({});
  at.world.clock.advance(2000);
  expect(Object.values(await states())).toEqual(['running']);
});

test('a describe shows each change since the last one', async () => {
  const [id] = await run();
  const shown = async () =>
    (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id!] }))).Reservations![0]!.Instances![0]!;
  const group = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web' }));
  expect((await shown()).Tags).toEqual([]);
  await ec2.send(new CreateTagsCommand({ Resources: [id!], Tags: [{ Key: 'a<b', Value: '“ü” & \u0007' }] }));
  expect((await shown()).Tags).toEqual([{ Key: 'a<b', Value: '“ü” & \u0007' }]);
  await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id!, Groups: [group.GroupId!] }));
  expect((await shown()).SecurityGroups).toEqual([{ GroupId: group.GroupId, GroupName: 'web' }]);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id!] }));
  expect((await shown()).State?.Name).toBe('stopped');
  await ec2.send(
    new ModifyInstanceAttributeCommand({ InstanceId: id!, InstanceType: { Value: 'c5.2xlarge' } }),
  );
  expect((await shown()).InstanceType).toBe('c5.2xlarge');
  const launched = (await shown()).LaunchTime;
  at.world.clock.advance(60_000);
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id!] }));
  expect((await shown()).LaunchTime).not.toEqual(launched);
});

test('a dry run that would work says so and makes nothing', async () => {
  await expect(run({ DryRun: true })).rejects.toMatchObject({
    name: 'DryRunOperation',
    $metadata: { httpStatusCode: 412 },
  });
  await expect(
    new EC2Client(at.user('weak', allow('s3:*'))).send(
      new RunInstancesCommand({ MinCount: 1, MaxCount: 1, DryRun: true }),
    ),
  ).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  expect(live()).toEqual([]);
});

test('the same client token launches once, and with other arguments is refused', async () => {
  const first = await run({ ClientToken: 't', MaxCount: 2 });
  expect(await run({ ClientToken: 't', MaxCount: 2 })).toEqual(first);
  await expect(run({ ClientToken: 't', MaxCount: 3 })).rejects.toMatchObject({
    name: 'IdempotentParameterMismatch',
  });
  expect(live()).toHaveLength(2);
});

test('CloudTrail has the repeated request with the instances of the first, and as they were launched', async () => {
  const first = await run({ ClientToken: 't', MaxCount: 2 });
  at.world.clock.advance(60_000);
  await run({ ClientToken: 't', MaxCount: 2 });
  const answers = at.account
    .region('eu-west-1')
    .events.filter(({ record }) => record.eventName === 'RunInstances')
    .map(({ record: { requestParameters, responseElements } }) => ({
      token: (requestParameters as { clientToken?: string }).clientToken,
      items: (responseElements as unknown as { instancesSet: { items: object[] } }).instancesSet.items,
    }));
  expect(answers).toHaveLength(2);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]?.token).toBe('t');
  expect(answers[0]?.items.map((item) => (item as { instanceId: string }).instanceId)).toEqual(first);
});

test('the same client token makes one fleet, and with other arguments is refused', async () => {
  const LaunchTemplateData = { ImageId: image, InstanceType: 'c5.large' } as const;
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'lt', LaunchTemplateData }));
  const make = async (TotalTargetCapacity: number) =>
    (
      await ec2.send(
        new CreateFleetCommand({
          ClientToken: 't',
          LaunchTemplateConfigs: [
            { LaunchTemplateSpecification: { LaunchTemplateName: 'lt', Version: '1' } },
          ],
          TargetCapacitySpecification: { TotalTargetCapacity },
        }),
      )
    ).FleetId;
  const first = await make(2);
  expect(await make(2)).toBe(first);
  expect(live()).toHaveLength(2);
  await expect(make(3)).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' });
});

test('vCPU quotas, capacity, unknown types and a blocked account refuse a launch', async () => {
  at.world.settings.quotas = { g: 8 };
  expect(await run({ InstanceType: 'g5.xlarge', MaxCount: 5 })).toHaveLength(2);
  await expect(run({ InstanceType: 'g5.xlarge' })).rejects.toMatchObject({ name: 'VcpuLimitExceeded' });
  at.world.settings.noCapacity = ['eu-west-1:p4d.24xlarge'];
  await expect(run({ InstanceType: 'p4d.24xlarge' })).rejects.toMatchObject({
    name: 'InsufficientInstanceCapacity',
  });
  await expect(run({ InstanceType: 'z9.huge' as 'c5.large' })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
  at.account.blocked = true;
  await expect(run()).rejects.toMatchObject({
    name: 'Blocked',
    message: expect.stringContaining('currently blocked and not recognized as a valid account') as string,
  });
  await expect(run({ DryRun: true })).rejects.toMatchObject({ name: 'DryRunOperation' });
});

test('instances come in pages, never beside ids', async () => {
  const ids = await run({ MinCount: 12, MaxCount: 12 });
  const seen: string[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
    const page = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId!));
    expect(page.length).toBeLessThanOrEqual(5);
    seen.push(...page);
  }
  expect(seen).toEqual(ids);
  await expect(
    ec2.send(new DescribeInstancesCommand({ InstanceIds: ids, MaxResults: 5 })),
  ).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
  await expect(
    ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test('types say which accelerators they have', async () => {
  const { InstanceTypes = [] } = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: ['g5.12xlarge', 'inf2.xlarge', 'm5.large'] }),
  );
  expect(
    InstanceTypes.find(({ InstanceType }) => InstanceType === 'g5.12xlarge')?.GpuInfo?.Gpus?.[0],
  ).toMatchObject({ Name: 'A10G', Manufacturer: 'NVIDIA', Count: 4 });
  expect(
    InstanceTypes.find(({ InstanceType }) => InstanceType === 'inf2.xlarge')?.NeuronInfo?.NeuronDevices,
  ).toHaveLength(1);
  expect(InstanceTypes.find(({ InstanceType }) => InstanceType === 'm5.large')?.GpuInfo).toBeUndefined();
  let pages = 0;
  for await (const page of paginateDescribeInstanceTypes({ client: ec2 }, {}))
    pages += page.InstanceTypes === undefined ? 0 : 1;
  expect(pages).toBeGreaterThan(1);
});

test('a persistent spot request launches again until it is cancelled, which leaves its instance running', async () => {
  const { SpotInstanceRequests = [] } = await ec2.send(
    new RequestSpotInstancesCommand({
      InstanceCount: 1,
      Type: 'persistent',
      LaunchSpecification: { ImageId: image, InstanceType: 'c5.xlarge' },
    }),
  );
  const id = SpotInstanceRequests[0]!.SpotInstanceRequestId!;
  const current = async () =>
    (await ec2.send(new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] })))
      .SpotInstanceRequests![0]!;
  const first = (await current()).InstanceId!;
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
  const second = await current();
  expect(second).toMatchObject({ State: 'active' });
  expect(second.InstanceId).not.toBe(first);
  await ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }));
  expect(live()).toHaveLength(1);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [second.InstanceId!] }));
  expect(await current()).toMatchObject({ State: 'cancelled' });
  expect(live()).toHaveLength(0);
});

test('a fleet that maintains its size and a spot fleet relaunch until they are ended with their instances', async () => {
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'lt',
      LaunchTemplateData: { ImageId: image, InstanceType: 'c5.xlarge' },
    }),
  );
  const LaunchTemplateConfigs = [
    {
      LaunchTemplateSpecification: { LaunchTemplateId: LaunchTemplate!.LaunchTemplateId!, Version: '1' },
      Overrides: [{ InstanceType: 'g5.xlarge' as const }],
    },
  ];
  const { FleetId } = await ec2.send(
    new CreateFleetCommand({
      Type: 'maintain',
      LaunchTemplateConfigs,
      TargetCapacitySpecification: { TotalTargetCapacity: 3, DefaultTargetCapacityType: 'on-demand' },
    }),
  );
  expect(live().map(({ type, tags }) => [type, tags['aws:ec2:fleet-id']])).toEqual(
    Array(3).fill(['g5.xlarge', FleetId]),
  );
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: live().map(({ id }) => id) }));
  await states();
  expect(live()).toHaveLength(3);
  await ec2.send(new DeleteFleetsCommand({ FleetIds: [FleetId!], TerminateInstances: true }));
  await states();
  expect(live()).toHaveLength(0);
  const { SpotFleetRequestId } = await ec2.send(
    new RequestSpotFleetCommand({
      SpotFleetRequestConfig: {
        IamFleetRole: 'arn:aws:iam::111122223333:role/f',
        TargetCapacity: 2,
        LaunchSpecifications: [{ ImageId: image, InstanceType: 'c5.xlarge' }],
      },
    }),
  );
  expect(live()).toHaveLength(2);
  const answer = await ec2.send(
    new CancelSpotFleetRequestsCommand({
      SpotFleetRequestIds: [SpotFleetRequestId!, 'sfr-00000000-0000-0000-0000-000000000000'],
      TerminateInstances: true,
    }),
  );
  expect(answer.SuccessfulFleetRequests).toHaveLength(1);
  expect(answer.UnsuccessfulFleetRequests).toHaveLength(1);
  expect(live()).toHaveLength(0);
});

test('a relauncher waits as long as the settings say', async () => {
  at.world.settings.relaunchMs = 30_000;
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'lt',
      LaunchTemplateData: { ImageId: image, InstanceType: 'c5.xlarge' },
    }),
  );
  await new AutoScalingClient(at.admin()).send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'g',
      MinSize: 2,
      MaxSize: 2,
      LaunchTemplate: { LaunchTemplateName: 'lt' },
      AvailabilityZones: ['eu-west-1a'],
    }),
  );
  at.world.clock.advance(30_000);
  const before = live();
  expect(before).toHaveLength(2);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: before.map(({ id }) => id) }));
  at.world.clock.advance(29_000);
  expect(live()).toHaveLength(0);
  at.world.clock.advance(1000);
  expect(live()).toHaveLength(2);
});

test('security group rules are opened and revoked one by one', async () => {
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'open', Description: 'd' }));
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: GroupId!,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 22,
          ToPort: 22,
          IpRanges: [{ CidrIp: '0.0.0.0/0' }, { CidrIp: '203.0.113.0/24' }],
        },
      ],
    }),
  );
  const rules = async () =>
    (
      await ec2.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId!] }] }),
      )
    ).SecurityGroupRules ?? [];
  const open = (await rules()).find(
    ({ IsEgress, CidrIpv4 }) => IsEgress === false && CidrIpv4 === '0.0.0.0/0',
  );
  await ec2.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: GroupId!,
      SecurityGroupRuleIds: [open!.SecurityGroupRuleId!],
    }),
  );
  expect((await rules()).filter(({ IsEgress }) => IsEgress === false)).toMatchObject([
    { CidrIpv4: '203.0.113.0/24', FromPort: 22 },
  ]);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }));
  expect(SecurityGroups[0]?.IpPermissions).toMatchObject([
    { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '203.0.113.0/24' }] },
  ]);
});

test('AWS takes spot instances back, and a persistent request gets another', async () => {
  const request = (Type: 'one-time' | 'persistent') =>
    ec2.send(
      new RequestSpotInstancesCommand({
        InstanceCount: 1,
        Type,
        LaunchSpecification: { ImageId: image, InstanceType: 'c5.xlarge' },
      }),
    );
  await request('one-time');
  await request('persistent');
  expect(interruptSpot(at.account.region('eu-west-1'))).toHaveLength(2);
  at.world.clock.settle();
  expect(live()).toHaveLength(1);
});

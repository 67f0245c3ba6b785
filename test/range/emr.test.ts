import {
  AddInstanceFleetCommand,
  AddInstanceGroupsCommand,
  EMRClient,
  ListClustersCommand,
  ListInstanceFleetsCommand,
  ListInstanceGroupsCommand,
  ListInstancesCommand,
  ModifyInstanceGroupsCommand,
  RunJobFlowCommand,
  SetTerminationProtectionCommand,
  TerminateJobFlowsCommand,
} from '@aws-sdk/client-emr';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instancesOf, stateAt } from '../../src/range/world/compute.js';
import { ground, type Ground } from './world.js';

let at: Ground;
let emr: EMRClient;
beforeEach(async () => {
  at = await ground();
  emr = new EMRClient(at.admin());
});
afterEach(() => at.range.close());

const settle = () => at.world.clock.advance(10 * 60_000);
const running = () => {
  const now = at.world.clock.now();
  return [...instancesOf(at.account.region('eu-west-1')).values()].filter(
    (one) => stateAt(one, now) === 'running',
  );
};
const begin = async (fleets = false) => {
  const { JobFlowId = '' } = await emr.send(
    new RunJobFlowCommand({
      Name: 'reports',
      Instances: {
        TerminationProtected: true,
        ...(fleets
          ? { InstanceFleets: [{ InstanceFleetType: 'MASTER', TargetOnDemandCapacity: 1 }] }
          : { InstanceCount: 3, MasterInstanceType: 'm5.xlarge', SlaveInstanceType: 'c5.xlarge' }),
      },
    }),
  );
  settle();
  return JobFlowId;
};

test('an EMR cluster runs its instances until it is terminated, which its protection forbids', async () => {
  const ClusterId = await begin();
  expect(running().map(({ tags }) => tags['aws:elasticmapreduce:job-flow-id'])).toEqual(
    Array.from({ length: 3 }, () => ClusterId),
  );
  const { Instances = [] } = await emr.send(new ListInstancesCommand({ ClusterId }));
  expect(Instances.map(({ Ec2InstanceId }) => Ec2InstanceId).sort()).toEqual(
    running()
      .map(({ id }) => id)
      .sort(),
  );
  const end = () => emr.send(new TerminateJobFlowsCommand({ JobFlowIds: [ClusterId] }));
  await expect(end()).rejects.toMatchObject({ name: 'ValidationException' });
  await emr.send(
    new SetTerminationProtectionCommand({ JobFlowIds: [ClusterId], TerminationProtected: false }),
  );
  await end();
  settle();
  expect(running()).toEqual([]);
  const live = await emr.send(new ListClustersCommand({ ClusterStates: ['RUNNING', 'WAITING'] }));
  expect(live.Clusters).toEqual([]);
});

test('a task group is resized to nothing, and one that shrinks ends whom it is told to; others it cannot empty', async () => {
  const ClusterId = await begin();
  const { InstanceGroupIds: [tasks = ''] = [] } = await emr.send(
    new AddInstanceGroupsCommand({
      JobFlowId: ClusterId,
      InstanceGroups: [{ InstanceRole: 'TASK', InstanceType: 'c5.xlarge', InstanceCount: 3 }],
    }),
  );
  settle();
  const members = async () =>
    ((await emr.send(new ListInstancesCommand({ ClusterId }))).Instances ?? [])
      .filter(({ InstanceGroupId }) => InstanceGroupId === tasks)
      .map(({ Ec2InstanceId = '' }) => Ec2InstanceId);
  const [first = '', second = '', third = ''] = await members();
  const resize = (InstanceGroupId: string, InstanceCount: number, InstanceResizePolicy = {}) =>
    emr.send(
      new ModifyInstanceGroupsCommand({
        InstanceGroups: [{ InstanceGroupId, InstanceCount, ShrinkPolicy: { InstanceResizePolicy } }],
      }),
    );
  await resize(tasks, 2, { InstancesToProtect: [second, third], InstancesToTerminate: [first] });
  settle();
  expect(await members()).toEqual([second, third]);
  await resize(tasks, 0);
  const { InstanceGroups = [] } = await emr.send(new ListInstanceGroupsCommand({ ClusterId }));
  const core = InstanceGroups.find(({ InstanceGroupType }) => InstanceGroupType === 'CORE')?.Id ?? '';
  await expect(resize(core, 0)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a cluster has groups or fleets, and never both', async () => {
  const ClusterId = await begin(true);
  const { InstanceFleetId } = await emr.send(
    new AddInstanceFleetCommand({
      ClusterId,
      InstanceFleet: { InstanceFleetType: 'TASK', TargetOnDemandCapacity: 2 },
    }),
  );
  const { InstanceFleets = [] } = await emr.send(new ListInstanceFleetsCommand({ ClusterId }));
  expect(InstanceFleets.map(({ Id }) => Id)).toContain(InstanceFleetId);
  await expect(emr.send(new ListInstanceGroupsCommand({ ClusterId }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
  });
});

import {
  CreateFleetCommand,
  DeleteFleetCommand,
  DescribeFleetAttributesCommand,
  GameLiftClient,
} from '@aws-sdk/client-gamelift';
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  ListClustersCommand,
  SageMakerClient,
  UpdateClusterCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ground, type Ground } from './world.js';

let at: Ground;
beforeEach(async () => {
  at = await ground();
});
afterEach(() => at.range.close());

test('a GameLift fleet is there until it is deleted', async () => {
  const gamelift = new GameLiftClient(at.admin());
  const { FleetAttributes: made } = await gamelift.send(
    new CreateFleetCommand({ Name: 'arena', EC2InstanceType: 'c5.large' }),
  );
  const fleets = async () =>
    (await gamelift.send(new DescribeFleetAttributesCommand({}))).FleetAttributes ?? [];
  expect(await fleets()).toMatchObject([
    { FleetId: made?.FleetId, InstanceType: 'c5.large', Status: 'ACTIVE' },
  ]);
  await gamelift.send(new DeleteFleetCommand({ FleetId: made?.FleetArn }));
  at.world.clock.advance(10 * 60_000);
  expect(await fleets()).toEqual([]);
  await expect(gamelift.send(new DeleteFleetCommand({ FleetId: made?.FleetId }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});

test('a HyperPod cluster is called by its name or its ARN', async () => {
  const sagemaker = new SageMakerClient(at.admin());
  const group = {
    ...{ InstanceGroupName: 'w', InstanceType: 'ml.p5.48xlarge' as const, InstanceCount: 4 },
    ExecutionRole: 'arn:aws:iam::111122223333:role/service',
    LifeCycleConfig: { SourceS3Uri: 's3://x/', OnCreate: 'on.sh' },
  };
  const { ClusterArn } = await sagemaker.send(
    new CreateClusterCommand({ ClusterName: 'hp', InstanceGroups: [group] }),
  );
  const clusters = async () => (await sagemaker.send(new ListClustersCommand({}))).ClusterSummaries;
  expect(await clusters()).toMatchObject([{ ClusterName: 'hp', ClusterArn, ClusterStatus: 'InService' }]);
  const InstanceGroups = [{ ...group, InstanceCount: 9 }];
  expect(
    (await sagemaker.send(new UpdateClusterCommand({ ClusterName: 'hp', InstanceGroups }))).ClusterArn,
  ).toBe(ClusterArn);
  await sagemaker.send(new DeleteClusterCommand({ ClusterName: ClusterArn }));
  at.world.clock.advance(10 * 60_000);
  expect(await clusters()).toEqual([]);
});

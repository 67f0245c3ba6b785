import {
  AppStreamClient,
  CreateFleetCommand,
  DescribeFleetsCommand,
  StartFleetCommand,
  StopFleetCommand,
} from '@aws-sdk/client-appstream';
import {
  CloudFormationClient,
  CreateStackInstancesCommand,
  CreateStackSetCommand,
  DeleteStackInstancesCommand,
  DeleteStackSetCommand,
  DescribeStacksCommand,
  ListStackInstancesCommand,
  ListStackSetsCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateWorkspacesCommand,
  DescribeWorkspacesCommand,
  TerminateWorkspacesCommand,
  WorkSpacesClient,
} from '@aws-sdk/client-workspaces';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ground, type Ground } from './world.js';

let at: Ground;
beforeEach(async () => {
  at = await ground({ terminateMs: 60_000 });
});
afterEach(() => at.range.close());

test('an AppStream fleet is made stopped, and runs from its start to its stop', async () => {
  const client = new AppStreamClient(at.admin());
  const Name = 'gpu';
  const ComputeCapacity = { DesiredInstances: 4 };
  await client.send(
    new CreateFleetCommand({ Name, InstanceType: 'stream.graphics.g5.xlarge', ComputeCapacity }),
  );
  const state = async () => (await client.send(new DescribeFleetsCommand({}))).Fleets?.[0]?.State;
  expect(await state()).toBe('STOPPED');
  await client.send(new StartFleetCommand({ Name }));
  expect(await state()).toBe('RUNNING');
  await client.send(new StopFleetCommand({ Name }));
  expect(await state()).toBe('STOPPED');
  await expect(client.send(new StopFleetCommand({ Name: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('a WorkSpace is there until it is terminated; one that is not there is told in the answer', async () => {
  const client = new WorkSpacesClient(at.admin());
  const wanted = { DirectoryId: 'd-906700aaaa', UserName: 'dora', BundleId: 'wsb-12345abcd' };
  const { PendingRequests } = await client.send(new CreateWorkspacesCommand({ Workspaces: [wanted] }));
  const WorkspaceId = PendingRequests?.[0]?.WorkspaceId;
  const list = async () => (await client.send(new DescribeWorkspacesCommand({}))).Workspaces ?? [];
  expect(await list()).toMatchObject([{ WorkspaceId, State: 'AVAILABLE', UserName: 'dora' }]);
  const TerminateWorkspaceRequests = [{ WorkspaceId }, { WorkspaceId: 'ws-none12345' }];
  const { FailedRequests } = await client.send(
    new TerminateWorkspacesCommand({ TerminateWorkspaceRequests }),
  );
  expect(FailedRequests).toMatchObject([{ WorkspaceId: 'ws-none12345' }]);
  at.world.clock.advance(10 * 60_000);
  expect(await list()).toEqual([]);
});

test('a stack set makes its stacks in their regions, and goes when it has none', async () => {
  const client = new CloudFormationClient(at.admin());
  const StackSetName = 'web';
  const body = '{"Resources":{"a":{"Type":"AWS::EC2::Instance","Properties":{"InstanceType":"m5.large"}}}}';
  await client.send(new CreateStackSetCommand({ StackSetName, TemplateBody: body }));
  const where = { StackSetName, Accounts: ['111122223333'], Regions: ['eu-west-2'] };
  await client.send(new CreateStackInstancesCommand(where));
  const placed = async () =>
    (await client.send(new ListStackInstancesCommand({ StackSetName }))).Summaries ?? [];
  const elsewhere = new CloudFormationClient({ ...at.admin(), region: 'eu-west-2' });
  const { Stacks } = await elsewhere.send(new DescribeStacksCommand({}));
  expect(await placed()).toMatchObject([{ Region: 'eu-west-2', StackId: Stacks?.[0]?.StackId }]);
  await expect(client.send(new DeleteStackSetCommand({ StackSetName }))).rejects.toMatchObject({
    name: 'StackSetNotEmptyException',
  });
  const ended = { ...where, RetainStacks: false };
  await client.send(new DeleteStackInstancesCommand(ended));
  await expect(client.send(new DeleteStackInstancesCommand(ended))).rejects.toMatchObject({
    name: 'OperationInProgressException',
  });
  at.world.clock.advance(10 * 60_000);
  expect(await placed()).toEqual([]);
  expect((await elsewhere.send(new DescribeStacksCommand({}))).Stacks ?? []).toEqual([]);
  await client.send(new DeleteStackSetCommand({ StackSetName }));
  expect((await client.send(new ListStackSetsCommand({ Status: 'ACTIVE' }))).Summaries ?? []).toEqual([]);
});

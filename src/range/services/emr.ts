import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { instancesOf, terminate } from '../world/compute.js';
import { membersOf, reconcileLater, relaunchersOf, type Relauncher } from '../world/relaunch.js';
import type { Region } from '../world/world.js';
import { paged, Shelf, type Thing } from './shelf.js';

const invalid: [string, number] = ['InvalidRequestException', 400];
const ended = ({ State }: Thing) => String(State).startsWith('TERMINAT');
const clusters = new Shelf('elasticmapreduce:clusters', invalid, null, (one) => !ended(one));
const groups = new Shelf('elasticmapreduce:groups', invalid, null, ({ count }) => Number(count) > 0);

interface GroupInput {
  Name?: string;
  InstanceRole?: string;
  InstanceType?: string;
  InstanceCount?: number;
  InstanceFleetType?: string;
  TargetOnDemandCapacity?: number;
  TargetSpotCapacity?: number;
  InstanceTypeConfigs?: { InstanceType: string }[];
}
interface FlowInput {
  Name: string;
  JobFlowRole?: string;
  ServiceRole?: string;
  Instances: {
    MasterInstanceType?: string;
    SlaveInstanceType?: string;
    InstanceCount?: number;
    InstanceGroups?: GroupInput[];
    InstanceFleets?: GroupInput[];
    TerminationProtected?: boolean;
    KeepJobFlowAliveWhenNoSteps?: boolean;
  };
  Steps?: { Name: string }[];
  BootstrapActions?: { Name: string }[];
  Tags?: { Key: string; Value: string }[];
}
type Of = { ClusterId: string; Marker?: string };

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const idOf = ({ world }: Context, prefix: string) =>
  `${prefix}-${Array.from({ length: 13 }, () => letters[world.random.below(letters.length)]).join('')}`;

const within = (region: Region, cluster: string) =>
  groups.all(region).filter((one) => one.cluster === cluster);

/** A group or fleet, and what keeps its number of instances: EMR replaces what is lost. */
function addGroup(context: Context, cluster: string, input: GroupInput): Thing {
  const { region, now, maker } = context;
  const isFleet = input.InstanceFleetType !== undefined;
  const role = input.InstanceFleetType ?? input.InstanceRole ?? 'CORE';
  const instanceType = input.InstanceType ?? input.InstanceTypeConfigs?.[0]?.InstanceType ?? 'm5.xlarge';
  const count = isFleet
    ? (input.TargetOnDemandCapacity ?? 0) + (input.TargetSpotCapacity ?? 0)
    : (input.InstanceCount ?? 1);
  const group = groups.add(context, idOf(context, isFleet ? 'if' : 'ig'), {
    ...{ cluster, isFleet, role, instanceType, count, name: input.Name ?? role, State: 'RUNNING' },
    ...{ onDemand: input.TargetOnDemandCapacity ?? 0, spot: input.TargetSpotCapacity ?? 0 },
  });
  const tags = {
    'aws:elasticmapreduce:job-flow-id': cluster,
    'aws:elasticmapreduce:instance-group-role': role,
  };
  const relauncher: Relauncher = {
    ...{ kind: 'cluster-group', id: group.id, createdAt: now, maker, target: count, keeps: true },
    specs: [{ instanceType, tags }],
  };
  relaunchersOf(region).set(group.id, relauncher);
  reconcileLater(region, relauncher);
  return group;
}

function resize({ region }: Context, { id }: Thing, count: number): void {
  const relauncher = relaunchersOf(region).get(id);
  if (relauncher === undefined) return;
  relauncher.target = count;
  reconcileLater(region, relauncher);
}

/** Instances named in the shrink policy are kept, or go first (API reference, InstanceResizePolicy). */
function shrinkBy({ region }: Context, id: string, count: number, keep: string[], end: string[]): void {
  const relauncher = relaunchersOf(region).get(id);
  if (relauncher === undefined) return;
  const members = membersOf(region, relauncher);
  for (const member of members) member.protectedFromScaleIn = keep.includes(member.id);
  for (const member of members.filter((one) => end.includes(one.id)).slice(0, members.length - count))
    terminate(region, member);
}

function runJobFlow(context: Context, input: FlowInput) {
  const { region, account } = context;
  const { Instances: wanted } = input;
  for (const role of [input.JobFlowRole, input.ServiceRole])
    if (role !== undefined)
      context.authorize('iam:PassRole', account.arn(`role/${role.split('/').at(-1) ?? ''}`));
  const id = idOf(context, 'j');
  const isFleets = wanted.InstanceFleets !== undefined;
  const arn = region.arn('elasticmapreduce', `cluster/${id}`);
  clusters.add(context, id, {
    ...{ Id: id, Name: input.Name, State: 'WAITING', ClusterArn: arn, Tags: input.Tags ?? [] },
    InstanceCollectionType: isFleets ? 'INSTANCE_FLEET' : 'INSTANCE_GROUP',
    TerminationProtected: wanted.TerminationProtected ?? false,
    AutoTerminate: wanted.KeepJobFlowAliveWhenNoSteps !== true,
    ...{ steps: input.Steps ?? [], bootstraps: input.BootstrapActions ?? [] },
  });
  const others = (wanted.InstanceCount ?? 1) - 1;
  const simple: GroupInput[] = [
    { InstanceRole: 'MASTER', InstanceType: wanted.MasterInstanceType ?? 'm5.xlarge', InstanceCount: 1 },
    ...(others > 0
      ? [
          {
            InstanceRole: 'CORE',
            InstanceType: wanted.SlaveInstanceType ?? 'm5.xlarge',
            InstanceCount: others,
          },
        ]
      : []),
  ];
  for (const group of wanted.InstanceFleets ?? wanted.InstanceGroups ?? simple) addGroup(context, id, group);
  context.trail.responseElements = { jobFlowId: id, clusterArn: arn };
  return { JobFlowId: id, ClusterArn: arn };
}

function terminateFlows(context: Context, { JobFlowIds }: { JobFlowIds: string[] }): void {
  const { region } = context;
  const named = JobFlowIds.map((id) => clusters.get(region, id));
  const kept = named.find(({ TerminationProtected }) => TerminationProtected === true);
  if (kept !== undefined)
    throw new AwsError(
      'ValidationException',
      'Could not shut down one or more job flows since they are termination protected.',
    );
  for (const cluster of named.filter((one) => !ended(one))) {
    clusters.change(context, cluster.id, { State: 'TERMINATING' });
    for (const group of within(region, cluster.id)) endGroup(region, group);
    const { clock, settings } = context.world;
    clock.after(settings.terminateMs, () => Object.assign(cluster, { State: 'TERMINATED' }));
  }
}

function endGroup(region: Region, group: Thing): void {
  const relauncher = relaunchersOf(region).get(group.id);
  relaunchersOf(region).delete(group.id);
  Object.assign(group, { State: 'TERMINATED', count: 0 });
  if (relauncher === undefined) return;
  for (const instance of membersOf(region, relauncher)) terminate(region, instance);
}

/** A live cluster, and its group or fleet. @throws as EMR words it */
function partOf({ region }: Context, id: string, cluster: string | undefined, isFleet: boolean): Thing {
  const group = groups.get(region, id);
  if (group.isFleet !== isFleet || (cluster !== undefined && group.cluster !== cluster))
    throw new AwsError('InvalidRequestException', `Instance group id '${id}' is not valid.`);
  if (ended(clusters.get(region, String(group.cluster))))
    throw new AwsError(
      'ValidationException',
      'An instance group cannot be modified in a terminated cluster.',
    );
  return group;
}

function modifyGroups(
  context: Context,
  input: {
    ClusterId?: string;
    InstanceGroups?: {
      InstanceGroupId: string;
      InstanceCount?: number;
      ShrinkPolicy?: {
        InstanceResizePolicy?: { InstancesToProtect?: string[]; InstancesToTerminate?: string[] };
      };
    }[];
  },
): void {
  for (const { InstanceGroupId, InstanceCount, ShrinkPolicy } of input.InstanceGroups ?? []) {
    const group = partOf(context, InstanceGroupId, input.ClusterId, false);
    if (InstanceCount === undefined) continue;
    if (group.role !== 'TASK' && InstanceCount < 1)
      throw new AwsError('ValidationException', 'Only task instance groups can be resized to 0 instances.');
    groups.change(context, group.id, { count: InstanceCount });
    const { InstancesToProtect: keep = [], InstancesToTerminate: end = [] } =
      ShrinkPolicy?.InstanceResizePolicy ?? {};
    if (keep.length + end.length > 0) shrinkBy(context, group.id, InstanceCount, keep, end);
    resize(context, group, InstanceCount);
  }
}

const timeline = ({ createdAt }: Thing) => ({ CreationDateTime: createdAt, ReadyDateTime: createdAt });
const groupShape = (region: Region) => (group: Thing) => {
  const relauncher = relaunchersOf(region).get(group.id);
  return {
    Id: group.id,
    Name: String(group.name),
    Market: 'ON_DEMAND',
    InstanceGroupType: String(group.role),
    InstanceFleetType: String(group.role),
    InstanceType: String(group.instanceType),
    InstanceTypeSpecifications: [{ InstanceType: String(group.instanceType) }],
    RequestedInstanceCount: Number(group.count),
    RunningInstanceCount: relauncher === undefined ? 0 : membersOf(region, relauncher).length,
    TargetOnDemandCapacity: Number(group.onDemand),
    TargetSpotCapacity: Number(group.spot),
    Status: { State: String(group.State), Timeline: timeline(group) },
  };
};

/** Amazon EMR, as far as clusters of groups or fleets of instances need it. */
export const elasticmapreduce: Service = {
  operations: {
    RunJobFlow: runJobFlow,
    ListClusters: ({ region }, input: { ClusterStates?: string[]; Marker?: string }) =>
      paged(
        'Clusters',
        clusters
          .all(region)
          .filter(({ State }) => !input.ClusterStates?.length || input.ClusterStates.includes(String(State)))
          .map((one) => ({ Id: one.id, Name: String(one.Name), Status: { State: String(one.State) } })),
        input.Marker,
        50,
        'Marker',
      ),
    DescribeCluster: ({ region }, { ClusterId }: Of) => {
      const cluster = clusters.get(region, ClusterId);
      return {
        Cluster: { ...cluster, Status: { State: String(cluster.State), Timeline: timeline(cluster) } },
      };
    },
    ListInstanceGroups: ({ region }, { ClusterId, Marker }: Of) => {
      onlyOf(region, ClusterId, 'INSTANCE_GROUP');
      return paged('InstanceGroups', within(region, ClusterId).map(groupShape(region)), Marker, 50, 'Marker');
    },
    ListInstanceFleets: ({ region }, { ClusterId, Marker }: Of) => {
      onlyOf(region, ClusterId, 'INSTANCE_FLEET');
      return paged('InstanceFleets', within(region, ClusterId).map(groupShape(region)), Marker, 50, 'Marker');
    },
    ListInstances: ({ region }, { ClusterId, Marker }: Of) => {
      clusters.get(region, ClusterId);
      const members = within(region, ClusterId).flatMap((group) =>
        [...instancesOf(region).values()]
          .filter(({ maker, states }) => maker.launcher === group.id && states.at(-1)?.state === 'running')
          .map((instance) => ({
            Id: `ci-${instance.id.slice(2)}`,
            Ec2InstanceId: instance.id,
            [group.isFleet === true ? 'InstanceFleetId' : 'InstanceGroupId']: group.id,
            InstanceType: instance.instanceType,
            Status: { State: 'RUNNING' },
          })),
      );
      return paged('Instances', members, Marker, 100, 'Marker');
    },
    ListSteps: ({ region }, { ClusterId }: Of) => ({
      Steps: clusters.get(region, ClusterId).steps as object[],
    }),
    ListBootstrapActions: ({ region }, { ClusterId }: Of) => ({
      BootstrapActions: clusters.get(region, ClusterId).bootstraps as object[],
    }),
    AddInstanceGroups: (context, input: { JobFlowId: string; InstanceGroups: GroupInput[] }) => {
      const cluster = clusters.get(context.region, input.JobFlowId);
      const ids = input.InstanceGroups.map((group) => addGroup(context, cluster.id, group).id);
      const arn = cluster.ClusterArn as string;
      context.trail.responseElements = { jobFlowId: cluster.id, instanceGroupIds: ids, clusterArn: arn };
      return { JobFlowId: cluster.id, InstanceGroupIds: ids, ClusterArn: arn };
    },
    ModifyInstanceGroups: modifyGroups,
    AddInstanceFleet: (context, input: { ClusterId: string; InstanceFleet: GroupInput }) => {
      const cluster = clusters.get(context.region, input.ClusterId);
      onlyOf(context.region, cluster.id, 'INSTANCE_FLEET');
      const { id } = addGroup(context, cluster.id, input.InstanceFleet);
      context.trail.responseElements = { clusterId: cluster.id, instanceFleetId: id };
      return { ClusterId: cluster.id, InstanceFleetId: id, ClusterArn: cluster.ClusterArn as string };
    },
    ModifyInstanceFleet: (
      context,
      input: {
        ClusterId: string;
        InstanceFleet: {
          InstanceFleetId: string;
          TargetOnDemandCapacity?: number;
          TargetSpotCapacity?: number;
        };
      },
    ) => {
      const { InstanceFleetId, TargetOnDemandCapacity, TargetSpotCapacity } = input.InstanceFleet;
      const fleet = partOf(context, InstanceFleetId, input.ClusterId, true);
      const onDemand = TargetOnDemandCapacity ?? Number(fleet.onDemand);
      const spot = TargetSpotCapacity ?? Number(fleet.spot);
      groups.change(context, fleet.id, { onDemand, spot, count: onDemand + spot });
      resize(context, fleet, onDemand + spot);
    },
    SetTerminationProtection: (context, input: { JobFlowIds: string[]; TerminationProtected: boolean }) => {
      for (const id of input.JobFlowIds)
        clusters.change(context, id, { TerminationProtected: input.TerminationProtected });
    },
    TerminateJobFlows: terminateFlows,
  },
};

function onlyOf(region: Region, id: string, collection: string): void {
  if (clusters.get(region, id).InstanceCollectionType !== collection)
    throw new AwsError(
      'InvalidRequestException',
      'Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses the other.',
    );
}

import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import type { Region } from '../world/world.js';
import { endManagedGroup, makeManagedGroup, sizeManagedGroup } from './auto-scaling.js';
import { paged, Shelf, type Thing } from './shelf.js';

const gone: [string, number] = ['ResourceNotFoundException', 404];
// The control plane is billed by the hour, nodes or none.
const clusters = new Shelf(
  'eks:clusters',
  gone,
  'ResourceInUseException',
  ({ status }) => status === 'ACTIVE',
);
const nodeGroups = new Shelf(
  'eks:node-groups',
  gone,
  'ResourceInUseException',
  ({ status, scalingConfig }) => status === 'ACTIVE' && (scalingConfig as Sizes).desiredSize > 0,
);
const profiles = new Shelf(
  'eks:fargate-profiles',
  gone,
  'ResourceInUseException',
  ({ status }) => status === 'ACTIVE',
);

interface Sizes {
  minSize: number;
  maxSize: number;
  desiredSize: number;
}
interface NodeGroupInput {
  clusterName: string;
  nodegroupName: string;
  nodeRole: string;
  scalingConfig?: Partial<Sizes>;
  instanceTypes?: string[];
  capacityType?: string;
}
type Named = { clusterName: string; nodegroupName: string };
type NamedProfile = { clusterName: string; fargateProfileName: string };
type Paging = { nextToken?: string; maxResults?: number };

const nodes = { host: 'eks-nodegroup.amazonaws.com', role: 'AWSServiceRoleForAmazonEKSNodegroup' };
const groupKey = ({ clusterName, nodegroupName }: Named) => `${clusterName}/${nodegroupName}`;
const profileKey = ({ clusterName, fargateProfileName }: NamedProfile) =>
  `${clusterName}/${fargateProfileName}`;
const within = (all: Thing[], cluster: string) => all.filter(({ clusterName }) => clusterName === cluster);

function createNodeGroup(context: Context, input: NodeGroupInput) {
  const { region, world, account } = context;
  clusters.get(region, input.clusterName);
  context.authorize('iam:PassRole', input.nodeRole);
  const { minSize = 1, maxSize = 2, desiredSize = 2 } = input.scalingConfig ?? {};
  const group = `eks-${input.nodegroupName}-${world.random.uuid()}`;
  const instanceTypes = input.instanceTypes ?? ['t3.medium'];
  const nodegroup = nodeGroups.add(context, groupKey(input), {
    capacityType: 'ON_DEMAND',
    ...input,
    instanceTypes,
    scalingConfig: { minSize, maxSize, desiredSize },
    nodegroupArn: `arn:${world.settings.partition}:eks:${region.name}:${account.id}:nodegroup/${groupKey(input)}/${world.random.uuid()}`,
    status: 'ACTIVE',
    resources: { autoScalingGroups: [{ name: group }] },
  });
  const tags = { 'eks:cluster-name': input.clusterName, 'eks:nodegroup-name': input.nodegroupName };
  const spec = { instanceType: instanceTypes[0] ?? 't3.medium' };
  makeManagedGroup(context, {
    ...{ name: group, spec, min: minSize, max: maxSize, desired: desiredSize, tags },
    ...nodes,
  });
  return { nodegroup };
}

const asgOf = (nodegroup: Thing): string =>
  (nodegroup.resources as { autoScalingGroups: { name: string }[] }).autoScalingGroups[0]?.name ?? '';

/** The node group shows as DELETING until its instances have ended. */
function deleteNodeGroup(context: Context, input: Named) {
  const { region, world } = context;
  const nodegroup = nodeGroups.change(context, groupKey(input), { status: 'DELETING' });
  endManagedGroup(region, asgOf(nodegroup));
  world.clock.after(world.settings.terminateMs, () => forget(region, nodegroup.id));
  return { nodegroup };
}

function forget(region: Region, id: string): void {
  region.table<Thing>('eks:node-groups').delete(id);
}

/** Amazon EKS: clusters, and what runs in them. */
export const eks: Service = {
  operations: {
    CreateCluster: (context, input: { name: string; roleArn: string }) => {
      context.authorize('iam:PassRole', input.roleArn);
      const arn = `arn:${context.world.settings.partition}:eks:${context.region.name}:${context.account.id}:cluster/${input.name}`;
      return { cluster: clusters.add(context, input.name, { ...input, arn, status: 'ACTIVE' }) };
    },
    ListClusters: ({ region }, input: Paging) =>
      paged(
        'clusters',
        clusters.all(region).map(({ id }) => id),
        input.nextToken,
        input.maxResults ?? 100,
      ),
    DescribeCluster: ({ region }, { name }: { name: string }) => ({ cluster: clusters.get(region, name) }),
    DeleteCluster: (context, { name }: { name: string }) => {
      if (within(nodeGroups.all(context.region), name).length > 0)
        throw new AwsError('ResourceInUseException', 'Cluster has nodegroups attached', 409);
      return { cluster: clusters.remove(context, name) };
    },
    CreateNodegroup: createNodeGroup,
    ListNodegroups: ({ region }, input: Paging & { clusterName: string }) => {
      clusters.get(region, input.clusterName);
      const names = within(nodeGroups.all(region), input.clusterName).map(
        ({ nodegroupName }) => nodegroupName as string,
      );
      return paged('nodegroups', names, input.nextToken, input.maxResults ?? 100);
    },
    DescribeNodegroup: ({ region }, input: Named) => ({ nodegroup: nodeGroups.get(region, groupKey(input)) }),
    UpdateNodegroupConfig: (context, input: Named & { scalingConfig?: Partial<Sizes> }) => {
      const before = nodeGroups.get(context.region, groupKey(input)).scalingConfig as Sizes;
      const sizes = { ...before, ...input.scalingConfig };
      const nodegroup = nodeGroups.change(context, groupKey(input), { scalingConfig: sizes });
      sizeManagedGroup(context.region, asgOf(nodegroup), sizes.minSize, sizes.maxSize, sizes.desiredSize);
      return { update: { id: context.world.random.uuid(), status: 'InProgress', type: 'ConfigUpdate' } };
    },
    DeleteNodegroup: deleteNodeGroup,
    CreateFargateProfile: (context, input: NamedProfile & { podExecutionRoleArn: string }) => {
      clusters.get(context.region, input.clusterName);
      context.authorize('iam:PassRole', input.podExecutionRoleArn);
      const fargateProfile = profiles.add(context, profileKey(input), { ...input, status: 'ACTIVE' });
      return { fargateProfile };
    },
    ListFargateProfiles: ({ region }, input: Paging & { clusterName: string }) => {
      clusters.get(region, input.clusterName);
      const names = within(profiles.all(region), input.clusterName).map(
        ({ fargateProfileName }) => fargateProfileName as string,
      );
      return paged('fargateProfileNames', names, input.nextToken, input.maxResults ?? 100);
    },
    DescribeFargateProfile: ({ region }, input: NamedProfile) => ({
      fargateProfile: profiles.get(region, profileKey(input)),
    }),
    DeleteFargateProfile: (context, input: NamedProfile) => ({
      fargateProfile: { ...profiles.remove(context, profileKey(input)), status: 'DELETING' },
    }),
  },
};

import { change, type OutputOf } from '../../aws/index.js';
import {
  asObject,
  type Finding,
  type JsonObject,
  type OriginRule,
  type Resource,
  type TrailEvent,
} from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type NodeGroup = NonNullable<OutputOf<'eks', 'DescribeNodegroup'>['nodegroup']>;

const noUndo = 'A deleted node group has to be made anew; what it was is kept in the record.';

/** `cluster/group`: a group's name is its own only within its cluster, which the record names as its path does. */
function idOf(event: TrailEvent): string[] {
  const cluster = requestText(event, 'clusterName') ?? requestText(event, 'name');
  const group = requestText(event, 'nodegroupName');
  return cluster === null || group === null ? [] : [`${cluster}/${group}`];
}

function sizesSet({ request }: TrailEvent): JsonObject | null {
  return asObject(request?.['scalingConfig']);
}

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'eks.amazonaws.com',
    name,
    effect,
    ids: idOf,
    sets: sizesSet,
    // A cluster's own autoscaler moves the desired size.
    ...(effect === 'changed' ? { mayChangeNothing: { moves: ['desiredSize'] } } : {}),
  };
}

/** EKS's node groups: an attacker's in an innocent's cluster goes, with its Auto Scaling group and its instances; the
 *  cluster lives on. */
export const eksNodeGroups: Play = {
  id: 'eks-node-groups',
  move: 'launches by EKS node groups',
  noun: 'EKS node groups',
  phase: 'stop',
  service: 'eks',
  scope: 'regional',
  permissions: {
    find: ['eks:ListClusters', 'eks:ListNodegroups', 'eks:DescribeNodegroup'],
    contain: ['eks:DeleteNodegroup'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('eks', 'ListClusters', region, { maxResults: 100 })) {
      for (const clusterName of page.clusters ?? []) {
        for await (const { nodegroups = [] } of reader.pages('eks', 'ListNodegroups', region, {
          clusterName,
        })) {
          for (const nodegroupName of nodegroups) {
            const { nodegroup } = await reader.call('eks', 'DescribeNodegroup', region, {
              clusterName,
              nodegroupName,
            });
            yield asResource(nodegroup ?? {}, clusterName, nodegroupName, region);
          }
        }
      }
    }
  },

  origin: [
    rule('CreateNodegroup', 'made'),
    rule('UpdateNodegroupConfig', 'changed'),
    rule('DeleteNodegroup', 'undone'),
  ],

  contain: (finding) => {
    if (!finding.resource.live || finding.class === 'tampered') return [];
    return [remove(finding)];
  },
  // What an innocent's group was enlarged by goes by size, and which of its nodes end then is EKS's choice: a person's.
  restored: () => false,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'launchers',
};

function remove(finding: Finding) {
  const { id, properties } = finding.resource;
  const [clusterName = '', nodegroupName = ''] = id.split('/');
  return makeAction(eksNodeGroups, [finding], {
    ...change('eks', 'DeleteNodegroup', { clusterName, nodegroupName }),
    title: `delete node group ${nodegroupName} of EKS cluster ${clusterName}, which lives on`,
    causes: [`EKS ends the instances of ${nodegroupName}.`],
    before: properties,
    undo: { none: noUndo },
  });
}

function asResource(group: NodeGroup, clusterName: string, nodegroupName: string, region: string): Resource {
  const { status, scalingConfig } = group;
  return makeResource({
    play: 'eks-node-groups',
    type: 'EKS node group',
    id: `${clusterName}/${nodegroupName}`,
    region,
    state: status,
    live: status !== 'DELETING',
    createdAt: group.createdAt,
    tags: group.tags,
    links: [
      ...linkTo('cluster', clusterName),
      ...(group.resources?.autoScalingGroups ?? []).flatMap(({ name }) => linkTo('auto-scaling-group', name)),
    ],
    properties: {
      minSize: scalingConfig?.minSize ?? null,
      maxSize: scalingConfig?.maxSize ?? null,
      desiredSize: scalingConfig?.desiredSize ?? null,
      instanceTypes: group.instanceTypes ?? [],
      capacityType: group.capacityType ?? null,
      nodeRole: group.nodeRole ?? null,
      subnets: group.subnets ?? [],
    },
  });
}

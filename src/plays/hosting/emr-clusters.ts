import { change, type OutputOf, type Reader } from '../../aws/index.js';
import {
  type Action,
  asObject,
  asText,
  type Finding,
  type Incident,
  type JsonObject,
  type OriginRule,
  type Resource,
  type TrailEvent,
} from '../../model/index.js';
import { fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource, tagsOf, textsOf } from '../kit/make-resource.js';
import { type EvidenceRead, evidenceRead, type Play } from '../kit/play.js';
import { emptyGroup, groupsOf, isGroup, resizeGroup, sizeBefore } from './emr-groups.js';

type Cluster = NonNullable<OutputOf<'emr', 'DescribeCluster'>['Cluster']>;

const source = 'elasticmapreduce.amazonaws.com';
const ended = 'A terminated EMR cluster has to be made anew; what it was is kept in the record.';

/** What runs, or ends and is still shown: clusters of two months would be listed otherwise (Amazon EMR API reference,
 *  ListClusters). */
const shown = ['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING', 'TERMINATING'] as const;

function rule(name: string, effect: OriginRule['effect'], ids: OriginRule['ids']): OriginRule {
  return { source, name, effect, ids };
}

/** In the fields that hold them alone: other texts of a request are its caller's to choose. */
const clustersIn = ({ request }: TrailEvent): string[] => textsOf(request?.['jobFlowIds']);
/** Groups and fleets have ids of their own: a change of a group need not name its cluster. */
function groupsIn({ request }: TrailEvent): string[] {
  const groups = request?.['instanceGroups'];
  return [...(Array.isArray(groups) ? groups : []), request?.['instanceFleet']].flatMap((one) => {
    const group = asObject(one);
    return asText(group?.['instanceGroupId']) ?? asText(group?.['instanceFleetId']) ?? [];
  });
}
function groupsMade({ response }: TrailEvent): string[] {
  return [...textsOf(response?.['instanceGroupIds']), ...textsOf([response?.['instanceFleetId'] ?? null])];
}

/** The counts that a call asked for, by group: one call is about several. */
function countsSet({ request, response }: TrailEvent): JsonObject | null {
  const asked = request?.['instanceGroups'];
  const made = asObject(response)?.['instanceGroupIds'];
  const counts: JsonObject = {};
  for (const [index, one] of (Array.isArray(asked) ? asked : []).entries()) {
    const group = asObject(one);
    const id = asText(group?.['instanceGroupId']) ?? asText(Array.isArray(made) ? made[index] : null);
    const count = group?.['instanceCount'];
    if (id !== null && typeof count === 'number') counts[id] = count;
  }
  return Object.keys(counts).length === 0 ? null : counts;
}

/** Amazon EMR: the incident's clusters end with all their instances; an innocent's cluster to which it added groups or
 *  fleets loses those, and lives on. */
export const emrClusters: Play = {
  id: 'emr-clusters',
  move: 'launches by EMR clusters, or by groups added to others’',
  noun: 'EMR clusters and their instance groups',
  phase: 'stop',
  service: 'emr',
  scope: 'regional',
  permissions: {
    find: [
      'elasticmapreduce:ListClusters',
      'elasticmapreduce:DescribeCluster',
      'elasticmapreduce:ListInstanceGroups',
      'elasticmapreduce:ListInstanceFleets',
      'elasticmapreduce:ListInstances',
    ],
    contain: [
      'elasticmapreduce:SetTerminationProtection',
      'elasticmapreduce:TerminateJobFlows',
      'elasticmapreduce:ModifyInstanceGroups',
      'elasticmapreduce:ModifyInstanceFleet',
      'elasticmapreduce:ListBootstrapActions',
      'elasticmapreduce:ListSteps',
    ],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('emr', 'ListClusters', region, { ClusterStates: [...shown] })) {
      for (const { Id } of page.Clusters ?? []) yield* clusterAndGroups(reader, region, Id ?? '');
    }
  },

  origin: [
    rule('RunJobFlow', 'made', fromResponse('jobFlowId')),
    rule('TerminateJobFlows', 'undone', clustersIn),
    { ...rule('AddInstanceGroups', 'made', groupsMade), sets: countsSet },
    rule('AddInstanceFleet', 'made', groupsMade),
    { ...rule('ModifyInstanceGroups', 'changed', groupsIn), sets: countsSet },
    rule('ModifyInstanceFleet', 'changed', groupsIn),
  ],

  contain: (finding, { incident }) => {
    if (!finding.resource.live || isOfCluster(finding, incident)) return [];
    if (isGroup(finding.resource))
      return finding.class === 'tampered'
        ? resizeGroup(emrClusters, finding, incident)
        : emptyGroup(emrClusters, finding);
    if (finding.class === 'tampered') return [];
    const unprotected = finding.resource.properties['protected'] === true ? [unprotect(finding)] : [];
    return [...unprotected, terminate(finding, unprotected)];
  },
  goesWith: (finding, { incident }) => isOfCluster(finding, incident),
  // A fleet has no instances that could be spared by name: how it was stays a person's to set.
  restored: (finding) => sizeBefore(finding) !== null,
  verify: ({ live }) => !live,
  // Of a cluster none: its action says so.
  noUndo: null,
  record: (findings) => findings.flatMap(({ resource }) => (isGroup(resource) ? [] : evidenceOf(resource))),
  scenario: 'launchers',
};

/** The groups of a cluster that is terminated go with it. */
function isOfCluster({ resource: { links, region } }: Finding, { findings }: Incident): boolean {
  return findings.some(
    ({ class: classed, resource }) =>
      resource.play === 'emr-clusters' &&
      resource.region === region &&
      classed === 'rogue' &&
      links.some((link) => link.kind === 'cluster' && link.id === resource.id),
  );
}

async function* clusterAndGroups(reader: Reader, region: string, id: string): AsyncIterable<Resource> {
  const { Cluster: cluster = {} } = await reader.call('emr', 'DescribeCluster', region, { ClusterId: id });
  const found = asResource(cluster, id, region);
  yield found;
  if (found.live) yield* groupsOf(reader, region, id, cluster.InstanceCollectionType);
}

function unprotect(finding: Finding): Action {
  const { id } = finding.resource;
  const set = (TerminationProtected: boolean) =>
    change('emr', 'SetTerminationProtection', { JobFlowIds: [id], TerminationProtected });
  return makeAction(emrClusters, [finding], {
    ...set(false),
    title: `clear the termination protection of EMR cluster ${id}`,
    before: { TerminationProtected: true },
    undo: [set(true)],
  });
}

function terminate(finding: Finding, after: readonly Action[]): Action {
  const { id, properties } = finding.resource;
  return makeAction(emrClusters, [finding], {
    ...change('emr', 'TerminateJobFlows', { JobFlowIds: [id] }),
    title: `terminate EMR cluster ${id}`,
    causes: [`EMR ends the instances of ${id}, with what is on their disks.`],
    before: properties,
    undo: { none: ended },
    after,
  });
}

function evidenceOf(resource: Resource): EvidenceRead[] {
  const input = { ClusterId: resource.id };
  return [
    evidenceRead('emr', 'ListSteps', input, [resource], { what: 'EMR steps', secret: true }),
    evidenceRead('emr', 'ListBootstrapActions', input, [resource], {
      what: 'EMR bootstrap actions',
      secret: true,
    }),
  ];
}

function asResource(cluster: Cluster, id: string, region: string): Resource {
  const state = cluster.Status?.State ?? 'unknown';
  return makeResource({
    play: 'emr-clusters',
    type: 'EMR cluster',
    id,
    region,
    state,
    live: !state.startsWith('TERMINAT'),
    createdAt: cluster.Status?.Timeline?.CreationDateTime,
    tags: tagsOf(cluster.Tags),
    links: [
      ...linkTo('key-pair', cluster.Ec2InstanceAttributes?.Ec2KeyName),
      ...linkTo('instance-profile', cluster.Ec2InstanceAttributes?.IamInstanceProfile?.split('/').at(-1)),
    ],
    properties: {
      name: cluster.Name ?? null,
      arn: cluster.ClusterArn ?? null,
      protected: cluster.TerminationProtected === true,
      autoTerminate: cluster.AutoTerminate ?? null,
      releaseLabel: cluster.ReleaseLabel ?? null,
      serviceRole: cluster.ServiceRole ?? null,
    },
  });
}

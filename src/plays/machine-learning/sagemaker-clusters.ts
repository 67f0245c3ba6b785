import { change, type OutputOf } from '../../aws/index.js';
import {
  asText,
  type Finding,
  type OriginRule,
  type Resource,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type Cluster = NonNullable<OutputOf<'sagemaker', 'ListClusters'>['ClusterSummaries']>[number];

const noUndo = 'A deleted HyperPod cluster has to be made anew; what it was is kept in the record.';

/** The last part of the ARN: names are used again, and every answer has the ARN whatever the request says. */
function idOf(event: TrailEvent): string[] {
  const arn = textAt(event.response, 'clusterArn');
  return arn === null ? [] : [arn.split('/').at(-1) ?? arn];
}

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return { source: 'sagemaker.amazonaws.com', name, effect, ids: idOf };
}

/** SageMaker HyperPod: clusters of GPU instances, which run in an account of AWS's and show in no list of EC2's. */
export const sagemakerClusters: Play = {
  id: 'sagemaker-clusters',
  move: 'runs on SageMaker HyperPod clusters',
  noun: 'SageMaker HyperPod clusters',
  phase: 'stop',
  service: 'sagemaker',
  scope: 'regional',
  permissions: { find: ['sagemaker:ListClusters'], contain: ['sagemaker:DeleteCluster'], undo: [] },

  async *find(reader, region) {
    for await (const page of reader.pages('sagemaker', 'ListClusters', region, { MaxResults: 100 })) {
      for (const cluster of page.ClusterSummaries ?? []) yield asResource(cluster, region);
    }
  },

  origin: [
    rule('CreateCluster', 'made'),
    rule('UpdateCluster', 'changed'),
    rule('BatchAddClusterNodes', 'changed'),
    rule('DeleteCluster', 'undone'),
  ],

  contain: (finding) => (finding.resource.live && finding.class !== 'tampered' ? [remove(finding)] : []),
  // What an innocent's cluster was enlarged by is told: which of its nodes hold whose work is a person's to know.
  restored: () => false,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'machine-learning',
};

function remove(finding: Finding) {
  const { id, properties } = finding.resource;
  const name = asText(properties['name']) ?? id;
  return makeAction(sagemakerClusters, [finding], {
    ...change('sagemaker', 'DeleteCluster', { ClusterName: asText(properties['arn']) ?? name }),
    title: `delete HyperPod cluster ${name} (${id})`,
    causes: [`SageMaker ends the instances of ${name}.`],
    before: properties,
    undo: { none: noUndo },
  });
}

function asResource(cluster: Cluster, region: string): Resource {
  const { ClusterArn: arn, ClusterName: name, ClusterStatus: state } = cluster;
  return makeResource({
    play: 'sagemaker-clusters',
    type: 'SageMaker HyperPod cluster',
    id: arn?.split('/').at(-1) ?? name,
    region,
    state,
    live: state !== 'Deleting',
    createdAt: cluster.CreationTime,
    properties: { name: name ?? null, arn: arn ?? null },
  });
}

import { change } from '../../aws/index.js';
import { asText, type OriginRule, type TrailEvent } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const noUndo = 'A deleted Fargate profile has to be made anew; what it was is kept in the record.';

function idOf(event: TrailEvent): string[] {
  const cluster = requestText(event, 'clusterName') ?? requestText(event, 'name');
  const profile = requestText(event, 'fargateProfileName');
  return cluster === null || profile === null ? [] : [`${cluster}/${profile}`];
}

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return { source: 'eks.amazonaws.com', name, effect, ids: idOf };
}

/** EKS's Fargate profiles: what pods they select runs on AWS's own machines, and ends with them. */
export const eksFargateProfiles: Play = {
  id: 'eks-fargate-profiles',
  move: 'runs pods on Fargate (EKS)',
  noun: 'Fargate profiles (EKS)',
  phase: 'stop',
  service: 'eks',
  scope: 'regional',
  permissions: {
    find: ['eks:ListClusters', 'eks:ListFargateProfiles', 'eks:DescribeFargateProfile'],
    contain: ['eks:DeleteFargateProfile'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('eks', 'ListClusters', region, { maxResults: 100 })) {
      for (const clusterName of page.clusters ?? []) {
        const listed = reader.pages('eks', 'ListFargateProfiles', region, { clusterName });
        for await (const { fargateProfileNames = [] } of listed) {
          for (const fargateProfileName of fargateProfileNames) {
            const { fargateProfile } = await reader.call('eks', 'DescribeFargateProfile', region, {
              clusterName,
              fargateProfileName,
            });
            yield makeResource({
              play: 'eks-fargate-profiles',
              type: 'Fargate profile',
              id: `${clusterName}/${fargateProfileName}`,
              region,
              state: fargateProfile?.status,
              live: fargateProfile?.status !== 'DELETING',
              createdAt: fargateProfile?.createdAt,
              tags: fargateProfile?.tags,
              links: linkTo('cluster', clusterName),
              properties: {
                role: fargateProfile?.podExecutionRoleArn ?? null,
                namespaces: (fargateProfile?.selectors ?? []).flatMap(
                  ({ namespace }) => asText(namespace) ?? [],
                ),
                subnets: fargateProfile?.subnets ?? [],
              },
            });
          }
        }
      }
    }
  },

  origin: [rule('CreateFargateProfile', 'made'), rule('DeleteFargateProfile', 'undone')],

  contain: (finding) => {
    const { id, live, properties } = finding.resource;
    if (!live || finding.class === 'tampered') return [];
    const [clusterName = '', fargateProfileName = ''] = id.split('/');
    return [
      makeAction(eksFargateProfiles, [finding], {
        ...change('eks', 'DeleteFargateProfile', { clusterName, fargateProfileName }),
        title: `delete Fargate profile ${fargateProfileName} of EKS cluster ${clusterName}, which lives on`,
        causes: [`EKS ends the pods that ${fargateProfileName} selected.`],
        before: properties,
        undo: { none: noUndo },
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'launchers',
};

import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import type { OriginRule } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

function rule(name: string, effect: OriginRule['effect'], field: string): OriginRule {
  return {
    source: 'batch.amazonaws.com',
    name,
    effect,
    // The request names the environment by its name or its ARN.
    ids: (event) => {
      const id = arnName(requestText(event, field));
      return id === null ? [] : [id];
    },
  };
}

/** Batch compute environments: one that is managed starts instances as long as jobs wait. */
export const batchComputeEnvironments: Play = {
  id: 'batch-compute-environments',
  title: 'launches by Batch compute environments',
  phase: 'stop',
  service: 'batch',
  scope: 'regional',
  permissions: {
    find: ['batch:DescribeComputeEnvironments'],
    contain: ['batch:UpdateComputeEnvironment'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('batch', 'DescribeComputeEnvironments', region, {})) {
      for (const one of page.computeEnvironments ?? []) {
        yield makeResource({
          play: 'batch-compute-environments',
          type: 'Batch compute environment',
          id: one.computeEnvironmentName,
          region,
          state: `${one.state ?? 'unknown'}, ${one.status ?? 'unknown'}`,
          live: one.state !== 'DISABLED' && one.status !== 'DELETED',
          tags: one.tags,
          properties: {
            arn: one.computeEnvironmentArn ?? null,
            minvCpus: one.computeResources?.minvCpus ?? null,
            maxvCpus: one.computeResources?.maxvCpus ?? null,
            instanceTypes: one.computeResources?.instanceTypes ?? [],
          },
        });
      }
    }
  },

  origin: [
    rule('CreateComputeEnvironment', 'made', 'computeEnvironmentName'),
    rule('UpdateComputeEnvironment', 'changed', 'computeEnvironment'),
    rule('DeleteComputeEnvironment', 'undone', 'computeEnvironment'),
  ],

  contain: (finding) => {
    const { id, live } = finding.resource;
    if (!live || finding.class === 'tampered') return [];
    const to = (state: 'ENABLED' | 'DISABLED') =>
      change('batch', 'UpdateComputeEnvironment', { computeEnvironment: id, state });
    return [
      makeAction(batchComputeEnvironments, [finding], {
        ...to('DISABLED'),
        title: `disable Batch compute environment ${id}`,
        before: { state: 'ENABLED' },
        undo: [to('ENABLED')],
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'containers',
};

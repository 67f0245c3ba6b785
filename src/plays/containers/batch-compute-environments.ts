import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import type { Action, Finding, OriginRule } from '../../model/index.js';
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
  move: 'launches by Batch compute environments',
  noun: 'Batch compute environments',
  phase: 'stop',
  service: 'batch',
  scope: 'regional',
  permissions: {
    find: ['batch:DescribeComputeEnvironments'],
    contain: ['batch:UpdateComputeEnvironment', 'batch:DeleteComputeEnvironment'],
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
          // A disabled one that keeps a least number of vCPUs runs them on.
          live:
            one.status !== 'DELETED' &&
            one.status !== 'DELETING' &&
            (one.state !== 'DISABLED' || (one.computeResources?.minvCpus ?? 0) > 0),
          tags: one.tags,
          properties: {
            arn: one.computeEnvironmentArn ?? null,
            isEnabled: one.state !== 'DISABLED',
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

  contain: (finding, { options }) => {
    if (finding.class === 'tampered') return [];
    const stopped = finding.resource.live ? [disable(finding)] : [];
    return options.evict === 'remove' ? [...stopped, remove(finding, stopped)] : stopped;
  },
  onRequest: ({ evict }) => evict === 'remove',
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'containers',
};

/** A disabled environment keeps its least number of vCPUs running, and is billed for them: that goes to 0 with it (Batch
 *  API reference, UpdateComputeEnvironment, `state`). */
function disable(finding: Finding): Action {
  const { id, properties } = finding.resource;
  const { minvCpus, isEnabled } = properties;
  const hasLeast = typeof minvCpus === 'number' && minvCpus > 0;
  const to = (state: 'ENABLED' | 'DISABLED', least: number) =>
    change('batch', 'UpdateComputeEnvironment', {
      computeEnvironment: id,
      state,
      ...(hasLeast ? { computeResources: { minvCpus: least } } : {}),
    });
  const before = isEnabled === true ? 'ENABLED' : 'DISABLED';
  return makeAction(batchComputeEnvironments, [finding], {
    ...to('DISABLED', 0),
    title: `disable Batch compute environment ${id}${hasLeast ? ', and let it keep no vCPUs' : ''}`,
    before: { state: before, minvCpus: minvCpus ?? null },
    undo: [to(before, hasLeast ? minvCpus : 0)],
  });
}

/** On request: Batch deletes its Auto Scaling group and ECS cluster with it, once no queue names it any more. */
function remove(finding: Finding, after: readonly Action[]): Action {
  const { id, properties } = finding.resource;
  return makeAction(batchComputeEnvironments, [finding], {
    ...change('batch', 'DeleteComputeEnvironment', { computeEnvironment: id }),
    title: `delete Batch compute environment ${id}, with its Auto Scaling group and ECS cluster`,
    before: properties,
    undo: { none: 'A deleted compute environment has to be made anew; what it was is kept in the record.' },
    after,
    phase: 'evict',
  });
}

import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import type { OriginRule } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

function rule(name: string, effect: OriginRule['effect'], field: string): OriginRule {
  return {
    source: 'batch.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const id = arnName(requestText(event, field));
      return id === null ? [] : [id];
    },
  };
}

/** Batch job queues: a disabled one takes no new job; those in it go on, and are ended by batch-jobs. */
export const batchJobQueues: Play = {
  id: 'batch-job-queues',
  move: 'feeds Batch job queues',
  noun: 'Batch job queues',
  phase: 'stop',
  service: 'batch',
  scope: 'regional',
  permissions: {
    find: ['batch:DescribeJobQueues'],
    contain: ['batch:UpdateJobQueue', 'batch:DeleteJobQueue'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('batch', 'DescribeJobQueues', region, {})) {
      for (const queue of page.jobQueues ?? []) {
        yield makeResource({
          play: 'batch-job-queues',
          type: 'Batch job queue',
          id: queue.jobQueueName,
          region,
          state: `${queue.state ?? 'unknown'}, ${queue.status ?? 'unknown'}`,
          live: queue.state !== 'DISABLED' && queue.status !== 'DELETED',
          tags: queue.tags,
          links: (queue.computeEnvironmentOrder ?? []).flatMap(({ computeEnvironment }) =>
            linkTo('compute-environment', arnName(computeEnvironment ?? null)),
          ),
          properties: { arn: queue.jobQueueArn ?? null },
        });
      }
    }
  },

  origin: [
    rule('CreateJobQueue', 'made', 'jobQueueName'),
    rule('UpdateJobQueue', 'changed', 'jobQueue'),
    rule('DeleteJobQueue', 'undone', 'jobQueue'),
  ],

  contain: (finding, { options }) => {
    const { id, live, properties } = finding.resource;
    if (finding.class === 'tampered') return [];
    const to = (state: 'ENABLED' | 'DISABLED') => change('batch', 'UpdateJobQueue', { jobQueue: id, state });
    const disable = makeAction(batchJobQueues, [finding], {
      ...to('DISABLED'),
      title: `disable Batch job queue ${id}`,
      before: { state: 'ENABLED' },
      undo: [to('ENABLED')],
    });
    const stopped = live ? [disable] : [];
    if (options.evict !== 'remove') return stopped;
    // As long as it names an environment, that cannot be deleted either.
    const remove = makeAction(batchJobQueues, [finding], {
      ...change('batch', 'DeleteJobQueue', { jobQueue: id }),
      title: `delete Batch job queue ${id}`,
      before: properties,
      undo: { none: 'A deleted job queue has to be made anew; what it was is kept in the record.' },
      after: stopped,
      phase: 'terminate',
    });
    return [...stopped, remove];
  },
  onRequest: ({ evict }) => evict === 'remove',
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'containers',
};

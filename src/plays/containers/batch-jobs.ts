import { change } from '../../aws/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'batch.amazonaws.com';
const noUndo = 'A terminated job cannot be taken up again; it can be submitted anew.';

/** ListJobs lists one status at a time (Batch API reference, ListJobs); these are the ones that are not over. */
const open = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'] as const;

export const batchJobs: Play = {
  id: 'batch-jobs',
  move: 'submits Batch jobs',
  noun: 'Batch jobs',
  phase: 'stop',
  service: 'batch',
  scope: 'regional',
  permissions: {
    find: ['batch:DescribeJobQueues', 'batch:ListJobs'],
    contain: ['batch:TerminateJob'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const queues of reader.pages('batch', 'DescribeJobQueues', region, {})) {
      for (const { jobQueueName: jobQueue } of queues.jobQueues ?? []) {
        for (const jobStatus of open) {
          for await (const page of reader.pages('batch', 'ListJobs', region, { jobQueue, jobStatus })) {
            for (const job of page.jobSummaryList ?? []) {
              yield makeResource({
                play: 'batch-jobs',
                type: 'Batch job',
                id: job.jobId,
                region,
                state: job.status,
                live: true,
                createdAt: job.createdAt === undefined ? undefined : new Date(job.createdAt),
                links: linkTo('job-queue', jobQueue),
                properties: { name: job.jobName ?? null, definition: job.jobDefinition ?? null },
              });
            }
          }
        }
      }
    }
  },

  origin: [
    { source, name: 'SubmitJob', effect: 'made', ids: fromResponse('jobId') },
    { source, name: 'TerminateJob', effect: 'undone', ids: fromRequest('jobId') },
    { source, name: 'CancelJob', effect: 'undone', ids: fromRequest('jobId') },
  ],

  contain: (finding) =>
    finding.class === 'tampered'
      ? []
      : [
          makeAction(batchJobs, [finding], {
            ...change('batch', 'TerminateJob', {
              jobId: finding.resource.id,
              reason: 'leakguard: submitted with a misused key',
            }),
            title: `terminate Batch job ${finding.resource.id}`,
            before: { status: finding.resource.state },
            undo: { none: noUndo },
          }),
        ],
  // Jobs that are over are not listed.
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'containers',
};

import { change } from '../../aws/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'sagemaker.amazonaws.com';
const named = fromRequest('processingJobName');
const noUndo = 'A stopped processing job cannot be started again; it can be made anew.';

export const sagemakerProcessingJobs: Play = {
  id: 'sagemaker-processing-jobs',
  move: 'runs SageMaker processing jobs',
  noun: 'SageMaker processing jobs',
  phase: 'stop',
  service: 'sagemaker',
  scope: 'regional',
  permissions: { find: ['sagemaker:ListProcessingJobs'], contain: ['sagemaker:StopProcessingJob'], undo: [] },

  async *find(reader, region) {
    // Jobs that are over stay listed for ever: only those that run are asked for.
    const input = { StatusEquals: 'InProgress', MaxResults: 100 } as const;
    for await (const page of reader.pages('sagemaker', 'ListProcessingJobs', region, input)) {
      for (const job of page.ProcessingJobSummaries ?? []) {
        yield makeResource({
          play: 'sagemaker-processing-jobs',
          type: 'SageMaker processing job',
          id: job.ProcessingJobName,
          region,
          state: job.ProcessingJobStatus,
          live: job.ProcessingJobStatus === 'InProgress',
          createdAt: job.CreationTime,
        });
      }
    }
  },

  origin: [
    { source, name: 'CreateProcessingJob', effect: 'made', ids: named },
    { source, name: 'StopProcessingJob', effect: 'undone', ids: named },
  ],

  contain: (finding) => {
    const { id, state, live } = finding.resource;
    if (!live || finding.class === 'tampered') return [];
    return [
      makeAction(sagemakerProcessingJobs, [finding], {
        ...change('sagemaker', 'StopProcessingJob', { ProcessingJobName: id }),
        title: `stop SageMaker processing job ${id}`,
        before: { state },
        undo: { none: noUndo },
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'machine-learning',
};

import { change } from '../../aws/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'sagemaker.amazonaws.com';
const named = fromRequest('trainingJobName');
const noUndo = 'A stopped training job cannot be started again; it can be made anew.';

export const sagemakerTrainingJobs: Play = {
  id: 'sagemaker-training-jobs',
  move: 'runs SageMaker training jobs',
  noun: 'SageMaker training jobs',
  phase: 'stop',
  service: 'sagemaker',
  scope: 'regional',
  permissions: { find: ['sagemaker:ListTrainingJobs'], contain: ['sagemaker:StopTrainingJob'], undo: [] },

  async *find(reader, region) {
    // Jobs that are over stay listed for ever: only those that run are asked for.
    const input = { StatusEquals: 'InProgress', MaxResults: 100 } as const;
    for await (const page of reader.pages('sagemaker', 'ListTrainingJobs', region, input)) {
      for (const job of page.TrainingJobSummaries ?? []) {
        yield makeResource({
          play: 'sagemaker-training-jobs',
          type: 'SageMaker training job',
          id: job.TrainingJobName,
          region,
          state: job.TrainingJobStatus,
          live: job.TrainingJobStatus === 'InProgress',
          createdAt: job.CreationTime,
        });
      }
    }
  },

  origin: [
    { source, name: 'CreateTrainingJob', effect: 'made', ids: named },
    { source, name: 'StopTrainingJob', effect: 'undone', ids: named },
  ],

  contain: (finding) => {
    const { id, state, live } = finding.resource;
    if (!live || finding.class === 'tampered') return [];
    return [
      makeAction(sagemakerTrainingJobs, [finding], {
        ...change('sagemaker', 'StopTrainingJob', { TrainingJobName: id }),
        title: `stop SageMaker training job ${id}`,
        before: { state },
        undo: { none: noUndo },
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'machine-learning',
};

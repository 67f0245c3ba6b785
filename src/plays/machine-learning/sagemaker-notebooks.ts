import { change } from '../../aws/index.js';
import { wasStopped } from '../../model/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'sagemaker.amazonaws.com';
const named = fromRequest('notebookInstanceName');

export const sagemakerNotebooks: Play = {
  id: 'sagemaker-notebooks',
  move: 'runs SageMaker notebooks',
  noun: 'SageMaker notebooks',
  phase: 'stop',
  service: 'sagemaker',
  scope: 'regional',
  permissions: {
    find: ['sagemaker:ListNotebookInstances'],
    contain: ['sagemaker:StopNotebookInstance'],
    undo: ['sagemaker:StartNotebookInstance'],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('sagemaker', 'ListNotebookInstances', region, {
      MaxResults: 100,
    })) {
      for (const one of page.NotebookInstances ?? []) {
        const state = one.NotebookInstanceStatus;
        yield makeResource({
          play: 'sagemaker-notebooks',
          type: 'SageMaker notebook',
          id: one.NotebookInstanceName,
          region,
          state,
          live: state === undefined || ['Pending', 'InService', 'Updating'].includes(state),
          createdAt: one.CreationTime,
          properties: { instanceType: one.InstanceType ?? null },
        });
      }
    }
  },

  origin: [
    { source, name: 'CreateNotebookInstance', effect: 'made', ids: named },
    { source, name: 'StartNotebookInstance', effect: 'started', ids: named },
    { source, name: 'StopNotebookInstance', effect: 'stopped', ids: named },
    { source, name: 'StopNotebookInstance', effect: 'undone', ids: named },
    { source, name: 'DeleteNotebookInstance', effect: 'undone', ids: named },
  ],

  contain: (finding) => {
    const { id, state, live } = finding.resource;
    if (!live || (finding.class === 'tampered' && !wasStopped(finding))) return [];
    const input = { NotebookInstanceName: id };
    return [
      makeAction(sagemakerNotebooks, [finding], {
        ...change('sagemaker', 'StopNotebookInstance', input),
        title: `stop SageMaker notebook ${id}`,
        before: { state },
        undo: [change('sagemaker', 'StartNotebookInstance', input)],
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'machine-learning',
};

import { asText } from '../../model/index.js';
import { change } from '../../aws/index.js';
import { unlessGone } from '../iam/iam-users.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'sagemaker.amazonaws.com';
const named = fromRequest('endpointName');

/** Endpoints cost as long as they are there. The configuration stays, so that one can be made again by its name. */
export const sagemakerEndpoints: Play = {
  id: 'sagemaker-endpoints',
  move: 'runs SageMaker endpoints',
  noun: 'SageMaker endpoints',
  phase: 'stop',
  service: 'sagemaker',
  scope: 'regional',
  permissions: {
    find: ['sagemaker:ListEndpoints', 'sagemaker:DescribeEndpoint'],
    contain: ['sagemaker:DeleteEndpoint'],
    undo: ['sagemaker:CreateEndpoint'],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('sagemaker', 'ListEndpoints', region, { MaxResults: 100 })) {
      for (const { EndpointName } of page.Endpoints ?? []) {
        const one = await unlessGone(() =>
          reader.call('sagemaker', 'DescribeEndpoint', region, { EndpointName }),
        );
        if (one === null) continue;
        yield makeResource({
          play: 'sagemaker-endpoints',
          type: 'SageMaker endpoint',
          id: one.EndpointName,
          region,
          state: one.EndpointStatus,
          live: one.EndpointStatus !== 'Deleting',
          createdAt: one.CreationTime,
          properties: { configuration: one.EndpointConfigName ?? null },
        });
      }
    }
  },

  origin: [
    { source, name: 'CreateEndpoint', effect: 'made', ids: named },
    { source, name: 'UpdateEndpoint', effect: 'changed', ids: named },
    { source, name: 'DeleteEndpoint', effect: 'undone', ids: named },
  ],

  contain: (finding) => {
    const { id, live, properties } = finding.resource;
    if (!live || finding.class === 'tampered') return [];
    const configuration = asText(properties['configuration']);
    return [
      makeAction(sagemakerEndpoints, [finding], {
        ...change('sagemaker', 'DeleteEndpoint', { EndpointName: id }),
        title: `delete SageMaker endpoint ${id}`,
        before: properties,
        undo:
          configuration === null
            ? { none: 'The name of its configuration was not readable.' }
            : [
                change('sagemaker', 'CreateEndpoint', {
                  EndpointName: id,
                  EndpointConfigName: configuration,
                }),
              ],
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'machine-learning',
};

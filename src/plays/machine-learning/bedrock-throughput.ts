import { change } from '../../aws/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'bedrock.amazonaws.com';
const noUndo = 'Provisioned throughput that was deleted has to be bought anew.';

/** Provisioned throughput costs by the hour. It is reported, and deleted on request: with a commitment AWS deletes
 *  none before its end. Invocations end with the Deny on whoever makes them. */
export const bedrockThroughput: Play = {
  id: 'bedrock-throughput',
  move: 'buys Bedrock throughput',
  noun: 'provisioned throughput (Bedrock)',
  phase: 'evict',
  service: 'bedrock',
  scope: 'regional',
  permissions: {
    find: ['bedrock:ListProvisionedModelThroughputs'],
    contain: ['bedrock:DeleteProvisionedModelThroughput'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('bedrock', 'ListProvisionedModelThroughputs', region, {})) {
      for (const one of page.provisionedModelSummaries ?? []) {
        yield makeResource({
          play: 'bedrock-throughput',
          type: 'Bedrock throughput',
          id: one.provisionedModelArn,
          region,
          state: one.status,
          live: one.status !== 'Failed',
          createdAt: one.creationTime,
          properties: {
            name: one.provisionedModelName ?? null,
            modelUnits: one.modelUnits ?? null,
            commitment: one.commitmentDuration ?? null,
            commitmentEnds: one.commitmentExpirationTime?.toISOString() ?? null,
          },
        });
      }
    }
  },

  origin: [
    {
      source,
      name: 'CreateProvisionedModelThroughput',
      effect: 'made',
      ids: fromResponse('provisionedModelArn'),
    },
    {
      source,
      name: 'DeleteProvisionedModelThroughput',
      effect: 'undone',
      ids: fromRequest('provisionedModelId'),
    },
  ],

  contain: (finding, { options }) =>
    options.evict === 'remove' && finding.class !== 'tampered'
      ? [
          makeAction(bedrockThroughput, [finding], {
            ...change('bedrock', 'DeleteProvisionedModelThroughput', {
              provisionedModelId: finding.resource.id,
            }),
            title: `delete Bedrock throughput ${finding.resource.id}`,
            before: finding.resource.properties,
            undo: { none: noUndo },
          }),
        ]
      : [],
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'machine-learning',
};

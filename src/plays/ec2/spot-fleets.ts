import { change } from '../../aws/index.js';
import type { Action, Finding, OriginRule } from '../../model/index.js';
import { idsIn } from '../kit/event-ids.js';
import { chunks, groupedBy, makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const noUndo = 'A cancelled Spot fleet request cannot be taken up again; it can be made anew.';

/** CancelSpotFleetRequests takes up to 100 ids (EC2 API reference, CancelSpotFleetRequests). */
const maxIds = 100;

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'ec2.amazonaws.com',
    name,
    effect,
    ids: ({ request, response }) => idsIn([request, response], /sfr-[0-9a-f-]+/),
  };
}

/** Spot fleets. Their instances are left to ec2-instances, which takes their evidence first. */
export const spotFleets: Play = {
  id: 'spot-fleets',
  move: 'relaunches by Spot fleets',
  noun: 'Spot fleets',
  phase: 'stop',
  service: 'ec2',
  scope: 'regional',
  permissions: {
    find: ['ec2:DescribeSpotFleetRequests'],
    contain: ['ec2:CancelSpotFleetRequests'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('ec2', 'DescribeSpotFleetRequests', region, {})) {
      for (const request of page.SpotFleetRequestConfigs ?? []) {
        const state = request.SpotFleetRequestState;
        yield makeResource({
          play: 'spot-fleets',
          type: 'Spot fleet',
          id: request.SpotFleetRequestId,
          region,
          state,
          live: state === undefined || ['submitted', 'active', 'modifying', 'failed'].includes(state),
          createdAt: request.CreateTime,
          tags: tagsOf(request.Tags),
          properties: {
            fleetType: request.SpotFleetRequestConfig?.Type ?? null,
            targetCapacity: request.SpotFleetRequestConfig?.TargetCapacity ?? null,
          },
        });
      }
    }
  },

  origin: [rule('RequestSpotFleet', 'made'), rule('CancelSpotFleetRequests', 'undone')],

  contain: (finding) => cancel([finding]),
  containAll: cancel,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'fleets',
};

function cancel(findings: Finding[]): Action[] {
  const open = findings.filter((finding) => finding.class !== 'tampered' && finding.resource.live);
  return groupedBy(open, ({ resource }) => resource.region).flatMap(([region, some]) =>
    chunks(some, maxIds).map((run) =>
      makeAction(spotFleets, run, {
        ...change('ec2', 'CancelSpotFleetRequests', {
          SpotFleetRequestIds: run.map(({ resource }) => resource.id).sort(),
          TerminateInstances: false,
        }),
        title: `cancel ${run.length} Spot fleets in ${region}`,
        before: Object.fromEntries(run.map(({ resource }) => [resource.id, resource.state])),
        undo: { none: noUndo },
      }),
    ),
  );
}

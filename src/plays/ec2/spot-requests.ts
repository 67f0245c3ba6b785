import type { Action, Finding, OriginRule, Resource } from '../../model/index.js';
import { change, type OutputOf } from '../../aws/index.js';
import { idsIn } from '../kit/event-ids.js';
import { chunks, groupedBy, makeAction } from '../kit/make-action.js';
import { tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type SpotRequest = NonNullable<
  OutputOf<'ec2', 'DescribeSpotInstanceRequests'>['SpotInstanceRequests']
>[number];

const noUndo = 'A cancelled Spot request cannot be taken up again; it can be made anew.';

/** Ids in one call: AWS publishes no limit; this keeps the request small. */
const maxIds = 200;

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'ec2.amazonaws.com',
    name,
    effect,
    ids: ({ request, response }) => idsIn([request, response], /sir-[0-9a-z]+/),
  };
}

/**
 * Spot requests. A persistent one asks for a new instance each time that its instance ends; cancelling it leaves the
 * instance running (EC2 user guide, "Manage your Spot Instances"), which ec2-instances terminates.
 */
export const spotRequests: Play = {
  id: 'spot-requests',
  move: 'relaunches by persistent Spot requests',
  noun: 'Spot requests',
  phase: 'stop',
  service: 'ec2',
  scope: 'regional',
  permissions: {
    find: ['ec2:DescribeSpotInstanceRequests'],
    contain: ['ec2:CancelSpotInstanceRequests'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('ec2', 'DescribeSpotInstanceRequests', region, {
      MaxResults: 1000,
    })) {
      for (const request of page.SpotInstanceRequests ?? []) yield asResource(request, region);
    }
  },

  origin: [
    rule('RequestSpotInstances', 'made'),
    // RunInstances with market options makes a Spot request for each instance.
    rule('RunInstances', 'made'),
    rule('CancelSpotInstanceRequests', 'undone'),
  ],

  contain: (finding) => cancel([finding]),
  containAll: cancel,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'mass-gpu',
};

function cancel(findings: Finding[]): Action[] {
  const open = findings.filter((finding) => finding.class !== 'tampered' && finding.resource.live);
  return groupedBy(open, ({ resource }) => resource.region).flatMap(([region, some]) =>
    chunks(some, maxIds).map((run) =>
      makeAction(spotRequests, run, {
        ...change('ec2', 'CancelSpotInstanceRequests', {
          SpotInstanceRequestIds: run.map(({ resource }) => resource.id).sort(),
        }),
        title: `cancel ${run.length} Spot requests in ${region}`,
        before: Object.fromEntries(run.map(({ resource }) => [resource.id, resource.state])),
        undo: { none: noUndo },
      }),
    ),
  );
}

function asResource(request: SpotRequest, region: string): Resource {
  const state = request.State ?? 'unknown';
  const persistent = request.Type === 'persistent';
  return {
    play: 'spot-requests',
    type: 'Spot request',
    id: request.SpotInstanceRequestId ?? '',
    region,
    state,
    // A one-time request that has its instance asks for no other; a disabled persistent one may ask again.
    live: state === 'open' || (persistent && (state === 'active' || state === 'disabled')),
    createdAt: request.CreateTime?.getTime() ?? null,
    tags: tagsOf(request.Tags),
    links: request.InstanceId === undefined ? [] : [{ kind: 'instance', id: request.InstanceId }],
    properties: {
      requestType: request.Type ?? null,
      instanceId: request.InstanceId ?? null,
      instanceType: request.LaunchSpecification?.InstanceType ?? null,
      availabilityZone: request.LaunchedAvailabilityZone ?? null,
      validUntil: request.ValidUntil?.toISOString() ?? null,
    },
  };
}

import { change, type OutputOf } from '../../aws/index.js';
import { type Finding, type OriginRule, type Resource, textAt, type TrailEvent } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type Fleet = NonNullable<OutputOf<'gamelift', 'DescribeFleetAttributes'>['FleetAttributes']>[number];

const noUndo = 'A deleted GameLift fleet has to be made anew; what it was is kept in the record.';

/** By id; requests name a fleet by its id or its ARN, `…:fleet/fleet-UUID`. */
function idOf(event: TrailEvent): string[] {
  const named = textAt(event.response, 'fleetAttributes', 'fleetId') ?? requestText(event, 'fleetId');
  return named === null ? [] : [named.split('/').at(-1) ?? named];
}

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return { source: 'gamelift.amazonaws.com', name, effect, ids: idOf };
}

/** GameLift fleets: their instances run in an account of AWS's, and show in no list of EC2's. */
export const gameliftFleets: Play = {
  id: 'gamelift-fleets',
  move: 'runs on GameLift fleets',
  noun: 'GameLift fleets',
  phase: 'stop',
  service: 'gamelift',
  scope: 'regional',
  permissions: {
    find: ['gamelift:DescribeFleetAttributes'],
    contain: ['gamelift:DeleteFleet'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('gamelift', 'DescribeFleetAttributes', region, { Limit: 100 })) {
      for (const fleet of page.FleetAttributes ?? []) yield asResource(fleet, region);
    }
  },

  origin: [
    rule('CreateFleet', 'made'),
    rule('UpdateFleetCapacity', 'changed'),
    rule('CreateFleetLocations', 'changed'),
    rule('DeleteFleet', 'undone'),
  ],

  contain: (finding) => (finding.resource.live && finding.class !== 'tampered' ? [remove(finding)] : []),
  // What an innocent's fleet was enlarged by goes by size, and which games end then is GameLift's choice: a person's.
  restored: () => false,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'launchers',
};

function remove(finding: Finding) {
  const { id, properties } = finding.resource;
  return makeAction(gameliftFleets, [finding], {
    ...change('gamelift', 'DeleteFleet', { FleetId: id }),
    title: `delete GameLift fleet ${id}`,
    causes: [`GameLift ends the instances of ${id} in all its locations.`],
    before: properties,
    undo: { none: noUndo },
  });
}

function asResource(fleet: Fleet, region: string): Resource {
  const state = fleet.Status ?? 'unknown';
  return makeResource({
    play: 'gamelift-fleets',
    type: 'GameLift fleet',
    id: fleet.FleetId,
    region,
    state,
    live: !/^(DELETING|TERMINATED|NOT_FOUND)$/.test(state),
    createdAt: fleet.CreationTime,
    properties: {
      name: fleet.Name ?? null,
      instanceTypes: fleet.InstanceType === undefined ? [] : [fleet.InstanceType],
      fleetType: fleet.FleetType ?? null,
      computeType: fleet.ComputeType ?? null,
    },
  });
}

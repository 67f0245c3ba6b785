import { change } from '../../aws/index.js';
import type { Action, Finding, OriginRule } from '../../model/index.js';
import { idsIn } from '../kit/event-ids.js';
import { chunks, groupedBy, makeAction } from '../kit/make-action.js';
import { linkTo, makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const noUndo = 'A deleted EC2 fleet cannot be brought back; it can be made anew.';

/** DeleteFleets takes up to 100 ids of fleets that are not `instant` (EC2 API reference, DeleteFleets). */
const maxIds = 100;

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'ec2.amazonaws.com',
    name,
    effect,
    ids: ({ request, response }) => idsIn([request, response], /fleet-[0-9a-f-]+/),
  };
}

/**
 * EC2 fleets of type maintain or request. An `instant` one asks once and relaunches nothing; it cannot be deleted
 * without its instances, which ec2-instances terminates after their evidence is taken.
 */
export const ec2Fleets: Play = {
  id: 'ec2-fleets',
  move: 'relaunches by EC2 fleets',
  noun: 'EC2 fleets',
  phase: 'stop',
  service: 'ec2',
  scope: 'regional',
  permissions: { find: ['ec2:DescribeFleets'], contain: ['ec2:DeleteFleets'], undo: [] },

  async *find(reader, region) {
    for await (const page of reader.pages('ec2', 'DescribeFleets', region, {})) {
      for (const fleet of page.Fleets ?? []) {
        const state = fleet.FleetState;
        yield makeResource({
          play: 'ec2-fleets',
          type: 'EC2 fleet',
          id: fleet.FleetId,
          region,
          state,
          live:
            fleet.Type !== 'instant' &&
            (state === undefined || ['submitted', 'active', 'modifying', 'failed'].includes(state)),
          createdAt: fleet.CreateTime,
          tags: tagsOf(fleet.Tags),
          links: (fleet.LaunchTemplateConfigs ?? []).flatMap(({ LaunchTemplateSpecification: template }) =>
            linkTo('launch-template', template?.LaunchTemplateId),
          ),
          properties: {
            fleetType: fleet.Type ?? null,
            targetCapacity: fleet.TargetCapacitySpecification?.TotalTargetCapacity ?? null,
          },
        });
      }
    }
  },

  origin: [rule('CreateFleet', 'made'), rule('DeleteFleets', 'undone')],

  contain: (finding) => remove([finding]),
  containAll: remove,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'fleets',
};

function remove(findings: Finding[]): Action[] {
  const open = findings.filter((finding) => finding.class !== 'tampered' && finding.resource.live);
  return groupedBy(open, ({ resource }) => resource.region).flatMap(([region, some]) =>
    chunks(some, maxIds).map((run) =>
      makeAction(ec2Fleets, run, {
        ...change('ec2', 'DeleteFleets', {
          FleetIds: run.map(({ resource }) => resource.id).sort(),
          TerminateInstances: false,
        }),
        title: `delete ${run.length} EC2 fleets in ${region}`,
        before: Object.fromEntries(run.map(({ resource }) => [resource.id, resource.state])),
        undo: { none: noUndo },
      }),
    ),
  );
}

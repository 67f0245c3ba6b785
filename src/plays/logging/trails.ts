import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import { asText, type OriginRule } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

function rule(name: string, effect: 'changed' | 'undone'): OriginRule {
  return {
    source: 'cloudtrail.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const id = arnName(requestText(event, 'name'));
      return id === null ? [] : [id];
    },
    ...(effect === 'changed'
      ? {
          before: () => ({ logging: true }),
          // Nobody stops a trail that stands still; and one that is started again can be stopped.
          mayChangeNothing: { unproven: 'no earlier stop of it is on record' },
        }
      : {}),
  };
}

/** CloudTrail's trails, each in its home region: only there can it be started and stopped (CloudTrail API reference,
 *  StartLogging). What was deleted or narrowed is left, and told: its owner alone knows how it was. */
export const trails: Play = {
  id: 'trails',
  move: 'stops CloudTrail’s trails',
  noun: 'CloudTrail trails',
  phase: 'evict',
  service: 'cloudtrail',
  scope: 'regional',
  permissions: {
    find: ['cloudtrail:DescribeTrails', 'cloudtrail:GetTrailStatus'],
    contain: ['cloudtrail:StartLogging'],
    undo: ['cloudtrail:StopLogging'],
  },

  async *find(reader, region) {
    const { trailList = [] } = await reader.call('cloudtrail', 'DescribeTrails', region, {
      includeShadowTrails: false,
    });
    for (const { Name, TrailARN, IsOrganizationTrail } of trailList) {
      const status = await reader.call('cloudtrail', 'GetTrailStatus', region, { Name: TrailARN ?? Name });
      const logging = status.IsLogging === true;
      yield makeResource({
        play: 'trails',
        type: 'trail',
        id: Name,
        region,
        state: logging ? 'logging' : 'stopped',
        // What an attacker leaves is a trail that stands still: nobody sees what else is done.
        live: !logging,
        properties: { arn: TrailARN ?? null, organization: IsOrganizationTrail === true },
      });
    }
  },

  origin: [rule('StopLogging', 'changed'), rule('StartLogging', 'undone')],

  contain: (finding) => {
    const { live, properties, id, region } = finding.resource;
    if (!live || finding.class !== 'tampered' || finding.before === null) return [];
    const input = { Name: asText(properties['arn']) ?? id };
    return [
      makeAction(trails, [finding], {
        ...change('cloudtrail', 'StartLogging', input),
        title: `start trail ${id} in ${region} again`,
        before: { logging: false },
        undo: [change('cloudtrail', 'StopLogging', input)],
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'persistence',
};

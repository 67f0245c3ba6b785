import { arnName } from '../../facts/identifiers.js';
import type { OriginRule } from '../../model/origin-rule.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

/** `bus/rule`: names are unique on a bus only. */
function rule(name: string, effect: OriginRule['effect'], before?: OriginRule['before']): OriginRule {
  return {
    source: 'events.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const id = requestText(event, 'name') ?? requestText(event, 'rule');
      return id === null ? [] : [`${arnName(requestText(event, 'eventBusName')) ?? 'default'}/${id}`];
    },
    ...(before === undefined ? {} : { before }),
  };
}

/** EventBridge rules: they start what they point at, again and again. */
export const eventbridgeRules: Play = {
  id: 'eventbridge-rules',
  title: 'relaunches by EventBridge rules',
  phase: 'stop',
  service: 'eventbridge',
  scope: 'regional',
  permissions: {
    find: ['events:ListEventBuses', 'events:ListRules'],
    contain: ['events:DisableRule'],
    undo: ['events:EnableRule'],
  },

  async *find(reader, region) {
    // The SDK has no paginators for these two.
    let busToken: string | undefined;
    do {
      const buses = await reader.call(
        'eventbridge',
        'ListEventBuses',
        region,
        busToken === undefined ? {} : { NextToken: busToken },
      );
      for (const { Name: EventBusName = 'default' } of buses.EventBuses ?? []) {
        let token: string | undefined;
        do {
          const page = await reader.call('eventbridge', 'ListRules', region, {
            EventBusName,
            ...(token === undefined ? {} : { NextToken: token }),
          });
          for (const one of page.Rules ?? []) {
            yield makeResource({
              play: 'eventbridge-rules',
              type: 'EventBridge rule',
              id: `${EventBusName}/${one.Name ?? ''}`,
              region,
              state: one.State,
              live: one.State !== 'DISABLED',
              properties: {
                name: one.Name ?? null,
                bus: EventBusName,
                schedule: one.ScheduleExpression ?? null,
                managedBy: one.ManagedBy ?? null,
              },
            });
          }
          token = page.NextToken;
        } while (token !== undefined && token !== '');
      }
      busToken = buses.NextToken;
    } while (busToken !== undefined && busToken !== '');
  },

  origin: [
    rule('PutRule', 'made'),
    rule('EnableRule', 'changed', () => ({ state: 'DISABLED' })),
    rule('PutTargets', 'changed'),
    rule('DisableRule', 'undone'),
    rule('DeleteRule', 'undone'),
  ],

  contain: (finding) => {
    const { live, properties, state, id } = finding.resource;
    // One that the attacker switched on was off before; what else was changed of an innocent's rule is not known.
    if (!live || (finding.class === 'tampered' && finding.before === null)) return [];
    const input = { Name: properties['name'] ?? null, EventBusName: properties['bus'] ?? null };
    return [
      makeAction(eventbridgeRules, [finding], {
        operation: 'DisableRule',
        input,
        title: `disable EventBridge rule ${id}`,
        before: { state },
        undo: [{ operation: 'EnableRule', input }],
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'serverless',
};

import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import {
  asObject,
  asText,
  type Json,
  type OriginRule,
  resourceKey,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

/** `bus/rule`: names are unique on a bus only. */
function rule(name: string, effect: OriginRule['effect'], more: Partial<OriginRule> = {}): OriginRule {
  return {
    source: 'events.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const id = requestText(event, 'name') ?? requestText(event, 'rule');
      return id === null ? [] : [`${arnName(requestText(event, 'eventBusName')) ?? 'default'}/${id}`];
    },
    ...more,
  };
}

/** EventBridge rules: they start what they point at, again and again. */
export const eventbridgeRules: Play = {
  id: 'eventbridge-rules',
  move: 'relaunches by EventBridge rules',
  noun: 'EventBridge rules',
  phase: 'stop',
  service: 'eventbridge',
  scope: 'regional',
  permissions: {
    find: ['events:ListEventBuses', 'events:ListRules'],
    contain: ['events:DisableRule'],
    undo: ['events:EnableRule'],
  },

  async *find(reader, region) {
    for await (const buses of reader.pages('eventbridge', 'ListEventBuses', region, {})) {
      for (const { Name: EventBusName = 'default' } of buses.EventBuses ?? []) {
        for await (const page of reader.pages('eventbridge', 'ListRules', region, { EventBusName })) {
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
        }
      }
    }
  },

  origin: [
    // Each of them works as well on a rule that is so already.
    rule('PutRule', 'made', { sets: whatIsPut, mayChangeNothing: {} }),
    rule('EnableRule', 'changed', {
      before: () => ({ State: 'DISABLED' }),
      sets: () => ({ State: 'ENABLED' }),
      mayChangeNothing: {},
    }),
    rule('PutTargets', 'changed', { sets: targetsSet, mayChangeNothing: { needs: functionsStarted } }),
    rule('DisableRule', 'undone'),
    rule('DeleteRule', 'undone'),
  ],

  contain: (finding) => {
    const { live, properties, state, id } = finding.resource;
    // One that ran before runs on: what else was changed of an innocent's rule only its owner can put back.
    const before = asText(asObject(finding.before)?.['State']);
    if (!live || (finding.class === 'tampered' && before === null) || before === 'ENABLED') return [];
    const input = {
      Name: asText(properties['name']) ?? '',
      EventBusName: asText(properties['bus']) ?? 'default',
    };
    return [
      makeAction(eventbridgeRules, [finding], {
        ...change('eventbridge', 'DisableRule', input),
        title: `disable EventBridge rule ${id}`,
        before: { state },
        undo: [change('eventbridge', 'EnableRule', input)],
      }),
    ];
  },
  restored: ({ before, resource }) => !resource.live && asObject(before)?.['State'] === 'DISABLED',
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'serverless',
};

/** PutRule enables a rule unless it says otherwise, and leaves out what the request leaves out (EventBridge API
 *  reference, PutRule). */
function whatIsPut(event: TrailEvent): Json {
  const state = requestText(event, 'state') ?? 'ENABLED';
  return {
    State: state === 'DISABLED' ? state : 'ENABLED',
    ScheduleExpression: requestText(event, 'scheduleExpression'),
    EventPattern: requestText(event, 'eventPattern'),
  };
}

function targetsIn({ request }: TrailEvent): { id: string; arn: string }[] {
  const targets = request?.['targets'] ?? request?.['Targets'];
  return (Array.isArray(targets) ? targets : []).flatMap((target) => {
    const [id, arn] = [
      textAt(target, 'id') ?? textAt(target, 'Id'),
      textAt(target, 'arn') ?? textAt(target, 'Arn'),
    ];
    return id === null || arn === null ? [] : [{ id, arn }];
  });
}

/** By target, since PutTargets adds to those that are there. */
function targetsSet(event: TrailEvent): Json {
  return Object.fromEntries(targetsIn(event).map(({ id, arn }) => [`target ${id}`, arn]));
}

/** A rule that starts what the incident made is the incident's. */
function functionsStarted(event: TrailEvent): string[] {
  return targetsIn(event).flatMap(({ arn }) => {
    const id = arn.includes(':function:') ? arn.split(':')[6] : undefined;
    return id === undefined ? [] : [resourceKey({ play: 'lambda-functions', region: event.region, id })];
  });
}

import pLimit from 'p-limit';
import { type Finding, type JsonObject, type OriginRule, type Resource } from '../../model/index.js';
import { change, type OutputOf, type InputOfChange } from '../../aws/index.js';
import { requestText } from '../kit/event-ids.js';
import { unlessGone } from '../iam/iam-users.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, asAnswered } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type Schedule = OutputOf<'scheduler', 'GetSchedule'>;

/** `group/schedule`: names are unique in a group only. */
function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'scheduler.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const id = requestText(event, 'name');
      return id === null ? [] : [`${requestText(event, 'groupName') ?? 'default'}/${id}`];
    },
  };
}

/**
 * EventBridge Scheduler. UpdateSchedule sets everything anew, so each enabled schedule is read as a whole
 * (Scheduler API reference, UpdateSchedule).
 */
export const schedulerSchedules: Play = {
  id: 'scheduler-schedules',
  move: 'relaunches by schedules',
  noun: 'schedules (EventBridge Scheduler)',
  phase: 'stop',
  service: 'scheduler',
  scope: 'regional',
  permissions: {
    find: ['scheduler:ListSchedules', 'scheduler:GetSchedule'],
    // UpdateSchedule passes the schedule's role on.
    contain: ['scheduler:UpdateSchedule', 'iam:PassRole'],
    undo: [],
  },

  async *find(reader, region) {
    const limit = pLimit(8);
    for await (const page of reader.pages('scheduler', 'ListSchedules', region, { MaxResults: 100 })) {
      const read = async (one: NonNullable<typeof page.Schedules>[number]): Promise<Resource> => {
        const live = one.State !== 'DISABLED';
        const { Name, GroupName } = one;
        const whole = live
          ? await unlessGone(() => reader.call('scheduler', 'GetSchedule', region, { Name, GroupName }))
          : null;
        return makeResource({
          play: 'scheduler-schedules',
          type: 'schedule',
          id: `${GroupName ?? 'default'}/${Name ?? ''}`,
          region,
          state: one.State,
          live: live && whole !== null,
          createdAt: one.CreationDate,
          properties: {
            target: one.Target?.Arn ?? null,
            definition: whole === null ? null : definitionOf(whole),
            dated: whole?.StartDate !== undefined || whole?.EndDate !== undefined,
          },
        });
      };
      yield* await Promise.all((page.Schedules ?? []).map((one) => limit(() => read(one))));
    }
  },

  origin: [
    rule('CreateSchedule', 'made'),
    rule('UpdateSchedule', 'changed'),
    rule('DeleteSchedule', 'undone'),
  ],

  contain: (finding) => (finding.resource.live && finding.class !== 'tampered' ? [disable(finding)] : []),
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'serverless',
};

type Definition = Required<Pick<InputOfChange<'scheduler', 'UpdateSchedule'>, 'State'>> &
  InputOfChange<'scheduler', 'UpdateSchedule'>;

function disable(finding: Finding) {
  const { id, properties } = finding.resource;
  const definition = asAnswered<Definition>(properties['definition'] ?? {});
  const to = (State: Definition['State']) => change('scheduler', 'UpdateSchedule', { ...definition, State });
  return makeAction(schedulerSchedules, [finding], {
    ...to('DISABLED'),
    title: `disable schedule ${id}`,
    before: properties,
    undo:
      properties['dated'] === true
        ? { none: 'It had a first or last day, which is not set again; it can be made anew from the record.' }
        : [to('ENABLED')],
    alsoPermissions: ['iam:PassRole'],
  });
}

/** Everything that UpdateSchedule takes, but for the days, which are no JSON. */
function definitionOf(schedule: Schedule): JsonObject {
  const { Name, GroupName, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target } =
    schedule;
  const { Description, KmsKeyArn, ActionAfterCompletion } = schedule;
  return JSON.parse(
    JSON.stringify({
      Name,
      GroupName,
      ScheduleExpression,
      ScheduleExpressionTimezone,
      FlexibleTimeWindow,
      Target,
      Description,
      KmsKeyArn,
      ActionAfterCompletion,
    }),
  ) as JsonObject;
}

import type { Service, Structure } from '../service.js';
import { paged, Shelf } from './shelf.js';

const schedules = new Shelf(
  'scheduler:schedules',
  ['ResourceNotFoundException', 404],
  'ConflictException',
  ({ State }) => State === 'ENABLED',
);
type Named = { Name: string; GroupName?: string };
const idOf = ({ Name, GroupName = 'default' }: Named) => `${GroupName}/${Name}`;

/** Amazon EventBridge Scheduler. */
export const scheduler: Service = {
  operations: {
    CreateSchedule: (context, input: Named & { Target: { RoleArn: string } }) => {
      context.authorize('iam:PassRole', input.Target.RoleArn);
      const ScheduleArn = context.region.arn('scheduler', `schedule/${idOf(input)}`);
      schedules.add(context, idOf(input), {
        State: 'ENABLED',
        GroupName: 'default',
        ...input,
        Arn: ScheduleArn,
        CreationDate: context.now,
        LastModificationDate: context.now,
      });
      return { ScheduleArn };
    },
    GetSchedule: ({ region }, input: Named) => schedules.get(region, idOf(input)),
    ListSchedules: (
      { region },
      input: { GroupName?: string; State?: string; NextToken?: string; MaxResults?: number },
    ) => {
      const found = schedules
        .all(region)
        .filter(
          ({ GroupName, State }) =>
            (input.GroupName === undefined || GroupName === input.GroupName) &&
            (input.State === undefined || State === input.State),
        );
      return paged(
        'Schedules',
        found.map((made) => ({ ...made, Target: { Arn: (made.Target as Structure).Arn } })),
        input.NextToken,
        input.MaxResults ?? 100,
        'NextToken',
      );
    },
    // The whole schedule is replaced: what the call leaves out falls back to its default.
    UpdateSchedule: (context, input: Named & { Target: { RoleArn: string } }) => {
      context.authorize('iam:PassRole', input.Target.RoleArn);
      const old = schedules.remove(context, idOf(input));
      const { Arn, CreationDate } = old as object as Structure;
      const made = schedules.add(context, idOf(input), {
        State: 'ENABLED',
        GroupName: 'default',
        ...input,
        Arn,
        CreationDate,
        LastModificationDate: context.now,
      });
      Object.assign(made, { createdAt: old.createdAt, maker: old.maker });
      return { ScheduleArn: Arn };
    },
    DeleteSchedule: (context, input: Named) => void schedules.remove(context, idOf(input)),
  },
};

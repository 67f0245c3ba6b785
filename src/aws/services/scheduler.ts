import {
  GetScheduleCommand,
  ListSchedulesCommand,
  paginateListSchedules,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';

export const scheduler = {
  client: SchedulerClient,
  commands: {
    GetSchedule: GetScheduleCommand,
    ListSchedules: ListSchedulesCommand,
    UpdateSchedule: UpdateScheduleCommand,
  },
  paginators: {
    ListSchedules: paginateListSchedules,
  },
};

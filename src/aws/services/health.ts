import { HealthClient, DescribeEventsCommand, paginateDescribeEvents } from '@aws-sdk/client-health';

export const health = {
  client: HealthClient,
  commands: { DescribeEvents: DescribeEventsCommand },
  paginators: { DescribeEvents: paginateDescribeEvents },
};

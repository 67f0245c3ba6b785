import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  LookupEventsCommand,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';

export const cloudtrail = {
  client: CloudTrailClient,
  commands: {
    DescribeTrails: DescribeTrailsCommand,
    GetTrailStatus: GetTrailStatusCommand,
    LookupEvents: LookupEventsCommand,
  },
  paginators: { LookupEvents: paginateLookupEvents },
};

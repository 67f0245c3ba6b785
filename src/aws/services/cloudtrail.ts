import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  LookupEventsCommand,
  paginateLookupEvents,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';

export const cloudtrail = {
  client: CloudTrailClient,
  commands: {
    DescribeTrails: DescribeTrailsCommand,
    GetEventSelectors: GetEventSelectorsCommand,
    GetTrailStatus: GetTrailStatusCommand,
    ListPublicKeys: ListPublicKeysCommand,
    LookupEvents: LookupEventsCommand,
    StartLogging: StartLoggingCommand,
    StopLogging: StopLoggingCommand,
  },
  paginators: { LookupEvents: paginateLookupEvents },
};

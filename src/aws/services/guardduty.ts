import {
  GuardDutyClient,
  ListDetectorsCommand,
  ListFindingsCommand,
  GetFindingsCommand,
  paginateListDetectors,
  paginateListFindings,
} from '@aws-sdk/client-guardduty';

export const guardduty = {
  client: GuardDutyClient,
  commands: {
    ListDetectors: ListDetectorsCommand,
    ListFindings: ListFindingsCommand,
    GetFindings: GetFindingsCommand,
  },
  paginators: { ListDetectors: paginateListDetectors, ListFindings: paginateListFindings },
};

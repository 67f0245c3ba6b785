import { AccountClient, ListRegionsCommand, paginateListRegions } from '@aws-sdk/client-account';

export const account = {
  client: AccountClient,
  commands: { ListRegions: ListRegionsCommand },
  paginators: { ListRegions: paginateListRegions },
};

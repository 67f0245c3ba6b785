import { LambdaClient, ListFunctionsCommand, paginateListFunctions } from '@aws-sdk/client-lambda';

export const lambda = {
  client: LambdaClient,
  commands: { ListFunctions: ListFunctionsCommand },
  paginators: { ListFunctions: paginateListFunctions },
};

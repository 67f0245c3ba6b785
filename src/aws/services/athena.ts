import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';

export const athena = {
  client: AthenaClient,
  commands: {
    GetQueryExecution: GetQueryExecutionCommand,
    GetQueryResults: GetQueryResultsCommand,
    GetTableMetadata: GetTableMetadataCommand,
    StartQueryExecution: StartQueryExecutionCommand,
    StopQueryExecution: StopQueryExecutionCommand,
  },
  paginators: { GetQueryResults: paginateGetQueryResults },
};

import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionConcurrencyCommand,
  GetPolicyCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListFunctionUrlConfigsCommand,
  paginateListFunctions,
  paginateListFunctionUrlConfigs,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';

export const lambda = {
  client: LambdaClient,
  commands: {
    AddPermission: AddPermissionCommand,
    CreateFunctionUrlConfig: CreateFunctionUrlConfigCommand,
    DeleteFunctionConcurrency: DeleteFunctionConcurrencyCommand,
    DeleteFunctionUrlConfig: DeleteFunctionUrlConfigCommand,
    GetFunctionConcurrency: GetFunctionConcurrencyCommand,
    GetPolicy: GetPolicyCommand,
    ListFunctionUrlConfigs: ListFunctionUrlConfigsCommand,
    ListFunctions: ListFunctionsCommand,
    PutFunctionConcurrency: PutFunctionConcurrencyCommand,
    RemovePermission: RemovePermissionCommand,
    UpdateFunctionConfiguration: UpdateFunctionConfigurationCommand,
  },
  paginators: {
    ListFunctionUrlConfigs: paginateListFunctionUrlConfigs,
    ListFunctions: paginateListFunctions,
  },
};

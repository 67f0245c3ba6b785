import { BedrockClient, ListFoundationModelsCommand } from '@aws-sdk/client-bedrock';

export const bedrock = {
  client: BedrockClient,
  commands: { ListFoundationModels: ListFoundationModelsCommand },
  paginators: {},
};

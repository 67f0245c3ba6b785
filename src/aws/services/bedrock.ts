import {
  BedrockClient,
  DeleteProvisionedModelThroughputCommand,
  ListFoundationModelsCommand,
  ListProvisionedModelThroughputsCommand,
  paginateListProvisionedModelThroughputs,
} from '@aws-sdk/client-bedrock';

export const bedrock = {
  client: BedrockClient,
  commands: {
    DeleteProvisionedModelThroughput: DeleteProvisionedModelThroughputCommand,
    ListFoundationModels: ListFoundationModelsCommand,
    ListProvisionedModelThroughputs: ListProvisionedModelThroughputsCommand,
  },
  paginators: {
    ListProvisionedModelThroughputs: paginateListProvisionedModelThroughputs,
  },
};

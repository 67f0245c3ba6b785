import {
  SageMakerClient,
  ListNotebookInstancesCommand,
  paginateListNotebookInstances,
} from '@aws-sdk/client-sagemaker';

export const sagemaker = {
  client: SageMakerClient,
  commands: { ListNotebookInstances: ListNotebookInstancesCommand },
  paginators: { ListNotebookInstances: paginateListNotebookInstances },
};

import { ECSClient, ListClustersCommand, paginateListClusters } from '@aws-sdk/client-ecs';

export const ecs = {
  client: ECSClient,
  commands: { ListClusters: ListClustersCommand },
  paginators: { ListClusters: paginateListClusters },
};

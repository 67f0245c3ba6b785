import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  ListTasksCommand,
  paginateListClusters,
  paginateListServices,
  paginateListTasks,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';

export const ecs = {
  client: ECSClient,
  commands: {
    DescribeServices: DescribeServicesCommand,
    DescribeTasks: DescribeTasksCommand,
    ListClusters: ListClustersCommand,
    ListServices: ListServicesCommand,
    ListTasks: ListTasksCommand,
    StopTask: StopTaskCommand,
    UpdateService: UpdateServiceCommand,
  },
  paginators: {
    ListClusters: paginateListClusters,
    ListServices: paginateListServices,
    ListTasks: paginateListTasks,
  },
};

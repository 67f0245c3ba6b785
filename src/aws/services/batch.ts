import {
  BatchClient,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobQueuesCommand,
  ListJobsCommand,
  paginateDescribeComputeEnvironments,
  paginateDescribeJobQueues,
  paginateListJobs,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';

export const batch = {
  client: BatchClient,
  commands: {
    DeleteComputeEnvironment: DeleteComputeEnvironmentCommand,
    DeleteJobQueue: DeleteJobQueueCommand,
    DescribeComputeEnvironments: DescribeComputeEnvironmentsCommand,
    DescribeJobQueues: DescribeJobQueuesCommand,
    ListJobs: ListJobsCommand,
    TerminateJob: TerminateJobCommand,
    UpdateComputeEnvironment: UpdateComputeEnvironmentCommand,
    UpdateJobQueue: UpdateJobQueueCommand,
  },
  paginators: {
    DescribeComputeEnvironments: paginateDescribeComputeEnvironments,
    DescribeJobQueues: paginateDescribeJobQueues,
    ListJobs: paginateListJobs,
  },
};

import {
  AmplifyClient,
  ListAppsCommand,
  ListBranchesCommand,
  ListJobsCommand,
  paginateListApps,
  paginateListBranches,
  paginateListJobs,
  StopJobCommand,
  UpdateBranchCommand,
} from '@aws-sdk/client-amplify';

export const amplify = {
  client: AmplifyClient,
  commands: {
    ListApps: ListAppsCommand,
    ListBranches: ListBranchesCommand,
    ListJobs: ListJobsCommand,
    StopJob: StopJobCommand,
    UpdateBranch: UpdateBranchCommand,
  },
  paginators: {
    ListApps: paginateListApps,
    ListBranches: paginateListBranches,
    ListJobs: paginateListJobs,
  },
};

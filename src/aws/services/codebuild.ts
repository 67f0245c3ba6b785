import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  CodeBuildClient,
  DeleteWebhookCommand,
  ListBuildsCommand,
  ListProjectsCommand,
  paginateListBuilds,
  paginateListProjects,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';

export const codebuild = {
  client: CodeBuildClient,
  commands: {
    BatchGetBuilds: BatchGetBuildsCommand,
    BatchGetProjects: BatchGetProjectsCommand,
    DeleteWebhook: DeleteWebhookCommand,
    ListBuilds: ListBuildsCommand,
    ListProjects: ListProjectsCommand,
    StopBuild: StopBuildCommand,
  },
  paginators: {
    ListBuilds: paginateListBuilds,
    ListProjects: paginateListProjects,
  },
};

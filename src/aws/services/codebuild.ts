import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateWebhookCommand,
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
    CreateWebhook: CreateWebhookCommand,
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

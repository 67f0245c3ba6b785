import {
  DescribeWorkspacesCommand,
  paginateDescribeWorkspaces,
  TerminateWorkspacesCommand,
  WorkSpacesClient,
} from '@aws-sdk/client-workspaces';

export const workspaces = {
  client: WorkSpacesClient,
  commands: {
    DescribeWorkspaces: DescribeWorkspacesCommand,
    TerminateWorkspaces: TerminateWorkspacesCommand,
  },
  paginators: {
    DescribeWorkspaces: paginateDescribeWorkspaces,
  },
};

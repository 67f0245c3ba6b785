import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  paginateDescribeStacks,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';

export const cloudformation = {
  client: CloudFormationClient,
  commands: {
    DeleteStack: DeleteStackCommand,
    DescribeStacks: DescribeStacksCommand,
    GetTemplate: GetTemplateCommand,
    ListStackResources: ListStackResourcesCommand,
    UpdateTerminationProtection: UpdateTerminationProtectionCommand,
  },
  paginators: { DescribeStacks: paginateDescribeStacks },
};

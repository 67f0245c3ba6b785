import {
  CloudFormationClient,
  DeleteStackCommand,
  DeleteStackInstancesCommand,
  DeleteStackSetCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackInstancesCommand,
  ListStackResourcesCommand,
  ListStackSetsCommand,
  paginateDescribeStacks,
  paginateListStackInstances,
  paginateListStackSets,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';

export const cloudformation = {
  client: CloudFormationClient,
  commands: {
    DeleteStack: DeleteStackCommand,
    DeleteStackInstances: DeleteStackInstancesCommand,
    DeleteStackSet: DeleteStackSetCommand,
    DescribeStacks: DescribeStacksCommand,
    GetTemplate: GetTemplateCommand,
    ListStackInstances: ListStackInstancesCommand,
    ListStackResources: ListStackResourcesCommand,
    ListStackSets: ListStackSetsCommand,
    UpdateTerminationProtection: UpdateTerminationProtectionCommand,
  },
  paginators: {
    DescribeStacks: paginateDescribeStacks,
    ListStackInstances: paginateListStackInstances,
    ListStackSets: paginateListStackSets,
  },
};

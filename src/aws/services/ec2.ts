import {
  CancelSpotInstanceRequestsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeRegionsCommand,
  DescribeSpotInstanceRequestsCommand,
  EC2Client,
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  paginateDescribeInstances,
  paginateDescribeInstanceTypes,
  paginateDescribeSpotInstanceRequests,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';

export const ec2 = {
  client: EC2Client,
  commands: {
    CancelSpotInstanceRequests: CancelSpotInstanceRequestsCommand,
    DescribeInstanceAttribute: DescribeInstanceAttributeCommand,
    DescribeInstances: DescribeInstancesCommand,
    DescribeInstanceTypes: DescribeInstanceTypesCommand,
    DescribeRegions: DescribeRegionsCommand,
    DescribeSpotInstanceRequests: DescribeSpotInstanceRequestsCommand,
    GetConsoleOutput: GetConsoleOutputCommand,
    ModifyInstanceAttribute: ModifyInstanceAttributeCommand,
    TerminateInstances: TerminateInstancesCommand,
  },
  paginators: {
    DescribeInstances: paginateDescribeInstances,
    DescribeInstanceTypes: paginateDescribeInstanceTypes,
    DescribeSpotInstanceRequests: paginateDescribeSpotInstanceRequests,
  },
};

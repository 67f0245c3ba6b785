// What the range has of it: the whole client weighs more in the package than all that a scenario calls.
export {
  AddInstanceFleetCommand,
  AddInstanceGroupsCommand,
  DescribeClusterCommand,
  EMRClient,
  ListClustersCommand,
  ListInstanceFleetsCommand,
  ListInstanceGroupsCommand,
  ListInstancesCommand,
  ModifyInstanceFleetCommand,
  ModifyInstanceGroupsCommand,
  RunJobFlowCommand,
  SetTerminationProtectionCommand,
  TerminateJobFlowsCommand,
} from '@aws-sdk/client-emr';

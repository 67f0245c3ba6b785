import {
  AutoScalingClient,
  DeleteAutoScalingGroupCommand,
  DetachInstancesCommand,
  DeleteLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  paginateDescribeAutoScalingGroups,
  paginateDescribeLaunchConfigurations,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';

export const autoscaling = {
  client: AutoScalingClient,
  commands: {
    DeleteAutoScalingGroup: DeleteAutoScalingGroupCommand,
    DetachInstances: DetachInstancesCommand,
    DeleteLaunchConfiguration: DeleteLaunchConfigurationCommand,
    DescribeAutoScalingGroups: DescribeAutoScalingGroupsCommand,
    DescribeLaunchConfigurations: DescribeLaunchConfigurationsCommand,
    ResumeProcesses: ResumeProcessesCommand,
    SuspendProcesses: SuspendProcessesCommand,
    UpdateAutoScalingGroup: UpdateAutoScalingGroupCommand,
  },
  paginators: {
    DescribeAutoScalingGroups: paginateDescribeAutoScalingGroups,
    DescribeLaunchConfigurations: paginateDescribeLaunchConfigurations,
  },
};

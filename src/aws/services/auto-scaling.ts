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
  SetInstanceProtectionCommand,
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
    SetInstanceProtection: SetInstanceProtectionCommand,
    SuspendProcesses: SuspendProcessesCommand,
    UpdateAutoScalingGroup: UpdateAutoScalingGroupCommand,
  },
  paginators: {
    DescribeAutoScalingGroups: paginateDescribeAutoScalingGroups,
    DescribeLaunchConfigurations: paginateDescribeLaunchConfigurations,
  },
};

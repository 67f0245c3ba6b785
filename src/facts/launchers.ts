/**
 * Who launches for whom: one line for each way in which AWS itself says so. What is only a name or tag that a caller
 * may choose is none. docs/launchers.md is made from this table.
 */
interface LaunchEdge {
  /** Ids of plays: the one finds the launcher, the other what it launched; `any` of every play. */
  launcher: string;
  of: string;
  /** What shows it. */
  shownBy: string;
  /** The range's scenario that rehearses the edge, and the call by which the attacker and innocents make the launcher there. */
  rehearsed: { scenario: string; by: string };
}

export const launchEdges = [
  {
    launcher: 'auto-scaling-groups',
    of: 'ec2-instances',
    shownBy: 'the tag aws:autoscaling:groupName, which only AWS sets',
    rehearsed: { scenario: 'fleets', by: 'autoscaling:CreateAutoScalingGroup' },
  },
  {
    launcher: 'ec2-fleets',
    of: 'ec2-instances',
    shownBy: 'the tag aws:ec2:fleet-id, which only AWS sets',
    rehearsed: { scenario: 'fleets', by: 'ec2:CreateFleet' },
  },
  {
    launcher: 'spot-fleets',
    of: 'ec2-instances',
    shownBy: 'the tag aws:ec2spot:fleet-request-id, which only AWS sets',
    rehearsed: { scenario: 'fleets', by: 'ec2:RequestSpotFleet' },
  },
  {
    launcher: 'spot-requests',
    of: 'ec2-instances',
    shownBy: 'the request that the instance names',
    rehearsed: { scenario: 'fleets', by: 'ec2:RequestSpotInstances' },
  },
  {
    launcher: 'eks-node-groups',
    of: 'auto-scaling-groups',
    shownBy: 'the node group’s own record, which names its group; its tags may be anybody’s',
    rehearsed: { scenario: 'launchers', by: 'eks:CreateNodegroup' },
  },
  {
    launcher: 'batch-compute-environments',
    of: 'auto-scaling-groups',
    shownBy:
      'the name that Batch gives its groups, after the environment was made, and no person made the group',
    rehearsed: { scenario: 'launchers', by: 'batch:CreateComputeEnvironment' },
  },
  {
    launcher: 'elastic-beanstalk-environments',
    of: 'auto-scaling-groups',
    shownBy: 'the environment’s own record, which names its group; its tags may be anybody’s',
    rehearsed: { scenario: 'launchers', by: 'elasticbeanstalk:CreateEnvironment' },
  },
  {
    launcher: 'emr-clusters',
    of: 'emr-clusters',
    shownBy: 'the cluster whose list of instance groups or fleets has it',
    rehearsed: { scenario: 'launchers', by: 'elasticmapreduce:AddInstanceGroups' },
  },
  {
    launcher: 'emr-clusters',
    of: 'ec2-instances',
    shownBy:
      'the tag aws:elasticmapreduce:job-flow-id, which only AWS sets; of a group or fleet, EMR’s list of its instances',
    rehearsed: { scenario: 'launchers', by: 'elasticmapreduce:RunJobFlow' },
  },
  {
    launcher: 'stack-sets',
    of: 'cloudformation-stacks',
    shownBy: 'CloudFormation’s list of the set’s stacks, which names each by its ARN',
    rehearsed: { scenario: 'launchers', by: 'cloudformation:CreateStackInstances' },
  },
  {
    launcher: 'cloudformation-stacks',
    of: 'any',
    shownBy: 'the tag aws:cloudformation:stack-id, which only AWS sets, on what is not older than the stack',
    rehearsed: { scenario: 'launchers', by: 'cloudformation:CreateStack' },
  },
] as const satisfies readonly LaunchEdge[];

/** The compute environment for which Batch made an Auto Scaling group of this name: `NAME-asg-UUID` (as in
 *  outerbounds/terraform-aws-metaflow, pull request 19); null for any other. */
export function batchEnvironmentOf(group: string): string | null {
  return /^(.+)-asg-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(group)?.[1] ?? null;
}

/**
 * Every operation that leakguard may send to AWS as a change, by the SDK's name of its service (a key of aws/services):
 * containing, clearing the way for it, and taking it back. What is not here cannot be planned, is refused in a journal
 * or plan file, and is not sent.
 */
export const changes = {
  amplify: ['StopJob', 'UpdateBranch'],
  autoscaling: [
    'DeleteAutoScalingGroup',
    'DeleteLaunchConfiguration',
    'DetachInstances',
    'ResumeProcesses',
    'SetInstanceProtection',
    'SuspendProcesses',
    'UpdateAutoScalingGroup',
  ],
  batch: [
    'DeleteComputeEnvironment',
    'DeleteJobQueue',
    'TerminateJob',
    'UpdateComputeEnvironment',
    'UpdateJobQueue',
  ],
  bedrock: ['DeleteProvisionedModelThroughput'],
  cloudformation: ['DeleteStack', 'UpdateTerminationProtection'],
  cloudtrail: ['StartLogging', 'StopLogging'],
  codebuild: ['DeleteWebhook', 'StopBuild'],
  ec2: [
    'AuthorizeSecurityGroupEgress',
    'AuthorizeSecurityGroupIngress',
    'CancelSpotFleetRequests',
    'CancelSpotInstanceRequests',
    'CreateSnapshot',
    'CreateSnapshots',
    'DeleteFleets',
    'DeleteKeyPair',
    'DeleteLaunchTemplate',
    'DeleteSecurityGroup',
    'DeleteVolume',
    'ModifyInstanceAttribute',
    'ReleaseAddress',
    'RevokeSecurityGroupEgress',
    'RevokeSecurityGroupIngress',
    'StartInstances',
    'StopInstances',
    'TerminateInstances',
  ],
  ecs: ['StopTask', 'UpdateService'],
  eks: ['DeleteFargateProfile', 'DeleteNodegroup'],
  elasticbeanstalk: ['TerminateEnvironment'],
  emr: ['ModifyInstanceFleet', 'ModifyInstanceGroups', 'SetTerminationProtection', 'TerminateJobFlows'],
  eventbridge: ['DisableRule', 'EnableRule'],
  iam: [
    'AddUserToGroup',
    'AttachGroupPolicy',
    'AttachRolePolicy',
    'AttachUserPolicy',
    'CreateOpenIDConnectProvider',
    'CreatePolicy',
    'CreatePolicyVersion',
    'CreateSAMLProvider',
    'DeleteAccessKey',
    'DeleteGroupPolicy',
    'DeleteLoginProfile',
    'DeleteOpenIDConnectProvider',
    'DeletePolicy',
    'DeletePolicyVersion',
    'DeleteRole',
    'DeleteRolePermissionsBoundary',
    'DeleteRolePolicy',
    'DeleteSAMLProvider',
    'DeleteUser',
    'DeleteUserPermissionsBoundary',
    'DeleteUserPolicy',
    'DetachGroupPolicy',
    'DetachRolePolicy',
    'DetachUserPolicy',
    'PutGroupPolicy',
    'PutRolePermissionsBoundary',
    'PutRolePolicy',
    'PutUserPermissionsBoundary',
    'PutUserPolicy',
    'RemoveRoleFromInstanceProfile',
    'RemoveUserFromGroup',
    'SetDefaultPolicyVersion',
    'UpdateAccessKey',
    'UpdateAssumeRolePolicy',
    'UpdateSSHPublicKey',
    'UpdateServiceSpecificCredential',
    'UpdateSigningCertificate',
  ],
  lambda: [
    'AddPermission',
    'CreateFunctionUrlConfig',
    'DeleteFunctionConcurrency',
    'DeleteFunctionUrlConfig',
    'PutFunctionConcurrency',
    'RemovePermission',
    'UpdateFunctionConfiguration',
  ],
  lightsail: ['DeleteInstance', 'StartInstance', 'StopInstance'],
  rolesanywhere: ['DisableProfile', 'DisableTrustAnchor', 'EnableProfile', 'EnableTrustAnchor'],
  sagemaker: [
    'CreateEndpoint',
    'DeleteEndpoint',
    'StartNotebookInstance',
    'StopNotebookInstance',
    'StopProcessingJob',
    'StopTrainingJob',
  ],
  scheduler: ['UpdateSchedule'],
  sesv2: ['DeleteEmailIdentity', 'PutAccountSendingAttributes'],
} as const;

export type ServiceOfChange = keyof typeof changes;
export type OperationOfChange<S extends ServiceOfChange = ServiceOfChange> = (typeof changes)[S][number];

/** True where `operation` of `service` may be sent as a change. */
export function isChange(service: string, operation: string): boolean {
  return (
    Object.hasOwn(changes, service) &&
    (changes[service as ServiceOfChange] as readonly string[]).includes(operation)
  );
}

import type { Rank } from '../model/index.js';

/**
 * What an act leaves, in the order in which a person has to see to it:
 * access: it still lets somebody in · spend: it costs money · blind: it keeps things from being seen ·
 * read: something was read or shared, and is known outside now · other.
 */
export const ranks: readonly Rank[] = ['access', 'spend', 'blind', 'read', 'other'];

/** An act by what it leaves: which kind of thing, and how dangerous beside others of its rank (0 to 100). */
export interface ActRank {
  rank: Rank;
  danger: number;
  /** For people: `access key`, `trust anchor`, … */
  thing: string;
}

/** What is listed here stands until it is taken back, whether or not a play looks at it. `|`: service, names, rank,
 *  danger, thing. From AWS's own lists of what survives a key (IAM user guide; AWS's CredCompromise playbook), and
 *  from published intrusions (TrailDiscover, hackingthe.cloud, Stratus Red Team). */
const table = `
iam|CreateAccessKey|access|96|access key
iam|UpdateAccessKey|access|94|access key
iam|CreateLoginProfile,UpdateLoginProfile|access|95|console password
iam|CreateUser|access|90|user
iam|CreateServiceSpecificCredential,ResetServiceSpecificCredential|access|88|service-specific credential
iam|UploadSSHPublicKey|access|70|SSH key
iam|UploadSigningCertificate|access|80|signing certificate
iam|EnableMFADevice,CreateVirtualMFADevice|access|60|MFA device
iam|DeactivateMFADevice,DeleteVirtualMFADevice|access|62|MFA device
iam|AttachUserPolicy,AttachRolePolicy,AttachGroupPolicy|access|75|attached policy
iam|PutUserPolicy,PutRolePolicy,PutGroupPolicy|access|74|inline policy
iam|AddUserToGroup|access|72|group membership
iam|CreatePolicyVersion,SetDefaultPolicyVersion|access|71|managed policy
iam|CreatePolicy|access|30|managed policy
iam|DetachUserPolicy,DetachRolePolicy,DetachGroupPolicy|access|58|attached policy
iam|DeleteUserPolicy,DeleteRolePolicy,DeleteGroupPolicy|access|57|inline policy
iam|DeleteUserPermissionsBoundary,DeleteRolePermissionsBoundary|access|66|permissions boundary
iam|PutUserPermissionsBoundary,PutRolePermissionsBoundary|access|40|permissions boundary
iam|CreateRole|access|68|role
iam|UpdateAssumeRolePolicy|access|86|role trust
iam|CreateSAMLProvider,UpdateSAMLProvider,CreateOpenIDConnectProvider,AddClientIDToOpenIDConnectProvider,UpdateOpenIDConnectProviderThumbprint|access|87|identity provider
iam|CreateAccountAlias,UpdateAccountPasswordPolicy,DeleteAccountPasswordPolicy|access|35|password policy
iam|CreateInstanceProfile,AddRoleToInstanceProfile|access|25|instance profile
rolesanywhere|CreateTrustAnchor,EnableTrustAnchor,UpdateTrustAnchor|access|92|trust anchor
rolesanywhere|CreateProfile,EnableProfile,UpdateProfile|access|82|Roles Anywhere profile
lambda|CreateFunctionUrlConfig,UpdateFunctionUrlConfig|access|85|function URL
lambda|AddPermission|access|84|function permission
lambda|CreateFunction|access|83|Lambda function
lambda|UpdateFunctionCode,UpdateFunctionConfiguration|access|81|Lambda function
lambda|AddLayerVersionPermission|access|55|layer permission
lambda|CreateEventSourceMapping,UpdateEventSourceMapping|access|50|event source mapping
sso|CreatePermissionSet,CreateAccountAssignment,AttachManagedPolicyToPermissionSet,PutInlinePolicyToPermissionSet|access|89|IAM Identity Center assignment
sso-directory|CreateUser,AddMemberToGroup,UpdatePassword|access|89|IAM Identity Center user
identitystore|CreateUser,CreateGroupMembership|access|89|IAM Identity Center user
organizations|InviteAccountToOrganization,CreateAccount,LeaveOrganization,EnableAWSServiceAccess,RegisterDelegatedAdministrator|access|88|organization
organizations|DetachPolicy,DeletePolicy,DisablePolicyType,UpdatePolicy|blind|85|organization policy
eks|CreateAccessEntry,AssociateAccessPolicy|access|80|EKS access entry
cognito-idp|AdminCreateUser,SignUp,CreateUserPool|access|55|Cognito user
cognito-identity|CreateIdentityPool,SetIdentityPoolRoles|access|70|identity pool
secretsmanager|PutResourcePolicy|access|60|secret's policy
kms|PutKeyPolicy,CreateGrant|access|65|KMS key's policy
sqs|AddPermission,SetQueueAttributes|access|35|queue policy
sns|AddPermission,SetTopicAttributes|access|35|topic policy
ecr|SetRepositoryPolicy,PutRegistryPolicy|access|50|repository policy
events|PutPermission|access|50|event bus policy
events|PutRule,EnableRule,PutTargets|access|56|EventBridge rule
scheduler|CreateSchedule,UpdateSchedule|access|56|schedule
ssm|SendCommand,StartSession|access|57|instance
ec2-instance-connect|SendSSHPublicKey,SendSerialConsoleSSHPublicKey|access|56|instance
ssm|CreateActivation|access|78|hybrid activation
ssm|CreateDocument,UpdateDocument,ModifyDocumentPermission,CreateAssociation|access|52|SSM document
ec2|AuthorizeSecurityGroupIngress,ModifySecurityGroupRules|access|64|security group rule
ec2|AuthorizeSecurityGroupEgress|access|20|security group rule
ec2|CreateSecurityGroup|access|18|security group
ec2|CreateKeyPair,ImportKeyPair|access|48|key pair
ec2|ModifyInstanceAttribute|access|54|instance's attributes
ec2|AssociateIamInstanceProfile,ReplaceIamInstanceProfileAssociation|access|67|instance's profile
ec2|EnableSerialConsoleAccess|access|53|serial console
ec2|CreateVpcPeeringConnection,AcceptVpcPeeringConnection,CreateVpnConnection,CreateClientVpnEndpoint,CreateVpcEndpoint|access|49|network connection
ec2|CreateLaunchTemplate,CreateLaunchTemplateVersion,ModifyLaunchTemplate|access|38|launch template
autoscaling|CreateLaunchConfiguration|access|36|launch configuration
codebuild|CreateProject,UpdateProject,CreateWebhook|access|63|CodeBuild project
codepipeline|CreatePipeline,UpdatePipeline|access|50|pipeline
cloudformation|CreateStack,UpdateStack|access|61|stack
cloudformation|CreateStackSet,CreateStackInstances,UpdateStackSet,UpdateStackInstances|access|69|stack set
cloudformation|SetStackPolicy|other|30|stack policy
transfer|CreateServer,CreateUser|access|60|Transfer user
rds|ModifyDBInstance,ModifyDBCluster|access|45|database
glue|CreateDevEndpoint,CreateJob,PutResourcePolicy|access|51|Glue endpoint
appstream|CreateImageBuilder,StartImageBuilder|spend|70|AppStream image builder
appstream|CreateFleet,StartFleet,UpdateFleet|spend|72|AppStream fleet
workspaces|CreateWorkspaces,StartWorkspaces,ModifyWorkspaceProperties|spend|72|WorkSpace
account|EnableRegion|access|40|region
account|PutAlternateContact,PutContactInformation|blind|60|account contact
ec2|RunInstances|spend|90|instance
ec2|CreateFleet|spend|88|EC2 Fleet
ec2|RequestSpotFleet|spend|88|spot fleet
ec2|RequestSpotInstances|spend|87|spot request
ec2|StartInstances|spend|60|instance
ec2|PurchaseReservedInstancesOffering,PurchaseHostReservation,AllocateHosts|spend|70|reservation
ec2|CreateNatGateway|spend|30|NAT gateway
ec2|AllocateAddress|spend|12|Elastic IP address
ec2|CreateVolume|spend|14|volume
ec2|CreateSnapshot,CreateSnapshots,CopySnapshot|spend|10|snapshot
ec2|CreateImage,RegisterImage,CopyImage|spend|11|image
savingsplans|CreateSavingsPlan|spend|70|savings plan
autoscaling|CreateAutoScalingGroup,UpdateAutoScalingGroup,SetDesiredCapacity|spend|89|Auto Scaling group
ecs|CreateService,UpdateService|spend|80|ECS service
ecs|RunTask,StartTask|spend|78|ECS task
ecs|CreateCluster|spend|20|ECS cluster
ecs|RegisterTaskDefinition|spend|22|task definition
eks|CreateCluster,CreateNodegroup,CreateFargateProfile|spend|79|EKS cluster
batch|CreateComputeEnvironment,UpdateComputeEnvironment|spend|80|Batch compute environment
batch|CreateJobQueue,UpdateJobQueue|spend|60|Batch job queue
batch|SubmitJob|spend|65|Batch job
sagemaker|CreateNotebookInstance|spend|82|SageMaker notebook
sagemaker|CreateTrainingJob,CreateProcessingJob|spend|75|SageMaker job
sagemaker|CreateCluster,UpdateCluster,BatchAddClusterNodes|spend|81|SageMaker HyperPod cluster
sagemaker|CreateEndpoint,UpdateEndpoint|spend|76|SageMaker endpoint
sagemaker|CreateDomain,CreateUserProfile,CreateApp|spend|60|SageMaker app
lightsail|CreateInstances,CreateInstancesFromSnapshot|spend|74|Lightsail instance
lightsail|CreateContainerService,CreateRelationalDatabase|spend|60|Lightsail service
codebuild|StartBuild,StartBuildBatch|spend|62|CodeBuild build
amplify|CreateApp,UpdateApp,CreateBranch|spend|61|Amplify app
apprunner|CreateService|spend|62|App Runner service
elasticbeanstalk|CreateEnvironment,ComposeEnvironments,UpdateEnvironment|spend|73|Elastic Beanstalk environment
elasticmapreduce|RunJobFlow|spend|72|EMR cluster
elasticmapreduce|AddInstanceGroups,AddInstanceFleet,ModifyInstanceGroups,ModifyInstanceFleet|spend|71|EMR instance group
glue|StartJobRun|spend|40|Glue job
gamelift|CreateFleet,CreateFleetLocations,UpdateFleetCapacity|spend|72|GameLift fleet
rds|CreateDBInstance,CreateDBCluster,RestoreDBInstanceFromDBSnapshot,RestoreDBClusterFromSnapshot|spend|50|database
rds|CreateDBSnapshot,CreateDBClusterSnapshot,CopyDBSnapshot|spend|10|database snapshot
redshift|CreateCluster,RestoreFromClusterSnapshot|spend|50|Redshift cluster
bedrock|CreateProvisionedModelThroughput|spend|73|provisioned model throughput
bedrock|PutUseCaseForModelAccess,PutFoundationModelEntitlement,CreateFoundationModelAgreement|spend|55|model access
bedrock|InvokeModel,InvokeModelWithResponseStream,Converse,ConverseStream|spend|58|model
ses|CreateEmailIdentity,VerifyEmailIdentity,VerifyDomainIdentity|spend|45|mail identity
ses|PutAccountSendingAttributes,UpdateAccountSendingEnabled,PutAccountDetails|spend|44|mail sending
ses|SendEmail,SendRawEmail,SendBulkEmail|spend|46|mail
sns|Publish,SetSMSAttributes|spend|40|text messages
route53domains|RegisterDomain,TransferDomain|spend|50|domain
servicequotas|RequestServiceQuotaIncrease|spend|35|quota request
agreement-marketplace|AcceptAgreementRequest|spend|50|Marketplace agreement
cloudtrail|DeleteTrail|blind|96|trail
cloudtrail|StopLogging|blind|95|trail
cloudtrail|PutEventSelectors,UpdateTrail,PutInsightSelectors|blind|88|trail's selection of events
cloudtrail|StopEventDataStoreIngestion,DeleteEventDataStore|blind|90|event data store
cloudtrail|CreateTrail,StartLogging|other|10|trail
guardduty|DeleteDetector|blind|94|GuardDuty detector
guardduty|UpdateDetector,StopMonitoringMembers,DisassociateMembers,DisassociateFromMasterAccount,DisassociateFromAdministratorAccount,DeleteMembers,DeletePublishingDestination|blind|90|GuardDuty detector
guardduty|CreateFilter,UpdateFilter,CreateIPSet,UpdateIPSet|blind|80|GuardDuty filter
config|StopConfigurationRecorder,DeleteConfigurationRecorder,DeleteDeliveryChannel,DeleteConfigRule|blind|82|Config recorder
securityhub|DisableSecurityHub,BatchDisableStandards,UpdateStandardsControl,DisassociateFromAdministratorAccount|blind|82|Security Hub
access-analyzer|DeleteAnalyzer|blind|70|analyzer
macie2|DisableMacie|blind|70|Macie
inspector2|Disable|blind|70|Inspector
detective|DeleteGraph|blind|60|Detective graph
ec2|DeleteFlowLogs|blind|78|flow logs
route53resolver|DeleteResolverQueryLogConfig,DisassociateResolverQueryLogConfig|blind|72|DNS query logs
logs|DeleteLogGroup,DeleteLogStream,PutRetentionPolicy,DeleteSubscriptionFilter,DeleteMetricFilter|blind|68|log group
monitoring|DeleteAlarms,DisableAlarmActions|blind|64|alarm
events|DisableRule,DeleteRule,RemoveTargets|blind|55|EventBridge rule
wafv2|DeleteWebACL,DisassociateWebACL,DeleteRuleGroup,DeleteLoggingConfiguration|blind|60|web ACL
bedrock|DeleteModelInvocationLoggingConfiguration,DeleteGuardrail|blind|74|model invocation log
s3|PutBucketLogging|blind|62|bucket logging
s3|PutBucketLifecycle,PutBucketLifecycleConfiguration|blind|66|bucket lifecycle
s3|PutBucketVersioning,DeleteBucketEncryption|blind|56|bucket versioning
secretsmanager|GetSecretValue,BatchGetSecretValue|read|90|secret
ssm|GetParameter,GetParameters,GetParametersByPath|read|80|parameter
ec2|GetPasswordData|read|85|Windows password
ec2|DescribeInstanceAttribute|read|60|user data
ec2|ModifySnapshotAttribute|read|88|shared snapshot
ec2|ModifyImageAttribute|read|87|shared image
ec2|CreateStoreImageTask,ExportImage,CreateInstanceExportTask|read|84|exported image
ec2|SharedSnapshotVolumeCreated,SharedSnapshotCopyInitiated|read|89|shared snapshot
rds|ModifyDBSnapshotAttribute,ModifyDBClusterSnapshotAttribute|read|88|shared database snapshot
rds|StartExportTask|read|82|exported snapshot
s3|PutBucketPolicy|read|86|bucket policy
s3|PutBucketAcl,PutObjectAcl|read|84|access list
s3|DeletePublicAccessBlock,PutPublicAccessBlock,DeleteAccountPublicAccessBlock,PutAccountPublicAccessBlock,DeleteBucketPublicAccessBlock,PutBucketPublicAccessBlock|read|85|public access block
s3|PutBucketReplication|read|83|bucket replication
s3|GetObject|read|70|objects
dynamodb|ExportTableToPointInTime|read|72|table export
lambda|GetFunction|read|50|function code
codecommit|GitPull|read|50|repository
ecr|BatchGetImage|read|30|container image
kms|ScheduleKeyDeletion,DisableKey,ImportKeyMaterial,DeleteImportedKeyMaterial|other|90|KMS key
s3|DeleteBucket,DeleteObject,DeleteObjects|other|85|bucket
ec2|TerminateInstances,StopInstances|other|60|instance
ec2|DeleteSnapshot,DeleteVolume,DeregisterImage|other|55|snapshot
rds|DeleteDBInstance,DeleteDBCluster,DeleteDBSnapshot|other|80|database
backup|DeleteRecoveryPoint,DeleteBackupVault|other|80|backup
secretsmanager|DeleteSecret|other|50|secret
`;

const byAct = new Map<string, ActRank>();
for (const line of table.trim().split('\n')) {
  const [service = '', names = '', rank = '', danger = '', thing = ''] = line.split('|');
  for (const name of names.split(','))
    byAct.set(`${service}.amazonaws.com|${name}`, {
      rank: ranks.find((one) => one === rank) ?? 'other',
      danger: Number(danger),
      thing,
    });
}

/** Rights over everything are worse than any other: so dangerous, whatever gave them. */
export const administratorDanger = 99;

/** Null for what is not listed. Lambda's API dates may stand in `name` or not. */
export function rankOfAct(source: string, name: string): ActRank | null {
  return byAct.get(`${source}|${name.replace(/\d{8}(v\d+)?$/, '')}`) ?? null;
}

/** Every act of the table, as `source|name`. */
export const rankedActs: readonly string[] = [...byAct.keys()];

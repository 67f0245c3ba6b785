import { accessKeys } from './iam/access-keys.js';
import { addresses } from './ec2/addresses.js';
import { amplifyApps } from './hosting/amplify-apps.js';
import { appstream } from './hosting/appstream.js';
import { autoScalingGroups } from './ec2/auto-scaling-groups.js';
import { bucketAccess } from './sharing/bucket-access.js';
import { batchComputeEnvironments } from './containers/batch-compute-environments.js';
import { batchJobQueues } from './containers/batch-job-queues.js';
import { batchJobs } from './containers/batch-jobs.js';
import { bedrockThroughput } from './machine-learning/bedrock-throughput.js';
import { cloudControl } from './generic/cloud-control.js';
import { cloudformationStacks } from './hosting/cloudformation-stacks.js';
import { codebuildBuilds } from './hosting/codebuild-builds.js';
import { codebuildProjects } from './hosting/codebuild-projects.js';
import { ec2Fleets } from './ec2/ec2-fleets.js';
import { ec2Instances } from './ec2/ec2-instances.js';
import { ecsServices } from './containers/ecs-services.js';
import { ecsTasks } from './containers/ecs-tasks.js';
import { eksFargateProfiles } from './containers/eks-fargate-profiles.js';
import { eksNodeGroups } from './containers/eks-node-groups.js';
import { elasticBeanstalkEnvironments } from './hosting/elastic-beanstalk-environments.js';
import { emrClusters } from './hosting/emr-clusters.js';
import { eventbridgeRules } from './serverless/eventbridge-rules.js';
import { gameliftFleets } from './hosting/gamelift-fleets.js';
import { iamGrants } from './iam/iam-grants.js';
import { iamPrincipals } from './iam/iam-principals.js';
import { identityProviders } from './iam/identity-providers.js';
import { imageShares } from './sharing/image-shares.js';
import { keyPairs } from './ec2/key-pairs.js';
import { lambdaFunctions } from './serverless/lambda-functions.js';
import { lambdaPermissions } from './serverless/lambda-permissions.js';
import { lambdaUrls } from './serverless/lambda-urls.js';
import { launchConfigurations } from './ec2/launch-configurations.js';
import { launchTemplates } from './ec2/launch-templates.js';
import { lightsailInstances } from './hosting/lightsail-instances.js';
import { loginProfiles } from './iam/login-profiles.js';
import { managedPolicies } from './iam/managed-policies.js';
import type { Play } from './kit/play.js';
import { roleSessions } from './iam/role-sessions.js';
import { roleTrust } from './iam/role-trust.js';
import { rolesAnywhere } from './iam/roles-anywhere.js';
import { sagemakerClusters } from './machine-learning/sagemaker-clusters.js';
import { sagemakerEndpoints } from './machine-learning/sagemaker-endpoints.js';
import { sagemakerNotebooks } from './machine-learning/sagemaker-notebooks.js';
import { sagemakerProcessingJobs } from './machine-learning/sagemaker-processing-jobs.js';
import { sagemakerTrainingJobs } from './machine-learning/sagemaker-training-jobs.js';
import { schedulerSchedules } from './serverless/scheduler-schedules.js';
import { securityGroupRules } from './ec2/security-group-rules.js';
import { securityGroups } from './ec2/security-groups.js';
import { sesIdentities } from './mail/ses-identities.js';
import { sesSending } from './mail/ses-sending.js';
import { spotFleets } from './ec2/spot-fleets.js';
import { spotRequests } from './ec2/spot-requests.js';
import { stackSets } from './hosting/stack-sets.js';
import { trails } from './logging/trails.js';
import { userCredentials } from './iam/user-credentials.js';
import { userSessions } from './iam/user-sessions.js';
import { volumes } from './ec2/volumes.js';
import { workspaces } from './hosting/workspaces.js';

/** Every play, in the order of containment. The plan, the policy, the table of plays and the tests come from here. */
export const plays: readonly Play[] = [
  // cut
  accessKeys,
  userSessions,
  roleSessions,
  loginProfiles,
  userCredentials,
  rolesAnywhere,
  identityProviders,
  // stop
  eksNodeGroups,
  eksFargateProfiles,
  elasticBeanstalkEnvironments,
  emrClusters,
  autoScalingGroups,
  spotRequests,
  spotFleets,
  ec2Fleets,
  batchJobQueues,
  batchComputeEnvironments,
  batchJobs,
  ecsServices,
  sagemakerNotebooks,
  sagemakerTrainingJobs,
  sagemakerProcessingJobs,
  sagemakerEndpoints,
  sagemakerClusters,
  gameliftFleets,
  appstream,
  workspaces,
  lightsailInstances,
  codebuildBuilds,
  codebuildProjects,
  amplifyApps,
  lambdaFunctions,
  eventbridgeRules,
  schedulerSchedules,
  sesSending,
  // terminate
  ec2Instances,
  ecsTasks,
  // evict
  stackSets,
  cloudformationStacks,
  trails,
  iamGrants,
  roleTrust,
  managedPolicies,
  iamPrincipals,
  lambdaUrls,
  lambdaPermissions,
  bucketAccess,
  imageShares,
  securityGroupRules,
  securityGroups,
  keyPairs,
  launchTemplates,
  launchConfigurations,
  volumes,
  addresses,
  sesIdentities,
  bedrockThroughput,
  cloudControl,
];

/** What launches and runs on EC2, and the sessions that could launch more: what costs money by the minute. Few reads,
 *  each paged by hundreds whatever the size of the account. */
export const urgent: readonly Play[] = [
  userSessions,
  roleSessions,
  autoScalingGroups,
  spotRequests,
  spotFleets,
  ec2Fleets,
  ec2Instances,
];

export { ec2Instances } from './ec2/ec2-instances.js';
export { cloudControl } from './generic/cloud-control.js';
export { accessKeys } from './iam/access-keys.js';
export {
  datedDeny,
  decodedDocument,
  type Deny,
  denyAhead,
  denyPolicyName,
  denyStands,
  readDeny,
  roleDenyPolicyName,
  sessionDenyPolicyName,
  sessionsDeny,
} from './iam/deny.js';
export { deniesElsewhere, type Elsewhere, putElsewhere } from './iam/deny-elsewhere.js';
export { endsOther } from './iam/role-sessions.js';
export { actionId } from './kit/action-id.js';
export type { PlanContext, Play } from './kit/play.js';
export { notExamined } from './not-examined.js';
export { iamAction } from './permissions/iam-action.js';
export { cutPermissions, elsewherePermissions, lookPermissions } from './permissions/fixed-permissions.js';
export { responderPolicies } from './permissions/policy.js';
export { lookOnlyPolicy } from './permissions/session-policy.js';
export { tableRights, trailRights } from './permissions/trail-rights.js';
export { permissionsOf } from './permissions/permissions-of.js';

import { accessKeys } from './access-keys.js';
import { amplifyApps } from './amplify-apps.js';
import { autoScalingGroups } from './auto-scaling-groups.js';
import { batchComputeEnvironments } from './batch-compute-environments.js';
import { batchJobQueues } from './batch-job-queues.js';
import { batchJobs } from './batch-jobs.js';
import { bedrockThroughput } from './bedrock-throughput.js';
import { codebuildBuilds } from './codebuild-builds.js';
import { codebuildProjects } from './codebuild-projects.js';
import { ec2Fleets } from './ec2-fleets.js';
import { ec2Instances } from './ec2-instances.js';
import { ecsServices } from './ecs-services.js';
import { ecsTasks } from './ecs-tasks.js';
import { eventbridgeRules } from './eventbridge-rules.js';
import { iamGrants } from './iam-grants.js';
import { iamPrincipals } from './iam-principals.js';
import { identityProviders } from './identity-providers.js';
import { keyPairs } from './key-pairs.js';
import { lambdaFunctions } from './lambda-functions.js';
import { lambdaPermissions } from './lambda-permissions.js';
import { lambdaUrls } from './lambda-urls.js';
import { launchConfigurations } from './launch-configurations.js';
import { launchTemplates } from './launch-templates.js';
import { lightsailInstances } from './lightsail-instances.js';
import { loginProfiles } from './login-profiles.js';
import { managedPolicies } from './managed-policies.js';
import type { Play } from './play.js';
import { roleSessions } from './role-sessions.js';
import { roleTrust } from './role-trust.js';
import { rolesAnywhere } from './roles-anywhere.js';
import { sagemakerEndpoints } from './sagemaker-endpoints.js';
import { sagemakerNotebooks } from './sagemaker-notebooks.js';
import { sagemakerProcessingJobs } from './sagemaker-processing-jobs.js';
import { sagemakerTrainingJobs } from './sagemaker-training-jobs.js';
import { schedulerSchedules } from './scheduler-schedules.js';
import { securityGroupRules } from './security-group-rules.js';
import { securityGroups } from './security-groups.js';
import { sesIdentities } from './ses-identities.js';
import { sesSending } from './ses-sending.js';
import { spotFleets } from './spot-fleets.js';
import { spotRequests } from './spot-requests.js';
import { trails } from './trails.js';
import { userCredentials } from './user-credentials.js';
import { userSessions } from './user-sessions.js';

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
  trails,
  iamGrants,
  roleTrust,
  managedPolicies,
  iamPrincipals,
  lambdaUrls,
  lambdaPermissions,
  securityGroupRules,
  securityGroups,
  keyPairs,
  launchTemplates,
  launchConfigurations,
  sesIdentities,
  bedrockThroughput,
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

/** The IAM actions that `some` take, sorted, each once. */
export function permissionsOf(
  some: readonly Play[],
  kinds: readonly (keyof Play['permissions'])[] = ['find', 'contain', 'undo'],
): string[] {
  return [...new Set(some.flatMap(({ permissions }) => kinds.flatMap((kind) => permissions[kind])))].sort();
}

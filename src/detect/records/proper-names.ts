import { asObject, type Json, type JsonObject, type TrailEvent } from '../../model/index.js';

/** Names inside requestParameters and responseElements that are read, where they are of more than one word: some
 *  exports write every name in lower case. */
const names =
  `accessKey accessKeyId assumeRolePolicyDocument assumedRoleId assumedRoleUser attachedPolicies autoScalingGroupName
  createVolumePermission desiredCapacity disableApiStop disableApiTermination durationSeconds endpointName eventBusName
  federatedUser federatedUserId fleetInstanceSet functionName groupId groupName groupSet iamInstanceProfile imageId
  instanceCount instanceId instanceIds instanceMarketOptions instanceName instanceNames instanceProfileName instanceType
  instanceTypes instancesSet jobId keyName launchConfigurationName launchPermission launchSpecification
  launchSpecificationSet launchSpecifications launchTemplate launchTemplateConfigs launchTemplateId launchTemplateName
  launchTemplateSpecification loginProfile maxCount maxSize minCount minSize mixedInstancesPolicy modelId
  networkInterfaceSet notebookInstanceName openIDConnectProviderArn policyArn policyDocument policyName principalArn
  processingJobName profileArn projectName providerId provisionedModelArn requesterId reservationId resourceId
  resourcesSet roleArn roleName roleSessionName sAMLProviderArn scalingConfig secretId serviceArn serviceName
  serialNumber snapshotId spotFleetRequestConfig spotInstanceRequestId statementId subnetId tagSet tagSpecificationSet
  targetCapacity targetCapacitySpecification targetPrincipal taskDefinition totalTargetCapacity trailName trainingJobName
  trustAnchorArn userData userId userName valuesToAdd versionId`.split(/\s+/);
const proper = new Map(names.map((name) => [name.toLowerCase(), name]));

/** How deep a record is searched: CloudTrail's own nesting is far below it. */
const maxDepth = 12;

/** The event with the names of its parameters as CloudTrail writes them; the same event where they are so already. */
export function withProperNames(event: TrailEvent): TrailEvent {
  const { request, response } = event;
  if (!isLowered(request) && !isLowered(response)) return event;
  return {
    ...event,
    request: renamed(request, 0) as JsonObject,
    response: renamed(response, 0) as JsonObject,
  };
}

function isLowered(part: JsonObject | null): boolean {
  return part !== null && Object.keys(part).some((name) => proper.has(name) || isLoweredInside(part[name]));
}

/** `credentials` is of one word: what it holds tells. */
function isLoweredInside(value: Json | undefined): boolean {
  return Object.keys(asObject(value) ?? {}).some((name) => proper.has(name));
}

function renamed(value: Json, depth: number): Json {
  if (depth > maxDepth) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, depth + 1));
  const object = asObject(value);
  if (object === null) return value;
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => [proper.get(name) ?? name, renamed(inner, depth + 1)]),
  );
}

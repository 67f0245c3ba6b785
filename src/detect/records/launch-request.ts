import { lastPart } from '../../facts/index.js';
import {
  asObject,
  asText,
  type JsonObject,
  type Launch,
  type TrailEvent,
  wasDryRun,
  worked,
} from '../../model/index.js';
import { countOf, firstText, isOn, itemsOf, requestOf, responseOf, valueOf } from './record-fields.js';

/** What starts instances: at once, or for as long as it exists. */
export type LaunchKind =
  | 'instances'
  | 'group'
  | 'fleet'
  | 'spot-fleet'
  | 'spot-request'
  | 'node-group'
  | 'cluster'
  | 'environment';

/** One request for computing power, as its record tells it. */
export interface LaunchRequest {
  event: TrailEvent;
  kind: LaunchKind;
  /** Epoch milliseconds; 0 where the record has no readable time. */
  time: number;
  result: Launch['result'];
  types: string[];
  asked: number;
  instanceIds: string[];
  /** The same, with the type of each where the record tells it. */
  instances: { id: string; type: string | null }[];
  spot: boolean;
  reservationId: string | null;
  image: string | null;
  keyName: string | null;
  profile: string | null;
  template: string | null;
  places: string[];
  tagKeys: string[];
  protection: boolean;
}

const kinds: Record<string, LaunchKind> = {
  'ec2.amazonaws.com|RunInstances': 'instances',
  'ec2.amazonaws.com|RunScheduledInstances': 'instances',
  'ec2.amazonaws.com|CreateFleet': 'fleet',
  'ec2.amazonaws.com|RequestSpotFleet': 'spot-fleet',
  'ec2.amazonaws.com|RequestSpotInstances': 'spot-request',
  'autoscaling.amazonaws.com|CreateAutoScalingGroup': 'group',
  'eks.amazonaws.com|CreateNodegroup': 'node-group',
  'elasticbeanstalk.amazonaws.com|CreateEnvironment': 'environment',
  'elasticmapreduce.amazonaws.com|AddInstanceFleet': 'cluster',
  'elasticmapreduce.amazonaws.com|AddInstanceGroups': 'cluster',
  'elasticmapreduce.amazonaws.com|RunJobFlow': 'cluster',
};

const names = new Set(Object.keys(kinds).map((act) => act.slice(act.indexOf('|') + 1)));

export function launchKindOf(event: TrailEvent): LaunchKind | null {
  if (!names.has(event.name) || event.seenByEndpoint === true) return null;
  return kinds[`${event.source}|${event.name}`] ?? null;
}

/** Every part of detect/ asks again: a mass launch has thousands of records, each read once. */
const known = new WeakMap<TrailEvent, LaunchRequest>();

/** The request as far as its record tells; null for events that launch nothing. */
export function launchRequestOf(event: TrailEvent): LaunchRequest | null {
  const kind = launchKindOf(event);
  if (kind === null) return null;
  const request = known.get(event) ?? read(event, kind);
  known.set(event, request);
  return request;
}

function read(event: TrailEvent, kind: LaunchKind): LaunchRequest {
  const request = requestOf(event);
  const response = responseOf(event);
  const spec = asObject(request.launchSpecification) ?? request;
  const launched = launchedInstances(response);
  const types = typesOf(request, launched);
  const instances = launched.flatMap((instance) => {
    const id = firstText(instance, ['instanceId', 'InstanceId']);
    const type =
      firstText(instance, ['instanceType', 'InstanceType']) ??
      (types.length === 1 ? (types[0] ?? null) : null);
    return id === null ? [] : [{ id, type }];
  });
  return {
    event,
    kind,
    time: event.time ?? 0,
    result: resultOf(event),
    types,
    asked: askedOf(kind, request, launched.length),
    instanceIds: instances.map(({ id }) => id),
    instances,
    spot: kind.startsWith('spot') || asObject(request.instanceMarketOptions) !== null,
    reservationId: firstText(response, ['reservationId', 'ReservationId']),
    image:
      valueOf(itemsOf(request.instancesSet)[0]?.imageId) ??
      valueOf(spec.imageId) ??
      valueOf(launched[0]?.imageId),
    keyName: valueOf(itemsOf(request.instancesSet)[0]?.keyName) ?? valueOf(spec.keyName),
    profile: profileOf(spec),
    template: templateOf(request)?.name ?? null,
    places: placesOf(spec),
    tagKeys: tagKeysOf(request, launched),
    protection: isOn(request.disableApiTermination) || isOn(request.disableApiStop),
  };
}

/** EC2 API reference, "Error codes for the Amazon EC2 API": refusals, quotas and missing capacity. */
function resultOf(event: TrailEvent): Launch['result'] {
  if (worked(event)) return 'worked';
  if (wasDryRun(event)) return 'dry-run';
  return /Unauthorized|AccessDenied|Blocked|PendingVerification|OptInRequired/i.test(event.errorCode ?? '')
    ? 'denied'
    : 'failed';
}

function launchedInstances(response: JsonObject): JsonObject[] {
  const direct = itemsOf(response.instancesSet ?? response.instances ?? response.Instances);
  if (direct.length > 0) return direct;
  // CreateFleet of type `instant` answers with the ids by type.
  return itemsOf(response.fleetInstanceSet).flatMap((set) => {
    const ids = asObject(set.instanceIds)?.item ?? set.instanceIds;
    const list = Array.isArray(ids) ? ids : [ids];
    return list
      .map((id) => asText(id))
      .filter((id) => id !== null)
      .map((instanceId) => ({ instanceId, instanceType: set.instanceType ?? null }));
  });
}

function typesOf(request: JsonObject, instances: JsonObject[]): string[] {
  const types = new Set<string>();
  const add = (value: unknown): void => {
    const type = valueOf(value as never);
    if (type !== null && types.size < 50) types.add(type.slice(0, 40));
  };
  add(request.instanceType);
  add(asObject(request.launchSpecification)?.instanceType);
  for (const type of Array.isArray(request.instanceTypes) ? request.instanceTypes : []) add(type);
  for (const type of optionsOf(request, ['InstanceType', 'InstanceTypes'])) type.split(/[ ,]+/).forEach(add);
  for (const part of clusterPartsOf(request)) {
    add(part.masterInstanceType);
    add(part.slaveInstanceType);
    add(part.instanceType);
    for (const config of itemsOf(part.instanceTypeConfigs)) add(config.instanceType);
  }
  const config = asObject(request.spotFleetRequestConfig) ?? request;
  for (const spec of itemsOf(config.launchSpecifications ?? config.launchSpecificationSet))
    add(spec.instanceType);
  const templates = config.launchTemplateConfigs ?? config.LaunchTemplateConfigs;
  for (const entry of itemsOf(templates)) {
    for (const override of itemsOf(entry.overrides ?? entry.Overrides))
      add(override.instanceType ?? override.InstanceType);
  }
  const mixed = asObject(asObject(request.mixedInstancesPolicy)?.launchTemplate);
  for (const override of itemsOf(mixed?.overrides)) add(override.instanceType);
  for (const instance of instances) add(instance.instanceType ?? instance.InstanceType);
  // Written in by launch-templates.ts.
  if (types.size === 0) add(request.templateInstanceType);
  return [...types].sort();
}

function askedOf(kind: LaunchKind, request: JsonObject, launched: number): number {
  const config = asObject(request.spotFleetRequestConfig) ?? request;
  const capacity = asObject(request.TargetCapacitySpecification ?? request.targetCapacitySpecification);
  switch (kind) {
    case 'group':
      // A group's maximum is what it may grow to: it is asked for as well.
      return Math.max(countOf(request.desiredCapacity) ?? 0, countOf(request.maxSize) ?? 0);
    case 'fleet':
      return countOf(capacity?.TotalTargetCapacity ?? capacity?.totalTargetCapacity) ?? launched;
    case 'spot-fleet':
      return countOf(config.targetCapacity) ?? 1;
    case 'spot-request':
      return countOf(request.instanceCount) ?? 1;
    case 'node-group':
      return countOf(asObject(request.scalingConfig)?.maxSize) ?? 1;
    case 'cluster':
      return clusterPartsOf(request)
        .flatMap((part) => [part.instanceCount, part.targetOnDemandCapacity, part.targetSpotCapacity])
        .reduce<number>((sum, size) => sum + (countOf(size) ?? 0), 0);
    case 'environment':
      return countOf(optionsOf(request, ['MaxSize'])[0]) ?? 4;
    case 'instances': {
      const items = itemsOf(request.instancesSet);
      const wanted = items.reduce(
        (sum, item) => sum + (countOf(item.maxCount) ?? countOf(item.minCount) ?? 1),
        0,
      );
      return Math.max(wanted, countOf(request.maxCount) ?? 0, launched, 1);
    }
  }
}

/** The values of an Elastic Beanstalk environment's options of these names; four instances are its most where nothing
 *  is set (Elastic Beanstalk developer guide, "General options for all environments": aws:autoscaling:asg). */
function optionsOf(request: JsonObject, names: readonly string[]): string[] {
  return itemsOf(request.optionSettings).flatMap((option) =>
    names.includes(asText(option.optionName) ?? '') ? (asText(option.value) ?? []) : [],
  );
}

/** What of a request for an EMR cluster, group or fleet has types and counts (Amazon EMR API reference, RunJobFlow,
 *  AddInstanceGroups, AddInstanceFleet). */
function clusterPartsOf(request: JsonObject): JsonObject[] {
  const instances = asObject(request.instances);
  const fleet = asObject(request.instanceFleet);
  return [
    ...[instances, fleet].filter((part) => part !== null),
    ...[request, instances].flatMap((part) => [
      ...itemsOf(part?.instanceGroups),
      ...itemsOf(part?.instanceFleets),
    ]),
  ];
}

/** The launch template, or the launch configuration, that a request names, and in which version. */
export function templateOf(request: JsonObject): { name: string; version: string | null } | null {
  const config = asObject(request.spotFleetRequestConfig) ?? request;
  const entry = itemsOf(config.launchTemplateConfigs ?? config.LaunchTemplateConfigs)[0];
  const named =
    asObject(request.launchTemplate) ??
    asObject(asObject(asObject(request.mixedInstancesPolicy)?.launchTemplate)?.launchTemplateSpecification) ??
    asObject(entry?.launchTemplateSpecification ?? entry?.LaunchTemplateSpecification);
  const name =
    firstText(named, [
      'launchTemplateId',
      'LaunchTemplateId',
      'id',
      'launchTemplateName',
      'LaunchTemplateName',
      'name',
    ]) ?? valueOf(request.launchConfigurationName);
  return name === null ? null : { name, version: firstText(named, ['version', 'Version']) };
}

function profileOf(spec: JsonObject): string | null {
  const profile = asObject(spec.iamInstanceProfile);
  const name = firstText(profile, ['arn', 'name', 'Arn', 'Name']) ?? valueOf(spec.iamInstanceProfile);
  return name === null ? null : lastPart(name);
}

function placesOf(spec: JsonObject): string[] {
  const groups = itemsOf(spec.groupSet).map((group) => valueOf(group.groupId) ?? valueOf(group.groupName));
  const subnets = [
    valueOf(spec.subnetId),
    ...itemsOf(spec.networkInterfaceSet).map((one) => valueOf(one.subnetId)),
  ];
  return [...new Set([...groups, ...subnets].filter((place) => place !== null))].sort();
}

function tagKeysOf(request: JsonObject, instances: JsonObject[]): string[] {
  const keys = new Set<string>();
  for (const set of itemsOf(request.tagSpecificationSet)) {
    for (const tag of itemsOf(set.tags ?? set.tagSet ?? set.tag)) keys.add(asText(tag.key) ?? '');
  }
  for (const tag of itemsOf(instances[0]?.tagSet)) keys.add(asText(tag.key) ?? '');
  return [...keys].filter((key) => key !== '' && !key.startsWith('aws:')).sort();
}

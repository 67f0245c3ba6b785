import { AwsError } from '../aws-error.js';
import { page, tagMap, type Context, type Service } from '../service.js';
import {
  instancesOf,
  isLive,
  stateAt,
  terminate,
  zonesOf,
  type Instance,
  type LaunchSpec,
} from '../world/compute.js';
import { membersOf, reconcileLater, relaunchersOf, surplusOf, type Relauncher } from '../world/relaunch.js';
import { writeEvent } from '../world/trail.js';
import type { Maker, Region } from '../world/world.js';
import { launchSpec, templateBy, type TemplateReference } from './ec2/launch-templates.js';
import { configurationOperations, configurations } from './launch-configurations.js';

interface Group {
  relauncher: Relauncher;
  name: string;
  min: number;
  max: number;
  zones: string[];
  createdAt: number;
  suspended: Set<string>;
  /** As the request gave it: a configuration's name, or a template. */
  source: { LaunchConfigurationName?: string; LaunchTemplate?: object; MixedInstancesPolicy?: object };
  tags: Record<string, string>;
  protectedFromScaleIn: boolean;
  maker: Maker;
}

interface TemplateSpecification extends TemplateReference {
  Version?: string;
}

interface GroupInput {
  AutoScalingGroupName: string;
  MinSize: number;
  MaxSize: number;
  DesiredCapacity?: number;
  LaunchConfigurationName?: string;
  LaunchTemplate?: TemplateSpecification;
  MixedInstancesPolicy?: {
    LaunchTemplate?: {
      LaunchTemplateSpecification?: TemplateSpecification;
      Overrides?: { InstanceType?: string }[];
    };
  };
  AvailabilityZones?: string[];
  NewInstancesProtectedFromScaleIn?: boolean;
  Tags?: { Key?: string; Value?: string }[];
}

const processes = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];
const groups = (region: Region) => region.table<Group>('autoscaling:groups');

function groupOf(region: Region, name: string): Group {
  const group = groups(region).get(name);
  if (group === undefined)
    throw new AwsError(
      'ValidationError',
      `AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`,
    );
  return group;
}

/** What the group launches, from its template, its configuration or its mixed policy. */
function specsOf(region: Region, input: Partial<GroupInput>): LaunchSpec[] {
  const mixed = input.MixedInstancesPolicy?.LaunchTemplate;
  const template = input.LaunchTemplate ?? mixed?.LaunchTemplateSpecification;
  if (template !== undefined) {
    const { data } = templateBy(region, template);
    return (mixed?.Overrides?.length ? mixed.Overrides : [{}]).map((override) =>
      launchSpec(region, { ...data, ...override }),
    );
  }
  const configuration = configurations(region).get(input.LaunchConfigurationName ?? '');
  if (configuration === undefined)
    throw new AwsError(
      'ValidationError',
      `Launch configuration name not found - Launch configuration ${input.LaunchConfigurationName ?? ''} not found`,
    );
  return [launchSpec(region, configuration.data)];
}

/** Suspending Launch stops what relaunches; suspending Terminate keeps what is too many. */
function refresh(region: Region, group: Group): void {
  group.relauncher.keeps = !group.suspended.has('Launch');
  if (group.relauncher.keeps) return reconcileLater(region, group.relauncher);
  if (group.suspended.has('Terminate')) return;
  for (const surplus of surplusOf(region, group.relauncher)) terminate(region, surplus);
}

function sizes(min: number, max: number, desired: number): void {
  if (min > max) throw new AwsError('ValidationError', 'Min size must be less than or equal to max size');
  if (desired < min || desired > max)
    throw new AwsError(
      'ValidationError',
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    );
}

const sourceOf = ({
  LaunchConfigurationName,
  LaunchTemplate,
  MixedInstancesPolicy,
}: Partial<GroupInput>): Group['source'] => ({
  ...(LaunchConfigurationName === undefined ? {} : { LaunchConfigurationName }),
  ...(LaunchTemplate === undefined ? {} : { LaunchTemplate }),
  ...(MixedInstancesPolicy === undefined ? {} : { MixedInstancesPolicy }),
});

const arnOf = (region: Region, group: Group) =>
  region.arn('autoscaling', `autoScalingGroup:${group.name}:autoScalingGroupName/${group.name}`);

const groupShape = (region: Region) => (group: Group) => ({
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: arnOf(region, group),
  ...group.source,
  MinSize: group.min,
  MaxSize: group.max,
  DesiredCapacity: group.relauncher.target,
  DefaultCooldown: 300,
  AvailabilityZones: group.zones,
  LoadBalancerNames: [],
  HealthCheckType: 'EC2',
  HealthCheckGracePeriod: 0,
  Instances: membersOf(region, group.relauncher).map((instance) => ({
    InstanceId: instance.id,
    InstanceType: instance.instanceType,
    AvailabilityZone: instance.zone,
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: instance.protectedFromScaleIn === true,
    LifecycleState: stateAt(instance, region.world.clock.now()) === 'running' ? 'InService' : 'Pending',
  })),
  CreatedTime: group.createdAt,
  SuspendedProcesses: [...group.suspended].map((ProcessName) => ({
    ProcessName,
    SuspensionReason: 'User suspended',
  })),
  Tags: Object.entries(group.tags).map(([Key, Value]) => ({
    ResourceId: group.name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value,
    PropagateAtLaunch: true,
  })),
  TerminationPolicies: ['Default'],
  NewInstancesProtectedFromScaleIn: group.protectedFromScaleIn,
});

function createGroup({ region, now, maker, touched }: Context, input: GroupInput): void {
  const name = input.AutoScalingGroupName;
  if (groups(region).has(name))
    throw new AwsError(
      'AlreadyExists',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  const target = input.DesiredCapacity ?? input.MinSize;
  sizes(input.MinSize, input.MaxSize, target);
  const tags = tagMap(input.Tags);
  const specs = specsOf(region, input).map((spec) => ({ ...spec, tags: { ...spec.tags, ...tags } }));
  const group: Group = {
    relauncher: { kind: 'group', id: name, createdAt: now, maker, specs, target, keeps: true },
    name,
    min: input.MinSize,
    max: input.MaxSize,
    zones: input.AvailabilityZones ?? zonesOf(region),
    createdAt: now,
    suspended: new Set(),
    source: sourceOf(input),
    tags,
    protectedFromScaleIn: input.NewInstancesProtectedFromScaleIn ?? false,
    maker,
  };
  groups(region).set(name, group);
  relaunchersOf(region).set(name, group.relauncher);
  touched.push(name);
  reconcileLater(region, group.relauncher);
}

/** A service's own group: EKS's for a node group, Batch's for an environment. */
export interface ManagedGroup {
  name: string;
  spec: LaunchSpec;
  min: number;
  max: number;
  desired: number;
  tags: Record<string, string>;
  /** The service and its service-linked role, which sign the event. */
  host: string;
  role: string;
}

/** Makes a service's group for whoever called the service, and writes the event that its service-linked role leaves. */
export function makeManagedGroup({ region, now, maker }: Context, managed: ManagedGroup): void {
  const { name, spec, min, max, desired, tags, host, role } = managed;
  const specs = [{ ...spec, tags: { ...spec.tags, ...tags } }];
  const made = { createdAt: now, maker: { ...maker, via: host } };
  const relauncher: Relauncher = { kind: 'group', id: name, specs, target: desired, keeps: true, ...made };
  groups(region).set(name, {
    ...{ relauncher, name, min, max, zones: zonesOf(region), suspended: new Set<string>(), source: {}, tags },
    ...{ protectedFromScaleIn: false, ...made },
  });
  relaunchersOf(region).set(name, relauncher);
  writeEvent(region, now, {
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:${region.world.settings.partition}:sts::${region.account.id}:assumed-role/${role}/${host.split('.')[0] ?? ''}`,
      accountId: region.account.id,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          arn: region.account.arn(`role/aws-service-role/${host}/${role}`),
          accountId: region.account.id,
          userName: role,
        },
      },
      invokedBy: host,
    },
    eventSource: 'autoscaling.amazonaws.com',
    eventName: 'CreateAutoScalingGroup',
    sourceIPAddress: host,
    userAgent: host,
    requestParameters: { autoScalingGroupName: name, minSize: min, maxSize: max, desiredCapacity: desired },
    readOnly: false,
  });
  reconcileLater(region, relauncher);
}

/** What the service does with its own group: sizes it, or ends it with all that is in it. */
export function sizeManagedGroup(
  region: Region,
  name: string,
  min: number,
  max: number,
  desired: number,
): void {
  const group = groups(region).get(name);
  if (group === undefined) return;
  [group.min, group.max, group.relauncher.target] = [min, max, desired];
  refresh(region, group);
}

export function endManagedGroup(region: Region, name: string): void {
  const group = groups(region).get(name);
  if (group === undefined) return;
  relaunchersOf(region).delete(name);
  groups(region).delete(name);
  for (const instance of membersOf(region, group.relauncher)) terminate(region, instance);
}

function updateGroup(
  { region, touched }: Context,
  input: Partial<GroupInput> & { AutoScalingGroupName: string },
): void {
  const group = groupOf(region, input.AutoScalingGroupName);
  const min = input.MinSize ?? group.min;
  const max = input.MaxSize ?? group.max;
  // Without a desired capacity, AWS moves the present one inside the new sizes.
  const target = input.DesiredCapacity ?? Math.min(max, Math.max(min, group.relauncher.target));
  sizes(min, max, target);
  const source = sourceOf(input);
  if (Object.keys(source).length > 0)
    Object.assign(
      group,
      { source },
      { relauncher: Object.assign(group.relauncher, { specs: specsOf(region, input) }) },
    );
  Object.assign(group, { min, max });
  group.relauncher.target = target;
  touched.push(group.name);
  refresh(region, group);
}

function suspend(
  context: Context,
  input: { AutoScalingGroupName: string; ScalingProcesses?: string[] },
  on: boolean,
): void {
  const group = groupOf(context.region, input.AutoScalingGroupName);
  for (const name of input.ScalingProcesses?.length ? input.ScalingProcesses : processes) {
    if (!processes.includes(name))
      throw new AwsError('ValidationError', `${name} is not a valid process type`);
    if (on) group.suspended.add(name);
    else group.suspended.delete(name);
  }
  context.touched.push(group.name);
  refresh(context.region, group);
}

const groupTag = 'aws:autoscaling:groupName';

/** Running instances of anybody may be put into a group, and the desired capacity grows by them (Amazon EC2 Auto
 *  Scaling user guide, "Attach instances"). */
function attach(
  { region, touched, now }: Context,
  input: { AutoScalingGroupName: string; InstanceIds?: string[] },
): void {
  const group = groupOf(region, input.AutoScalingGroupName);
  const instances = (input.InstanceIds ?? []).map((id) => {
    const instance = instancesOf(region).get(id);
    if (instance === undefined || stateAt(instance, now) !== 'running')
      throw new AwsError('ValidationError', `Invalid Instance ID(s): [${id}] specified`);
    if (groups(region).has(instance.maker.launcher ?? ''))
      throw new AwsError('ValidationError', `Instance ${id} is already part of an Auto Scaling group`);
    return instance;
  });
  sizes(group.min, group.max, group.relauncher.target + instances.length);
  group.relauncher.target += instances.length;
  for (const instance of instances) {
    instance.maker = { ...instance.maker, launcher: group.name };
    instance.tags[groupTag] = group.name;
    touched.push(instance.id);
  }
  touched.push(group.name);
}

function namedMembers(region: Region, group: Group, ids: readonly string[]): Instance[] {
  const members = membersOf(region, group.relauncher);
  return ids.map((id) => {
    const instance = members.find((member) => member.id === id);
    if (instance === undefined)
      throw new AwsError(
        'ValidationError',
        `The instance ${id} is not part of Auto Scaling group ${group.name}.`,
      );
    return instance;
  });
}

/** Out of the group, and running on: no more by its name, nor replaced where the capacity goes down with it. */
function detach(
  { region, touched, world, now }: Context,
  input: { AutoScalingGroupName: string; InstanceIds?: string[]; ShouldDecrementDesiredCapacity: boolean },
): object {
  const group = groupOf(region, input.AutoScalingGroupName);
  const leaving = namedMembers(region, group, input.InstanceIds ?? []);
  if (input.ShouldDecrementDesiredCapacity) {
    const target = group.relauncher.target - leaving.length;
    if (target < group.min)
      throw new AwsError(
        'ValidationError',
        'Cannot detach instance(s): it would take the group below its minimum size.',
      );
    group.relauncher.target = target;
  }
  for (const instance of leaving) {
    const { launcher: _group, ...maker } = instance.maker;
    instance.maker = maker;
    delete instance.tags[groupTag];
    delete instance.protectedFromScaleIn;
    touched.push(group.name);
  }
  refresh(region, group);
  return {
    Activities: leaving.map(({ id }) => ({
      ActivityId: world.random.uuid(),
      AutoScalingGroupName: group.name,
      Cause: `instance ${id} was detached in response to a user request`,
      StartTime: now,
      StatusCode: 'InProgress',
    })),
  };
}

/** It is said of the membership, not of the instance. An instance that is not in service yet cannot have it. */
function setProtection(
  { region, touched, now }: Context,
  input: { AutoScalingGroupName: string; InstanceIds: string[]; ProtectedFromScaleIn: boolean },
): object {
  const group = groupOf(region, input.AutoScalingGroupName);
  const named = namedMembers(region, group, input.InstanceIds);
  const early = named.find((instance) => stateAt(instance, now) !== 'running');
  if (early !== undefined)
    throw new AwsError(
      'ValidationError',
      `The instance ${early.id} is not in InService or EnteringStandby or Standby.`,
    );
  for (const instance of named) instance.protectedFromScaleIn = input.ProtectedFromScaleIn;
  touched.push(group.name);
  refresh(region, group);
  return {};
}

export const autoscaling: Service = {
  resources: ({ region }, { AutoScalingGroupName: name }) => [
    typeof name === 'string'
      ? region.arn('autoscaling', `autoScalingGroup:${name}:autoScalingGroupName/${name}`)
      : '*',
  ],
  operations: {
    CreateAutoScalingGroup: createGroup,
    UpdateAutoScalingGroup: updateGroup,
    SetDesiredCapacity: (context, input: { AutoScalingGroupName: string; DesiredCapacity: number }) =>
      updateGroup(context, input),
    SuspendProcesses: (context, input: { AutoScalingGroupName: string; ScalingProcesses?: string[] }) =>
      suspend(context, input, true),
    ResumeProcesses: (context, input: { AutoScalingGroupName: string; ScalingProcesses?: string[] }) =>
      suspend(context, input, false),
    DescribeAutoScalingGroups: (
      { region },
      input: { AutoScalingGroupNames?: string[]; NextToken?: string; MaxRecords?: number },
    ) => {
      const all = [...groups(region).values()].filter(
        ({ name }) => !input.AutoScalingGroupNames?.length || input.AutoScalingGroupNames.includes(name),
      );
      const { items, next } = page(all, input.NextToken, Math.min(input.MaxRecords ?? 50, 100));
      return { AutoScalingGroups: items.map(groupShape(region)), NextToken: next };
    },
    DeleteAutoScalingGroup: (
      { region, touched },
      input: { AutoScalingGroupName: string; ForceDelete?: boolean },
    ) => {
      const group = groupOf(region, input.AutoScalingGroupName);
      const members = membersOf(region, group.relauncher);
      if (members.length > 0 && !input.ForceDelete)
        throw new AwsError(
          'ResourceInUse',
          'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
        );
      relaunchersOf(region).delete(group.name);
      groups(region).delete(group.name);
      for (const instance of members) terminate(region, instance);
      touched.push(group.name);
    },
    ...configurationOperations((region, name) =>
      [...groups(region).values()].some(({ source }) => source.LaunchConfigurationName === name),
    ),
    DescribeAutoScalingInstances: ({ region }, input: { InstanceIds?: string[] }) => ({
      AutoScalingInstances: [...groups(region).values()].flatMap((group) =>
        membersOf(region, group.relauncher)
          .filter(({ id }) => !input.InstanceIds?.length || input.InstanceIds.includes(id))
          .map(({ id, zone, instanceType, protectedFromScaleIn }) => ({
            InstanceId: id,
            InstanceType: instanceType,
            AutoScalingGroupName: group.name,
            AvailabilityZone: zone,
            LifecycleState: 'InService',
            HealthStatus: 'HEALTHY',
            ProtectedFromScaleIn: protectedFromScaleIn === true,
          })),
      ),
    }),
    AttachInstances: attach,
    DetachInstances: detach,
    SetInstanceProtection: setProtection,
    DescribeScalingActivities: () => ({ Activities: [] }),
    TerminateInstanceInAutoScalingGroup: (
      { region, now, world, touched },
      input: { InstanceId: string; ShouldDecrementDesiredCapacity: boolean },
    ) => {
      const instance = instancesOf(region).get(input.InstanceId);
      const group = groups(region).get(instance?.maker.launcher ?? '');
      if (instance === undefined || group === undefined || !isLive(instance))
        throw new AwsError(
          'ValidationError',
          `Instance Id not found - No managed instance found for instance ID ${input.InstanceId}`,
        );
      if (input.ShouldDecrementDesiredCapacity) {
        group.relauncher.target -= 1;
        group.min = Math.min(group.min, group.relauncher.target);
      }
      terminate(region, instance);
      touched.push(instance.id);
      return {
        Activity: {
          ActivityId: world.random.uuid(),
          AutoScalingGroupName: group.name,
          Cause: 'instance was taken out of service in response to a user request',
          StartTime: now,
          StatusCode: 'InProgress',
        },
      };
    },
    DescribeTags: ({ region }) => ({
      Tags: [...groups(region).values()].flatMap(({ name, tags }) =>
        Object.entries(tags).map(([Key, Value]) => ({
          ResourceId: name,
          ResourceType: 'auto-scaling-group',
          Key,
          Value,
          PropagateAtLaunch: true,
        })),
      ),
    }),
    CreateOrUpdateTags: (
      { region, touched },
      input: { Tags: { ResourceId: string; Key: string; Value?: string }[] },
    ) => {
      for (const { ResourceId, Key, Value = '' } of input.Tags) {
        groupOf(region, ResourceId).tags[Key] = Value;
        touched.push(ResourceId);
      }
    },
    DeleteTags: ({ region }, input: { Tags: { ResourceId: string; Key: string }[] }) => {
      for (const { ResourceId, Key } of input.Tags) delete groupOf(region, ResourceId).tags[Key];
    },
  },
};

import { arnName } from '../../facts/index.js';
import {
  isInstance,
  type Action,
  asObject,
  type Finding,
  type Incident,
  type JsonObject,
  type OriginRule,
  type Resource,
  resourceKey,
  type TrailEvent,
} from '../../model/index.js';
import { change, type AwsFailure, type OutputOf } from '../../aws/index.js';
import { fromRequest, requestValues } from '../kit/event-ids.js';
import { chunks, makeAction } from '../kit/make-action.js';
import type { Play } from '../kit/play.js';
import { linkTo, tagsOf } from '../kit/make-resource.js';

type Group = NonNullable<OutputOf<'autoscaling', 'DescribeAutoScalingGroups'>['AutoScalingGroups']>[number];

/** Every process that can be suspended (Amazon EC2 Auto Scaling user guide, "Types of processes"). */
const processes = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
];

/** So many in one call (Amazon EC2 Auto Scaling API reference, DetachInstances; SetInstanceProtection). */
const mostDetached = 20;
const mostProtected = 50;

/** The sizes as CloudTrail writes them, and as UpdateAutoScalingGroup takes them. */
const sizes = { minSize: 'MinSize', maxSize: 'MaxSize', desiredCapacity: 'DesiredCapacity' } as const;
type Sizes = Record<(typeof sizes)[keyof typeof sizes], number>;

function sizesSet(event: TrailEvent): JsonObject | null {
  return asObject(requestValues(event, sizes));
}

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'autoscaling.amazonaws.com',
    name,
    effect,
    ids: fromRequest('autoScalingGroupName'),
    sets: sizesSet,
    // A size that is set again is set; scaling policies and alarms move the desired one without a call.
    ...(effect === 'changed' ? { mayChangeNothing: { moves: ['DesiredCapacity'] } } : {}),
  };
}

/** Auto Scaling groups: they start a new instance for each one that is terminated. */
export const autoScalingGroups: Play = {
  id: 'auto-scaling-groups',
  move: 'relaunches by an Auto Scaling group',
  noun: 'Auto Scaling groups',
  phase: 'stop',
  service: 'autoscaling',
  scope: 'regional',
  permissions: {
    find: ['autoscaling:DescribeAutoScalingGroups'],
    contain: [
      'autoscaling:SuspendProcesses',
      'autoscaling:UpdateAutoScalingGroup',
      'autoscaling:DetachInstances',
      'autoscaling:SetInstanceProtection',
      'autoscaling:DeleteAutoScalingGroup',
    ],
    undo: ['autoscaling:ResumeProcesses'],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('autoscaling', 'DescribeAutoScalingGroups', region, {
      MaxRecords: 100,
    })) {
      for (const group of page.AutoScalingGroups ?? []) yield asResource(group, region);
    }
  },

  origin: [
    rule('CreateAutoScalingGroup', 'made'),
    rule('UpdateAutoScalingGroup', 'changed'),
    rule('SetDesiredCapacity', 'changed'),
    rule('DeleteAutoScalingGroup', 'undone'),
  ],

  contain: (finding, { options, incident }) => {
    if (isOfLauncher(finding, incident)) return [];
    if (finding.class === 'tampered') return restore(finding, incident);
    const members = membersOf(finding.resource, incident);
    const emptied = members.innocent.length === 0 ? [] : empty(finding, members.innocent);
    const stopped = isContained(finding.resource) ? [] : stop(finding, emptied);
    // A removed group takes its instances with it: those of which nobody knows keep it.
    const removable = options.evict === 'remove' && members.doubtful.length === 0;
    return removable ? [...stopped, remove(finding, emptied)] : stopped.length > 0 ? stopped : emptied;
  },
  onRequest: ({ evict }) => evict === 'remove',
  goesWith: (finding, { incident }) => isOfLauncher(finding, incident),

  /** Where processes cannot be suspended, the sizes are set all the same: that alone ends the relaunching. Not where
   *  it would end instances that are perhaps an innocent's. */
  remedy: (action: Action, _failure: AwsFailure, { incident }) => {
    const group = incident.findings.find(({ resource }) => action.targets.includes(resourceKey(resource)));
    const doubtful = group === undefined ? [] : membersOf(group.resource, incident).doubtful;
    return action.operation === 'SuspendProcesses' && doubtful.length === 0 ? [] : null;
  },
  verify: isContained,
  noUndo: null,
  scenario: 'mass-gpu',
};

/** Whatever ends its own group, and needs its processes for that (EKS user guide, "Managed node groups": what EKS manages
 *  of a group is not to be changed by hand; Elastic Beanstalk deletes its group by CloudFormation). */
const endsItsGroup = new Set(['eks-node-groups', 'elastic-beanstalk-environments']);

function isOfLauncher({ resource: { id, region } }: Finding, { findings }: Incident): boolean {
  return findings.some(
    ({ class: classed, resource }) =>
      endsItsGroup.has(resource.play) &&
      resource.region === region &&
      classed === 'rogue' &&
      resource.links.some((link) => link.kind === 'auto-scaling-group' && link.id === id),
  );
}

/** The group's instances that are none of the incident's: an attacker can attach anybody's to his own group. One that
 *  the inventory does not show may be anybody's. */
function membersOf(
  { links, region }: Resource,
  { findings }: Incident,
): { all: string[]; innocent: string[]; doubtful: string[] } {
  const ids = new Set(links.flatMap(({ kind, id }) => (kind === 'instance' ? [id] : [])));
  const known = findings.filter(
    ({ resource }) => isInstance(resource) && resource.region === region && ids.has(resource.id),
  );
  const named = (...classes: Finding['class'][]): string[] =>
    known
      .filter((one) => classes.includes(one.class))
      .map(({ resource }) => resource.id)
      .sort();
  const seen = new Set(known.map(({ resource }) => resource.id));
  const unseen = [...ids].filter((id) => !seen.has(id)).sort();
  return {
    all: [...ids].sort(),
    innocent: named('own', 'not-tied', 'tampered'),
    doubtful: [...named('held', 'settling'), ...unseen],
  };
}

/** Takes innocents' instances out of the group, and lets them run: a group that is set to 0 terminates what is in it
 *  (Amazon EC2 Auto Scaling user guide, "Detach or attach instances"). A detach must not go below the least size. */
function empty(finding: Finding, innocents: readonly string[]): Action[] {
  const { id, properties } = finding.resource;
  const group = { AutoScalingGroupName: id };
  const free = makeAction(autoScalingGroups, [finding], {
    ...change('autoscaling', 'UpdateAutoScalingGroup', { ...group, MinSize: 0 }),
    title: `let Auto Scaling group ${id} be emptied`,
    before: { MinSize: properties['minSize'] ?? 0 },
    undo: [
      change('autoscaling', 'UpdateAutoScalingGroup', {
        ...group,
        MinSize: sizesOf(finding.resource).MinSize,
      }),
    ],
  });
  const detached = chunks(innocents, mostDetached).map((InstanceIds) =>
    makeAction(autoScalingGroups, [finding], {
      ...change('autoscaling', 'DetachInstances', {
        ...group,
        InstanceIds,
        ShouldDecrementDesiredCapacity: true,
      }),
      title: `take ${InstanceIds.length} instances of others out of Auto Scaling group ${id}, and let them run`,
      before: { instances: InstanceIds },
      undo: { none: 'They run on by themselves: the group is the incident’s.' },
      after: [free],
    }),
  );
  return [free, ...detached];
}

/** Suspends first, so that the group terminates nothing before the evidence is taken. */
function stop(finding: Finding, emptied: readonly Action[]): Action[] {
  const { id, properties } = finding.resource;
  const suspended = Array.isArray(properties['suspendedProcesses']) ? properties['suspendedProcesses'] : [];
  const before = sizesOf(finding.resource);
  const running = processes.filter((name) => !suspended.includes(name));
  const suspend = makeAction(autoScalingGroups, [finding], {
    ...change('autoscaling', 'SuspendProcesses', { AutoScalingGroupName: id }),
    title: `suspend Auto Scaling group ${id}`,
    before: { suspendedProcesses: suspended },
    undo:
      running.length === 0
        ? { none: 'All of its processes were suspended already.' }
        : [
            change('autoscaling', 'ResumeProcesses', {
              AutoScalingGroupName: id,
              ...(suspended.length === 0 ? {} : { ScalingProcesses: running }),
            }),
          ],
  });
  const zero = makeAction(autoScalingGroups, [finding], {
    ...change('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: id,
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    }),
    title: `set the sizes of Auto Scaling group ${id} to 0`,
    before,
    undo: [change('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: id, ...before })],
    after: [suspend, ...emptied],
  });
  return [suspend, ...emptied, zero];
}

/** On request, once its instances are on record: as long as the group is there, the launch configuration that it uses
 *  cannot be deleted either (Amazon EC2 Auto Scaling API reference, DeleteLaunchConfiguration). */
function remove(finding: Finding, emptied: readonly Action[]): Action {
  const { id } = finding.resource;
  return makeAction(autoScalingGroups, [finding], {
    ...change('autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: id, ForceDelete: true }),
    title: `delete Auto Scaling group ${id}`,
    causes: ['Auto Scaling terminates the instances that are still in the group.'],
    before: finding.resource.properties,
    after: emptied,
    undo: { none: 'A deleted Auto Scaling group has to be made anew; what it was is kept in the record.' },
    phase: 'terminate',
  });
}

/**
 * Only the sizes that are known from before are put back. Auto Scaling would then end what is beyond them, and chooses
 * by itself which: all that is not the incident's is protected from that first, and stays until a person has decided
 * (Amazon EC2 Auto Scaling user guide, "Use instance scale-in protection").
 */
function restore(finding: Finding, incident: Incident): Action[] {
  const now = sizesOf(finding.resource);
  const stated = asObject(finding.before) ?? {};
  const before: Partial<Sizes> = {};
  for (const name of Object.values(sizes)) {
    const value = Number(stated[name]);
    if (name in stated && Number.isInteger(value) && now[name] !== value) before[name] = value;
  }
  if (Object.keys(before).length === 0) return [];
  const { id } = finding.resource;
  const size = sizeAfter({ ...now, ...before });
  const { all, innocent, doubtful } = membersOf(finding.resource, incident);
  const kept = [...innocent, ...doubtful];
  const surplus = Math.max(0, all.length - size);
  const ended = Math.min(surplus, all.length - kept.length);
  const shields = surplus === 0 ? [] : protect(finding, kept);
  const resized = makeAction(autoScalingGroups, [finding], {
    ...change('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: id,
      ...before,
    }),
    title: `restore the sizes of Auto Scaling group ${id}`,
    causes: [
      ...(ended > 0 ? [`Auto Scaling terminates ${ended} of the incident’s instances in ${id}.`] : []),
      ...(surplus > ended
        ? [`${surplus - ended} instances beyond the size of ${id} go on running, until you decide.`]
        : []),
      ...(size > all.length ? [`Auto Scaling launches ${size - all.length} more instances in ${id}.`] : []),
    ],
    before: now,
    undo: [change('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: id, ...now })],
    after: shields,
  });
  return [...shields, resized];
}

/** The desired capacity that these sizes leave: AWS moves it between the least and the most. */
function sizeAfter({ MinSize, MaxSize, DesiredCapacity }: Sizes): number {
  return Math.min(MaxSize, Math.max(MinSize, DesiredCapacity));
}

function protect(finding: Finding, ids: readonly string[]): Action[] {
  const { id, properties } = finding.resource;
  const already = properties['protectedFromScaleIn'];
  const open = ids.filter((one) => !Array.isArray(already) || !already.includes(one));
  return chunks(open, mostProtected).map((InstanceIds) => {
    const set = (ProtectedFromScaleIn: boolean) =>
      change('autoscaling', 'SetInstanceProtection', {
        AutoScalingGroupName: id,
        InstanceIds,
        ProtectedFromScaleIn,
      });
    return makeAction(autoScalingGroups, [finding], {
      ...set(true),
      title: `protect ${InstanceIds.length} instances of Auto Scaling group ${id} from scale-in`,
      causes: [
        `Scaling in of ${id} passes over them until that is taken back (aws autoscaling set-instance-protection --no-protected-from-scale-in).`,
      ],
      before: { protectedFromScaleIn: Array.isArray(already) ? already : [] },
      undo: [set(false)],
    });
  });
}

function sizesOf({ properties }: Resource): Sizes {
  return {
    MinSize: Number(properties['minSize'] ?? 0),
    MaxSize: Number(properties['maxSize'] ?? 0),
    DesiredCapacity: Number(properties['desiredCapacity'] ?? 0),
  };
}

function isContained({ properties }: Resource): boolean {
  return properties['maxSize'] === 0 && properties['desiredCapacity'] === 0;
}

function asResource(group: Group, region: string): Resource {
  const template =
    group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? null;
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return {
    play: 'auto-scaling-groups',
    type: 'Auto Scaling group',
    id: group.AutoScalingGroupName ?? '',
    region,
    state: group.Status ?? `desired ${group.DesiredCapacity ?? 0}`,
    live: (group.MaxSize ?? 0) > 0 || (group.DesiredCapacity ?? 0) > 0,
    createdAt: group.CreatedTime?.getTime() ?? null,
    tags: tagsOf(group.Tags),
    links: [
      ...linkTo('launch-template', template?.LaunchTemplateId),
      ...linkTo('launch-configuration', group.LaunchConfigurationName),
      ...(group.Instances ?? []).flatMap(({ InstanceId }) => linkTo('instance', InstanceId)),
      ...linkTo('role', arnName(group.ServiceLinkedRoleARN ?? null) ?? undefined),
    ],
    properties: {
      minSize: group.MinSize ?? null,
      maxSize: group.MaxSize ?? null,
      desiredCapacity: group.DesiredCapacity ?? null,
      suspendedProcesses: (group.SuspendedProcesses ?? []).map(({ ProcessName }) => ProcessName ?? '').sort(),
      launchTemplate: template?.LaunchTemplateName ?? template?.LaunchTemplateId ?? null,
      launchConfiguration: group.LaunchConfigurationName ?? null,
      instanceTypes: overrides.flatMap(({ InstanceType }) =>
        InstanceType === undefined ? [] : [InstanceType],
      ),
      availabilityZones: group.AvailabilityZones ?? [],
      instances: (group.Instances ?? []).length,
      protectedFromScaleIn: (group.Instances ?? [])
        .flatMap(({ InstanceId, ProtectedFromScaleIn }) =>
          ProtectedFromScaleIn === true && InstanceId !== undefined ? [InstanceId] : [],
        )
        .sort(),
      arn: group.AutoScalingGroupARN ?? null,
    },
  };
}

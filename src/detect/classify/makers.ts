import { lastPart } from '../../facts/index.js';
import { asObject, type Link, type TrailEvent, worked } from '../../model/index.js';
import { firstText, itemsOf, requestOf, responseOf } from '../records/record-fields.js';

/** Who made the thing that an instance hangs on, and who changed it later, oldest first. */
export interface Making {
  made: TrailEvent[];
  changed: TrailEvent[];
  /** Instances that a call put into it: it did not launch them. */
  attached?: Set<string>;
}

type Effect = 'made' | 'changed';

interface MakerRule {
  kind: Link['kind'];
  effect: Effect;
  ids(event: TrailEvent): (string | null)[];
}

const named =
  (...names: string[]) =>
  (event: TrailEvent): (string | null)[] =>
    names.flatMap((name) => [
      firstText(requestOf(event), spellings(name)),
      firstText(responseOf(event), spellings(name)),
    ]);

const spellings = (name: string): string[] => [name, name.charAt(0).toUpperCase() + name.slice(1)];

const templateNames = ['launchTemplateId', 'launchTemplateName'];

const templates = (event: TrailEvent): (string | null)[] => [
  ...named(...templateNames)(event),
  ...templateNames.map((name) => firstText(asObject(responseOf(event).launchTemplate), [name])),
];

const spotRequests = (event: TrailEvent): (string | null)[] =>
  itemsOf(responseOf(event).spotInstanceRequestSet).map((item) => firstText(item, ['spotInstanceRequestId']));

const ec2 = 'ec2.amazonaws.com';
const asg = 'autoscaling.amazonaws.com';
const iam = 'iam.amazonaws.com';

/** Names and ids as the services' API references write them. */
const rules: Record<string, MakerRule> = {
  [`${asg}|CreateAutoScalingGroup`]: {
    kind: 'auto-scaling-group',
    effect: 'made',
    ids: named('autoScalingGroupName'),
  },
  [`${asg}|UpdateAutoScalingGroup`]: {
    kind: 'auto-scaling-group',
    effect: 'changed',
    ids: named('autoScalingGroupName'),
  },
  [`${asg}|SetDesiredCapacity`]: {
    kind: 'auto-scaling-group',
    effect: 'changed',
    ids: named('autoScalingGroupName'),
  },
  [`${asg}|PutScheduledUpdateGroupAction`]: {
    kind: 'auto-scaling-group',
    effect: 'changed',
    ids: named('autoScalingGroupName'),
  },
  [`${ec2}|CreateFleet`]: { kind: 'fleet', effect: 'made', ids: named('fleetId') },
  [`${ec2}|ModifyFleet`]: { kind: 'fleet', effect: 'changed', ids: named('fleetId') },
  [`${ec2}|RequestSpotFleet`]: { kind: 'spot-fleet', effect: 'made', ids: named('spotFleetRequestId') },
  [`${ec2}|ModifySpotFleetRequest`]: {
    kind: 'spot-fleet',
    effect: 'changed',
    ids: named('spotFleetRequestId'),
  },
  [`${ec2}|RequestSpotInstances`]: { kind: 'spot-request', effect: 'made', ids: spotRequests },
  [`${ec2}|CreateLaunchTemplate`]: { kind: 'launch-template', effect: 'made', ids: templates },
  [`${ec2}|CreateLaunchTemplateVersion`]: { kind: 'launch-template', effect: 'changed', ids: templates },
  [`${ec2}|ModifyLaunchTemplate`]: { kind: 'launch-template', effect: 'changed', ids: templates },
  [`${ec2}|CreateKeyPair`]: { kind: 'key-pair', effect: 'made', ids: named('keyName', 'keyPairId') },
  [`${ec2}|ImportKeyPair`]: { kind: 'key-pair', effect: 'made', ids: named('keyName', 'keyPairId') },
  [`${ec2}|CreateSecurityGroup`]: { kind: 'security-group', effect: 'made', ids: named('groupId') },
  [`${ec2}|CreateImage`]: { kind: 'image', effect: 'made', ids: named('imageId') },
  [`${ec2}|CopyImage`]: { kind: 'image', effect: 'made', ids: named('imageId') },
  [`${ec2}|RegisterImage`]: { kind: 'image', effect: 'made', ids: named('imageId') },
  [`${iam}|CreateInstanceProfile`]: {
    kind: 'instance-profile',
    effect: 'made',
    ids: named('instanceProfileName'),
  },
  ['eks.amazonaws.com|CreateNodegroup']: { kind: 'cluster', effect: 'made', ids: named('nodegroupName') },
};

/** Everything that instances hang on, by `linkKey`. */
export function makersOf(events: readonly TrailEvent[]): Map<string, Making> {
  const makers = new Map<string, Making>();
  for (const event of events) {
    if (event.source === asg && event.name === 'AttachInstances' && worked(event)) attach(makers, event);
    const rule = rules[`${event.source}|${event.name}`];
    if (rule === undefined || !worked(event)) continue;
    for (const id of new Set(rule.ids(event))) {
      if (id === null) continue;
      const key = linkKey(rule.kind, event.region, id);
      const making = makers.get(key) ?? { made: [], changed: [] };
      making[rule.effect].push(event);
      makers.set(key, making);
    }
  }
  return makers;
}

/** Amazon EC2 Auto Scaling API reference, AttachInstances. */
function attach(makers: Map<string, Making>, event: TrailEvent): void {
  const group = firstText(requestOf(event), spellings('autoScalingGroupName'));
  const ids = requestOf(event).instanceIds;
  if (group === null || !Array.isArray(ids)) return;
  const key = linkKey('auto-scaling-group', event.region, group);
  const making = makers.get(key) ?? { made: [], changed: [] };
  making.attached ??= new Set();
  for (const id of ids) if (typeof id === 'string') making.attached.add(id);
  makers.set(key, making);
}

/** IAM's names are the same in every region. */
export function linkKey(kind: Link['kind'], region: string, id: string): string {
  return kind === 'instance-profile' ? `${kind}||${lastPart(id)}` : `${kind}|${region}|${id}`;
}

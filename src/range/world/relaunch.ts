import { AwsError } from '../aws-error.js';
import {
  instancesOf,
  isLive,
  launchInstances,
  onLoss,
  terminate,
  zonesOf,
  type Instance,
  type LaunchSpec,
} from './compute.js';
import type { JsonObject } from './trail.js';
import { writeEvent } from './trail.js';
import type { Maker, Region } from './world.js';

/** What keeps a number of instances alive: a group, a fleet, a spot request, a part of an EMR cluster. */
export interface Relauncher {
  kind: 'group' | 'fleet' | 'spot-fleet' | 'spot-request' | 'cluster-group';
  id: string;
  createdAt: number;
  maker: Maker;
  specs: LaunchSpec[];
  target: number;
  /** False: what is lost stays lost. */
  keeps: boolean;
}

const services: Record<Relauncher['kind'], { host: string; role: string; tag: string }> = {
  group: {
    host: 'autoscaling.amazonaws.com',
    role: 'AWSServiceRoleForAutoScaling',
    tag: 'aws:autoscaling:groupName',
  },
  fleet: { host: 'ec2fleet.amazonaws.com', role: 'AWSServiceRoleForEC2Fleet', tag: 'aws:ec2:fleet-id' },
  'spot-fleet': {
    host: 'spotfleet.amazonaws.com',
    role: 'AWSServiceRoleForEC2SpotFleet',
    tag: 'aws:ec2spot:fleet-request-id',
  },
  // EMR acts in the role that its cluster was given; the cluster's tag is of the launch.
  'cluster-group': { host: 'elasticmapreduce.amazonaws.com', role: 'EMR_DefaultRole', tag: '' },
  'spot-request': { host: 'spot.amazonaws.com', role: 'AWSServiceRoleForEC2Spot', tag: '' },
};

export const relaunchersOf = (region: Region) => region.table<Relauncher>('ec2:relaunchers');

/** The live instances of a relauncher: those that carry its name, and were not taken out. */
export function membersOf(region: Region, relauncher: Relauncher): Instance[] {
  return [...instancesOf(region).values()].filter(
    (instance) => instance.maker.launcher === relauncher.id && isLive(instance),
  );
}

/** The members that a scale-in ends: as many as are too many, the newest first, and none that is protected from it
 *  (Amazon EC2 Auto Scaling user guide, "Use instance scale-in protection"). */
export function surplusOf(region: Region, relauncher: Relauncher): Instance[] {
  const members = membersOf(region, relauncher);
  return members
    .filter(({ protectedFromScaleIn }) => protectedFromScaleIn !== true)
    .reverse()
    .slice(0, Math.max(0, members.length - relauncher.target));
}

/** Launches for a relauncher and writes the event that CloudTrail has of it, signed by the service's own role. */
export function launchFor(
  region: Region,
  relauncher: Relauncher,
  count: number,
  clientToken?: string,
): Instance[] {
  const { world, account } = region;
  const { host, role, tag } = services[relauncher.kind];
  const spec = relauncher.specs[world.random.below(relauncher.specs.length)]!;
  const roleName = `aws-service-role/${host}/${role}`;
  const identity: JsonObject = {
    type: 'AssumedRole',
    principalId: `AROASERVICELINKED00:${relauncher.kind === 'group' ? 'AutoScaling' : role}`,
    arn: `arn:${account.world.settings.partition}:sts::${account.id}:assumed-role/${role}/${relauncher.kind === 'group' ? 'AutoScaling' : role}`,
    accountId: account.id,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        arn: account.arn(`role/${roleName}`),
        accountId: account.id,
        userName: role,
      },
    },
    invokedBy: host,
  };
  const requestParameters: JsonObject = {
    instancesSet: { items: [{ imageId: spec.imageId ?? null, minCount: 1, maxCount: count }] },
    instanceType: spec.instanceType,
    clientToken: clientToken ?? world.random.uuid(),
  };
  const event = {
    userIdentity: identity,
    eventSource: 'ec2.amazonaws.com',
    eventName: 'RunInstances',
    sourceIPAddress: host,
    userAgent: host,
    requestParameters,
    readOnly: false,
  };
  const now = world.clock.now();
  try {
    const instances = launchInstances(
      region,
      {
        zone: world.random.pick(zonesOf(region)),
        ...spec,
        tags: { ...spec.tags, ...(tag === '' ? {} : { [tag]: relauncher.id }) },
      },
      {
        least: 1,
        most: count,
        maker: { ...relauncher.maker, via: host, launcher: relauncher.id },
        requesterId: host,
      },
    );
    writeEvent(region, now, { ...event, responseElements: launchAnswer(region, instances) });
    return instances;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    writeEvent(region, now, { ...event, errorCode: `Client.${error.code}`, errorMessage: error.message });
    return [];
  }
}

/** `responseElements` of a RunInstances record. */
export function launchAnswer(region: Region, instances: Instance[]): JsonObject {
  return {
    reservationId: instances[0]?.reservationId ?? '',
    ownerId: region.account.id,
    groupSet: {},
    instancesSet: {
      items: instances.map((instance) => ({
        instanceId: instance.id,
        imageId: instance.imageId,
        instanceState: { code: 0, name: 'pending' },
        amiLaunchIndex: instance.index,
        instanceType: instance.instanceType,
        launchTime: instance.launchTime,
        placement: { availabilityZone: instance.zone, tenancy: 'default' },
        privateIpAddress: instance.privateIp,
        ...(instance.keyName === undefined ? {} : { keyName: instance.keyName }),
        ...(instance.spotRequestId === undefined
          ? {}
          : { spotInstanceRequestId: instance.spotRequestId, instanceLifecycle: 'spot' }),
        ...(Object.keys(instance.tags).length === 0
          ? {}
          : { tagSet: { items: Object.entries(instance.tags).map(([key, value]) => ({ key, value })) } }),
      })),
    },
    ...(instances[0]?.requesterId ? { requesterId: instances[0].requesterId } : {}),
  };
}

/** Brings a relauncher to its target: launches what is missing, terminates what is too many. */
function reconcile(region: Region, relauncher: Relauncher): void {
  if (relaunchersOf(region).get(relauncher.id) !== relauncher || !relauncher.keeps) return;
  const members = membersOf(region, relauncher);
  if (members.length < relauncher.target) launchFor(region, relauncher, relauncher.target - members.length);
  for (const surplus of surplusOf(region, relauncher)) terminate(region, surplus);
}

/** Reconciles after the world's relaunch delay. */
export function reconcileLater(region: Region, relauncher: Relauncher): void {
  const { clock, settings } = region.world;
  clock.after(settings.relaunchMs, () => reconcile(region, relauncher));
}

onLoss((region, instance) => {
  const launcher = instance.maker.launcher;
  const relauncher = launcher === undefined ? undefined : relaunchersOf(region).get(launcher);
  if (relauncher?.keeps) reconcileLater(region, relauncher);
});

import { AwsError } from '../aws-error.js';
import { instanceTypes } from './catalog.js';
import { noMaker } from './identity.js';
import type { Maker, Region } from './world.js';

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export const stateCodes: Record<InstanceState, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** A volume that a launch makes besides the root's. */
export interface Mapping {
  device: string;
  size: number;
  type: string;
  iops?: number | undefined;
  deleteOnTermination: boolean;
}

/** What a launch asks for. */
export interface LaunchSpec {
  volumes?: Mapping[];
  instanceType: string;
  imageId?: string;
  keyName?: string | undefined;
  /** Base64, as the API carries it. */
  userData?: string | undefined;
  /** ARN of the instance profile. */
  profile?: string | undefined;
  securityGroupIds?: string[];
  zone?: string | undefined;
  tags?: Record<string, string>;
  disableApiTermination?: boolean;
  disableApiStop?: boolean;
  shutdownBehavior?: string;
  spotRequestId?: string;
}

export interface Instance extends LaunchSpec {
  id: string;
  imageId: string;
  zone: string;
  tags: Record<string, string>;
  disableApiTermination: boolean;
  disableApiStop: boolean;
  reservationId: string;
  /** The service that launched it for somebody, such as an Auto Scaling group's. */
  requesterId: string | null;
  launchTime: number;
  /** Its states and since when, oldest first; the last may lie ahead. */
  states: { at: number; state: InstanceState }[];
  clientToken: string | undefined;
  volumeId: string;
  networkInterfaceId: string;
  privateIp: string;
  index: number;
  maker: Maker;
  /** As a member of its group: a scale-in passes over it. */
  protectedFromScaleIn?: boolean;
  /** When AWS took it back, epoch milliseconds. */
  evictedAt?: number;
}

export const instancesOf = (region: Region) => region.table<Instance>('ec2:instances');

/** The instance's state at a time, epoch milliseconds; null before it was. */
export function stateAt(instance: Instance, time: number): InstanceState | null {
  for (let index = instance.states.length - 1; index >= 0; index--) {
    const step = instance.states[index]!;
    if (step.at <= time) return step.state;
  }
  return null;
}

const visibleAfterTermination = 3_600_000;

/** The state that a describe shows, or null where it shows nothing: not yet, or an hour after the end. */
export function shownState(instance: Instance, region: Region): InstanceState | null {
  const { clock, settings } = region.world;
  const time = clock.now() - settings.describeDelayMs;
  const state = stateAt(instance, time);
  const last = instance.states.at(-1)!;
  return last.state === 'terminated' && time - last.at > visibleAfterTermination ? null : state;
}

/** It runs, or is about to, or is only stopped: what a relauncher counts as there. */
export function isLive(instance: Instance): boolean {
  return instance.states.at(-1)!.state === 'running';
}

export const zonesOf = (region: Region) => ['a', 'b', 'c'].map((letter) => region.name + letter);

function checkLaunch(region: Region, type: string, least: number, most: number): number {
  const { settings } = region.world;
  const facts = instanceTypes.get(type);
  if (facts === undefined) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${type}' for InstanceType.`);
  }
  if (region.account.blocked) {
    throw new AwsError(
      'Blocked',
      'This account is currently blocked and not recognized as a valid account. Please contact ec2-abuse@amazon.com if you have questions.',
      403,
    );
  }
  if (settings.noCapacity.includes(region.name) || settings.noCapacity.includes(`${region.name}:${type}`)) {
    throw new AwsError(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${type} capacity in the Availability Zone you requested.`,
      500,
    );
  }
  const quota = settings.quotas[facts.quota];
  if (quota === undefined) return most;
  let used = 0;
  for (const instance of instancesOf(region).values()) {
    const other = instanceTypes.get(instance.instanceType);
    if (isLive(instance) && other?.quota === facts.quota) used += other.vcpus;
  }
  const possible = Math.min(most, Math.floor((quota - used) / facts.vcpus));
  if (possible < least) {
    throw new AwsError(
      'VcpuLimitExceeded',
      `You have requested more vCPU capacity than your current vCPU limit of ${quota} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
    );
  }
  return possible;
}

/**
 * Launches instances: quota, capacity and a restricted account are refused as AWS does. `at`: epoch milliseconds,
 * for what was launched in the past; then it runs already.
 */
export function launchInstances(
  region: Region,
  spec: LaunchSpec,
  options: {
    least?: number;
    most?: number;
    maker?: Maker;
    requesterId?: string;
    clientToken?: string | undefined;
    at?: number;
  } = {},
): Instance[] {
  const { world } = region;
  const { random, settings } = world;
  const least = options.least ?? options.most ?? 1;
  const count =
    options.at === undefined
      ? checkLaunch(region, spec.instanceType, least, options.most ?? least)
      : (options.most ?? least);
  const at = options.at ?? world.clock.now();
  const running = options.at === undefined ? at + settings.launchMs : at;
  const reservationId = random.resourceId('r');
  const zone = spec.zone ?? random.pick(zonesOf(region));
  return Array.from({ length: count }, (_, index) => {
    const instance: Instance = {
      ...spec,
      id: random.resourceId('i'),
      imageId: spec.imageId ?? 'ami-0abcdef1234567890',
      zone,
      tags: { ...spec.tags },
      disableApiTermination: spec.disableApiTermination ?? false,
      disableApiStop: spec.disableApiStop ?? false,
      reservationId,
      requesterId: options.requesterId ?? null,
      launchTime: at,
      states: [
        { at, state: 'pending' },
        { at: running, state: 'running' },
      ],
      clientToken: options.clientToken,
      volumeId: random.resourceId('vol'),
      networkInterfaceId: random.resourceId('eni'),
      privateIp: `172.31.${random.below(96)}.${4 + random.below(250)}`,
      index,
      maker: options.maker ?? noMaker,
    };
    instancesOf(region).set(instance.id, instance);
    for (const listener of launchListeners) listener(region, instance);
    return instance;
  });
}

type LossListener = (region: Region, instance: Instance) => void;
const lossListeners: LossListener[] = [];
const launchListeners: LossListener[] = [];

/** `listener` hears of every instance that was launched: its volumes are made. */
export function onLaunch(listener: LossListener): void {
  launchListeners.push(listener);
}

/** `listener` hears of every instance that was terminated: relaunchers use it. */
export function onLoss(listener: LossListener): void {
  lossListeners.push(listener);
}

/** Moves an instance to `through`, then to `end` after `delay` virtual milliseconds. */
function move(
  region: Region,
  instance: Instance,
  through: InstanceState,
  end: InstanceState,
  delay: number,
): void {
  const now = region.world.clock.now();
  instance.states = [
    ...instance.states.filter((step) => step.at <= now),
    { at: now, state: through },
    { at: now + delay, state: end },
  ];
}

/** Terminates; an instance that is terminated already stays so. Protection is the operation's business. */
export function terminate(region: Region, instance: Instance): void {
  if (instance.states.at(-1)!.state === 'terminated') return;
  move(region, instance, 'shutting-down', 'terminated', region.world.settings.terminateMs);
  for (const listener of lossListeners) listener(region, instance);
}

export function stop(region: Region, instance: Instance): void {
  move(region, instance, 'stopping', 'stopped', region.world.settings.terminateMs);
  for (const listener of lossListeners) listener(region, instance);
}

export function start(region: Region, instance: Instance): void {
  instance.launchTime = region.world.clock.now();
  move(region, instance, 'pending', 'running', region.world.settings.launchMs);
}

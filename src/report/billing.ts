import { instanceType, regionFactor } from '../facts/index.js';
import {
  asText,
  type Finding,
  idInKey,
  isDone,
  type LeftOver,
  type Report,
  resourceKey,
} from '../model/index.js';

/** Something that AWS goes on billing when the containment has ended. */
export interface Bill {
  /** `volume`, `Lightsail instance`, … */
  what: string;
  id: string;
  region: string;
  /** An on-demand estimate; null where the price is not known, which is not nothing. */
  usdPerHour: number | null;
  /** Until when, and what ends it. */
  until: string;
}

/** What is left and billed, by play: what ends it. What launches is billed by what it launched, and is told with it. */
const leftUntil: Record<string, string> = {
  appstream: 'its instances by the hour, until it is stopped',
  'amplify-apps': 'its builds and traffic, until its branches are deleted',
  'auto-scaling-groups': 'its instances, until its sizes are 0',
  'batch-compute-environments': 'its instances, until it is deleted',
  'batch-jobs': 'what it runs on, until it ends',
  'bedrock-throughput': 'until it is deleted, or its commitment ends',
  'cloud-control': 'what its service charges, until it is deleted',
  'cloudformation-stacks': 'what it made, until that is deleted',
  'codebuild-builds': 'by the minute, until it ends',
  'ec2-fleets': 'its instances, until it is deleted with them',
  'ec2-instances': 'until it is terminated; stopped, its volumes are billed on',
  'ecs-services': 'its tasks, until its count is 0',
  'ecs-tasks': 'until it is stopped',
  'eks-fargate-profiles': 'its pods, until it is deleted',
  'gamelift-fleets': 'its instances, until it is deleted',
  'lambda-functions': 'by the call and its time, until it is deleted',
  'lightsail-instances': 'until it is deleted; stopped is not ended',
  'sagemaker-clusters': 'its instances, until it is deleted',
  'sagemaker-endpoints': 'until it is deleted',
  'sagemaker-notebooks': 'until it is stopped; its volume, until it is deleted',
  'sagemaker-processing-jobs': 'until it is stopped',
  'sagemaker-training-jobs': 'until it is stopped',
  'ses-sending': 'by the mail, until sending is off',
  'stack-sets': 'what its stacks made, until they are deleted',
  'spot-fleets': 'its instances, until it is cancelled with them',
  'spot-requests': 'its instance, until both are ended',
  workspaces: 'by the hour or month, until it is terminated; stopped is not ended',
  volumes: 'until it is deleted',
  addresses: 'until it is released',
  'eks-node-groups': 'until it is deleted',
  'elastic-beanstalk-environments': 'until it is terminated',
  'emr-clusters': 'until it is terminated; EMR’s own price comes on top of the instances’',
};

/** What leakguard stops and AWS bills on, by play and operation. */
const stoppedUntil: Record<string, { what: string; until: string }> = {
  'lightsail-instances|StopInstance': {
    what: 'Lightsail instance',
    until: 'until it is deleted; stopped is not ended: --evict remove, or aws lightsail delete-instance',
  },
  'sagemaker-notebooks|StopNotebookInstance': {
    what: 'SageMaker notebook',
    until: 'its volume alone, until the notebook is deleted',
  },
};

/** Acts that buy or make what no play looks at, and that is billed: what ends it. */
const boughtUntil: Record<string, string> = {
  AllocateHosts: 'by the hour, until the hosts are released',
  CreateCapacityReservation: 'by the hour, used or not, until it is cancelled',
  CreateCapacityReservationFleet: 'by the hour, used or not, until it is cancelled',
  PurchaseCapacityBlock: 'paid in advance: ask AWS Support at once',
  PurchaseReservedInstancesOffering: 'for its whole term: ask AWS Support at once',
  PurchaseHostReservation: 'for its whole term: ask AWS Support at once',
  PurchaseScheduledInstances: 'for its whole term: ask AWS Support at once',
  PurchaseReservedDBInstancesOffering: 'for its whole term: ask AWS Support at once',
  CreateTrainingPlan: 'paid in advance: ask AWS Support at once',
  CreateSavingsPlan: 'for its whole term: within hours it can be returned, or ask AWS Support at once',
  RegisterDomain: 'by the year: ask AWS Support at once',
  TransferDomain: 'by the year: ask AWS Support at once',
  CreateNatGateway: 'by the hour and gigabyte, until it is deleted',
  CreateVpnConnection: 'by the hour, until it is deleted',
  CreateTransitGateway: 'by the hour for each attachment, until it is deleted',
  CreateTransitGatewayVpcAttachment: 'by the hour, until it is deleted',
  CreateVpcEndpoint: 'by the hour, until it is deleted',
  CreateSnapshot: 'by the gigabyte and month, until it is deleted',
  CopySnapshot: 'by the gigabyte and month, until it is deleted',
  CreateImage: 'its snapshots by the gigabyte and month, until they are deleted',
  CopyImage: 'its snapshots by the gigabyte and month, until they are deleted',
  CreateCluster: 'by the hour, until it is deleted',
  CreateDBInstance: 'by the hour, until it is deleted',
  CreateDBCluster: 'by the hour, until it is deleted',
  CreateLoadBalancer: 'by the hour, until it is deleted',
};

/**
 * What is billed on when the containment has ended, the dearest first, what has no known price before what has: what is
 * left, what is only stopped, and what was bought. Pure.
 */
export function stillBilling(report: Report): Bill[] {
  const known = new Map(
    (report.incident?.findings ?? []).map((found) => [resourceKey(found.resource), found]),
  );
  const left = report.left.flatMap((one) => billOfLeft(one, known.get(resourceKey(one))));
  const ids = new Set(left.map(({ region, id }) => `${region}|${id}`));
  const stopped = stoppedBills(report, known).filter(({ region, id }) => !ids.has(`${region}|${id}`));
  const price = ({ usdPerHour }: Bill): number => usdPerHour ?? Infinity;
  return [...left, ...stopped].sort((a, b) => price(b) - price(a) || (a.id < b.id ? -1 : 1));
}

function billOfLeft({ play, type, id, region, cause }: LeftOver, found: Finding | undefined): Bill[] {
  const until = cause === 'no-play' ? boughtUntil[type] : leftUntil[play];
  if (until === undefined) return [];
  return [{ what: type, id, region, usdPerHour: found === undefined ? null : priceOf(found), until }];
}

function stoppedBills(report: Report, known: ReadonlyMap<string, Finding>): Bill[] {
  const ended = new Set(
    report.actions
      .filter((action) => isDone(action) && action.call.operation === 'DeleteInstance')
      .flatMap(({ targets }) => targets),
  );
  return report.actions.filter(isDone).flatMap(({ play, call, targets, undoes }) => {
    const bills = stoppedUntil[`${play}|${call.operation}`];
    if (bills === undefined || undoes !== null) return [];
    return targets.flatMap((target): Bill[] => {
      const found = known.get(target);
      // An innocent's that was stopped again is billed as it was before.
      if (ended.has(target) || found?.class === 'tampered') return [];
      return [{ ...bills, id: idInKey(target), region: call.region, usdPerHour: null }];
    });
  });
}

/** What it costs an hour while it runs, an on-demand estimate; null: not known. Pure. */
export function priceOf({ resource: { region, state, properties } }: Finding): number | null {
  const { usdPerHour } = properties;
  if (typeof usdPerHour === 'number') return usdPerHour;
  const type = instanceType(asText(properties['instanceType']) ?? '');
  if (type === null || state !== 'running') return null;
  return type.usdPerHour * regionFactor(region, type.accelerators > 0).factor;
}

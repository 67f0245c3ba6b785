import { AwsError } from '../../aws-error.js';
import { page, tagList, type Context, type Operation } from '../../service.js';
import { terminate, type LaunchSpec } from '../../world/compute.js';
import {
  launchFor,
  membersOf,
  reconcileLater,
  relaunchersOf,
  type Relauncher,
} from '../../world/relaunch.js';
import type { Region } from '../../world/world.js';
import { keepMade, madeBefore } from './client-tokens.js';
import { tagsFor, type Paging, type TagSpecification } from './filters.js';
import { launchSpec, templateBy, type LaunchData, type TemplateReference } from './launch-templates.js';

/** An EC2 fleet or a spot fleet. */
interface Fleet {
  relauncher: Relauncher;
  type: string;
  state: string;
  tags: Record<string, string>;
  /** The request as given, which the describes repeat. */
  config: object;
}

const fleets = (region: Region, kind: 'fleet' | 'spot-fleet') => region.table<Fleet>(`ec2:${kind}`);

interface TemplateConfig {
  LaunchTemplateSpecification?: TemplateReference;
  Overrides?: { InstanceType?: string }[];
}

function specsOf(region: Region, configs: TemplateConfig[]): LaunchSpec[] {
  return configs.flatMap(({ LaunchTemplateSpecification = {}, Overrides = [{}] }) => {
    const { data } = templateBy(region, LaunchTemplateSpecification);
    return (Overrides.length === 0 ? [{}] : Overrides).map((override) =>
      launchSpec(region, { ...data, ...override }),
    );
  });
}

function create(
  context: Context,
  kind: 'fleet' | 'spot-fleet',
  id: string,
  specs: LaunchSpec[],
  target: number,
  type: string,
  tags: Record<string, string>,
  config: object,
): Fleet {
  const { region, now, maker, touched } = context;
  if (specs.length === 0) throw new AwsError('InvalidParameterValue', 'No launch specification was given');
  const relauncher: Relauncher = {
    kind,
    id,
    createdAt: now,
    maker,
    specs,
    target,
    keeps: type === 'maintain',
  };
  relaunchersOf(region).set(id, relauncher);
  const fleet = { relauncher, type, state: 'active', tags, config };
  fleets(region, kind).set(id, fleet);
  touched.push(id);
  if (target > 0) touched.push(...launchFor(region, relauncher, target).map((instance) => instance.id));
  return fleet;
}

/** Ends a fleet, with its instances unless they are to stay; without `keeps` nothing is launched again. */
function end(
  region: Region,
  fleet: Fleet,
  withInstances: boolean,
  words: [string, string],
): { was: string; is: string } {
  const was = fleet.state;
  fleet.relauncher.keeps = false;
  if (withInstances) for (const instance of membersOf(region, fleet.relauncher)) terminate(region, instance);
  fleet.state = withInstances ? words[0] : words[1];
  return { was, is: fleet.state };
}

function modify(
  { region, touched }: Context,
  fleet: Fleet | undefined,
  target: number | undefined,
  missing: AwsError,
): void {
  if (fleet === undefined) throw missing;
  touched.push(fleet.relauncher.id);
  if (target === undefined) return;
  fleet.relauncher.target = target;
  if (fleet.type === 'maintain') reconcileLater(region, fleet.relauncher);
  else if (target > membersOf(region, fleet.relauncher).length)
    launchFor(region, fleet.relauncher, target - membersOf(region, fleet.relauncher).length);
}

const members = (region: Region, fleet: Fleet) =>
  membersOf(region, fleet.relauncher).map(({ id, instanceType, spotRequestId }) => ({
    InstanceId: id,
    InstanceType: instanceType,
    SpotInstanceRequestId: spotRequestId,
    InstanceHealth: 'healthy',
  }));

/** The fleets that ids name, or all; deleted ones stay visible. */
function chosen(
  region: Region,
  kind: 'fleet' | 'spot-fleet',
  ids: string[] | undefined,
  code: string,
): Fleet[] {
  if (ids === undefined) return [...fleets(region, kind).values()];
  return ids.map((id) => {
    const fleet = fleets(region, kind).get(id);
    if (fleet === undefined) throw new AwsError(code, `The fleet ID '${id}' does not exist`);
    return fleet;
  });
}

interface Capacity {
  TotalTargetCapacity: number;
  OnDemandTargetCapacity?: number;
  SpotTargetCapacity?: number;
  DefaultTargetCapacityType?: string;
}

interface SpotFleetConfig {
  TargetCapacity: number;
  Type?: string;
  LaunchSpecifications?: LaunchData[];
  LaunchTemplateConfigs?: TemplateConfig[];
  IamFleetRole?: string;
}

export const fleetOperations: Record<string, Operation> = {
  CreateFleet: (
    context,
    input: {
      LaunchTemplateConfigs: TemplateConfig[];
      TargetCapacitySpecification: Capacity;
      Type?: string;
      TagSpecifications?: TagSpecification[];
      ClientToken?: string;
    },
  ) => {
    const { region, world } = context;
    const type = input.Type ?? 'maintain';
    const [made] = madeBefore(region, 'CreateFleet', input) ?? [];
    const known = made === undefined ? undefined : fleets(region, 'fleet').get(made);
    const fleet =
      known ??
      create(
        context,
        'fleet',
        `fleet-${world.random.uuid()}`,
        specsOf(region, input.LaunchTemplateConfigs).map((spec) => ({
          ...spec,
          tags: { ...spec.tags, ...tagsFor(input.TagSpecifications, 'instance') },
        })),
        input.TargetCapacitySpecification.TotalTargetCapacity,
        type,
        tagsFor(input.TagSpecifications, 'fleet'),
        input,
      );
    keepMade(region, 'CreateFleet', input, [fleet.relauncher.id]);
    const instances = membersOf(region, fleet.relauncher);
    if (type !== 'instant') return { FleetId: fleet.relauncher.id };
    return {
      FleetId: fleet.relauncher.id,
      Errors: [],
      Instances: instances.map(({ id, instanceType }) => ({
        InstanceIds: [id],
        InstanceType: instanceType,
        Lifecycle: 'on-demand',
      })),
    };
  },
  DescribeFleets: ({ region }, input: { FleetIds?: string[] } & Paging) => {
    const all = chosen(region, 'fleet', input.FleetIds, 'InvalidFleetId.NotFound');
    const { items, next } = page(all, input.NextToken, input.MaxResults ?? 100);
    return {
      Fleets: items.map((fleet) => ({
        ...fleet.config,
        FleetId: fleet.relauncher.id,
        FleetState: fleet.state,
        CreateTime: fleet.relauncher.createdAt,
        Type: fleet.type,
        Tags: tagList(fleet.tags),
        TargetCapacitySpecification: {
          TotalTargetCapacity: fleet.relauncher.target,
          OnDemandTargetCapacity: fleet.relauncher.target,
          SpotTargetCapacity: 0,
          DefaultTargetCapacityType: 'on-demand',
        },
        FulfilledCapacity: membersOf(region, fleet.relauncher).length,
      })),
      NextToken: next,
    };
  },
  DescribeFleetInstances: ({ region }, input: { FleetId: string }) => {
    const [fleet] = chosen(region, 'fleet', [input.FleetId], 'InvalidFleetId.NotFound');
    return { FleetId: input.FleetId, ActiveInstances: members(region, fleet!) };
  },
  ModifyFleet: (context, input: { FleetId: string; TargetCapacitySpecification?: Capacity }) => {
    const missing = new AwsError('InvalidFleetId.NotFound', `The fleet ID '${input.FleetId}' does not exist`);
    modify(
      context,
      fleets(context.region, 'fleet').get(input.FleetId),
      input.TargetCapacitySpecification?.TotalTargetCapacity,
      missing,
    );
    return { Return: true };
  },
  DeleteFleets: ({ region, touched }, input: { FleetIds: string[]; TerminateInstances: boolean }) => {
    const found = input.FleetIds.map((id) => ({ id, fleet: fleets(region, 'fleet').get(id) }));
    if (found.some(({ fleet }) => fleet?.type === 'instant') && !input.TerminateInstances) {
      throw new AwsError(
        'InvalidParameterValue',
        'NoTerminateInstances option is not supported for instant fleet',
      );
    }
    return {
      SuccessfulFleetDeletions: found.flatMap(({ id, fleet }) => {
        if (fleet === undefined) return [];
        touched.push(id);
        const { was, is } = end(region, fleet, input.TerminateInstances, [
          'deleted_terminating',
          'deleted_running',
        ]);
        return [{ FleetId: id, PreviousFleetState: was, CurrentFleetState: is }];
      }),
      UnsuccessfulFleetDeletions: found
        .filter(({ fleet }) => fleet === undefined)
        .map(({ id }) => ({
          FleetId: id,
          Error: { Code: 'fleetIdDoesNotExist', Message: `The fleet ID '${id}' does not exist` },
        })),
    };
  },
  RequestSpotFleet: (context, input: { SpotFleetRequestConfig: SpotFleetConfig }) => {
    const { region, world } = context;
    const config = input.SpotFleetRequestConfig;
    const specs = [
      ...(config.LaunchSpecifications ?? []).map((data) => launchSpec(region, data)),
      ...specsOf(region, config.LaunchTemplateConfigs ?? []),
    ];
    const fleet = create(
      context,
      'spot-fleet',
      `sfr-${world.random.uuid()}`,
      specs,
      config.TargetCapacity,
      config.Type ?? 'maintain',
      {},
      config,
    );
    return { SpotFleetRequestId: fleet.relauncher.id };
  },
  DescribeSpotFleetRequests: ({ region }, input: { SpotFleetRequestIds?: string[] } & Paging) => {
    const all = chosen(region, 'spot-fleet', input.SpotFleetRequestIds, 'InvalidSpotFleetRequestId.NotFound');
    const { items, next } = page(all, input.NextToken, input.MaxResults ?? 1000);
    return {
      SpotFleetRequestConfigs: items.map((fleet) => ({
        SpotFleetRequestId: fleet.relauncher.id,
        SpotFleetRequestState: fleet.state,
        CreateTime: fleet.relauncher.createdAt,
        ActivityStatus: 'fulfilled',
        SpotFleetRequestConfig: {
          ...fleet.config,
          TargetCapacity: fleet.relauncher.target,
          FulfilledCapacity: membersOf(region, fleet.relauncher).length,
          Type: fleet.type,
        },
        Tags: tagList(fleet.tags),
      })),
      NextToken: next,
    };
  },
  DescribeSpotFleetInstances: ({ region }, input: { SpotFleetRequestId: string }) => {
    const [fleet] = chosen(
      region,
      'spot-fleet',
      [input.SpotFleetRequestId],
      'InvalidSpotFleetRequestId.NotFound',
    );
    return { SpotFleetRequestId: input.SpotFleetRequestId, ActiveInstances: members(region, fleet!) };
  },
  ModifySpotFleetRequest: (context, input: { SpotFleetRequestId: string; TargetCapacity?: number }) => {
    const missing = new AwsError(
      'InvalidSpotFleetRequestId.NotFound',
      `The spot fleet request ID '${input.SpotFleetRequestId}' does not exist`,
    );
    modify(
      context,
      fleets(context.region, 'spot-fleet').get(input.SpotFleetRequestId),
      input.TargetCapacity,
      missing,
    );
    return { Return: true };
  },
  CancelSpotFleetRequests: (
    { region, touched },
    input: { SpotFleetRequestIds: string[]; TerminateInstances: boolean },
  ) => {
    const found = input.SpotFleetRequestIds.map((id) => ({
      id,
      fleet: fleets(region, 'spot-fleet').get(id),
    }));
    return {
      SuccessfulFleetRequests: found.flatMap(({ id, fleet }) => {
        if (fleet === undefined) return [];
        touched.push(id);
        const { was, is } = end(region, fleet, input.TerminateInstances, [
          'cancelled_terminating',
          'cancelled_running',
        ]);
        return [
          { SpotFleetRequestId: id, PreviousSpotFleetRequestState: was, CurrentSpotFleetRequestState: is },
        ];
      }),
      UnsuccessfulFleetRequests: found
        .filter(({ fleet }) => fleet === undefined)
        .map(({ id }) => ({
          SpotFleetRequestId: id,
          Error: {
            Code: 'fleetRequestIdDoesNotExist',
            Message: `The spot fleet request ID '${id}' does not exist`,
          },
        })),
    };
  },
};

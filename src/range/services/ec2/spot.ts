import { AwsError } from '../../aws-error.js';
import { page, tagList, type Operation } from '../../service.js';
import { instancesOf, launchInstances, onLoss, type LaunchSpec } from '../../world/compute.js';
import { launchFor, type Relauncher } from '../../world/relaunch.js';
import type { Maker, Region } from '../../world/world.js';
import { applyFilters, tagsFor, type Paging, type TagSpecification } from './filters.js';
import { launchSpec, type LaunchData } from './launch-templates.js';

export interface SpotRequest {
  id: string;
  type: 'one-time' | 'persistent';
  state: 'open' | 'active' | 'closed' | 'cancelled';
  instanceId: string | null;
  spec: LaunchSpec;
  createdAt: number;
  tags: Record<string, string>;
  maker: Maker;
  /** When AWS last took an instance of it back. Epoch milliseconds. */
  evictedAt?: number;
}

export const spotRequestsOf = (region: Region) => region.table<SpotRequest>('ec2:spot-requests');

/** Instances that AWS has announced to take back, and since when. */
export const markedOf = (region: Region) => region.table<number>('ec2:spot-notices');

/** Opens spot requests and fulfils them at once; a persistent one launches again whenever it loses its instance. */
export function requestSpot(
  region: Region,
  spec: LaunchSpec,
  options: {
    count: number;
    type: SpotRequest['type'];
    maker: Maker;
    tags: Record<string, string>;
    at?: number;
  },
): SpotRequest[] {
  const { world } = region;
  return Array.from({ length: options.count }, () => {
    const id = `sir-${world.random.text(8, 'abcdefghijkmnpqrstuvwxyz23456789')}`;
    const createdAt = options.at ?? world.clock.now();
    const request: SpotRequest = {
      id,
      type: options.type,
      state: 'active',
      instanceId: null,
      spec: { ...spec, spotRequestId: id },
      createdAt,
      tags: options.tags,
      maker: options.maker,
    };
    const [instance] = launchInstances(region, request.spec, {
      most: 1,
      maker: { ...options.maker, launcher: id, via: 'spot.amazonaws.com' },
      ...(options.at === undefined ? {} : { at: options.at }),
    });
    request.instanceId = instance!.id;
    spotRequestsOf(region).set(id, request);
    return request;
  });
}

onLoss((region, instance) => {
  const request =
    instance.spotRequestId === undefined ? undefined : spotRequestsOf(region).get(instance.spotRequestId);
  if (request === undefined || request.state === 'cancelled' || request.instanceId !== instance.id) return;
  request.instanceId = null;
  request.state = request.type === 'persistent' ? 'open' : 'closed';
  if (request.type === 'one-time') return;
  region.world.clock.after(region.world.settings.relaunchMs, () => {
    if (request.state !== 'open') return;
    const relauncher: Relauncher = {
      kind: 'spot-request',
      id: request.id,
      createdAt: request.createdAt,
      maker: request.maker,
      specs: [request.spec],
      target: 1,
      keeps: true,
    };
    const [again] = launchFor(region, relauncher, 1);
    if (again === undefined) return;
    request.instanceId = again.id;
    request.state = 'active';
  });
});

const statusCodes: Record<SpotRequest['state'], string> = {
  open: 'pending-evaluation',
  active: 'fulfilled',
  closed: 'instance-terminated-by-user',
  cancelled: 'request-canceled-and-instance-running',
};

/** EC2 user guide, "Get the status of a Spot Instance request". */
function statusOf(region: Region, { state, instanceId, evictedAt }: SpotRequest): string {
  const marked = instanceId !== null && markedOf(region).has(instanceId);
  if (state === 'active' && marked) return 'marked-for-termination';
  return state === 'closed' && evictedAt !== undefined
    ? 'instance-terminated-no-capacity'
    : statusCodes[state];
}

const spotShape = (region: Region) => (request: SpotRequest) => ({
  SpotInstanceRequestId: request.id,
  Type: request.type,
  State: request.state,
  Status: { Code: statusOf(region, request), UpdateTime: request.createdAt, Message: '' },
  CreateTime: request.createdAt,
  InstanceId: request.instanceId,
  InstanceInterruptionBehavior: 'terminate',
  LaunchSpecification: {
    ImageId: request.spec.imageId,
    InstanceType: request.spec.instanceType,
    KeyName: request.spec.keyName,
    Placement: { AvailabilityZone: request.spec.zone },
  },
  LaunchedAvailabilityZone:
    request.instanceId === null ? undefined : instancesOf(region).get(request.instanceId)?.zone,
  ProductDescription: 'Linux/UNIX',
  SpotPrice: '1.000000',
  Tags: tagList(request.tags),
});

function named(region: Region, ids: string[]): SpotRequest[] {
  return ids.map((id) => {
    const request = spotRequestsOf(region).get(id);
    if (request === undefined)
      throw new AwsError(
        'InvalidSpotInstanceRequestID.NotFound',
        `The spot instance request ID '${id}' does not exist`,
      );
    return request;
  });
}

export const spotOperations: Record<string, Operation> = {
  RequestSpotInstances: (
    { region, maker, touched },
    input: {
      InstanceCount?: number;
      Type?: SpotRequest['type'];
      LaunchSpecification?: LaunchData;
      TagSpecifications?: TagSpecification[];
    },
  ) => {
    const spec = launchSpec(region, input.LaunchSpecification ?? {});
    const tags = tagsFor(input.TagSpecifications, 'spot-instances-request');
    const requests = requestSpot(region, spec, {
      count: input.InstanceCount ?? 1,
      type: input.Type ?? 'one-time',
      maker,
      tags,
    });
    touched.push(...requests.map(({ id }) => id), ...requests.flatMap(({ instanceId }) => instanceId ?? []));
    return { SpotInstanceRequests: requests.map(spotShape(region)) };
  },
  DescribeSpotInstanceRequests: ({ region }, input: { SpotInstanceRequestIds?: string[] } & Paging) => {
    const source =
      input.SpotInstanceRequestIds === undefined
        ? [...spotRequestsOf(region).values()]
        : named(region, input.SpotInstanceRequestIds);
    const kept = applyFilters(source, input.Filters, {
      state: ({ state }) => state,
      type: ({ type }) => type,
      'spot-instance-request-id': ({ id }) => id,
      'instance-id': ({ instanceId }) => instanceId ?? undefined,
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults ?? 1000);
    return { SpotInstanceRequests: items.map(spotShape(region)), NextToken: next };
  },
  // Cancelling leaves the instance running.
  CancelSpotInstanceRequests: ({ region, touched }, input: { SpotInstanceRequestIds: string[] }) => {
    const requests = named(region, input.SpotInstanceRequestIds);
    for (const request of requests) request.state = 'cancelled';
    touched.push(...requests.map(({ id }) => id));
    return {
      CancelledSpotInstanceRequests: requests.map(({ id, state }) => ({
        SpotInstanceRequestId: id,
        State: state,
      })),
    };
  },
};

import { AwsError } from '../../aws-error.js';
import { Remembered } from '../../protocol/xml.js';
import { tagList, type Operation } from '../../service.js';
import {
  instancesOf,
  shownState,
  stateCodes,
  type Instance,
  type InstanceState,
} from '../../world/compute.js';
import type { Region } from '../../world/world.js';
import { applyFilters, filterTest, type Paging } from './filters.js';
import { defaultVpc } from './default-vpc.js';
import { securityGroups } from './security-groups.js';

export const stateShape = (state: InstanceState) => ({ Code: stateCodes[state], Name: state });

function instanceShape(region: Region, instance: Instance, state: InstanceState) {
  const gone = state === 'terminated';
  const vpc = defaultVpc(region);
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: stateShape(state),
    PrivateDnsName: gone
      ? ''
      : `ip-${instance.privateIp.replaceAll('.', '-')}.${region.name}.compute.internal`,
    PublicDnsName: '',
    StateTransitionReason: gone ? 'User initiated' : '',
    KeyName: instance.keyName,
    AmiLaunchIndex: instance.index,
    InstanceType: instance.instanceType,
    LaunchTime: instance.launchTime,
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    Monitoring: { State: 'disabled' },
    ...(gone
      ? {}
      : {
          SubnetId: vpc.subnets.find(({ zone }) => zone === instance.zone)?.id,
          VpcId: vpc.vpcId,
          PrivateIpAddress: instance.privateIp,
          ...(instance.profile === undefined
            ? {}
            : { IamInstanceProfile: { Arn: instance.profile, Id: profileId(region, instance.profile) } }),
        }),
    Architecture: 'x86_64',
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: gone
      ? []
      : [
          {
            DeviceName: '/dev/xvda',
            Ebs: {
              VolumeId: instance.volumeId,
              Status: 'attached',
              AttachTime: instance.launchTime,
              DeleteOnTermination: true,
            },
          },
        ],
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    ClientToken: instance.clientToken ?? '',
    Tags: tagList(instance.tags),
    SecurityGroups: (instance.securityGroupIds ?? []).map((id) => ({
      GroupId: id,
      GroupName: securityGroups(region).get(id)?.name ?? '',
    })),
    ...(instance.spotRequestId === undefined
      ? {}
      : { InstanceLifecycle: 'spot', SpotInstanceRequestId: instance.spotRequestId }),
    MetadataOptions: {
      State: 'applied',
      HttpTokens: 'required',
      HttpEndpoint: 'enabled',
      HttpPutResponseHopLimit: 2,
    },
  };
}

const profileId = (region: Region, arn: string) =>
  region.account.instanceProfiles.get(arn.split('/').at(-1)!)?.id;

/** Whatever of `instanceShape` can change: as long as this is the same, so is the instance's XML. */
const mark = (
  region: Region,
  { launchTime, instanceType, profile, securityGroupIds, tags }: Instance,
  state: InstanceState,
) =>
  // Only the tags are anybody's text, and they stand last.
  [
    state,
    launchTime,
    instanceType,
    securityGroupIds?.join() ?? '',
    profile ?? '',
    profile === undefined ? '' : profileId(region, profile),
    JSON.stringify(tags),
  ].join(' ');

const reservation = (region: Region, [first]: Shown, Instances: object[]) => ({
  ReservationId: first.reservationId,
  OwnerId: region.account.id,
  RequesterId: first.requesterId,
  Groups: [],
  Instances,
});

/** What a launch answers. */
export const reservationShape = (region: Region, instances: Shown[]) =>
  reservation(
    region,
    instances[0]!,
    instances.map(([instance, state]) => instanceShape(region, instance, state)),
  );

const describedReservation = (region: Region, instances: Shown[]) =>
  reservation(
    region,
    instances[0]!,
    instances.map(
      ([instance, state]) =>
        new Remembered(instance, mark(region, instance, state), () => instanceShape(region, instance, state)),
    ),
  );

/** The instances that these ids name. Throws InvalidInstanceID.Malformed and InvalidInstanceID.NotFound as EC2 does. */
export function named(region: Region, ids: string[]): Instance[] {
  if (ids.length > 1000)
    throw new AwsError('InvalidParameterValue', 'Request exceeds the maximum of 1000 instance IDs');
  const bad = ids.find((id) => !/^i-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id));
  if (bad !== undefined) throw new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${bad}"`);
  const table = instancesOf(region);
  const missing = ids.filter((id) => {
    const instance = table.get(id);
    return instance === undefined || shownState(instance, region) === null;
  });
  if (missing.length > 0) {
    const words =
      missing.length === 1
        ? `The instance ID '${missing[0]}' does`
        : `The instance IDs '${missing.join(', ')}' do`;
    throw new AwsError('InvalidInstanceID.NotFound', `${words} not exist`);
  }
  return [...new Set(ids)].map((id) => table.get(id)!);
}

export type Shown = [instance: Instance, state: InstanceState];

const filterFields = (region: Region): Record<string, (item: Shown) => string | string[] | undefined> => ({
  'instance-id': ([{ id }]) => id,
  'instance-type': ([{ instanceType }]) => instanceType,
  'instance-state-name': ([, state]) => state,
  'instance-state-code': ([, state]) => String(stateCodes[state]),
  'availability-zone': ([{ zone }]) => zone,
  'image-id': ([{ imageId }]) => imageId,
  'key-name': ([{ keyName }]) => keyName,
  'reservation-id': ([{ reservationId }]) => reservationId,
  'client-token': ([{ clientToken }]) => clientToken,
  'requester-id': ([{ requesterId }]) => requesterId ?? undefined,
  'instance-lifecycle': ([{ spotRequestId }]) => (spotRequestId === undefined ? undefined : 'spot'),
  'spot-instance-request-id': ([{ spotRequestId }]) => spotRequestId,
  'iam-instance-profile.arn': ([{ profile }]) => profile,
  'vpc-id': () => defaultVpc(region).vpcId,
  'owner-id': () => region.account.id,
  'instance.group-id': ([{ securityGroupIds }]) => securityGroupIds,
  'launch-time': ([{ launchTime }]) => new Date(launchTime).toISOString(),
});

/** A page by MaxResults, which may not stand beside ids. */
function describedPage(region: Region, input: { InstanceIds?: string[] } & Paging) {
  if (input.MaxResults !== undefined && input.InstanceIds !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  if (input.MaxResults !== undefined && (input.MaxResults < 5 || input.MaxResults > 1000)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${input.MaxResults} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`,
    );
  }
  const source = input.InstanceIds === undefined ? inOrder(region) : named(region, input.InstanceIds);
  const wanted = filterTest(input.Filters, filterFields(region), ([{ tags }]: Shown) => tags);
  const size = input.MaxResults ?? Number.MAX_SAFE_INTEGER;
  const items: Shown[] = [];
  // A token is the position of the first instance that was not looked at yet.
  const start =
    input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString('utf8'));
  if (!(start >= 0 && start <= source.length))
    throw new AwsError('InvalidNextToken', `The token '${input.NextToken}' is invalid`);
  for (let position = start; position < source.length; position++) {
    const instance = source[position]!;
    const state = shownState(instance, region);
    if (state === null || !wanted([instance, state]) || isHidden(instance, region, input)) continue;
    if (items.length === size) return { items, next: Buffer.from(String(position)).toString('base64') };
    items.push([instance, state]);
  }
  return { items, next: undefined };
}

/** A fault: an instance that is there, and not shown. */
function isHidden(instance: Instance, { name, world }: Region, input: { InstanceIds?: string[] }): boolean {
  return (world.faults.hiddenInstances ?? []).some(
    ({ region, byIdToo, types }) =>
      region === name &&
      (types?.includes(instance.instanceType) ?? true) &&
      (input.InstanceIds === undefined || byIdToo === true),
  );
}

const orders = new WeakMap<Region, Instance[]>();

/** The region's instances by their launch. None ever leaves the table, so that a position stays what it was. */
function inOrder(region: Region): Instance[] {
  const table = instancesOf(region);
  let order = orders.get(region);
  if (order?.length !== table.size) orders.set(region, (order = [...table.values()]));
  return order;
}

export const describeOperations: Record<string, Operation> = {
  DescribeInstances: ({ region }, input: { InstanceIds?: string[] } & Paging) => {
    const { items, next } = describedPage(region, input);
    const reservations = new Map<string, Shown[]>();
    for (const item of items) {
      const group = reservations.get(item[0].reservationId);
      if (group === undefined) reservations.set(item[0].reservationId, [item]);
      else group.push(item);
    }
    return {
      Reservations: [...reservations.values()].map((group) => describedReservation(region, group)),
      NextToken: next,
    };
  },
  DescribeInstanceStatus: (
    { region },
    input: { InstanceIds?: string[]; IncludeAllInstances?: boolean } & Paging,
  ) => {
    const { items, next } = describedPage(region, input);
    const status = { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] };
    return {
      InstanceStatuses: items
        .filter(([, state]) => input.IncludeAllInstances || state === 'running')
        .map(([instance, state]) => ({
          InstanceId: instance.id,
          AvailabilityZone: instance.zone,
          InstanceState: stateShape(state),
          InstanceStatus: status,
          SystemStatus: status,
        })),
      NextToken: next,
    };
  },
  DescribeInstanceAttribute: ({ region }, input: { InstanceId: string; Attribute: string }) => {
    const [instance] = named(region, [input.InstanceId]) as [Instance];
    const values: Record<string, object> = {
      disableApiTermination: { DisableApiTermination: { Value: instance.disableApiTermination } },
      disableApiStop: { DisableApiStop: { Value: instance.disableApiStop } },
      userData: { UserData: instance.userData === undefined ? {} : { Value: instance.userData } },
      instanceType: { InstanceType: { Value: instance.instanceType } },
      instanceInitiatedShutdownBehavior: {
        InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior ?? 'stop' },
      },
      groupSet: { Groups: (instance.securityGroupIds ?? []).map((GroupId) => ({ GroupId })) },
      rootDeviceName: { RootDeviceName: { Value: '/dev/xvda' } },
    };
    const value = values[input.Attribute];
    if (value === undefined)
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${input.Attribute}) for parameter attribute is invalid. Unknown attribute.`,
      );
    return { InstanceId: instance.id, ...value };
  },
  GetConsoleOutput: ({ region, now }, input: { InstanceId: string }) => {
    const [instance] = named(region, [input.InstanceId]) as [Instance];
    const text = `[    0.000000] Linux version 6.1\n${instance.id} login:\n`;
    return { InstanceId: instance.id, Timestamp: now, Output: Buffer.from(text).toString('base64') };
  },
  GetConsoleScreenshot: ({ region }, input: { InstanceId: string }) => {
    const [instance] = named(region, [input.InstanceId]) as [Instance];
    // The smallest JPEG header: nothing is on the screen.
    return {
      InstanceId: instance.id,
      ImageData: Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex').toString('base64'),
    };
  },
  DescribeIamInstanceProfileAssociations: ({ region }, input: Paging) => {
    const rows = [...instancesOf(region).values()].filter(
      (instance) => instance.profile !== undefined && instance.states.at(-1)!.state !== 'terminated',
    );
    const kept = applyFilters(rows, input.Filters, {
      'instance-id': ({ id }) => id,
      state: () => 'associated',
    });
    return {
      IamInstanceProfileAssociations: kept.map((instance) => ({
        AssociationId: `iip-assoc-${instance.id.slice(2)}`,
        InstanceId: instance.id,
        State: 'associated',
        IamInstanceProfile: { Arn: instance.profile, Id: profileId(region, instance.profile!) },
      })),
    };
  },
};

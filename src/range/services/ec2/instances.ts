import { AwsError } from '../../aws-error.js';
import { tagList, type Context, type Operation } from '../../service.js';
import {
  instancesOf,
  launchInstances,
  shownState,
  start,
  stateCodes,
  stop,
  terminate,
  type Instance,
  type InstanceState,
} from '../../world/compute.js';
import { launchAnswer } from '../../world/relaunch.js';
import type { Region } from '../../world/world.js';
import { applyFilters, filterTest, tagsFor, type Paging } from './filters.js';
import { launchSpec, templateBy, type LaunchData, type TemplateReference } from './launch-templates.js';
import { defaultVpc } from './network.js';
import { securityGroups } from './security-groups.js';
import { requestSpot } from './spot.js';

const stateShape = (state: InstanceState) => ({ Code: stateCodes[state], Name: state });

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

const reservationShape = (region: Region, instances: Shown[]) => ({
  ReservationId: instances[0]![0].reservationId,
  OwnerId: region.account.id,
  RequesterId: instances[0]![0].requesterId,
  Groups: [],
  Instances: instances.map(([instance, state]) => instanceShape(region, instance, state)),
});

/** The instances that these ids name. Throws InvalidInstanceID.Malformed and InvalidInstanceID.NotFound as EC2 does. */
function named(region: Region, ids: string[]): Instance[] {
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

type Shown = [instance: Instance, state: InstanceState];

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
  const source =
    input.InstanceIds === undefined ? instancesOf(region).values() : named(region, input.InstanceIds);
  const wanted = filterTest(input.Filters, filterFields(region), ([{ tags }]: Shown) => tags);
  const size = input.MaxResults ?? Number.MAX_SAFE_INTEGER;
  const items: Shown[] = [];
  // A token is the last instance shown; what came before it is passed over without a look.
  let last =
    input.NextToken === undefined ? undefined : Buffer.from(input.NextToken, 'base64').toString('utf8');
  for (const instance of source) {
    if (last !== undefined) {
      if (instance.id === last) last = undefined;
      continue;
    }
    const state = shownState(instance, region);
    if (state === null || !wanted([instance, state])) continue;
    if (items.length === size) return { items, next: Buffer.from(items.at(-1)![0].id).toString('base64') };
    items.push([instance, state]);
  }
  if (last !== undefined) throw new AwsError('InvalidNextToken', `The token '${input.NextToken}' is invalid`);
  return { items, next: undefined };
}

type RunInput = LaunchData & {
  MinCount: number;
  MaxCount: number;
  ClientToken?: string;
  LaunchTemplate?: TemplateReference;
};

function runInstances(context: Context, input: RunInput) {
  const { region, maker, touched } = context;
  if (input.MinCount < 1 || input.MaxCount < input.MinCount) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${input.MaxCount}) for parameter maxCount is invalid. Must be at least minCount.`,
    );
  }
  const template = input.LaunchTemplate === undefined ? {} : templateBy(region, input.LaunchTemplate).data;
  const data = {
    ...template,
    ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
  } as RunInput;
  if (data.ImageId !== undefined && !/^(ami-[0-9a-f]{8,17}|resolve:ssm:.+)$/.test(data.ImageId)) {
    throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${data.ImageId}" (expecting "ami-...")`);
  }
  const spec = launchSpec(region, data);
  if (spec.profile !== undefined) {
    for (const role of region.account.instanceProfiles.get(spec.profile.split('/').at(-1)!)?.roles ?? []) {
      context.authorize('iam:PassRole', region.account.roles.get(role)?.arn ?? '*');
    }
  }
  const tokens = region.table<{ fingerprint: string; ids: string[] }>('ec2:client-tokens');
  const fingerprint = JSON.stringify(input);
  const before = input.ClientToken === undefined ? undefined : tokens.get(input.ClientToken);
  if (before !== undefined) {
    if (before.fingerprint !== fingerprint)
      throw new AwsError(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    const again = before.ids.map((id) => instancesOf(region).get(id)!);
    return reservationShape(
      region,
      again.map((instance) => [instance, instance.states[0]!.state]),
    );
  }
  const market = data.InstanceMarketOptions;
  const spot = market?.MarketType === 'spot';
  const instances = spot
    ? requestSpot(region, spec, {
        count: input.MinCount,
        type: market?.SpotOptions?.SpotInstanceType === 'persistent' ? 'persistent' : 'one-time',
        maker,
        tags: {},
      }).map(({ instanceId }) => instancesOf(region).get(instanceId!)!)
    : launchInstances(region, spec, {
        least: input.MinCount,
        most: input.MaxCount,
        maker,
        clientToken: input.ClientToken,
      });
  if (input.ClientToken !== undefined)
    tokens.set(input.ClientToken, { fingerprint, ids: instances.map(({ id }) => id) });
  touched.push(...instances.map(({ id }) => id));
  const { userData: _userData, ...rest } = spec;
  context.trail.requestParameters = {
    instancesSet: {
      items: [
        {
          ...(data.ImageId ? { imageId: data.ImageId } : {}),
          minCount: input.MinCount,
          maxCount: input.MaxCount,
          ...(rest.keyName ? { keyName: rest.keyName } : {}),
        },
      ],
    },
    ...(input.UserData === undefined ? {} : { userData: '<sensitiveDataRemoved>' }),
    ...(input.InstanceType === undefined ? {} : { instanceType: input.InstanceType }),
    blockDeviceMapping: {},
    monitoring: { enabled: false },
    disableApiTermination: spec.disableApiTermination ?? false,
    disableApiStop: spec.disableApiStop ?? false,
    ...(input.LaunchTemplate === undefined
      ? {}
      : {
          launchTemplate: Object.fromEntries(
            Object.entries(input.LaunchTemplate).map(([key, value]) => [
              key.charAt(0).toLowerCase() + key.slice(1),
              value,
            ]),
          ),
        }),
    ...(spec.profile === undefined ? {} : { iamInstanceProfile: { arn: spec.profile } }),
    ...(spot ? { instanceMarketOptions: { marketType: 'spot' } } : {}),
    ...(input.TagSpecifications === undefined
      ? {}
      : {
          tagSpecificationSet: {
            items: [
              {
                resourceType: 'instance',
                tags: Object.entries(tagsFor(input.TagSpecifications, 'instance')).map(([key, value]) => ({
                  key,
                  value,
                })),
              },
            ],
          },
        }),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
  };
  context.trail.responseElements = { requestId: context.requestId, ...launchAnswer(region, instances) };
  return reservationShape(
    region,
    instances.map((instance) => [instance, 'pending']),
  );
}

/** CloudTrail's form of ids in a request and of state changes in an answer. */
function traceChanges(
  context: Context,
  ids: string[],
  changes: { id: string; was: InstanceState; is: InstanceState }[],
): void {
  context.trail.requestParameters = { instancesSet: { items: ids.map((instanceId) => ({ instanceId })) } };
  context.trail.responseElements = {
    requestId: context.requestId,
    instancesSet: {
      items: changes.map(({ id, was, is }) => ({
        instanceId: id,
        currentState: { code: stateCodes[is], name: is },
        previousState: { code: stateCodes[was], name: was },
      })),
    },
  };
  context.touched.push(...changes.map(({ id }) => id));
}

type Change = { id: string; was: InstanceState; is: InstanceState };
const changeShape = ({ id, was, is }: Change) => ({
  InstanceId: id,
  CurrentState: stateShape(is),
  PreviousState: stateShape(was),
});
const stateNow = (instance: Instance, now: number) =>
  instance.states.filter(({ at }) => at <= now).at(-1)?.state ?? 'pending';

/**
 * TerminateInstances (API reference): one unknown id and nothing happens; a protected instance keeps its whole
 * availability zone, while the others' instances are terminated though the call fails.
 */
function terminateInstances(context: Context, input: { InstanceIds: string[] }) {
  const { region, now } = context;
  const instances = named(region, input.InstanceIds);
  const refused = new Map<string, { instance: Instance; attribute: string }>();
  for (const instance of instances) {
    if (instance.states.at(-1)!.state === 'terminated') continue;
    const attribute = instance.disableApiTermination
      ? 'disableApiTermination'
      : instance.disableApiStop
        ? 'disableApiStop'
        : null;
    if (attribute !== null && !refused.has(instance.zone))
      refused.set(instance.zone, { instance, attribute });
  }
  const changes = instances
    .filter(({ zone }) => !refused.has(zone))
    .map((instance): Change => {
      const was = stateNow(instance, now);
      terminate(region, instance);
      return { id: instance.id, was, is: stateNow(instance, now) };
    });
  traceChanges(context, input.InstanceIds, changes);
  const first = [...refused.values()][0];
  if (first !== undefined) {
    throw new AwsError(
      'OperationNotPermitted',
      `The instance '${first.instance.id}' may not be terminated. Modify its '${first.attribute}' instance attribute and try again.`,
    );
  }
  return { TerminatingInstances: changes.map(changeShape) };
}

function stopInstances(context: Context, input: { InstanceIds: string[] }) {
  const { region, now } = context;
  const instances = named(region, input.InstanceIds);
  for (const instance of instances) {
    const last = instance.states.at(-1)!.state;
    if (last === 'terminated')
      throw new AwsError(
        'IncorrectInstanceState',
        `This instance '${instance.id}' is not in a state from which it can be stopped.`,
      );
    if (instance.spotRequestId !== undefined)
      throw new AwsError(
        'UnsupportedOperation',
        `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
      );
    if (instance.disableApiStop)
      throw new AwsError(
        'OperationNotPermitted',
        `The instance '${instance.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
      );
  }
  const changes = instances.map((instance): Change => {
    const was = stateNow(instance, now);
    if (instance.states.at(-1)!.state !== 'stopped') stop(region, instance);
    return { id: instance.id, was, is: stateNow(instance, now) };
  });
  traceChanges(context, input.InstanceIds, changes);
  return { StoppingInstances: changes.map(changeShape) };
}

function startInstances(context: Context, input: { InstanceIds: string[] }) {
  const { region, now } = context;
  const instances = named(region, input.InstanceIds);
  const wrong = instances.find((instance) => !/^(stopped|running)$/.test(stateNow(instance, now)));
  if (wrong !== undefined)
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${wrong.id}' is not in a state from which it can be started.`,
    );
  const changes = instances.map((instance): Change => {
    const was = stateNow(instance, now);
    if (was === 'stopped') start(region, instance);
    return { id: instance.id, was, is: stateNow(instance, now) };
  });
  traceChanges(context, input.InstanceIds, changes);
  return { StartingInstances: changes.map(changeShape) };
}

type Flag = { Value?: boolean };
interface ModifyInput {
  InstanceId: string;
  Attribute?: string;
  Value?: string;
  DisableApiTermination?: Flag;
  DisableApiStop?: Flag;
  InstanceInitiatedShutdownBehavior?: { Value?: string };
  InstanceType?: { Value?: string };
  UserData?: { Value?: Buffer };
  Groups?: string[];
}

function modifyInstanceAttribute({ region, now, touched }: Context, input: ModifyInput): void {
  const [instance] = named(region, [input.InstanceId]) as [Instance];
  const byName = (name: string, flag: Flag | undefined) =>
    flag?.Value ?? (input.Attribute === name ? input.Value === 'true' : undefined);
  const termination = byName('disableApiTermination', input.DisableApiTermination);
  const stopping = byName('disableApiStop', input.DisableApiStop);
  if (instance.states.at(-1)!.state === 'terminated') {
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in a valid state for this operation.`,
    );
  }
  if (instance.spotRequestId !== undefined && (termination !== undefined || stopping !== undefined)) {
    throw new AwsError(
      'UnsupportedOperation',
      `The attribute cannot be modified for the Spot Instance '${instance.id}'.`,
    );
  }
  if ((input.InstanceType ?? input.UserData) !== undefined && stateNow(instance, now) !== 'stopped') {
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in the 'stopped' state.`,
    );
  }
  instance.disableApiTermination = termination ?? instance.disableApiTermination;
  instance.disableApiStop = stopping ?? instance.disableApiStop;
  instance.instanceType = input.InstanceType?.Value ?? instance.instanceType;
  if (input.UserData?.Value) instance.userData = input.UserData.Value.toString('base64');
  if (input.Groups) instance.securityGroupIds = input.Groups;
  instance.shutdownBehavior =
    input.InstanceInitiatedShutdownBehavior?.Value ?? instance.shutdownBehavior ?? 'stop';
  touched.push(instance.id);
}

export const instanceOperations: Record<string, Operation> = {
  RunInstances: runInstances,
  TerminateInstances: terminateInstances,
  StopInstances: stopInstances,
  StartInstances: startInstances,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  RebootInstances: ({ region, touched }, input: { InstanceIds: string[] }) =>
    void touched.push(...named(region, input.InstanceIds).map(({ id }) => id)),
  DescribeInstances: ({ region }, input: { InstanceIds?: string[] } & Paging) => {
    const { items, next } = describedPage(region, input);
    const reservations = new Map<string, Shown[]>();
    for (const item of items) {
      const group = reservations.get(item[0].reservationId);
      if (group === undefined) reservations.set(item[0].reservationId, [item]);
      else group.push(item);
    }
    return {
      Reservations: [...reservations.values()].map((group) => reservationShape(region, group)),
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
  DisassociateIamInstanceProfile: ({ region, touched }, input: { AssociationId: string }) => {
    const instance = instancesOf(region).get(input.AssociationId.replace('iip-assoc-', 'i-'));
    if (instance?.profile === undefined)
      throw new AwsError(
        'InvalidAssociationID.NotFound',
        `An invalid association-id of '${input.AssociationId}' was given`,
      );
    const association = {
      AssociationId: input.AssociationId,
      InstanceId: instance.id,
      State: 'disassociating',
      IamInstanceProfile: { Arn: instance.profile },
    };
    instance.profile = undefined;
    touched.push(instance.id);
    return { IamInstanceProfileAssociation: association };
  },
};

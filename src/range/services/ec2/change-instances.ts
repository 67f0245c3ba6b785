import { AwsError } from '../../aws-error.js';
import type { Context, Operation } from '../../service.js';
import {
  instancesOf,
  start,
  stateCodes,
  stop,
  terminate,
  type Instance,
  type InstanceState,
} from '../../world/compute.js';
import { named, stateShape } from './describe-instances.js';

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

export const changeOperations: Record<string, Operation> = {
  TerminateInstances: terminateInstances,
  StopInstances: stopInstances,
  StartInstances: startInstances,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  RebootInstances: ({ region, touched }, input: { InstanceIds: string[] }) =>
    void touched.push(...named(region, input.InstanceIds).map(({ id }) => id)),
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

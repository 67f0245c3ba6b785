import type { Json } from '../json.js';
import { asObject, asText } from '../json.js';
import { worked, type TrailEvent } from '../trail/event.js';
import type { OriginRules } from './origins.js';
import { isForwarded } from './record-fields.js';
import { plainName } from './sensitive-acts.js';

/** What makes or changes something that stays. */
const makes =
  /^(Create|Run|Start|Launch|Register|Import|Copy|Restore|Allocate|Purchase|Deploy|Submit|Put|Attach|Associate|Enable|Add|Invite|Accept|Authorize|Subscribe|Update|Modify|Change|Upload)/;
/** What takes a protection away that stays away. */
const turnsOff = /^(Stop|Delete|Disable|Disassociate|Deregister|Leave)/;
/** Services that watch over the account: what is turned off there is a door left open. */
const guards = new Set(
  [
    'access-analyzer',
    'cloudtrail',
    'config',
    'guardduty',
    'inspector2',
    'macie2',
    'organizations',
    'securityhub',
  ].map((service) => `${service}.amazonaws.com`),
);
/** Services whose calls leave nothing that works on: credentials are followed as mints, the rest is words or numbers. */
const passing = new Set(
  [
    'cloudshell',
    'ec2-instance-connect',
    'health',
    'logs',
    'monitoring',
    'servicequotas',
    'signin',
    'sts',
    'support',
    'tagging',
  ].map((service) => `${service}.amazonaws.com`),
);
/** Calls on data, what ends by itself, and what agents on instances report about themselves. */
const leavesNothing =
  /(Object|Part|MultipartUpload|Item|Items|Record|Records|Message|MessageBatch|Tags|TagsToResource|Invalidation|Query|QueryExecution)$|^(StartSession|ResumeSession|UpdateInstanceInformation|UpdateInstanceAssociationStatus|PutInventory|PutComplianceItems|PutConfigurePackageResult|PutImage|UploadLayerPart)$/;
/** In services with plays: what costs nothing, opens nothing and starts nothing by itself, or goes with what a play
 *  contains. */
const idle = new Set([
  'batch.amazonaws.com|RegisterJobDefinition',
  'ec2.amazonaws.com|AssociateAddress',
  'ec2.amazonaws.com|AssociateRouteTable',
  'ec2.amazonaws.com|CreateDefaultSubnet',
  'ec2.amazonaws.com|CreateDefaultVpc',
  'ec2.amazonaws.com|CreateInternetGateway',
  'ec2.amazonaws.com|CreateNetworkInterface',
  'ec2.amazonaws.com|CreatePlacementGroup',
  'ec2.amazonaws.com|CreateRoute',
  'ec2.amazonaws.com|CreateRouteTable',
  'ec2.amazonaws.com|CreateSubnet',
  'ec2.amazonaws.com|CreateTags',
  'ec2.amazonaws.com|CreateVpc',
  'ecs.amazonaws.com|CreateCluster',
  'ecs.amazonaws.com|PutClusterCapacityProviders',
  'ecs.amazonaws.com|RegisterTaskDefinition',
  'events.amazonaws.com|PutTargets',
  'iam.amazonaws.com|AddRoleToInstanceProfile',
  'iam.amazonaws.com|CreateGroup',
  'iam.amazonaws.com|CreateInstanceProfile',
  'iam.amazonaws.com|CreateServiceLinkedRole',
  'rolesanywhere.amazonaws.com|CreateSession',
  'sagemaker.amazonaws.com|CreateEndpointConfig',
  'sagemaker.amazonaws.com|CreateModel',
]);
/** In services with plays: changes of what there was, which no play looks at. */
const changes = new Set([
  'ec2.amazonaws.com|DeleteFlowLogs',
  'ec2.amazonaws.com|ModifyImageAttribute',
  'ec2.amazonaws.com|ModifySnapshotAttribute',
  'ec2.amazonaws.com|ReplaceIamInstanceProfileAssociation',
  'iam.amazonaws.com|DeleteRolePermissionsBoundary',
  'iam.amazonaws.com|DeleteUserPermissionsBoundary',
  'lambda.amazonaws.com|UpdateEventSourceMapping',
]);
const makesThere = /^(Create|Run|Register|Import|Copy|Allocate|Purchase|Enable|Add|Accept|Associate|Put)/;

const inverses: [RegExp, string[]][] = [
  [
    /^(Create|Run|Launch|Import|Copy|Restore|Upload|Put|Deploy)/,
    ['Delete', 'Terminate', 'Remove', 'Reset', 'Revoke', 'Retire', 'Close'],
  ],
  [/^(Start|Submit)/, ['Stop', 'Terminate', 'Cancel', 'Delete']],
  [/^Stop/, ['Start']],
  [/^Register/, ['Deregister', 'Delete']],
  [/^Allocate/, ['Release']],
  [/^Attach/, ['Detach']],
  [/^(Associate|Accept|Invite)/, ['Disassociate', 'Delete', 'Cancel', 'Remove']],
  [/^Disassociate/, ['Associate']],
  [/^Enable/, ['Disable', 'Deactivate', 'Delete']],
  [/^(Disable|Delete)/, ['Enable', 'Create', 'Put']],
  [/^Add/, ['Remove', 'Delete']],
  [/^Subscribe/, ['Unsubscribe']],
  [/^Authorize/, ['Revoke']],
  [/^(Modify|Update|Change)/, ['Delete', 'Terminate', 'Reset']],
];

/** `DeleteStacks` → `DeleteStack`, `ResetSnapshotAttribute` → `ResetSnapshot`: plurals and attributes name one thing. */
const thing = (name: string): string => name.replace(/(Attribute|Request)$/, '').replace(/s$/, '');

/** The names of the acts that take an act back: `RunJobFlow` → `TerminateJobFlow`, … */
function inversesOf(name: string): Set<string> {
  const [verb, back] = inverses.find(([known]) => known.test(name)) ?? [/^/, []];
  const noun = thing(name.replace(verb, ''));
  const stated = takenBackBy[name] ?? [];
  return new Set([...back.map((inverse) => `${inverse}${noun}`), ...stated]);
}

/** Where the names do not say it. */
const takenBackBy: Record<string, string[]> = {
  PutScheduledUpdateGroupAction: ['DeleteScheduledAction'],
  ModifySnapshotAttribute: ['DeleteSnapshot'],
  ModifyImageAttribute: ['DeregisterImage'],
  EnableMFADevice: ['DeactivateMFADevice'],
  DeleteUserPermissionsBoundary: ['PutUserPermissionsBoundary', 'DeleteUser'],
  DeleteRolePermissionsBoundary: ['PutRolePermissionsBoundary', 'DeleteRole'],
};

/** Shorter values say nothing about which thing an act was on. */
const shortestId = 3;

/**
 * Acts that leave something behind which no play examines: a stack, a cluster, a bucket's policy, a trail that was
 * stopped. Nobody has looked whether it still stands, so that it must not pass for contained.
 */
export class StandingActs {
  private readonly bySource = new Map<string, TrailEvent[]>();

  /** `tainted`: the act is of the incident, and puts nothing right by setting the same thing again. */
  constructor(
    events: readonly TrailEvent[],
    private readonly rules: OriginRules,
    private readonly tainted: (event: TrailEvent) => boolean,
  ) {
    for (const event of events) {
      if (!worked(event) || event.readOnly === true) continue;
      const list = this.bySource.get(event.source);
      if (list === undefined) this.bySource.set(event.source, [event]);
      else list.push(event);
    }
  }

  /** It worked, and leaves something that no play looks at. */
  leaves(event: TrailEvent): boolean {
    if (!worked(event) || event.readOnly === true || isForwarded(event) || leavesNothing.test(event.name))
      return false;
    if (this.rules.of(event).length > 0) return false;
    const name = plainName(event.name);
    if (this.rules.examines(event.source)) {
      const act = `${event.source}|${name}`;
      return changes.has(act) || (makesThere.test(name) && !idle.has(act));
    }
    if (passing.has(event.source)) return false;
    return makes.test(name) || (guards.has(event.source) && turnsOff.test(name));
  }

  /** A later act took it back: the inverse by anybody, or the same act by somebody outside the incident. */
  takenBack(event: TrailEvent): boolean {
    const name = plainName(event.name);
    const inverse = inversesOf(name);
    const ids = identifiersIn([event.request, event.response]);
    return (this.bySource.get(event.source) ?? []).some((later) => {
      if ((later.time ?? 0) <= (event.time ?? Infinity) || later.region !== event.region) return false;
      const laterName = plainName(later.name);
      if (!inverse.has(thing(laterName)) && (laterName !== name || this.tainted(later))) return false;
      return [...identifiersIn([later.request])].some((id) => ids.has(id));
    });
  }
}

/** Every text in the values, three levels deep, whole and as an ARN's last part. */
function identifiersIn(values: readonly (Json | undefined)[], depth = 3): Set<string> {
  const found = new Set<string>();
  const visit = (value: Json | undefined, left: number): void => {
    const text = asText(value);
    if (text !== null && text.length >= shortestId && text.length <= 300) {
      found.add(text);
      if (text.startsWith('arn:')) for (const part of text.split(/[:/]/).slice(5)) found.add(part);
    } else if (left > 0 && value !== null && value !== undefined) {
      const inner = Array.isArray(value) ? value : Object.values(asObject(value) ?? {});
      for (const one of inner.slice(0, 100)) visit(one, left - 1);
    }
  };
  for (const value of values) visit(value, depth);
  return found;
}

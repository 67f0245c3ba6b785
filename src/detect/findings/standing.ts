import { asObject, asText, type Json, type TrailEvent, worked } from '../../model/index.js';
import type { OriginRules } from '../classify/origins.js';
import { isForwarded, requestOf, responseOf } from '../records/record-fields.js';
import { plainName } from '../records/sensitive-acts.js';

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
    'servicequotas',
    'signin',
    'sts',
    'support',
    'tagging',
  ].map((service) => `${service}.amazonaws.com`),
);
/** Calls on data, what ends by itself, and what agents on instances report about themselves. A scheduled query runs on. */
const leavesNothing =
  /(Object|Part|MultipartUpload|Item|Items|Record|Records|Message|MessageBatch|Tags|TagsToResource|Invalidation|(?<!Scheduled)Query|QueryExecution)$|^(StartSession|ResumeSession|UpdateInstanceInformation|UpdateInstanceAssociationStatus|PutInventory|PutComplianceItems|PutConfigurePackageResult|PutImage|UploadLayerPart)$/;
/** CloudWatch and CloudWatch Logs: words and numbers. What passes them on, acts on them or opens them is not here. */
const wordsAndNumbers =
  /^(logs\.amazonaws\.com\|(CreateLogGroup|CreateLogStream|PutLogEvents|PutRetentionPolicy|PutMetricFilter|PutQueryDefinition|CreateExportTask|AssociateKmsKey)|monitoring\.amazonaws\.com\|(PutMetricData|PutDashboard|PutAnomalyDetector))$/;
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
  'elasticbeanstalk.amazonaws.com|CreateApplication',
  'elasticbeanstalk.amazonaws.com|CreateApplicationVersion',
  'elasticbeanstalk.amazonaws.com|CreateConfigurationTemplate',
  'elasticbeanstalk.amazonaws.com|CreateStorageLocation',
  'events.amazonaws.com|PutTargets',
  'gamelift.amazonaws.com|CreateBuild',
  'gamelift.amazonaws.com|CreateScript',
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
  'bedrock.amazonaws.com|DeleteModelInvocationLoggingConfiguration',
  'cloudformation.amazonaws.com|UpdateStackInstances',
  'cloudformation.amazonaws.com|UpdateStackSet',
  'ec2.amazonaws.com|DeleteFlowLogs',
  'ec2.amazonaws.com|ModifyFleet',
  'ec2.amazonaws.com|ModifyImageAttribute',
  'ec2.amazonaws.com|ModifyInstanceAttribute',
  'ec2.amazonaws.com|ModifySecurityGroupRules',
  'ec2.amazonaws.com|ModifySnapshotAttribute',
  'ec2.amazonaws.com|ModifySpotFleetRequest',
  'ec2.amazonaws.com|ReplaceIamInstanceProfileAssociation',
  'eks.amazonaws.com|UpdateAccessEntry',
  'eks.amazonaws.com|UpdateClusterConfig',
  'elasticbeanstalk.amazonaws.com|RebuildEnvironment',
  'elasticbeanstalk.amazonaws.com|SwapEnvironmentCNAMEs',
  'elasticmapreduce.amazonaws.com|StartNotebookExecution',
  'iam.amazonaws.com|DeactivateMFADevice',
  'iam.amazonaws.com|DeleteRolePermissionsBoundary',
  'iam.amazonaws.com|DeleteUserPermissionsBoundary',
  'iam.amazonaws.com|UpdateOpenIDConnectProviderThumbprint',
  'lambda.amazonaws.com|UpdateEventSourceMapping',
  'lambda.amazonaws.com|UpdateFunctionUrlConfig',
  'rolesanywhere.amazonaws.com|UpdateProfile',
  'rolesanywhere.amazonaws.com|UpdateTrustAnchor',
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
  /** By event source: the ids of what the incident made and a play contains. */
  private readonly made = new Map<string, Set<string>>();

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
      const making = rules.of(event).filter(({ rule }) => rule.effect === 'made');
      if (making.length === 0 || !tainted(event)) continue;
      const ids = this.made.get(event.source) ?? new Set();
      for (const { rule } of making) for (const id of rule.ids(event)) ids.add(id);
      this.made.set(event.source, ids);
    }
  }

  /** It worked, and leaves something that no play looks at. */
  leaves(event: TrailEvent): boolean {
    if (!worked(event) || event.readOnly === true || isForwarded(event) || leavesNothing.test(event.name))
      return false;
    if (this.rules.of(event).length > 0) return false;
    const name = plainName(event.name);
    if (guards.has(event.source)) return makes.test(name) || turnsOff.test(name);
    if (this.rules.examines(event.source)) {
      const act = `${event.source}|${name}`;
      // A change of what the incident made goes with it.
      if (changes.has(act)) return !isAbout(event, this.made.get(event.source) ?? new Set());
      return makesThere.test(name) && !idle.has(act);
    }
    if (passing.has(event.source) || wordsAndNumbers.test(`${event.source}|${name}`)) return false;
    return makes.test(name);
  }

  /** A later act took it back: the inverse by anybody, or the same act by somebody outside the incident, who set all of
   *  what it set. What an inverse sets anew must be set from outside too. */
  takenBack(event: TrailEvent): boolean {
    const name = plainName(event.name);
    const inverse = inversesOf(name);
    const ids = new Set(
      [requestOf(event), responseOf(event)].flatMap((part) =>
        textsIn(part).flatMap(({ text }) => idsIn(text)),
      ),
    );
    return (this.bySource.get(event.source) ?? []).some((later) => {
      if ((later.time ?? 0) <= (event.time ?? Infinity) || later.region !== event.region) return false;
      const laterName = plainName(later.name);
      const undoes = inverse.has(thing(laterName)) && !(sets.test(laterName) && this.tainted(later));
      const resets = laterName === name && sets.test(name) && setsAllOf(event, later) && !this.tainted(later);
      return (undoes || resets) && isAbout(later, ids);
    });
  }
}

/** What puts one thing in the place of another. */
const sets = /^(Put|Set|Update|Modify|Change)/;

/** The later of two calls of one name sets everything that the earlier one did. */
export function setsAllOf(event: TrailEvent, later: TrailEvent): boolean {
  const set = requestOf(later);
  return Object.keys(requestOf(event)).every((name) => Object.hasOwn(set, name));
}

/** Names of fields that say which thing is meant: a region, an engine or a policy's version may be anybody's. */
const naming = /(name|id|identifier|arn|url)s?$/i;

/** Every field of the request that names something names one of `ids`: a role or a group that two things have in common
 *  does not make them one. */
function isAbout(event: TrailEvent, ids: ReadonlySet<string>): boolean {
  const fields = Object.entries(requestOf(event)).map(([name, value]) => ({ name, texts: textsIn(value) }));
  const named = fields.map(({ name, texts }) => texts.filter((text) => naming.test(text.name ?? name)));
  const filled = (lists: Text[][]): Text[][] => lists.filter((texts) => texts.length > 0);
  const telling = filled(named).length > 0 ? filled(named) : filled(fields.map(({ texts }) => texts));
  return (
    telling.length > 0 &&
    telling.every((texts) => texts.some(({ text }) => idsIn(text).some((id) => ids.has(id))))
  );
}

interface Text {
  /** The field that holds it; null where the value itself is the text. */
  name: string | null;
  text: string;
}

/** A text, and an ARN's last part too: its type is common to all of that type. */
function idsIn(text: string): string[] {
  const last = text.startsWith('arn:') ? (text.split(/[:/]/).at(-1) ?? '') : '';
  return last.length >= shortestId ? [text, last] : [text];
}

/** Every text in the value that may name a thing, three levels deep, with the name of the field that holds it. */
function textsIn(value: Json | undefined, depth = 3): Text[] {
  const found: Text[] = [];
  const visit = (inner: Json | undefined, name: string | null, left: number): void => {
    const text = asText(inner);
    if (text !== null && text.length >= shortestId && text.length <= 300) found.push({ name, text });
    if (text !== null || left === 0 || inner === null || inner === undefined) return;
    const parts: [string | null, Json][] = Array.isArray(inner)
      ? inner.map((item) => [name, item])
      : Object.entries(asObject(inner) ?? {});
    for (const [key, part] of parts.slice(0, 100)) visit(part, key, left - 1);
  };
  visit(value, null, depth);
  return found;
}

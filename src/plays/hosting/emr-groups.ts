import { change, type OutputOf, type Reader } from '../../aws/index.js';
import { type Action, asObject, type Finding, type Incident, type Resource } from '../../model/index.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type Group = NonNullable<OutputOf<'emr', 'ListInstanceGroups'>['InstanceGroups']>[number];
type Fleet = NonNullable<OutputOf<'emr', 'ListInstanceFleets'>['InstanceFleets']>[number];
type Member = NonNullable<OutputOf<'emr', 'ListInstances'>['Instances']>[number];

const groupType = 'EMR instance group';
const fleetType = 'EMR instance fleet';
const gone = /^(TERMINATED|TERMINATING|ENDED|SHUTTING_DOWN)$/;

/** True of a cluster's part, be it a group or a fleet. */
export function isGroup({ type }: Resource): boolean {
  return type === groupType || type === fleetType;
}

/** The groups or fleets of a live cluster, each with its instances: a cluster has the one or the other. */
export async function* groupsOf(
  reader: Reader,
  region: string,
  cluster: string,
  collection: string | undefined,
): AsyncIterable<Resource> {
  const members: Member[] = [];
  const parts: Resource[] = [];
  const input = { ClusterId: cluster };
  for await (const { Instances = [] } of reader.pages('emr', 'ListInstances', region, {
    ...input,
    InstanceStates: ['AWAITING_FULFILLMENT', 'PROVISIONING', 'BOOTSTRAPPING', 'RUNNING'],
  }))
    members.push(...Instances);
  const of = (id: string | undefined) =>
    members.filter(({ InstanceGroupId, InstanceFleetId }) => id === (InstanceFleetId ?? InstanceGroupId));
  if (collection === 'INSTANCE_FLEET') {
    for await (const page of reader.pages('emr', 'ListInstanceFleets', region, input))
      for (const fleet of page.InstanceFleets ?? [])
        parts.push(fleetResource(fleet, cluster, of(fleet.Id), region));
  } else {
    for await (const page of reader.pages('emr', 'ListInstanceGroups', region, input))
      for (const group of page.InstanceGroups ?? [])
        parts.push(groupResource(group, cluster, of(group.Id), region));
  }
  yield* parts;
}

/** A cluster's group or fleet cannot be deleted alone: it is set to nothing. */
export function emptyGroup(play: Play, finding: Finding): Action[] {
  const { id, type, properties } = finding.resource;
  const cluster = clusterOf(finding.resource);
  const [onDemand, spot] = [count(properties['onDemand']), count(properties['spot'])];
  const set = (size: number) =>
    type === fleetType
      ? change('emr', 'ModifyInstanceFleet', {
          ClusterId: cluster,
          InstanceFleet: {
            InstanceFleetId: id,
            TargetOnDemandCapacity: size === 0 ? 0 : onDemand,
            TargetSpotCapacity: size === 0 ? 0 : spot,
          },
        })
      : change('emr', 'ModifyInstanceGroups', {
          ClusterId: cluster,
          InstanceGroups: [{ InstanceGroupId: id, InstanceCount: size }],
        });
  return [
    makeAction(play, [finding], {
      ...set(0),
      title: `set ${type} ${id} of EMR cluster ${cluster}, which lives on, to 0`,
      causes: [`EMR ends the instances of ${id}.`],
      before: properties,
      undo: [set(type === fleetType ? onDemand + spot : count(properties['count']))],
    }),
  ];
}

/** The count before the incident's first change, as the trail has it; null where it does not. */
export function sizeBefore({ resource, before }: Finding): number | null {
  const value = asObject(before)?.[resource.id];
  return resource.type === groupType && typeof value === 'number' ? value : null;
}

/**
 * An innocent's group back to its earlier count. Instances from before the change are kept by name, and never ended for
 * a count: a scaling policy may have moved that since it was set. (Amazon EMR API reference, InstanceResizePolicy.)
 */
export function resizeGroup(play: Play, finding: Finding, incident: Incident): Action[] {
  const { id, links, properties } = finding.resource;
  const before = sizeBefore(finding);
  if (before === null) return [];
  const now = count(properties['count']);
  const since = finding.evidence[0]?.time ?? null;
  const members = links.flatMap((link) => (link.kind === 'instance' ? [link.id] : [])).sort();
  const later = members.filter((one) => isLaterThan(one, since, finding.resource, incident));
  const kept = members.filter((one) => !later.includes(one));
  const size = before < now ? Math.min(now, Math.max(before, kept.length)) : before;
  if (size === now) return [];
  const cluster = clusterOf(finding.resource);
  const policy = { InstanceResizePolicy: { InstancesToProtect: kept, InstancesToTerminate: later } };
  const set = (InstanceCount: number, named: { ShrinkPolicy?: typeof policy } = {}) =>
    change('emr', 'ModifyInstanceGroups', {
      ClusterId: cluster,
      InstanceGroups: [{ InstanceGroupId: id, InstanceCount, ...named }],
    });
  return [
    makeAction(play, [finding], {
      ...set(size, size < now ? { ShrinkPolicy: policy } : {}),
      title: `set instance group ${id} of EMR cluster ${cluster} back to ${size} instances`,
      causes: [
        size < now
          ? `EMR ends ${now - size} of the ${later.length} instances that ${id} launched since.`
          : `EMR launches ${size - now} more instances in ${id}.`,
      ],
      before: { InstanceCount: now },
      undo: [set(now)],
    }),
  ];
}

/** One that the inventory does not show may be anybody's. */
function isLaterThan(
  id: string,
  since: number | null,
  { region }: Resource,
  { findings }: Incident,
): boolean {
  const made = findings.find(
    ({ resource }) => resource.type === 'instance' && resource.region === region && resource.id === id,
  )?.resource.createdAt;
  return since !== null && made != null && made >= since;
}

function clusterOf({ links }: Resource): string {
  return links.find(({ kind }) => kind === 'cluster')?.id ?? '';
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

function linksOf(cluster: string, members: readonly Member[]): Resource['links'] {
  return [
    ...linkTo('cluster', cluster),
    ...members.flatMap(({ Ec2InstanceId }) => linkTo('instance', Ec2InstanceId)),
  ];
}

function groupResource(group: Group, cluster: string, members: readonly Member[], region: string): Resource {
  const state = group.Status?.State;
  return makeResource({
    play: 'emr-clusters',
    type: groupType,
    id: group.Id,
    region,
    state,
    live: (group.RequestedInstanceCount ?? 0) > 0 && !gone.test(state ?? ''),
    createdAt: group.Status?.Timeline?.CreationDateTime,
    links: linksOf(cluster, members),
    properties: {
      name: group.Name ?? null,
      role: group.InstanceGroupType ?? null,
      instanceTypes: group.InstanceType === undefined ? [] : [group.InstanceType],
      count: group.RequestedInstanceCount ?? 0,
    },
  });
}

function fleetResource(fleet: Fleet, cluster: string, members: readonly Member[], region: string): Resource {
  const [onDemand, spot] = [fleet.TargetOnDemandCapacity ?? 0, fleet.TargetSpotCapacity ?? 0];
  const state = fleet.Status?.State;
  return makeResource({
    play: 'emr-clusters',
    type: fleetType,
    id: fleet.Id,
    region,
    state,
    live: onDemand + spot > 0 && !gone.test(state ?? ''),
    createdAt: fleet.Status?.Timeline?.CreationDateTime,
    links: linksOf(cluster, members),
    properties: {
      name: fleet.Name ?? null,
      role: fleet.InstanceFleetType ?? null,
      instanceTypes: (fleet.InstanceTypeSpecifications ?? []).flatMap(
        ({ InstanceType }) => InstanceType ?? [],
      ),
      onDemand,
      spot,
    },
  });
}

import { AwsFailure, change, type InputOf, type OutputOf, type Reader } from '../../aws/index.js';
import {
  type Action,
  asText,
  type Finding,
  type Incident,
  type Resource,
  wasStopped,
} from '../../model/index.js';
import { changedState, stopAgain, stopOneByOne } from './stopped-instances.js';
import { idsIn } from '../kit/event-ids.js';
import { instanceEvidence } from './ec2-evidence.js';
import { chunks, groupedBy, makeAction } from '../kit/make-action.js';
import type { Play, PlanContext } from '../kit/play.js';
import { linkTo, tagsOf } from '../kit/make-resource.js';

type Instance = NonNullable<
  NonNullable<OutputOf<'ec2', 'DescribeInstances'>['Reservations']>[number]['Instances']
>[number];

const instanceIdForm = /i-[0-9a-f]{8,17}/;

/** TerminateInstances takes up to 1000 ids, and DescribeInstances as many by name (EC2 API reference). */
const maxIds = 1000;

/** Both keep an instance from being terminated by the API (EC2 user guide, "Enable stop protection"). */
const protections = ['DisableApiTermination', 'DisableApiStop'] as const;
type Protection = (typeof protections)[number];

const contained = new Set(['shutting-down', 'terminated']);

const noUndo =
  'A terminated instance cannot be brought back; its description, user data and console output are kept. One that was only stopped again can be started.';

/** Instances in every state but terminated: a stopped one costs, and can be started again. */
export const ec2Instances: Play = {
  id: 'ec2-instances',
  move: 'launches instances (RunInstances)',
  noun: 'EC2 instances',
  phase: 'terminate',
  service: 'ec2',
  scope: 'regional',
  permissions: {
    find: ['ec2:DescribeInstances'],
    contain: [
      'ec2:TerminateInstances',
      'ec2:StopInstances',
      'ec2:ModifyInstanceAttribute',
      'ec2:DescribeInstanceAttribute',
      'ec2:GetConsoleOutput',
      'ec2:GetConsoleScreenshot',
      'ec2:DescribeSecurityGroups',
      'ec2:CreateSnapshots',
      'ec2:CreateTags',
    ],
    undo: ['ec2:StartInstances'],
  },

  async *find(reader, region) {
    const input: InputOf<'ec2', 'DescribeInstances'> = {
      MaxResults: 1000,
      Filters: [
        {
          Name: 'instance-state-name',
          Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'],
        },
      ],
    };
    for await (const page of reader.pages('ec2', 'DescribeInstances', region, input)) {
      for (const reservation of page.Reservations ?? []) {
        for (const instance of reservation.Instances ?? []) {
          yield asResource(instance, reservation.ReservationId ?? null, region);
        }
      }
    }
  },

  findById: async (reader, region, ids) =>
    (await Promise.all(chunks(ids, maxIds).map((some) => instancesById(reader, region, some)))).flat(),

  origin: [
    ...['RunInstances', 'CreateFleet'].map((name) => ({
      source: 'ec2.amazonaws.com',
      name,
      effect: 'made' as const,
      ids: ({ response }: { response: Parameters<typeof idsIn>[0] }) => idsIn(response, instanceIdForm),
    })),
    {
      source: 'ec2.amazonaws.com',
      name: 'TerminateInstances',
      effect: 'undone',
      ids: ({ request, response }) => idsIn([request, response], instanceIdForm),
    },
    changedState('StartInstances', 'started'),
    changedState('StopInstances', 'stopped'),
  ],

  contain: (finding, context) => containAll([finding], context),
  containAll,
  remedy,
  verify: ({ state }) => contained.has(state),
  noUndo,
  record: instanceEvidence,
  scenario: 'mass-gpu',
};

/** What no listing shows may be there all the same: only AWS's "not found" says that it is gone. */
async function instancesById(reader: Reader, region: string, ids: readonly string[]): Promise<Resource[]> {
  if (ids.length === 0) return [];
  try {
    const input = { InstanceIds: [...ids] };
    const { Reservations } = await reader.call('ec2', 'DescribeInstances', region, input);
    return (Reservations ?? []).flatMap((reservation) =>
      (reservation.Instances ?? []).map((instance) =>
        asResource(instance, reservation.ReservationId ?? null, region),
      ),
    );
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.code !== 'InvalidInstanceID.NotFound') throw error;
    const gone = ids.filter((id) => error.message.includes(id));
    const asGone = (id: string): Resource =>
      asResource({ InstanceId: id, State: { Name: 'terminated' } }, null, region);
    if (gone.length > 0) {
      const rest = ids.filter((id) => !gone.includes(id));
      return [...gone.map(asGone), ...(await instancesById(reader, region, rest))];
    }
    if (ids.length === 1) return ids.map(asGone);
    const middle = Math.ceil(ids.length / 2);
    const halves = [ids.slice(0, middle), ids.slice(middle)];
    return (await Promise.all(halves.map((some) => instancesById(reader, region, some)))).flat();
  }
}

/** By region and availability zone: one protected instance makes AWS refuse its whole zone (EC2 API reference,
 *  TerminateInstances), and no other zone may wait for it. */
function containAll(findings: Finding[], context: PlanContext): Action[] {
  const started = findings.filter((finding) => finding.class === 'tampered' && wasStopped(finding));
  // An innocent's instance that was tampered with is never terminated.
  const open = findings.filter(
    (finding) => finding.class !== 'tampered' && !ec2Instances.verify(finding.resource),
  );
  const marked = markedProtected(context.incident);
  const ended = groupedBy(open, zoneOf).flatMap(([, ofZone]) => {
    const sorted = [...ofZone].sort((a, b) => (a.resource.id < b.resource.id ? -1 : 1));
    const snapshots = context.options.snapshot
      ? sorted.map((finding) => snapshot(finding, context.incident))
      : [];
    const isProtected = ({ resource }: Finding): boolean => marked.has(resource.id) && !isSpot(resource);
    const free = sorted.filter((finding) => !isProtected(finding));
    return [
      ...snapshots,
      ...chunks(free, maxIds).map((some) => terminate(some, snapshotsOf(some, snapshots), context.incident)),
      ...chunks(sorted.filter(isProtected), maxIds).flatMap((some) =>
        unprotectAndTerminate(
          some,
          some,
          ['DisableApiTermination'],
          snapshotsOf(some, snapshots),
          context.incident,
        ),
      ),
    ];
  });
  return [...stopAgain(ec2Instances, started), ...ended];
}

/**
 * Refusals of TerminateInstances. An unknown id makes AWS terminate none: the others are tried without it. A
 * protected one makes AWS refuse its zone: it alone is unprotected, the rest goes on at once; refused once more,
 * all that is left of the zone is unprotected. A protection that cannot be cleared (spot instances reject the
 * attribute) holds nothing back: the refusal stays on record, and TerminateInstances tells.
 */
function remedy(action: Action, failure: AwsFailure, context: PlanContext): Action[] | null {
  if (action.operation === 'ModifyInstanceAttribute' || action.operation === 'CreateSnapshots') return [];
  if (action.operation === 'StopInstances')
    return stopOneByOne(ec2Instances, action, context.incident.findings);
  if (action.operation !== 'TerminateInstances') return null;
  const targets = new Set(action.targets);
  const all = context.incident.findings.filter(
    ({ resource }) =>
      resource.play === ec2Instances.id && targets.has(`${resource.play}|${resource.region}|${resource.id}`),
  );
  const namedIds = new Set(
    [...failure.message.matchAll(new RegExp(`\\b${instanceIdForm.source}\\b`, 'g'))].map(([id]) => id),
  );
  const named = all.filter(({ resource }) => namedIds.has(resource.id));
  const rest = all.filter(({ resource }) => !namedIds.has(resource.id));
  if (failure.code === 'InvalidInstanceID.NotFound') {
    return named.length === 0 || rest.length === 0 ? null : [terminate(rest, [])];
  }
  if (failure.kind !== 'protected' || all.length === 0) return null;
  const attributes = protections.filter((name) => failure.message.toLowerCase().includes(name.toLowerCase()));
  const toClear = attributes.length === 0 ? protections : attributes;
  // Of no protection that could be cleared, and of nobody by name: the runner finds out who it is.
  if (attributes.length === 0 && named.length === 0) return null;
  // It waited for these very protections to be cleared: something else keeps it. Another one is cleared in its turn.
  const clears = unprotectAndTerminate(all, all, toClear, []).filter(
    ({ operation }) => operation === 'ModifyInstanceAttribute',
  );
  if (clears.every(({ id }) => action.after.some((one) => one.startsWith(id)))) return null;
  // What waited for a protection to be cleared and is refused all the same stands in a zone full of it.
  const again = action.after.length > 0;
  if (again || named.length === 0) return unprotectAndTerminate(all, all, toClear, []);
  const first = unprotectAndTerminate(named, named, toClear, []);
  const clearing = first.filter(({ operation }) => operation === 'ModifyInstanceAttribute');
  return rest.length === 0 ? first : [...first, terminate(rest, clearing)];
}

function unprotectAndTerminate(
  toUnprotect: readonly Finding[],
  toTerminate: readonly Finding[],
  attributes: readonly Protection[],
  after: readonly Action[],
  incident?: Incident,
): Action[] {
  const cleared = toUnprotect
    .filter(({ resource }) => !isSpot(resource))
    .flatMap((finding) => attributes.map((attribute) => unprotect(finding, attribute)));
  return [...cleared, terminate(toTerminate, [...after, ...cleared], incident)];
}

function unprotect(finding: Finding, attribute: Protection): Action {
  const { id } = finding.resource;
  const set = (value: boolean) =>
    change('ec2', 'ModifyInstanceAttribute', {
      InstanceId: id,
      ...(attribute === 'DisableApiStop'
        ? { DisableApiStop: { Value: value } }
        : { DisableApiTermination: { Value: value } }),
    });
  return makeAction(ec2Instances, [finding], {
    ...set(false),
    title: `clear ${attribute} of ${id}`,
    // AWS refused because of it, or the launch asked for it.
    before: { [attribute]: true },
    undo: [set(true)],
  });
}

/** `incident`: where somebody has still to agree to it, what else it causes is told. */
function terminate(findings: readonly Finding[], after: readonly Action[], incident?: Incident): Action {
  const ids = findings.map(({ resource }) => resource.id);
  return makeAction(ec2Instances, findings, {
    ...change('ec2', 'TerminateInstances', { InstanceIds: ids }),
    title: `terminate ${ids.length === 1 ? (ids[0] ?? '') : `${ids.length} instances`} in ${zoneOf(findings[0])}`,
    ...(incident === undefined ? {} : { causes: replacedBy(findings, incident) }),
    before: Object.fromEntries(findings.map(({ resource }) => [resource.id, resource.state])),
    undo: { none: noUndo },
    after,
  });
}

/** An innocent's group goes on, and launches another for each member that ends while it is at its size or below. */
function replacedBy(findings: readonly Finding[], incident: Incident): string[] {
  const named = findings.flatMap(({ resource: { links, region } }) =>
    links.flatMap(({ kind, id }) => (kind === 'auto-scaling-group' ? [`${region}|${id}`] : [])),
  );
  const going = incident.findings.filter(
    ({ class: classed, resource: { play, region, id } }) =>
      play === 'auto-scaling-groups' && classed !== 'rogue' && named.includes(`${region}|${id}`),
  );
  return going.map(
    ({ resource: { id } }) =>
      `Auto Scaling group ${id}, which goes on, launches another for each of its instances that ends below its size.`,
  );
}

function snapshot(finding: Finding, incident: Incident): Action {
  const { id } = finding.resource;
  return makeAction(ec2Instances, [finding], {
    ...change('ec2', 'CreateSnapshots', {
      InstanceSpecification: { InstanceId: id },
      Description: `leakguard: evidence of ${id}`,
      TagSpecifications: [
        {
          ResourceType: 'snapshot',
          Tags: [{ Key: 'leakguard-incident', Value: incident.key ?? 'without-key' }],
        },
      ],
    }),
    title: `take snapshots of the volumes of ${id}`,
    before: null,
    undo: { none: 'Snapshots are evidence, and are kept until somebody deletes them.' },
    phase: 'record',
    alsoPermissions: ['ec2:CreateTags'],
  });
}

function snapshotsOf(findings: readonly Finding[], snapshots: readonly Action[]): Action[] {
  const ids = new Set(findings.map(({ resource }) => `${resource.play}|${resource.region}|${resource.id}`));
  return snapshots.filter(({ targets }) => targets.some((target) => ids.has(target)));
}

/** Instances whose launch asked for protection, as the trail shows. */
function markedProtected(incident: Incident): Set<string> {
  return new Set(
    incident.launches.filter(({ protection }) => protection).flatMap(({ instanceIds }) => instanceIds),
  );
}

function zoneOf(finding: Finding | undefined): string {
  return asText(finding?.resource.properties['availabilityZone']) ?? finding?.resource.region ?? '';
}

function isSpot(resource: Resource): boolean {
  return resource.properties['lifecycle'] === 'spot';
}

function asResource(instance: Instance, reservationId: string | null, region: string): Resource {
  const tags = tagsOf(instance.Tags);
  const state = instance.State?.Name ?? 'unknown';
  const profile = instance.IamInstanceProfile?.Arn ?? null;
  // LaunchTime is that of the last start: the primary interface or root volume was attached when it was made.
  const times = [
    instance.LaunchTime,
    ...(instance.NetworkInterfaces ?? []).map(({ Attachment }) => Attachment?.AttachTime),
    ...(instance.BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.AttachTime),
  ].flatMap((time) => (time === undefined ? [] : [time.getTime()]));
  return {
    play: 'ec2-instances',
    type: 'instance',
    id: instance.InstanceId ?? '',
    region,
    state,
    live: !contained.has(state),
    createdAt: times.length === 0 ? null : Math.min(...times),
    tags,
    links: [
      ...linkTo('auto-scaling-group', tags['aws:autoscaling:groupName']),
      ...linkTo('fleet', tags['aws:ec2:fleet-id']),
      ...linkTo('spot-fleet', tags['aws:ec2spot:fleet-request-id']),
      ...linkTo('spot-request', instance.SpotInstanceRequestId),
      ...linkTo('launch-template', tags['aws:ec2launchtemplate:id']),
      ...linkTo('instance-profile', profile?.split('/').at(-1)),
      ...linkTo('key-pair', instance.KeyName),
      ...(instance.SecurityGroups ?? []).flatMap(({ GroupId }) => linkTo('security-group', GroupId)),
      ...linkTo('image', instance.ImageId),
      ...linkTo('reservation', reservationId),
    ],
    properties: {
      instanceType: instance.InstanceType ?? null,
      imageId: instance.ImageId ?? null,
      availabilityZone: instance.Placement?.AvailabilityZone ?? null,
      launchTime: instance.LaunchTime?.toISOString() ?? null,
      lifecycle: instance.InstanceLifecycle ?? 'on-demand',
      keyName: instance.KeyName ?? null,
      iamInstanceProfile: profile,
      reservationId,
      subnet: instance.SubnetId ?? null,
      // DescribeInstances does not say; DescribeInstanceAttribute would take a call for each instance.
      protection: 'unknown',
    },
  };
}

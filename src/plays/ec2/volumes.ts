import { change, type OutputOf } from '../../aws/index.js';
import { volumeUsdPerHour } from '../../facts/index.js';
import { type Action, asText, type Finding, type Resource } from '../../model/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource, tagsOf } from '../kit/make-resource.js';
import { perHour } from '../kit/per-hour.js';
import type { Play, PlanContext } from '../kit/play.js';

type Volume = NonNullable<OutputOf<'ec2', 'DescribeVolumes'>['Volumes']>[number];

const source = 'ec2.amazonaws.com';
const noUndo = 'A deleted volume cannot be brought back; --snapshot takes a snapshot of it first.';

/** Volumes that outlive their instances (DeleteOnTermination is off) or were made by themselves: nobody sees them, and
 *  they are billed until they are deleted. Those that go with their instance are none of these. */
export const volumes: Play = {
  id: 'volumes',
  move: 'leaves volumes that go on billing',
  noun: 'volumes (EBS)',
  phase: 'evict',
  service: 'ec2',
  scope: 'regional',
  permissions: {
    find: ['ec2:DescribeVolumes'],
    contain: ['ec2:DeleteVolume', 'ec2:CreateSnapshot', 'ec2:CreateTags'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('ec2', 'DescribeVolumes', region, { MaxResults: 500 })) {
      for (const volume of page.Volumes ?? []) yield asResource(volume, region);
    }
  },

  origin: [
    { source, name: 'CreateVolume', effect: 'made', ids: fromResponse('volumeId') },
    { source, name: 'DeleteVolume', effect: 'undone', ids: fromRequest('volumeId') },
  ],

  contain: (finding, context) => {
    if (!finding.resource.live || finding.class === 'tampered') return [];
    // What is still attached is in the snapshots of its instance.
    const isLoose = finding.resource.links.length === 0;
    const snapshots = context.options.snapshot && isLoose ? [snapshot(finding, context)] : [];
    return [...snapshots, remove(finding, snapshots)];
  },
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'billing',
};

function remove(finding: Finding, after: readonly Action[]): Action {
  const { id, properties } = finding.resource;
  return makeAction(volumes, [finding], {
    ...change('ec2', 'DeleteVolume', { VolumeId: id }),
    title: `delete volume ${id}: ${sizeOf(finding.resource)}`,
    before: properties,
    undo: { none: noUndo },
    after,
  });
}

function snapshot(finding: Finding, { incident }: PlanContext): Action {
  const { id } = finding.resource;
  return makeAction(volumes, [finding], {
    ...change('ec2', 'CreateSnapshot', {
      VolumeId: id,
      Description: `leakguard: evidence of ${id}`,
      TagSpecifications: [
        {
          ResourceType: 'snapshot',
          Tags: [{ Key: 'leakguard-incident', Value: incident.key ?? 'without-key' }],
        },
      ],
    }),
    title: `take a snapshot of volume ${id}`,
    before: null,
    undo: { none: 'Snapshots are evidence, and are kept until somebody deletes them.' },
    phase: 'record',
    alsoPermissions: ['ec2:CreateTags'],
  });
}

function sizeOf({ properties }: Resource): string {
  const { sizeGiB, volumeType, usdPerHour } = properties;
  const price = typeof usdPerHour === 'number' ? `, ${perHour(usdPerHour)}` : '';
  return `${String(Number(sizeGiB))} GiB ${asText(volumeType) ?? ''}${price}`;
}

function asResource(volume: Volume, region: string): Resource {
  const attachments = volume.Attachments ?? [];
  const goesAlong = attachments.length > 0 && attachments.every((one) => one.DeleteOnTermination === true);
  const type = volume.VolumeType ?? 'unknown';
  const usd = volumeUsdPerHour(type, volume.Size ?? 0, volume.Iops ?? null);
  return makeResource({
    play: 'volumes',
    type: 'volume',
    id: volume.VolumeId,
    region,
    state: volume.State,
    live: volume.State !== 'deleting' && volume.State !== 'deleted' && !goesAlong,
    createdAt: volume.CreateTime,
    tags: tagsOf(volume.Tags),
    links: attachments.flatMap(({ InstanceId }) => linkTo('instance', InstanceId)),
    properties: {
      sizeGiB: volume.Size ?? null,
      volumeType: type,
      iops: volume.Iops ?? null,
      availabilityZone: volume.AvailabilityZone ?? null,
      snapshotId: volume.SnapshotId ?? null,
      usdPerHour: usd,
    },
  });
}

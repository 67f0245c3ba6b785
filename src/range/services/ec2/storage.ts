import { AwsError } from '../../aws-error.js';
import { page, tagList, type Context, type Operation } from '../../service.js';
import { instancesOf, onLaunch, onLoss } from '../../world/compute.js';
import type { Maker, Region } from '../../world/world.js';
import { tagsFor, type Paging, type TagSpecification } from './filters.js';

interface Storage {
  id: string;
  volumeId: string;
  createdAt: number;
  zone: string;
  size: number;
  type?: string;
  iops?: number | undefined;
  /** Whose it is; null or absent: nobody's, and billed all the same. */
  instanceId?: string | null;
  deleteOnTermination?: boolean;
  tags: Record<string, string>;
  maker: Maker;
}

const snapshots = (region: Region) => region.table<Storage>('ec2:snapshots');
const volumes = (region: Region) => region.table<Storage>('ec2:volumes');
const snapshotShape = (region: Region) => (item: Storage) => ({
  SnapshotId: item.id,
  VolumeId: item.volumeId,
  State: 'completed',
  StartTime: item.createdAt,
  VolumeSize: item.size,
  OwnerId: region.account.id,
  Progress: '100%',
  Tags: tagList(item.tags),
});

function takeSnapshot(
  { region, world, now, maker, touched }: Context,
  volumeId: string,
  tags: TagSpecification[] | undefined,
) {
  const id = world.random.resourceId('snap');
  const item = { id, volumeId, createdAt: now, zone: '', size: 8, tags: tagsFor(tags, 'snapshot'), maker };
  snapshots(region).set(id, item);
  touched.push(id);
  return { ...snapshotShape(region)(item), State: 'pending' };
}

type VolumeInput = {
  AvailabilityZone?: string;
  Size?: number;
  VolumeType?: string;
  Iops?: number;
  TagSpecifications?: TagSpecification[];
};

const volumeShape = (item: Storage) => ({
  VolumeId: item.id,
  State: item.instanceId == null ? 'available' : 'in-use',
  Size: item.size,
  CreateTime: item.createdAt,
  AvailabilityZone: item.zone,
  VolumeType: item.type ?? 'gp3',
  Iops: item.iops,
  Attachments:
    item.instanceId == null
      ? []
      : [
          {
            InstanceId: item.instanceId,
            VolumeId: item.id,
            State: 'attached',
            Device: '/dev/sdb',
            AttachTime: item.createdAt,
            DeleteOnTermination: item.deleteOnTermination === true,
          },
        ],
  Tags: tagList(item.tags),
});

onLaunch((region, { id: instanceId, launchTime, zone, maker, volumes: mappings = [] }) => {
  for (const { size, type, iops, deleteOnTermination } of mappings) {
    const id = region.world.random.resourceId('vol');
    const of = { createdAt: launchTime, zone, size, type, iops, tags: {}, maker };
    volumes(region).set(id, { id, volumeId: id, ...of, instanceId, deleteOnTermination });
  }
});

// A volume is its instance's until that has ended; then it goes, or stays and is billed.
onLoss((region, instance) => {
  const { clock, settings } = region.world;
  if (instance.states.at(-1)?.state !== 'terminated') return;
  for (const volume of volumes(region).values()) {
    if (volume.instanceId !== instance.id) continue;
    clock.after(settings.terminateMs, () => {
      if (volume.deleteOnTermination === true) volumes(region).delete(volume.id);
      else volume.instanceId = null;
    });
  }
});

/** Tags at creation take a right of their own (EC2 user guide, "Grant permission to tag resources during creation"). */
function mayTag(context: Context, createaction: string, tags: TagSpecification[] | undefined): void {
  if (tags === undefined) return;
  const snapshots = context.region.arn('ec2', 'snapshot/*');
  context.authorize('ec2:CreateTags', snapshots, { 'ec2:createaction': createaction });
}

/** Volumes and snapshots, as far as evidence needs them, and what is left over of them. */
export const storageOperations: Record<string, Operation> = {
  CreateVolume: ({ region, world, now, maker, touched }, input: VolumeInput) => {
    const id = world.random.resourceId('vol');
    const volume: Storage = {
      id,
      volumeId: id,
      createdAt: now,
      zone: input.AvailabilityZone ?? `${region.name}a`,
      size: input.Size ?? 8,
      type: input.VolumeType ?? 'gp2',
      iops: input.Iops,
      tags: tagsFor(input.TagSpecifications, 'volume'),
      maker,
    };
    volumes(region).set(id, volume);
    touched.push(id);
    return { ...volumeShape(volume), State: 'creating' };
  },
  DeleteVolume: ({ region, touched }, { VolumeId }: { VolumeId: string }) => {
    const volume = volumes(region).get(VolumeId);
    if (volume === undefined)
      throw new AwsError('InvalidVolume.NotFound', `The volume '${VolumeId}' does not exist.`);
    if (volume.instanceId != null)
      throw new AwsError('VolumeInUse', `Volume ${VolumeId} is currently attached to ${volume.instanceId}`);
    volumes(region).delete(VolumeId);
    touched.push(VolumeId);
  },
  DescribeVolumes: ({ region }, input: { VolumeIds?: string[] } & Paging) => {
    const roots = [...instancesOf(region).values()]
      .filter((instance) => instance.states.at(-1)!.state !== 'terminated')
      .map((instance) =>
        volumeShape({
          id: instance.volumeId,
          volumeId: instance.volumeId,
          createdAt: instance.launchTime,
          zone: instance.zone,
          size: 8,
          tags: {},
          maker: instance.maker,
          instanceId: instance.id,
          deleteOnTermination: true,
        }),
      );
    const all = [...roots, ...[...volumes(region).values()].map(volumeShape)].filter(
      ({ VolumeId }) => !input.VolumeIds || input.VolumeIds.includes(VolumeId),
    );
    const { items, next } = page(all, input.NextToken, input.MaxResults ?? 500);
    return { Volumes: items, NextToken: next };
  },
  CreateSnapshot: (context, input: { VolumeId: string; TagSpecifications?: TagSpecification[] }) => {
    const { region } = context;
    mayTag(context, 'CreateSnapshot', input.TagSpecifications);
    const exists =
      volumes(region).has(input.VolumeId) ||
      [...instancesOf(region).values()].some(({ volumeId }) => volumeId === input.VolumeId);
    if (!exists)
      throw new AwsError('InvalidVolume.NotFound', `The volume '${input.VolumeId}' does not exist.`);
    return takeSnapshot(context, input.VolumeId, input.TagSpecifications);
  },
  CreateSnapshots: (
    context,
    input: { InstanceSpecification: { InstanceId: string }; TagSpecifications?: TagSpecification[] },
  ) => {
    const { region } = context;
    mayTag(context, 'CreateSnapshots', input.TagSpecifications);
    const instance = instancesOf(region).get(input.InstanceSpecification.InstanceId);
    if (instance === undefined)
      throw new AwsError(
        'InvalidInstanceID.NotFound',
        `The instance ID '${input.InstanceSpecification.InstanceId}' does not exist`,
      );
    return { Snapshots: [takeSnapshot(context, instance.volumeId, input.TagSpecifications)] };
  },
  DescribeSnapshots: ({ region }, input: { SnapshotIds?: string[] }) => ({
    Snapshots: [...snapshots(region).values()]
      .filter(({ id }) => !input.SnapshotIds || input.SnapshotIds.includes(id))
      .map(snapshotShape(region)),
  }),
  DeleteSnapshot: ({ region, touched }, input: { SnapshotId: string }) => {
    if (!snapshots(region).delete(input.SnapshotId))
      throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${input.SnapshotId}' does not exist.`);
    touched.push(input.SnapshotId);
  },
};

import { AwsError } from '../../aws-error.js';
import { tagList, type Context, type Operation } from '../../service.js';
import { instancesOf } from '../../world/compute.js';
import type { Maker, Region } from '../../world/world.js';
import { tagsFor, type Paging, type TagSpecification } from './filters.js';

interface Storage {
  id: string;
  volumeId: string;
  createdAt: number;
  zone: string;
  size: number;
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

/** Volumes and snapshots, as far as evidence needs them. */
export const storageOperations: Record<string, Operation> = {
  CreateVolume: (
    { region, world, now, maker, touched },
    input: { AvailabilityZone?: string; Size?: number; TagSpecifications?: TagSpecification[] },
  ) => {
    const id = world.random.resourceId('vol');
    volumes(region).set(id, {
      id,
      volumeId: id,
      createdAt: now,
      zone: input.AvailabilityZone ?? `${region.name}a`,
      size: input.Size ?? 8,
      tags: tagsFor(input.TagSpecifications, 'volume'),
      maker,
    });
    touched.push(id);
    return {
      VolumeId: id,
      State: 'creating',
      Size: input.Size ?? 8,
      CreateTime: now,
      AvailabilityZone: input.AvailabilityZone,
      VolumeType: 'gp3',
    };
  },
  DescribeVolumes: ({ region }, input: { VolumeIds?: string[] } & Paging) => {
    const attached = [...instancesOf(region).values()]
      .filter((instance) => instance.states.at(-1)!.state !== 'terminated')
      .map((instance) => ({
        VolumeId: instance.volumeId,
        State: 'in-use',
        Size: 8,
        CreateTime: instance.launchTime,
        AvailabilityZone: instance.zone,
        VolumeType: 'gp3',
        Attachments: [
          {
            InstanceId: instance.id,
            VolumeId: instance.volumeId,
            State: 'attached',
            Device: '/dev/xvda',
            DeleteOnTermination: true,
          },
        ],
      }));
    const loose = [...volumes(region).values()].map((item) => ({
      VolumeId: item.id,
      State: 'available',
      Size: item.size,
      CreateTime: item.createdAt,
      AvailabilityZone: item.zone,
      VolumeType: 'gp3',
      Attachments: [],
      Tags: tagList(item.tags),
    }));
    const all = [...attached, ...loose].filter(
      ({ VolumeId }) => !input.VolumeIds || input.VolumeIds.includes(VolumeId),
    );
    return { Volumes: all };
  },
  CreateSnapshot: (context, input: { VolumeId: string; TagSpecifications?: TagSpecification[] }) => {
    const { region } = context;
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
    // Tags at creation take a right of their own (EC2 user guide, "Grant permission to tag resources during creation").
    if (input.TagSpecifications !== undefined)
      context.authorize('ec2:CreateTags', region.arn('ec2', 'snapshot/*'), {
        'ec2:createaction': 'CreateSnapshots',
      });
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

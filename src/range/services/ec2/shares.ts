import { AwsError } from '../../aws-error.js';
import type { Context, Operation } from '../../service.js';
import { Shelf, type Thing } from '../shelf.js';

interface Peer {
  UserId?: string;
  Group?: string;
}
type Change = { Add?: Peer[]; Remove?: Peer[] } | undefined;

/** Shares, one for each thing and peer: alive while it lets somebody in. */
const shares = new Shelf('ec2:shares', ['InvalidPermission.NotFound', 400], null, () => true);
export const images = new Shelf('ec2:images', ['InvalidAMIID.NotFound', 400]);

const idOf = (thing: string, { UserId, Group }: Peer): string => `${thing}|${UserId ?? Group ?? ''}`;

function share(context: Context, thing: string, change: Change): void {
  for (const peer of change?.Add ?? []) {
    const id = idOf(thing, peer);
    // Shared twice is shared once.
    if (shares.find(context.region, id) === undefined) shares.add(context, id, { thing, peer });
    else context.touched.push(id);
  }
  for (const peer of change?.Remove ?? [])
    if (shares.find(context.region, idOf(thing, peer)) !== undefined)
      shares.remove(context, idOf(thing, peer));
  const items = (peers: Peer[] | undefined) =>
    peers === undefined
      ? {}
      : {
          items: peers.map(({ UserId, Group }) =>
            Group === undefined ? { userId: UserId } : { group: Group },
          ),
        };
  const permission = {
    ...(change?.Add === undefined ? {} : { add: items(change.Add) }),
    ...(change?.Remove === undefined ? {} : { remove: items(change.Remove) }),
  };
  // As in the records of Stratus Red Team.
  context.trail.requestParameters = (
    thing.startsWith('snap-')
      ? { snapshotId: thing, createVolumePermission: permission, attributeType: 'CREATE_VOLUME_PERMISSION' }
      : { imageId: thing, launchPermission: permission, attributeType: 'launchPermission' }
  ) as never;
}

const peersOf = ({ region }: Context, thing: string): Peer[] =>
  shares.all(region).flatMap((one: Thing) => (one.thing === thing ? [one.peer as Peer] : []));

function assertSnapshot({ region }: Context, id: string): void {
  if (!region.table('ec2:snapshots').has(id))
    throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
}

/** Whom snapshots and images are shared with. */
export const shareOperations: Record<string, Operation> = {
  ModifySnapshotAttribute: (
    context: Context,
    input: { SnapshotId: string; CreateVolumePermission?: Change },
  ) => {
    assertSnapshot(context, input.SnapshotId);
    share(context, input.SnapshotId, input.CreateVolumePermission);
  },
  DescribeSnapshotAttribute: (context: Context, { SnapshotId }: { SnapshotId: string }) => {
    assertSnapshot(context, SnapshotId);
    return { SnapshotId, CreateVolumePermissions: peersOf(context, SnapshotId) };
  },
  CreateImage: (context: Context, input: { Name: string }) => {
    const id = context.world.random.resourceId('ami');
    const CreationDate = new Date(context.now).toISOString();
    images.add(context, id, { ImageId: id, Name: input.Name, CreationDate, State: 'available' });
    return { ImageId: id };
  },
  ModifyImageAttribute: (context: Context, input: { ImageId: string; LaunchPermission?: Change }) => {
    images.get(context.region, input.ImageId);
    share(context, input.ImageId, input.LaunchPermission);
  },
  DescribeImageAttribute: (context: Context, { ImageId }: { ImageId: string }) => {
    images.get(context.region, ImageId);
    return { ImageId, LaunchPermissions: peersOf(context, ImageId) };
  },
};

import { AwsFailure, change, type InputOfChange, type Reader } from '../../aws/index.js';
import {
  type Action,
  asObject,
  asText,
  type Change,
  type Finding,
  type Json,
  type OriginRule,
  type Resource,
  type TrailEvent,
} from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { groupedBy, makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

/** Whom EC2 lets share: an account, everybody (`all`), an organization or a unit of one. */
interface Peer {
  UserId?: string | undefined;
  Group?: string | undefined;
  OrganizationArn?: string | undefined;
  OrganizationalUnitArn?: string | undefined;
}

/** `snap-…|999999999999`, `ami-…|all`: no id and no ARN holds a bar. */
const idOf = (thing: string, peer: string): string => `${thing}|${peer}`;

function partsOf(id: string): { thing: string; peer: string } {
  const bar = id.indexOf('|');
  return { thing: id.slice(0, bar), peer: id.slice(bar + 1) };
}

function peerOf({ UserId, Group, OrganizationArn, OrganizationalUnitArn }: Peer): string {
  return UserId ?? Group ?? OrganizationArn ?? OrganizationalUnitArn ?? '';
}

type Images = NonNullable<InputOfChange<'ec2', 'ModifyImageAttribute'>['LaunchPermission']>;
type Reach = NonNullable<Images['Add']>[number];

/** A peer as a change of EC2's takes it. */
function asPeer(peer: string): Reach {
  if (peer === 'all') return { Group: 'all' };
  if (!peer.startsWith('arn:')) return { UserId: peer };
  return peer.includes(':ou/') ? { OrganizationalUnitArn: peer } : { OrganizationArn: peer };
}

const peerFields = ['userId', 'group', 'organizationArn', 'organizationalUnitArn'];

/** Whom the record adds or removes: in the permission's own list, or in the older one beside `operationType`. */
function peersIn(event: TrailEvent, way: 'add' | 'remove'): string[] {
  const permission = asObject(
    event.request?.['createVolumePermission'] ?? event.request?.['launchPermission'],
  );
  const isOlder = requestText(event, 'operationType') === way;
  const lists: (Json | undefined)[] = [
    permission?.[way],
    ...(isOlder ? Object.values(event.request ?? {}) : []),
  ];
  return lists.flatMap((list) => {
    const items = asObject(list)?.['items'] ?? asObject(list)?.['item'];
    return (Array.isArray(items) ? items : []).flatMap((item) =>
      peerFields.flatMap((field) => asText(asObject(item)?.[field]) ?? []),
    );
  });
}

function rule(name: string, field: string, effect: 'made' | 'undone'): OriginRule {
  const way = effect === 'made' ? 'add' : 'remove';
  return {
    source: 'ec2.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const thing = requestText(event, field);
      return thing === null ? [] : peersIn(event, way).map((peer) => idOf(thing, peer));
    },
    // Works as well for whom it was shared with before.
    named: true,
    ...(effect === 'made' ? { mayChangeNothing: {} } : {}),
  };
}

/**
 * Snapshots and images (EC2) that were shared: the share is the resource, since what is shared may be an innocent's. What
 * an outsider copied before it is taken back stays his. Nothing lists whom an account shares with: what the trail names is
 * asked for.
 */
export const imageShares: Play = {
  id: 'image-shares',
  move: 'shares snapshots and images with outsiders (EC2)',
  noun: 'shares of snapshots and images (EC2) that the trail names',
  phase: 'evict',
  service: 'ec2',
  scope: 'regional',
  permissions: {
    find: [
      'ec2:DescribeImageAttribute',
      'ec2:DescribeImages',
      'ec2:DescribeSnapshotAttribute',
      'ec2:DescribeSnapshots',
    ],
    contain: ['ec2:ModifyImageAttribute', 'ec2:ModifySnapshotAttribute'],
    undo: [],
  },

  async *find() {},
  askedById: true,
  async findById(reader, region, ids) {
    const things = groupedBy(ids, (id) => partsOf(id).thing);
    const found = await Promise.all(things.map(([thing, of]) => sharesOf(reader, region, thing, of)));
    return found.flat();
  },

  origin: [
    rule('ModifySnapshotAttribute', 'snapshotId', 'made'),
    rule('ModifySnapshotAttribute', 'snapshotId', 'undone'),
    rule('ModifyImageAttribute', 'imageId', 'made'),
    rule('ModifyImageAttribute', 'imageId', 'undone'),
  ],

  contain: (finding) => (finding.resource.live && finding.class !== 'tampered' ? [unshare(finding)] : []),
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'sharing',
};

function unshare(finding: Finding): Action {
  const { thing, peer } = partsOf(finding.resource.id);
  const set = (way: 'Add' | 'Remove') => changeOf(thing, peer, way);
  const whom = peer === 'all' ? 'everybody' : peer;
  return makeAction(imageShares, [finding], {
    ...set('Remove'),
    title: `share ${thing} no longer with ${whom}`,
    causes: [`What ${whom} copied of ${thing} before stays there.`],
    before: { shared: true },
    undo: [set('Add')],
  });
}

function changeOf(thing: string, peer: string, way: 'Add' | 'Remove'): Change {
  if (thing.startsWith('snap-')) {
    // A snapshot is shared with accounts or with everybody.
    const one = peer === 'all' ? { Group: 'all' as const } : { UserId: peer };
    const common = { SnapshotId: thing, Attribute: 'createVolumePermission' } as const;
    return way === 'Add'
      ? change('ec2', 'ModifySnapshotAttribute', { ...common, CreateVolumePermission: { Add: [one] } })
      : change('ec2', 'ModifySnapshotAttribute', { ...common, CreateVolumePermission: { Remove: [one] } });
  }
  const common = { ImageId: thing, Attribute: 'launchPermission' };
  return way === 'Add'
    ? change('ec2', 'ModifyImageAttribute', { ...common, LaunchPermission: { Add: [asPeer(peer)] } })
    : change('ec2', 'ModifyImageAttribute', { ...common, LaunchPermission: { Remove: [asPeer(peer)] } });
}

/** Which of these shares of one snapshot or image stand now. */
async function sharesOf(
  reader: Reader,
  region: string,
  thing: string,
  ids: readonly string[],
): Promise<Resource[]> {
  const state = await stateOf(reader, region, thing);
  return ids.map((id) => {
    const { peer } = partsOf(id);
    const live = state?.peers.includes(peer) === true;
    return makeResource({
      play: 'image-shares',
      type: thing.startsWith('snap-') ? 'shared snapshot' : 'shared image',
      id,
      region,
      state: state === null ? 'gone' : live ? 'shared' : 'not shared',
      live,
      // Nobody shared it before it was made.
      properties: { thing, peer, holderSince: state?.since ?? null },
    });
  });
}

/** With whom it is shared, and since when there is one; null where AWS says that there is none. */
async function stateOf(
  reader: Reader,
  region: string,
  thing: string,
): Promise<{ peers: string[]; since: number | null } | null> {
  if (thing.startsWith('snap-')) {
    const answers = await bothOrGone(
      reader.call('ec2', 'DescribeSnapshotAttribute', region, {
        SnapshotId: thing,
        Attribute: 'createVolumePermission',
      }),
      reader.call('ec2', 'DescribeSnapshots', region, { SnapshotIds: [thing] }),
      ({ Snapshots = [] }) => Snapshots.length === 0,
    );
    if (answers === null) return null;
    const [{ CreateVolumePermissions = [] }, { Snapshots = [] }] = answers;
    return { peers: CreateVolumePermissions.map(peerOf), since: Snapshots[0]?.StartTime?.getTime() ?? null };
  }
  const answers = await bothOrGone(
    reader.call('ec2', 'DescribeImageAttribute', region, { ImageId: thing, Attribute: 'launchPermission' }),
    reader.call('ec2', 'DescribeImages', region, { ImageIds: [thing] }),
    ({ Images = [] }) => Images.length === 0,
  );
  if (answers === null) return null;
  const [{ LaunchPermissions = [] }, { Images = [] }] = answers;
  const made = Date.parse(Images[0]?.CreationDate ?? '');
  return { peers: LaunchPermissions.map(peerOf), since: Number.isFinite(made) ? made : null };
}

/**
 * What it is shared with, and how it is listed; null where the first says that there is none and the list, asked for it by
 * id, says so or is empty.
 * @throws AwsFailure where one is refused, or says otherwise
 */
async function bothOrGone<A, B>(
  shared: Promise<A>,
  listed: Promise<B>,
  isEmpty: (list: B) => boolean,
): Promise<[A, B] | null> {
  const isGone = (error: unknown): boolean => error instanceof AwsFailure && error.kind === 'gone';
  const [a, b] = await Promise.allSettled([shared, listed]);
  if (a.status === 'fulfilled') {
    if (b.status === 'fulfilled') return [a.value, b.value];
    throw b.reason;
  }
  const isInNoList = b.status === 'fulfilled' ? isEmpty(b.value) : isGone(b.reason);
  if (isGone(a.reason) && isInNoList) return null;
  throw b.status === 'rejected' && isGone(a.reason) ? b.reason : a.reason;
}

import { AwsError } from '../../aws-error.js';
import { page, tagList, tagMap, type Context, type Operation } from '../../service.js';
import { instancesOf } from '../../world/compute.js';
import { mustFind, type Maker, type Region } from '../../world/world.js';
import { defaultVpc } from './default-vpc.js';
import { securityGroups } from './security-groups.js';
import { applyFilters, tagsFor, type Paging, type TagSpecification } from './filters.js';

interface KeyPair {
  id: string;
  name: string;
  type: string;
  createdAt: number;
  tags: Record<string, string>;
  maker: Maker;
}

const keyPairs = (region: Region) => region.table<KeyPair>('ec2:key-pairs');

function addKeyPair(
  { region, world, now, maker, touched }: Context,
  name: string,
  tags: Record<string, string>,
  type: string,
): KeyPair {
  if (keyPairs(region).has(name))
    throw new AwsError('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
  const pair = { id: world.random.resourceId('key'), name, type, createdAt: now, tags, maker };
  keyPairs(region).set(name, pair);
  touched.push(pair.id);
  return pair;
}

const keyShape = (pair: KeyPair) => ({
  KeyPairId: pair.id,
  KeyName: pair.name,
  KeyType: pair.type,
  KeyFingerprint: pair.id.slice(-16).replace(/..(?=.)/g, '$&:'),
  CreateTime: pair.createdAt,
  Tags: tagList(pair.tags),
});

/** Everything in a region that can carry tags, by id: its type and its tags. */
export function taggable(
  region: Region,
  id: string,
): { type: string; tags: Record<string, string> } | undefined {
  const found = (type: string, item: { tags: Record<string, string> } | undefined) =>
    item === undefined ? undefined : { type, tags: item.tags };
  return (
    found('instance', instancesOf(region).get(id)) ??
    found('security-group', securityGroups(region).get(id)) ??
    found(
      'key-pair',
      [...keyPairs(region).values()].find((pair) => pair.id === id),
    ) ??
    found(
      'launch-template',
      region.table<{ tags: Record<string, string> }>('ec2:launch-templates').get(id),
    ) ??
    found(
      'spot-instances-request',
      region.table<{ tags: Record<string, string> }>('ec2:spot-requests').get(id),
    ) ??
    found('snapshot', region.table<{ tags: Record<string, string> }>('ec2:snapshots').get(id)) ??
    found('volume', region.table<{ tags: Record<string, string> }>('ec2:volumes').get(id))
  );
}

export const networkOperations: Record<string, Operation> = {
  CreateKeyPair: (
    context,
    input: { KeyName: string; KeyType?: string; TagSpecifications?: TagSpecification[] },
  ) => {
    const pair = addKeyPair(
      context,
      input.KeyName,
      tagsFor(input.TagSpecifications, 'key-pair'),
      input.KeyType ?? 'rsa',
    );
    const body = context.world.random.text(
      640,
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
    );
    return {
      ...keyShape(pair),
      KeyMaterial: `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`,
    };
  },
  ImportKeyPair: (context, input: { KeyName: string; TagSpecifications?: TagSpecification[] }) =>
    keyShape(addKeyPair(context, input.KeyName, tagsFor(input.TagSpecifications, 'key-pair'), 'rsa')),
  DescribeKeyPairs: ({ region }, input: { KeyNames?: string[]; KeyPairIds?: string[] } & Paging) => {
    for (const name of input.KeyNames ?? [])
      mustFind(keyPairs(region), name, 'InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
    const all = applyFilters([...keyPairs(region).values()], input.Filters, {
      'key-name': ({ name }) => name,
      'key-pair-id': ({ id }) => id,
    });
    return {
      KeyPairs: all
        .filter(
          ({ name, id }) =>
            (!input.KeyNames || input.KeyNames.includes(name)) &&
            (!input.KeyPairIds || input.KeyPairIds.includes(id)),
        )
        .map(keyShape),
    };
  },
  DeleteKeyPair: ({ region, touched }, input: { KeyName?: string; KeyPairId?: string }) => {
    for (const [name, pair] of keyPairs(region)) {
      if (name === input.KeyName || pair.id === input.KeyPairId) {
        keyPairs(region).delete(name);
        touched.push(pair.id);
        return { Return: true, KeyPairId: pair.id };
      }
    }
    // Deleting what is not there succeeds.
    return { Return: true };
  },
  CreateTags: (
    { region, touched },
    input: { Resources: string[]; Tags: { Key?: string; Value?: string }[] },
  ) => {
    for (const id of input.Resources) {
      const item = taggable(region, id);
      if (item === undefined) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
      Object.assign(item.tags, tagMap(input.Tags));
      touched.push(id);
    }
  },
  DeleteTags: ({ region, touched }, input: { Resources: string[]; Tags?: { Key?: string }[] }) => {
    for (const id of input.Resources) {
      const item = taggable(region, id);
      for (const key of input.Tags?.map(({ Key = '' }) => Key) ?? Object.keys(item?.tags ?? {}))
        delete item?.tags[key];
      touched.push(id);
    }
  },
  DescribeTags: ({ region }, input: Paging) => {
    const ids = [...instancesOf(region).keys(), ...securityGroups(region).keys()];
    const rows = ids.flatMap((ResourceId) => {
      const { type, tags } = taggable(region, ResourceId)!;
      return Object.entries(tags).map(([Key, Value]) => ({ ResourceId, ResourceType: type, Key, Value }));
    });
    const kept = applyFilters(rows, input.Filters, {
      'resource-id': ({ ResourceId }) => ResourceId,
      'resource-type': ({ ResourceType }) => ResourceType,
      key: ({ Key }) => Key,
      value: ({ Value }) => Value,
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults ?? 1000);
    return { Tags: items, NextToken: next };
  },
  DescribeVpcs: ({ region }) => ({
    Vpcs: [
      {
        VpcId: defaultVpc(region).vpcId,
        CidrBlock: '172.31.0.0/16',
        IsDefault: true,
        State: 'available',
        OwnerId: region.account.id,
      },
    ],
  }),
  DescribeSubnets: ({ region }) => ({
    Subnets: defaultVpc(region).subnets.map(({ id, zone }, index) => ({
      SubnetId: id,
      VpcId: defaultVpc(region).vpcId,
      AvailabilityZone: zone,
      CidrBlock: `172.31.${index * 16}.0/20`,
      DefaultForAz: true,
      State: 'available',
      OwnerId: region.account.id,
      AvailableIpAddressCount: 4091,
    })),
  }),
};

import { AwsError } from '../../aws-error.js';
import { page, tagList, tagMap, type Context, type Operation } from '../../service.js';
import { instancesOf, zonesOf } from '../../world/compute.js';
import { mustFind, type Maker, type Region } from '../../world/world.js';
import { applyFilters, tagsFor, type Paging, type TagSpecification } from './filters.js';

interface KeyPair {
  id: string;
  name: string;
  type: string;
  createdAt: number;
  tags: Record<string, string>;
  maker: Maker;
}

interface Permission {
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  IpRanges?: { CidrIp?: string }[];
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  permissions: Permission[];
  tags: Record<string, string>;
  maker: Maker;
}

const keyPairs = (region: Region) => region.table<KeyPair>('ec2:key-pairs');

/** The default VPC that every account has in every region: its ids, and its default security group. */
export function defaultVpc(region: Region): { vpcId: string; subnets: { id: string; zone: string }[] } {
  const table = region.table<{ vpcId: string; subnets: { id: string; zone: string }[] }>('ec2:vpc');
  let vpc = table.get('default');
  if (vpc === undefined) {
    const { random } = region.world;
    vpc = {
      vpcId: random.resourceId('vpc'),
      subnets: zonesOf(region).map((zone) => ({ id: random.resourceId('subnet'), zone })),
    };
    table.set('default', vpc);
  }
  return vpc;
}

export function securityGroups(region: Region): Map<string, SecurityGroup> {
  const table = region.table<SecurityGroup>('ec2:security-groups');
  if (table.size === 0) {
    const id = region.world.random.resourceId('sg');
    table.set(id, {
      id,
      name: 'default',
      description: 'default VPC security group',
      permissions: [],
      tags: {},
      maker: { accessKeyId: null, arn: null },
    });
  }
  return table;
}

function groupBy(
  region: Region,
  { GroupId, GroupName }: { GroupId?: string; GroupName?: string },
): SecurityGroup {
  const found = [...securityGroups(region).values()].find(({ id, name }) =>
    GroupId ? id === GroupId : name === GroupName,
  );
  if (found === undefined)
    throw new AwsError(
      'InvalidGroup.NotFound',
      `The security group '${GroupId ?? GroupName}' does not exist`,
    );
  return found;
}

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

const groupShape = (region: Region) => (group: SecurityGroup) => ({
  GroupId: group.id,
  GroupName: group.name,
  Description: group.description,
  OwnerId: region.account.id,
  VpcId: defaultVpc(region).vpcId,
  IpPermissions: group.permissions,
  IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  Tags: tagList(group.tags),
});

/** Everything in a region that can carry tags, by id: its type and its tags. */
function taggable(region: Region, id: string): { type: string; tags: Record<string, string> } | undefined {
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
  CreateSecurityGroup: (
    { region, world, maker, touched },
    input: { GroupName: string; Description: string; TagSpecifications?: TagSpecification[] },
  ) => {
    if ([...securityGroups(region).values()].some(({ name }) => name === input.GroupName)) {
      throw new AwsError(
        'InvalidGroup.Duplicate',
        `The security group '${input.GroupName}' already exists for VPC '${defaultVpc(region).vpcId}'`,
      );
    }
    const id = world.random.resourceId('sg');
    const tags = tagsFor(input.TagSpecifications, 'security-group');
    securityGroups(region).set(id, {
      id,
      name: input.GroupName,
      description: input.Description,
      permissions: [],
      tags,
      maker,
    });
    touched.push(id);
    return { GroupId: id, Tags: tagList(tags), SecurityGroupArn: region.arn('ec2', `security-group/${id}`) };
  },
  DescribeSecurityGroups: ({ region }, input: { GroupIds?: string[]; GroupNames?: string[] } & Paging) => {
    for (const id of input.GroupIds ?? []) groupBy(region, { GroupId: id });
    const all = applyFilters([...securityGroups(region).values()], input.Filters, {
      'group-id': ({ id }) => id,
      'group-name': ({ name }) => name,
      'vpc-id': () => defaultVpc(region).vpcId,
      description: ({ description }) => description,
    }).filter(
      ({ id, name }) =>
        (!input.GroupIds || input.GroupIds.includes(id)) &&
        (!input.GroupNames || input.GroupNames.includes(name)),
    );
    const { items, next } = page(all, input.NextToken, input.MaxResults ?? 1000);
    return { SecurityGroups: items.map(groupShape(region)), NextToken: next };
  },
  DeleteSecurityGroup: ({ region, touched }, input: { GroupId?: string; GroupName?: string }) => {
    const group = groupBy(region, input);
    if (group.name === 'default')
      throw new AwsError(
        'CannotDelete',
        `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
      );
    for (const instance of instancesOf(region).values()) {
      if (instance.securityGroupIds?.includes(group.id) && instance.states.at(-1)!.state !== 'terminated') {
        throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`);
      }
    }
    securityGroups(region).delete(group.id);
    touched.push(group.id);
    return { Return: true, GroupId: group.id };
  },
  AuthorizeSecurityGroupIngress: (
    { region, touched },
    input: {
      GroupId?: string;
      GroupName?: string;
      IpPermissions?: Permission[];
      CidrIp?: string;
    } & Permission,
  ) => {
    const group = groupBy(region, input);
    group.permissions.push(
      ...(input.IpPermissions ?? [
        {
          IpProtocol: input.IpProtocol ?? 'tcp',
          FromPort: input.FromPort ?? 0,
          ToPort: input.ToPort ?? 65535,
          IpRanges: [{ CidrIp: input.CidrIp ?? '0.0.0.0/0' }],
        },
      ]),
    );
    touched.push(group.id);
    return { Return: true, SecurityGroupRules: [] };
  },
  RevokeSecurityGroupIngress: (
    { region, touched },
    input: { GroupId?: string; GroupName?: string; IpPermissions?: Permission[] },
  ) => {
    const group = groupBy(region, input);
    const gone = new Set((input.IpPermissions ?? []).map((permission) => JSON.stringify(permission)));
    group.permissions = group.permissions.filter((permission) => !gone.has(JSON.stringify(permission)));
    touched.push(group.id);
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
    const kept = applyFilters(
      rows.map((row) => ({ ...row, tags: {} })),
      input.Filters,
      {
        'resource-id': ({ ResourceId }) => ResourceId,
        'resource-type': ({ ResourceType }) => ResourceType,
        key: ({ Key }) => Key,
        value: ({ Value }) => Value,
      },
    );
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
  DescribeAddresses: () => ({ Addresses: [] }),
};

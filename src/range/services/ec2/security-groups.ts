import { AwsError } from '../../aws-error.js';
import { page, tagList, type Context, type Operation } from '../../service.js';
import { instancesOf } from '../../world/compute.js';
import type { Maker, Region } from '../../world/world.js';
import { applyFilters, tagsFor, type Paging, type TagSpecification } from './filters.js';
import { defaultVpc } from './default-vpc.js';

interface Permission {
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  IpRanges?: { CidrIp?: string; Description?: string }[];
  Ipv6Ranges?: { CidrIpv6?: string; Description?: string }[];
  UserIdGroupPairs?: { GroupId?: string; Description?: string }[];
}

interface Rule {
  id: string;
  egress: boolean;
  protocol: string;
  from: number;
  to: number;
  /** Exactly one of the three. */
  cidr4?: string | undefined;
  cidr6?: string | undefined;
  group?: string | undefined;
  description?: string | undefined;
  maker: Maker;
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  rules: Rule[];
  tags: Record<string, string>;
  createdAt: number;
  maker: Maker;
}

const nobody: Maker = { accessKeyId: null, arn: null };

function newGroup(
  region: Region,
  name: string,
  description: string,
  tags: Record<string, string>,
  maker: Maker,
): SecurityGroup {
  const { random, clock } = region.world;
  const everywhere: Rule = {
    id: random.resourceId('sgr'),
    egress: true,
    protocol: '-1',
    from: -1,
    to: -1,
    cidr4: '0.0.0.0/0',
    maker,
  };
  return {
    id: random.resourceId('sg'),
    name,
    description,
    rules: [everywhere],
    tags,
    createdAt: clock.now(),
    maker,
  };
}

/** The region's security groups, the default VPC's own among them. */
export function securityGroups(region: Region): Map<string, SecurityGroup> {
  const table = region.table<SecurityGroup>('ec2:security-groups');
  if (table.size === 0) {
    const group = newGroup(region, 'default', 'default VPC security group', {}, nobody);
    table.set(group.id, group);
  }
  return table;
}

type Reference = { GroupId?: string; GroupName?: string };

function groupBy(region: Region, { GroupId, GroupName }: Reference): SecurityGroup {
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

/** One rule for each range and each group that a permission names. */
function rulesOf(region: Region, permissions: Permission[], egress: boolean, maker: Maker): Rule[] {
  return permissions.flatMap(
    ({
      IpProtocol = '-1',
      FromPort = -1,
      ToPort = -1,
      IpRanges = [],
      Ipv6Ranges = [],
      UserIdGroupPairs = [],
    }) => {
      const sources = [
        ...IpRanges.map(({ CidrIp, Description }) => ({ cidr4: CidrIp, description: Description })),
        ...Ipv6Ranges.map(({ CidrIpv6, Description }) => ({ cidr6: CidrIpv6, description: Description })),
        ...UserIdGroupPairs.map(({ GroupId, Description }) => ({ group: GroupId, description: Description })),
      ];
      return sources.map(
        (source): Rule => ({
          id: region.world.random.resourceId('sgr'),
          egress,
          protocol: IpProtocol,
          from: FromPort,
          to: ToPort,
          maker,
          ...source,
        }),
      );
    },
  );
}

const same = (a: Rule, b: Rule) =>
  a.egress === b.egress &&
  a.protocol === b.protocol &&
  a.from === b.from &&
  a.to === b.to &&
  a.cidr4 === b.cidr4 &&
  a.cidr6 === b.cidr6 &&
  a.group === b.group;

const ports = ({ protocol, from, to }: Rule) => ({
  IpProtocol: protocol,
  ...(protocol === '-1' ? {} : { FromPort: from, ToPort: to }),
});

const permissionShape = (rule: Rule) => ({
  ...ports(rule),
  IpRanges: rule.cidr4 === undefined ? [] : [{ CidrIp: rule.cidr4, Description: rule.description }],
  Ipv6Ranges: rule.cidr6 === undefined ? [] : [{ CidrIpv6: rule.cidr6, Description: rule.description }],
  UserIdGroupPairs: rule.group === undefined ? [] : [{ GroupId: rule.group, Description: rule.description }],
});

const ruleShape = (region: Region, group: SecurityGroup) => (rule: Rule) => ({
  SecurityGroupRuleId: rule.id,
  GroupId: group.id,
  GroupOwnerId: region.account.id,
  IsEgress: rule.egress,
  IpProtocol: rule.protocol,
  FromPort: rule.from,
  ToPort: rule.to,
  CidrIpv4: rule.cidr4,
  CidrIpv6: rule.cidr6,
  Description: rule.description,
  ...(rule.group === undefined ? {} : { ReferencedGroupInfo: { GroupId: rule.group } }),
});

const groupShape = (region: Region) => (group: SecurityGroup) => ({
  GroupId: group.id,
  GroupName: group.name,
  Description: group.description,
  OwnerId: region.account.id,
  VpcId: defaultVpc(region).vpcId,
  IpPermissions: group.rules.filter(({ egress }) => !egress).map(permissionShape),
  IpPermissionsEgress: group.rules.filter(({ egress }) => egress).map(permissionShape),
  Tags: tagList(group.tags),
});

type RuleInput = Reference &
  Permission & { IpPermissions?: Permission[]; CidrIp?: string; SecurityGroupRuleIds?: string[] };

/** The permissions of a call, also where they stand in the old flat form. */
const permissionsOf = (input: RuleInput): Permission[] =>
  input.IpPermissions ??
  (input.CidrIp === undefined ? [] : [{ ...input, IpRanges: [{ CidrIp: input.CidrIp }] }]);

const authorize =
  (egress: boolean) =>
  ({ region, maker, touched }: Context, input: RuleInput) => {
    const group = groupBy(region, input);
    const added = rulesOf(region, permissionsOf(input), egress, maker);
    if (added.some((rule) => group.rules.some((other) => same(rule, other)))) {
      throw new AwsError('InvalidPermission.Duplicate', 'the specified rule already exists');
    }
    group.rules.push(...added);
    touched.push(group.id, ...added.map(({ id }) => id));
    return { Return: true, SecurityGroupRules: added.map(ruleShape(region, group)) };
  };

const revoke =
  (egress: boolean) =>
  ({ region, maker, touched }: Context, input: RuleInput) => {
    const group = groupBy(region, input);
    const ids = input.SecurityGroupRuleIds ?? [];
    const unknown = ids.find((id) => !group.rules.some((rule) => rule.id === id && rule.egress === egress));
    if (unknown !== undefined)
      throw new AwsError(
        'InvalidSecurityGroupRuleId.NotFound',
        `The security group rule ID '${unknown}' does not exist`,
      );
    const described = rulesOf(region, permissionsOf(input), egress, maker);
    const gone = group.rules.filter(
      (rule) => ids.includes(rule.id) || described.some((other) => same(rule, other)),
    );
    if (described.length > 0 && gone.length === 0)
      throw new AwsError(
        'InvalidPermission.NotFound',
        'The specified rule does not exist in this security group.',
      );
    group.rules = group.rules.filter((rule) => !gone.includes(rule));
    touched.push(group.id, ...gone.map(({ id }) => id));
    return {
      Return: true,
      RevokedSecurityGroupRules: gone.map(({ id, egress: out }) => ({
        SecurityGroupRuleId: id,
        GroupId: group.id,
        IsEgress: out,
      })),
    };
  };

export const securityGroupOperations: Record<string, Operation> = {
  CreateSecurityGroup: (
    { region, maker, touched },
    input: { GroupName: string; Description: string; TagSpecifications?: TagSpecification[] },
  ) => {
    const table = securityGroups(region);
    if ([...table.values()].some(({ name }) => name === input.GroupName)) {
      throw new AwsError(
        'InvalidGroup.Duplicate',
        `The security group '${input.GroupName}' already exists for VPC '${defaultVpc(region).vpcId}'`,
      );
    }
    const group = newGroup(
      region,
      input.GroupName,
      input.Description,
      tagsFor(input.TagSpecifications, 'security-group'),
      maker,
    );
    table.set(group.id, group);
    touched.push(group.id);
    return {
      GroupId: group.id,
      Tags: tagList(group.tags),
      SecurityGroupArn: region.arn('ec2', `security-group/${group.id}`),
    };
  },
  DescribeSecurityGroups: ({ region }, input: { GroupIds?: string[]; GroupNames?: string[] } & Paging) => {
    for (const GroupId of input.GroupIds ?? []) groupBy(region, { GroupId });
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
  DescribeSecurityGroupRules: ({ region }, input: { SecurityGroupRuleIds?: string[] } & Paging) => {
    const all = [...securityGroups(region).values()].flatMap((group) =>
      group.rules.map((rule) => ({
        ...rule,
        groupId: group.id,
        shape: ruleShape(region, group)(rule),
      })),
    );
    const kept = applyFilters(all, input.Filters, {
      'group-id': ({ groupId }) => groupId,
      'security-group-rule-id': ({ id }) => id,
    }).filter(({ id }) => !input.SecurityGroupRuleIds || input.SecurityGroupRuleIds.includes(id));
    const { items, next } = page(kept, input.NextToken, input.MaxResults ?? 1000);
    return { SecurityGroupRules: items.map(({ shape }) => shape), NextToken: next };
  },
  DeleteSecurityGroup: ({ region, touched }, input: Reference) => {
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
  AuthorizeSecurityGroupIngress: authorize(false),
  AuthorizeSecurityGroupEgress: authorize(true),
  RevokeSecurityGroupIngress: revoke(false),
  RevokeSecurityGroupEgress: revoke(true),
};

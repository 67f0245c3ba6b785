import { asText, type Finding, type JsonObject, type OriginRule } from '../../model/index.js';
import { change, type OutputOf, type InputOfChange } from '../../aws/index.js';
import { idsIn } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource, tagsOf, asAnswered } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type Rule = NonNullable<OutputOf<'ec2', 'DescribeSecurityGroupRules'>['SecurityGroupRules']>[number];

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'ec2.amazonaws.com',
    name,
    effect,
    ids: ({ request, response }) => idsIn([request, response], /sgr-[0-9a-f]+/),
  };
}

/** Rules that the attacker put into security groups, whoever's they are: the rule is the resource. */
export const securityGroupRules: Play = {
  id: 'security-group-rules',
  move: 'opens ports in security groups',
  noun: 'rules of security groups',
  phase: 'evict',
  service: 'ec2',
  scope: 'regional',
  permissions: {
    find: ['ec2:DescribeSecurityGroupRules'],
    contain: ['ec2:RevokeSecurityGroupIngress', 'ec2:RevokeSecurityGroupEgress'],
    undo: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:AuthorizeSecurityGroupEgress'],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('ec2', 'DescribeSecurityGroupRules', region, {
      MaxResults: 1000,
    })) {
      for (const one of page.SecurityGroupRules ?? []) {
        yield makeResource({
          play: 'security-group-rules',
          type: 'security group rule',
          id: one.SecurityGroupRuleId,
          region,
          state: one.IsEgress === true ? 'outbound' : 'inbound',
          live: true,
          tags: tagsOf(one.Tags),
          links: linkTo('security-group', one.GroupId),
          properties: {
            groupId: one.GroupId ?? null,
            egress: one.IsEgress ?? false,
            permission: permissionOf(one) as JsonObject,
          },
        });
      }
    }
  },

  origin: [
    rule('AuthorizeSecurityGroupIngress', 'made'),
    rule('AuthorizeSecurityGroupEgress', 'made'),
    rule('RevokeSecurityGroupIngress', 'undone'),
    rule('RevokeSecurityGroupEgress', 'undone'),
  ],

  contain: (finding) => (finding.class === 'tampered' ? [] : [revoke(finding)]),
  // One that is there is one that is open.
  verify: () => false,
  noUndo: null,
  scenario: 'doors',
};

type Permission = NonNullable<InputOfChange<'ec2', 'AuthorizeSecurityGroupIngress'>['IpPermissions']>[number];

function revoke(finding: Finding) {
  const { id, properties } = finding.resource;
  const egress = properties['egress'] === true;
  const GroupId = asText(properties['groupId']) ?? '';
  const opened = { GroupId, IpPermissions: [asAnswered<Permission>(properties['permission'] ?? null)] };
  return makeAction(securityGroupRules, [finding], {
    ...(egress
      ? change('ec2', 'RevokeSecurityGroupEgress', { GroupId, SecurityGroupRuleIds: [id] })
      : change('ec2', 'RevokeSecurityGroupIngress', { GroupId, SecurityGroupRuleIds: [id] })),
    title: `revoke rule ${id} of security group ${asText(properties['groupId']) ?? '?'}`,
    before: properties,
    undo: [
      egress
        ? change('ec2', 'AuthorizeSecurityGroupEgress', opened)
        : change('ec2', 'AuthorizeSecurityGroupIngress', opened),
    ],
  });
}

/** The rule as Authorize… takes it. */
function permissionOf(one: Rule): Permission {
  const about = one.Description === undefined ? {} : { Description: one.Description };
  const peer = one.ReferencedGroupInfo;
  return {
    IpProtocol: one.IpProtocol ?? '-1',
    ...(one.FromPort === undefined ? {} : { FromPort: one.FromPort }),
    ...(one.ToPort === undefined ? {} : { ToPort: one.ToPort }),
    ...(one.CidrIpv4 === undefined ? {} : { IpRanges: [{ CidrIp: one.CidrIpv4, ...about }] }),
    ...(one.CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: one.CidrIpv6, ...about }] }),
    ...(one.PrefixListId === undefined
      ? {}
      : { PrefixListIds: [{ PrefixListId: one.PrefixListId, ...about }] }),
    ...(peer?.GroupId === undefined
      ? {}
      : {
          UserIdGroupPairs: [
            {
              GroupId: peer.GroupId,
              ...(peer.UserId === undefined ? {} : { UserId: peer.UserId }),
              ...about,
            },
          ],
        }),
  };
}

import { change } from '../../aws/index.js';
import { fromResponse, idsIn } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'ec2.amazonaws.com';
const noUndo = 'A deleted security group has to be made anew; its rules are kept in the record.';

/** Security groups that the attacker made open nothing once its instances are gone: they are reported, and removed
 *  on request. Rules put into an innocent's group are the play security-group-rules'. */
export const securityGroups: Play = {
  id: 'security-groups',
  move: 'leaves security groups behind',
  noun: 'security groups',
  phase: 'evict',
  service: 'ec2',
  scope: 'regional',
  permissions: { find: ['ec2:DescribeSecurityGroups'], contain: ['ec2:DeleteSecurityGroup'], undo: [] },

  async *find(reader, region) {
    for await (const page of reader.pages('ec2', 'DescribeSecurityGroups', region, { MaxResults: 1000 })) {
      for (const group of page.SecurityGroups ?? []) {
        yield makeResource({
          play: 'security-groups',
          type: 'security group',
          id: group.GroupId,
          region,
          state: 'there',
          live: false,
          tags: tagsOf(group.Tags),
          properties: { name: group.GroupName ?? null, vpc: group.VpcId ?? null },
        });
      }
    }
  },

  origin: [
    { source, name: 'CreateSecurityGroup', effect: 'made', ids: fromResponse('groupId') },
    {
      source,
      name: 'DeleteSecurityGroup',
      effect: 'undone',
      ids: ({ request }) => idsIn(request, /sg-[0-9a-f]+/),
    },
  ],

  contain: (finding, { options }) =>
    options.evict === 'remove' && finding.class !== 'tampered'
      ? [
          makeAction(securityGroups, [finding], {
            ...change('ec2', 'DeleteSecurityGroup', { GroupId: finding.resource.id }),
            title: `delete security group ${finding.resource.id}`,
            before: finding.resource.properties,
            undo: { none: noUndo },
          }),
        ]
      : [],
  onRequest: ({ evict }) => evict === 'remove',
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'doors',
};

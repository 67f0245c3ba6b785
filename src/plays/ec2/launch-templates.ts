import { change } from '../../aws/index.js';
import type { OriginRule } from '../../model/index.js';
import { idsIn } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const noUndo = 'A deleted launch template has to be made anew.';

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'ec2.amazonaws.com',
    name,
    effect,
    ids: ({ request, response }) => idsIn([request, response], /lt-[0-9a-f]+/),
  };
}

/** Launch templates start nothing by themselves: they are reported, and removed on request. */
export const launchTemplates: Play = {
  id: 'launch-templates',
  move: 'leaves launch templates behind',
  noun: 'launch templates',
  phase: 'evict',
  service: 'ec2',
  scope: 'regional',
  permissions: { find: ['ec2:DescribeLaunchTemplates'], contain: ['ec2:DeleteLaunchTemplate'], undo: [] },

  async *find(reader, region) {
    for await (const page of reader.pages('ec2', 'DescribeLaunchTemplates', region, {})) {
      for (const template of page.LaunchTemplates ?? []) {
        yield makeResource({
          play: 'launch-templates',
          type: 'launch template',
          id: template.LaunchTemplateId,
          region,
          state: `version ${template.DefaultVersionNumber ?? '?'}`,
          live: false,
          createdAt: template.CreateTime,
          tags: tagsOf(template.Tags),
          properties: {
            name: template.LaunchTemplateName ?? null,
            defaultVersion: template.DefaultVersionNumber ?? null,
            latestVersion: template.LatestVersionNumber ?? null,
          },
        });
      }
    }
  },

  origin: [
    rule('CreateLaunchTemplate', 'made'),
    rule('CreateLaunchTemplateVersion', 'changed'),
    rule('ModifyLaunchTemplate', 'changed'),
    rule('DeleteLaunchTemplate', 'undone'),
  ],

  contain: (finding, { options }) =>
    options.removeTemplates && finding.class !== 'tampered'
      ? [
          makeAction(launchTemplates, [finding], {
            ...change('ec2', 'DeleteLaunchTemplate', { LaunchTemplateId: finding.resource.id }),
            title: `delete launch template ${finding.resource.id}`,
            before: finding.resource.properties,
            undo: { none: noUndo },
          }),
        ]
      : [],
  onRequest: ({ removeTemplates }) => removeTemplates,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'fleets',
};

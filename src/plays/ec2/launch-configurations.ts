import { change } from '../../aws/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'autoscaling.amazonaws.com';
const noUndo = 'A deleted launch configuration has to be made anew.';

/** Launch configurations start nothing by themselves: they are reported, and removed on request. */
export const launchConfigurations: Play = {
  id: 'launch-configurations',
  move: 'leaves launch configurations behind',
  noun: 'launch configurations',
  phase: 'evict',
  service: 'autoscaling',
  scope: 'regional',
  permissions: {
    find: ['autoscaling:DescribeLaunchConfigurations'],
    contain: ['autoscaling:DeleteLaunchConfiguration'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('autoscaling', 'DescribeLaunchConfigurations', region, {})) {
      for (const one of page.LaunchConfigurations ?? []) {
        yield makeResource({
          play: 'launch-configurations',
          type: 'launch configuration',
          id: one.LaunchConfigurationName,
          region,
          state: 'there',
          live: false,
          createdAt: one.CreatedTime,
          links: [...linkTo('key-pair', one.KeyName), ...linkTo('image', one.ImageId)],
          properties: { instanceType: one.InstanceType ?? null, imageId: one.ImageId ?? null },
        });
      }
    }
  },

  origin: [
    {
      source,
      name: 'CreateLaunchConfiguration',
      effect: 'made',
      ids: fromRequest('launchConfigurationName'),
    },
    {
      source,
      name: 'DeleteLaunchConfiguration',
      effect: 'undone',
      ids: fromRequest('launchConfigurationName'),
    },
  ],

  contain: (finding, { options }) =>
    options.removeTemplates && finding.class !== 'tampered'
      ? [
          makeAction(launchConfigurations, [finding], {
            ...change('autoscaling', 'DeleteLaunchConfiguration', {
              LaunchConfigurationName: finding.resource.id,
            }),
            title: `delete launch configuration ${finding.resource.id}`,
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

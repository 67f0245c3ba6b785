import { change } from '../../aws/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { chunks, makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'codebuild.amazonaws.com';
const named = fromRequest('projectName');
const noUndo = 'A webhook’s secret cannot be read, so none can be put back; a new one can be made.';

/** BatchGetProjects takes up to 100 names (CodeBuild API reference, BatchGetProjects). */
const maxNames = 100;

/** CodeBuild projects with a webhook: whoever pushes to the repository behind it starts a build, without any key. */
export const codebuildProjects: Play = {
  id: 'codebuild-projects',
  move: 'leaves CodeBuild projects that a push starts',
  noun: 'CodeBuild projects',
  phase: 'stop',
  service: 'codebuild',
  scope: 'regional',
  permissions: {
    find: ['codebuild:ListProjects', 'codebuild:BatchGetProjects'],
    contain: ['codebuild:DeleteWebhook'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('codebuild', 'ListProjects', region, {})) {
      for (const names of chunks(page.projects ?? [], maxNames)) {
        const { projects } = await reader.call('codebuild', 'BatchGetProjects', region, { names });
        for (const project of projects ?? []) {
          const hooked = project.webhook !== undefined;
          yield makeResource({
            play: 'codebuild-projects',
            type: 'CodeBuild project',
            id: project.name,
            region,
            state: hooked ? 'with a webhook' : 'without a webhook',
            live: hooked,
            createdAt: project.created,
            tags: tagsOf(project.tags),
            properties: {
              source: project.source?.type ?? null,
              location: project.source?.location ?? null,
              computeType: project.environment?.computeType ?? null,
            },
          });
        }
      }
    }
  },

  origin: [
    { source, name: 'CreateProject', effect: 'made', ids: fromResponse('project', 'name') },
    { source, name: 'CreateWebhook', effect: 'changed', ids: named },
    { source, name: 'UpdateProject', effect: 'changed', ids: fromRequest('name') },
    { source, name: 'DeleteWebhook', effect: 'undone', ids: named },
    { source, name: 'DeleteProject', effect: 'undone', ids: fromRequest('name') },
  ],

  contain: (finding) =>
    !finding.resource.live || finding.class === 'tampered'
      ? []
      : [
          makeAction(codebuildProjects, [finding], {
            ...change('codebuild', 'DeleteWebhook', { projectName: finding.resource.id }),
            title: `delete the webhook of CodeBuild project ${finding.resource.id}`,
            before: finding.resource.properties,
            undo: { none: noUndo },
          }),
        ],
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'hosting',
};

import { change } from '../../aws/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'codebuild.amazonaws.com';
const noUndo = 'A stopped build cannot be taken up again; it can be started anew.';

/** A build may take 36 hours, after 8 in the queue (CodeBuild user guide, "Quotas"): older ones are over.
 *  Milliseconds. */
const longestBuild = 44 * 3_600_000;

export const codebuildBuilds: Play = {
  id: 'codebuild-builds',
  move: 'runs CodeBuild builds',
  noun: 'CodeBuild builds',
  phase: 'stop',
  service: 'codebuild',
  scope: 'regional',
  permissions: {
    find: ['codebuild:ListBuilds', 'codebuild:BatchGetBuilds'],
    contain: ['codebuild:StopBuild'],
    undo: [],
  },

  async *find(reader, region) {
    const oldest = reader.now() - longestBuild;
    for await (const { ids } of reader.pages('codebuild', 'ListBuilds', region, {
      sortOrder: 'DESCENDING',
    })) {
      if (ids === undefined || ids.length === 0) continue;
      const { builds } = await reader.call('codebuild', 'BatchGetBuilds', region, { ids });
      for (const build of builds ?? []) {
        if (build.buildStatus !== 'IN_PROGRESS') continue;
        yield makeResource({
          play: 'codebuild-builds',
          type: 'CodeBuild build',
          id: build.id,
          region,
          state: build.buildStatus,
          live: true,
          createdAt: build.startTime,
          properties: {
            project: build.projectName ?? null,
            initiator: build.initiator ?? null,
            computeType: build.environment?.computeType ?? null,
          },
        });
      }
      // Newest first: from here on every build is over.
      if ((builds ?? []).every(({ startTime }) => startTime !== undefined && startTime.getTime() < oldest))
        break;
    }
  },

  origin: [
    { source, name: 'StartBuild', effect: 'made', ids: fromResponse('build', 'id') },
    { source, name: 'StopBuild', effect: 'undone', ids: fromRequest('id') },
  ],

  contain: (finding) =>
    finding.class === 'tampered'
      ? []
      : [
          makeAction(codebuildBuilds, [finding], {
            ...change('codebuild', 'StopBuild', { id: finding.resource.id }),
            title: `stop CodeBuild build ${finding.resource.id}`,
            before: { state: finding.resource.state },
            undo: { none: noUndo },
          }),
        ],
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'hosting',
};

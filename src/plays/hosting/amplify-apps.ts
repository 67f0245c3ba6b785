import { change, type Reader } from '../../aws/index.js';
import {
  type Action,
  asObject,
  asText,
  type Finding,
  type Json,
  type JsonObject,
} from '../../model/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, textsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'amplify.amazonaws.com';

/** Amplify apps: their builds run the attacker's code on AWS's machines, and start at each push. */
export const amplifyApps: Play = {
  id: 'amplify-apps',
  move: 'builds by Amplify apps',
  noun: 'Amplify apps',
  phase: 'stop',
  service: 'amplify',
  scope: 'regional',
  permissions: {
    find: ['amplify:ListApps', 'amplify:ListBranches', 'amplify:ListJobs'],
    contain: ['amplify:StopJob', 'amplify:UpdateBranch'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('amplify', 'ListApps', region, {})) {
      for (const app of page.apps ?? []) {
        const branches = await branchesOf(reader, region, app.appId ?? '');
        yield makeResource({
          play: 'amplify-apps',
          type: 'Amplify app',
          id: app.appId,
          region,
          state: `${branches.length} branches`,
          live: branches.some(({ autoBuild, jobs }) => autoBuild || jobs.length > 0),
          createdAt: app.createTime,
          tags: app.tags,
          properties: { name: app.name ?? null, repository: app.repository ?? null, branches },
        });
      }
    }
  },

  origin: [
    { source, name: 'CreateApp', effect: 'made', ids: fromResponse('app', 'appId') },
    { source, name: 'UpdateApp', effect: 'changed', ids: fromRequest('appId') },
    { source, name: 'CreateBranch', effect: 'changed', ids: fromRequest('appId') },
    { source, name: 'DeleteApp', effect: 'undone', ids: fromRequest('appId') },
  ],

  contain: (finding) => (finding.resource.live && finding.class !== 'tampered' ? stop(finding) : []),
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'hosting',
};

function stop(finding: Finding): Action[] {
  const { id, properties } = finding.resource;
  const branches: Json[] = Array.isArray(properties['branches']) ? properties['branches'] : [];
  return branches
    .map((branch) => asObject(branch) ?? {})
    .flatMap((branch: JsonObject) => {
      const branchName = asText(branch['name']) ?? '';
      const jobs = textsOf(branch['jobs']);
      const to = (enableAutoBuild: boolean) =>
        change('amplify', 'UpdateBranch', { appId: id, branchName, enableAutoBuild });
      return [
        ...(branch['autoBuild'] === true
          ? [
              makeAction(amplifyApps, [finding], {
                ...to(false),
                title: `stop the builds of branch ${branchName} of Amplify app ${id}`,
                before: { enableAutoBuild: true },
                undo: [to(true)],
              }),
            ]
          : []),
        ...jobs.map((jobId) =>
          makeAction(amplifyApps, [finding], {
            ...change('amplify', 'StopJob', { appId: id, branchName, jobId }),
            title: `stop a job of branch ${branchName} of Amplify app ${id}`,
            before: { status: 'running' },
            undo: { none: 'A stopped job cannot be taken up again; it can be started anew.' },
          }),
        ),
      ];
    });
}

async function branchesOf(
  reader: Reader,
  region: string,
  appId: string,
): Promise<{ name: string; autoBuild: boolean; jobs: string[] }[]> {
  const branches: { name: string; autoBuild: boolean; jobs: string[] }[] = [];
  for await (const page of reader.pages('amplify', 'ListBranches', region, { appId })) {
    for (const { branchName, enableAutoBuild } of page.branches ?? []) {
      const jobs: string[] = [];
      // Newest first; a branch runs one job at a time, so the first page has it.
      const { jobSummaries } = await reader.call('amplify', 'ListJobs', region, {
        appId,
        branchName,
        maxResults: 50,
      });
      for (const { jobId, status } of jobSummaries ?? []) {
        if (['CREATED', 'PENDING', 'PROVISIONING', 'RUNNING'].includes(status ?? '')) jobs.push(jobId ?? '');
      }
      branches.push({ name: branchName ?? '', autoBuild: enableAutoBuild === true, jobs });
    }
  }
  return branches;
}

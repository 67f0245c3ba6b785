import { change, type OutputOf } from '../../aws/index.js';
import {
  type Action,
  asObject,
  asText,
  type Finding,
  type Json,
  type OriginRule,
  type Resource,
  type TrailEvent,
} from '../../model/index.js';
import { chunks, makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type Desktop = NonNullable<OutputOf<'workspaces', 'DescribeWorkspaces'>['Workspaces']>[number];

const noUndo = 'A terminated WorkSpace cannot be brought back; what it was is kept in the record.';

/** The WorkSpaces of a list of objects. User names are their caller's to choose: only the field that AWS fills counts. */
function idsIn(list: Json | undefined): string[] {
  return (Array.isArray(list) ? list : []).flatMap((one) => asText(asObject(one)?.['workspaceId']) ?? []);
}

function rule(
  name: string,
  effect: OriginRule['effect'],
  ids: (event: TrailEvent) => string[] = ({ request }) => idsIn([request ?? null]),
): OriginRule {
  return { source: 'workspaces.amazonaws.com', name, effect, ids };
}

const asked = (field: string) => (event: TrailEvent) => idsIn(event.request?.[field]);

/** Amazon WorkSpaces: desktops, with GPUs too, that run in an account of AWS's and show in no list of EC2's. */
export const workspaces: Play = {
  id: 'workspaces',
  move: 'runs on WorkSpaces',
  noun: 'WorkSpaces',
  phase: 'stop',
  service: 'workspaces',
  scope: 'regional',
  permissions: {
    find: ['workspaces:DescribeWorkspaces'],
    contain: ['workspaces:TerminateWorkspaces'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('workspaces', 'DescribeWorkspaces', region, { Limit: 25 })) {
      for (const one of page.Workspaces ?? []) yield asResource(one, region);
    }
  },

  origin: [
    rule('CreateWorkspaces', 'made', ({ response }) => idsIn(response?.['pendingRequests'])),
    rule('ModifyWorkspaceProperties', 'changed'),
    rule('StartWorkspaces', 'started', asked('startWorkspaceRequests')),
    rule('StopWorkspaces', 'stopped', asked('stopWorkspaceRequests')),
    rule('TerminateWorkspaces', 'undone', asked('terminateWorkspaceRequests')),
  ],

  contain: () => [],
  containAll: (findings) =>
    // 25 a call (WorkSpaces API reference, TerminateWorkspaces).
    chunks(
      findings.filter(({ class: classed, resource }) => resource.live && classed !== 'tampered'),
      25,
    ).map(terminate),
  // How an innocent’s was is in no record; one that was started stops by itself, or is its user’s.
  restored: () => false,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'launchers',
};

function terminate(findings: Finding[]): Action {
  const ids = findings.map(({ resource }) => resource.id);
  return makeAction(workspaces, findings, {
    ...change('workspaces', 'TerminateWorkspaces', {
      TerminateWorkspaceRequests: ids.map((WorkspaceId) => ({ WorkspaceId })),
    }),
    title: ids.length === 1 ? `terminate WorkSpace ${ids[0] ?? ''}` : `terminate ${ids.length} WorkSpaces`,
    causes: ['What its user kept on a WorkSpace is deleted with it.'],
    before: Object.fromEntries(findings.map(({ resource }) => [resource.id, resource.properties])),
    undo: { none: noUndo },
  });
}

function asResource(one: Desktop, region: string): Resource {
  const state = one.State ?? 'unknown';
  return makeResource({
    play: 'workspaces',
    type: 'WorkSpace',
    id: one.WorkspaceId,
    region,
    state,
    // A stopped one is billed by the month.
    live: !/^(TERMINATING|TERMINATED)$/.test(state),
    properties: {
      user: one.UserName ?? null,
      directory: one.DirectoryId ?? null,
      bundle: one.BundleId ?? null,
      compute: one.WorkspaceProperties?.ComputeTypeName ?? null,
      runningMode: one.WorkspaceProperties?.RunningMode ?? null,
    },
  });
}

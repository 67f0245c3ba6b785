import { describe, expect, it } from 'vitest';
import { undone } from '../../src/contain/run/isolate.js';
import type { Action } from '../../src/model/action.js';
import { appstream } from '../../src/plays/hosting/appstream.js';
import { stackSets } from '../../src/plays/hosting/stack-sets.js';
import { workspaces } from '../../src/plays/hosting/workspaces.js';
import { calls, context, event, finding, originOf, resource } from './make.js';

const desktops = (count: number) =>
  Array.from({ length: count }, (_, at) => finding(resource('workspaces', `ws-${1000 + at}`)));

describe('WorkSpaces', () => {
  it('are known by the ids that AWS gave, whatever their users are called', () => {
    const response = {
      failedRequests: [{ workspaceRequest: { userName: 'x' } }],
      pendingRequests: [{ workspaceId: 'ws-mine12345', userName: 'ws-theirs123' }],
    };
    const source = 'workspaces.amazonaws.com';
    const request = { workspaces: [{ userName: 'ws-theirs123', workspaceId: 'ws-theirs123' }] };
    expect(originOf(workspaces, event({ source, name: 'CreateWorkspaces', request, response }))).toEqual([
      { effect: 'made', ids: ['ws-mine12345'] },
    ]);
    const ended = { terminateWorkspaceRequests: [{ workspaceId: 'ws-mine12345' }] };
    expect(originOf(workspaces, event({ source, name: 'TerminateWorkspaces', request: ended }))).toEqual([
      { effect: 'undone', ids: ['ws-mine12345'] },
    ]);
  });

  it('are terminated by 25; an innocent’s that was changed lives, and is never called restored', () => {
    const all = calls(workspaces.containAll?.(desktops(30), context()) ?? []);
    expect(
      all.map(([, input]) => (input as { TerminateWorkspaceRequests: [] }).TerminateWorkspaceRequests.length),
    ).toEqual([25, 5]);
    const changed = { ...desktops(1)[0]!, class: 'tampered' as const };
    expect(workspaces.containAll?.([changed], context())).toEqual([]);
    expect(workspaces.restored?.(changed)).toBe(false);
  });

  it('that AWS did not end are no success, though the call as a whole went through', () => {
    const [action] = workspaces.containAll?.(desktops(2), context()) ?? [];
    const FailedRequests = [
      { WorkspaceId: 'ws-1000', ErrorCode: 'ResourceNotFound.Workspace', ErrorMessage: 'none' },
      { WorkspaceId: 'ws-1001', ErrorCode: 'OperationNotSupported', ErrorMessage: 'of a pool' },
    ];
    expect(undone(action as Action, { FailedRequests })).toMatchObject({ code: 'OperationNotSupported' });
    expect(undone(action as Action, { FailedRequests: [] })).toBeNull();
  });
});

describe('AppStream', () => {
  it('tells a fleet from an image builder of its name', () => {
    const source = 'appstream.amazonaws.com';
    const of = (name: string) => originOf(appstream, event({ source, name, request: { name: 'gpu' } }));
    expect(of('CreateFleet')).toEqual([{ effect: 'made', ids: ['fleet/gpu'] }]);
    expect(of('StartImageBuilder')).toEqual([{ effect: 'started', ids: ['image-builder/gpu'] }]);
  });

  it('is stopped and can be started again; an innocent’s only where its owner had stopped it', () => {
    const fleet = finding(resource('appstream', 'fleet/gpu'));
    const [stop] = appstream.contain(fleet, context());
    expect(stop).toMatchObject({ operation: 'StopFleet', input: { Name: 'gpu' } });
    expect(stop?.undo).toMatchObject({ calls: [{ operation: 'StartFleet', input: { Name: 'gpu' } }] });
    const enlarged = { ...fleet, class: 'tampered' as const };
    expect(appstream.contain(enlarged, context())).toEqual([]);
    expect(appstream.restored?.(enlarged)).toBe(false);
    const builder = finding(resource('appstream', 'image-builder/golden'), {
      class: 'tampered',
      before: { state: 'stopped' },
    });
    expect(calls(appstream.contain(builder, context()))).toEqual([['StopImageBuilder', { Name: 'golden' }]]);
  });
});

describe('stack sets', () => {
  const set = (more: object, over = {}) =>
    finding(
      resource('stack-sets', 'web', { properties: { units: [], regions: [], accounts: [], ...more } }),
      over,
    );
  const placed = { accounts: ['111122223333'], regions: ['eu-west-2'] };

  it('lose their stacks first, and go once they have none', () => {
    expect(calls(stackSets.contain(set(placed), context()))).toEqual([
      [
        'DeleteStackInstances',
        {
          StackSetName: 'web',
          Accounts: ['111122223333'],
          Regions: ['eu-west-2'],
          RetainStacks: false,
          // One that cannot be deleted keeps no other.
          OperationPreferences: {
            FailureTolerancePercentage: 100,
            MaxConcurrentPercentage: 100,
            RegionConcurrencyType: 'PARALLEL',
          },
        },
      ],
    ]);
    expect(calls(stackSets.contain(set({}), context()))).toEqual([
      ['DeleteStackSet', { StackSetName: 'web' }],
    ]);
    expect(stackSets.contain(set(placed, { class: 'tampered' }), context())).toEqual([]);
  });

  it('of an organization are named by its units', () => {
    const more = { ...placed, permissionModel: 'SERVICE_MANAGED', units: ['ou-ab12-34567890'] };
    const [[, input] = []] = calls(stackSets.contain(set(more), context()));
    expect(input).toMatchObject({ DeploymentTargets: { OrganizationalUnitIds: ['ou-ab12-34567890'] } });
    expect(input).not.toHaveProperty('Accounts');
  });

  it('are known by name, by whichever a request names them', () => {
    const source = 'cloudformation.amazonaws.com';
    for (const stackSetName of ['web', 'web:5f1a'])
      expect(
        originOf(stackSets, event({ source, name: 'CreateStackInstances', request: { stackSetName } })),
      ).toEqual([{ effect: 'changed', ids: ['web'] }]);
  });
});

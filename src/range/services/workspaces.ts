import type { Context, Service } from '../service.js';
import { paged, Shelf } from './shelf.js';

const desktops = new Shelf(
  'workspaces:workspaces',
  ['ResourceNotFoundException', 400],
  null,
  ({ State }) => State === 'AVAILABLE',
);

interface Wanted {
  DirectoryId: string;
  UserName: string;
  BundleId: string;
  WorkspaceProperties?: { ComputeTypeName?: string; RunningMode?: string };
}

function create(context: Context, { Workspaces }: { Workspaces: Wanted[] }) {
  const pending = Workspaces.map((wanted) => {
    const id = `ws-${context.world.random.text(9, 'abcdefghijklmnopqrstuvwxyz0123456789')}`;
    return desktops.add(context, id, { ...wanted, WorkspaceId: id, State: 'AVAILABLE' });
  });
  context.trail.responseElements = {
    failedRequests: [],
    pendingRequests: pending.map((one) => ({
      workspaceId: one.id,
      directoryId: one.DirectoryId as string,
      userName: one.UserName as string,
      state: 'PENDING',
    })),
  };
  return { FailedRequests: [], PendingRequests: pending.map((one) => ({ ...one, State: 'PENDING' })) };
}

/** Amazon WorkSpaces: desktops in an account of AWS's. */
export const workspaces: Service = {
  operations: {
    CreateWorkspaces: create,
    DescribeWorkspaces: ({ region }, input: { Limit?: number; NextToken?: string }) =>
      paged('Workspaces', desktops.all(region), input.NextToken, input.Limit ?? 25, 'NextToken'),
    /** One that is not there is told in the answer, and the rest goes. */
    TerminateWorkspaces: (context, input: { TerminateWorkspaceRequests: { WorkspaceId: string }[] }) => {
      const { clock, settings } = context.world;
      const failed = input.TerminateWorkspaceRequests.flatMap(({ WorkspaceId }) => {
        if (desktops.find(context.region, WorkspaceId) === undefined)
          return [{ WorkspaceId, ErrorCode: 'ResourceNotFound.Workspace', ErrorMessage: 'not found' }];
        desktops.change(context, WorkspaceId, { State: 'TERMINATING' });
        clock.after(
          settings.terminateMs,
          () => void context.region.table('workspaces:workspaces').delete(WorkspaceId),
        );
        return [];
      });
      return { FailedRequests: failed };
    },
  },
};

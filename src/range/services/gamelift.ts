import type { Context, Service } from '../service.js';
import { paged, Shelf, short } from './shelf.js';

const gone: [string, number] = ['NotFoundException', 400];
const fleets = new Shelf('gamelift:fleets', gone, null, ({ Status }) => Status === 'ACTIVE');

interface FleetInput {
  Name?: string;
  EC2InstanceType?: string;
  FleetType?: string;
  InstanceRoleArn?: string;
}
type Paging = { FleetIds?: string[]; Limit?: number; NextToken?: string };

function create(context: Context, input: FleetInput) {
  const { region, world, now } = context;
  if (input.InstanceRoleArn !== undefined) context.authorize('iam:PassRole', input.InstanceRoleArn);
  const id = `fleet-${world.random.uuid()}`;
  const fleet = fleets.add(context, id, {
    ...{ FleetId: id, FleetArn: region.arn('gamelift', `fleet/${id}`), Name: input.Name, Status: 'ACTIVE' },
    ...{ InstanceType: input.EC2InstanceType, FleetType: input.FleetType ?? 'ON_DEMAND', CreationTime: now },
    capacity: { desired: 1, min: 0, max: 1 },
  });
  context.trail.responseElements = {
    fleetAttributes: { fleetId: id, fleetArn: fleet.FleetArn as string, status: 'NEW' },
  };
  return { FleetAttributes: { ...fleet, Status: 'NEW' } };
}

/** Amazon GameLift: fleets of instances that are AWS's own, and show nowhere else. */
export const gamelift: Service = {
  operations: {
    CreateFleet: create,
    DescribeFleetAttributes: ({ region }, input: Paging) =>
      paged(
        'FleetAttributes',
        fleets.all(region).filter(({ id }) => input.FleetIds?.some((one) => short(one) === id) ?? true),
        input.NextToken,
        input.Limit ?? 100,
        'NextToken',
      ),
    UpdateFleetCapacity: (
      context,
      input: { FleetId: string; DesiredInstances?: number; MinSize?: number; MaxSize?: number },
    ) => {
      const before = fleets.get(context.region, short(input.FleetId));
      const { desired, min, max } = before.capacity as { desired: number; min: number; max: number };
      fleets.change(context, before.id, {
        capacity: {
          desired: input.DesiredInstances ?? desired,
          min: input.MinSize ?? min,
          max: input.MaxSize ?? max,
        },
      });
      return { FleetId: before.id, FleetArn: before.FleetArn as string };
    },
    /** The fleet shows as DELETING until its instances have ended. */
    DeleteFleet: (context, input: { FleetId: string }) => {
      const { clock, settings } = context.world;
      const { id } = fleets.change(context, short(input.FleetId), { Status: 'DELETING' });
      clock.after(settings.terminateMs, () => void context.region.table('gamelift:fleets').delete(id));
    },
  },
};

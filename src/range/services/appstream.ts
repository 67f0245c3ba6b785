import type { Context, Service } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

const gone: [string, number] = ['ResourceNotFoundException', 400];
const taken = 'ResourceAlreadyExistsException';
const runs = ({ State }: Thing): boolean => State === 'RUNNING';
const fleets = new Shelf('appstream:fleets', gone, taken, runs);
const builders = new Shelf('appstream:image-builders', gone, taken, runs);

interface FleetInput {
  Name: string;
  InstanceType?: string;
  ComputeCapacity?: { DesiredInstances?: number };
  IamRoleArn?: string;
}
type Named = { Name: string };
type Paging = { NextToken?: string };

function pass(context: Context, role: string | undefined): void {
  if (role !== undefined) context.authorize('iam:PassRole', role);
}

const to = (shelf: Shelf, State: string) => (context: Context, input: Named) =>
  void shelf.change(context, input.Name, { State });

/** Amazon AppStream: fleets are made stopped, image builders running (AppStream API reference). */
export const appstream: Service = {
  operations: {
    CreateFleet: (context, input: FleetInput) => {
      pass(context, input.IamRoleArn);
      const Desired = input.ComputeCapacity?.DesiredInstances ?? 1;
      return {
        Fleet: fleets.add(context, input.Name, {
          ...{
            Name: input.Name,
            InstanceType: input.InstanceType,
            State: 'STOPPED',
            CreatedTime: context.now,
          },
          ...{ Arn: context.region.arn('appstream', `fleet/${input.Name}`) },
          ComputeCapacityStatus: { Desired },
        }),
      };
    },
    StartFleet: to(fleets, 'RUNNING'),
    StopFleet: to(fleets, 'STOPPED'),
    DescribeFleets: ({ region }, input: Paging) =>
      paged('Fleets', fleets.all(region), input.NextToken, 25, 'NextToken'),
    CreateImageBuilder: (context, input: FleetInput) => {
      pass(context, input.IamRoleArn);
      return {
        ImageBuilder: builders.add(context, input.Name, {
          ...{
            Name: input.Name,
            InstanceType: input.InstanceType,
            State: 'RUNNING',
            CreatedTime: context.now,
          },
          Arn: context.region.arn('appstream', `image-builder/${input.Name}`),
        }),
      };
    },
    StartImageBuilder: (context, input: Named) => ({
      ImageBuilder: builders.change(context, input.Name, { State: 'RUNNING' }),
    }),
    StopImageBuilder: (context, input: Named) => ({
      ImageBuilder: builders.change(context, input.Name, { State: 'STOPPED' }),
    }),
    DescribeImageBuilders: ({ region }, input: Paging) =>
      paged('ImageBuilders', builders.all(region), input.NextToken, 25, 'NextToken'),
  },
};

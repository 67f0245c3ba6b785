import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

const instances = new Shelf(
  'lightsail:instances',
  ['NotFoundException', 400],
  'InvalidInputException',
  ({ state }) => (state as { name: string }).name === 'running',
);
const running = { code: 16, name: 'running' };
const stopped = { code: 80, name: 'stopped' };

function operation({ world, now, region, operation: name }: Context, thing: Thing): object {
  return {
    id: world.random.uuid(),
    resourceName: thing.id,
    resourceType: 'Instance',
    createdAt: now,
    statusChangedAt: now,
    status: 'Succeeded',
    isTerminal: true,
    operationType: name.replace(/s$/, ''),
    location: { availabilityZone: `${region.name}a`, regionName: region.name },
  };
}

type Named = { instanceName: string };

/** Amazon Lightsail's instances. */
export const lightsail: Service = {
  operations: {
    CreateInstances: (context, input: { instanceNames: string[]; availabilityZone: string }) => {
      const { instanceNames, availabilityZone, ...fields } = input;
      return {
        operations: instanceNames.map((name) =>
          operation(
            context,
            instances.add(context, name, {
              ...fields,
              name,
              arn: context.region.arn('lightsail', `Instance/${context.world.random.uuid()}`),
              location: { availabilityZone, regionName: context.region.name },
              resourceType: 'Instance',
              state: running,
            }),
          ),
        ),
      };
    },
    GetInstances: ({ region }, input: { pageToken?: string }) =>
      paged('instances', instances.all(region), input.pageToken, 20, 'nextPageToken'),
    GetInstance: ({ region }, input: Named) => ({ instance: instances.get(region, input.instanceName) }),
    StopInstance: (context, input: Named) => ({
      operations: [operation(context, instances.change(context, input.instanceName, { state: stopped }))],
    }),
    StartInstance: (context, input: Named) => {
      if ((instances.get(context.region, input.instanceName).state as { name: string }).name === 'running')
        throw new AwsError('OperationFailureException', 'The instance is already running.', 400);
      return {
        operations: [operation(context, instances.change(context, input.instanceName, { state: running }))],
      };
    },
    DeleteInstance: (context, input: Named) => ({
      operations: [operation(context, instances.remove(context, input.instanceName))],
    }),
  },
};

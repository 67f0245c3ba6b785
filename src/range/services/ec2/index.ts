import type { Context, Service, Structure } from '../../service.js';
import { changeOperations } from './change-instances.js';
import { describeOperations } from './describe-instances.js';
import { fleetOperations } from './fleets.js';
import { launchTemplateOperations } from './launch-templates.js';
import { addressOperations } from './addresses.js';
import { networkOperations, taggable } from './network.js';
import { placeOperations } from './places.js';
import { runInstances } from './run-instances.js';
import { securityGroupOperations } from './security-groups.js';
import { spotOperations } from './spot.js';
import { shareOperations } from './shares.js';
import { storageOperations } from './storage.js';

/** Calls about named instances are authorised one instance at a time. */
function instanceArns({ region, operation }: Context, input: Structure): string[] {
  const ids = (input.InstanceIds ?? (input.InstanceId === undefined ? undefined : [input.InstanceId])) as
    | string[]
    | undefined;
  const tagged = input.Resources as string[] | undefined;
  if (/^(Create|Delete)Tags$/.test(operation) && tagged !== undefined)
    return tagged.map((id) => region.arn('ec2', `${taggable(region, id)?.type ?? '*'}/${id}`));
  if (operation === 'RunInstances') return [region.arn('ec2', 'instance/*')];
  if (ids === undefined || ids.length === 0 || operation.startsWith('Describe')) return ['*'];
  return ids.map((id) => region.arn('ec2', `instance/${id}`));
}

export const ec2: Service = {
  operations: {
    RunInstances: runInstances,
    ...describeOperations,
    ...changeOperations,
    ...spotOperations,
    ...fleetOperations,
    ...launchTemplateOperations,
    ...addressOperations,
    ...networkOperations,
    ...securityGroupOperations,
    ...placeOperations,
    ...shareOperations,
    ...storageOperations,
  },
  resources: instanceArns,
  tags: ({ region }, resource) => taggable(region, resource.split('/').at(-1)!)?.tags,
  keys: ({ region }, input) => ({
    'ec2:instancetype': input.InstanceType as string | undefined,
    'ec2:region': region.name,
  }),
};

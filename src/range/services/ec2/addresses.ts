import { AwsError } from '../../aws-error.js';
import { tagList, type Operation } from '../../service.js';
import { instancesOf, onLoss } from '../../world/compute.js';
import type { Maker, Region } from '../../world/world.js';
import { tagsFor, type TagSpecification } from './filters.js';

interface Address {
  id: string;
  ip: string;
  createdAt: number;
  instanceId: string | null;
  tags: Record<string, string>;
  maker: Maker;
}

const addresses = (region: Region) => region.table<Address>('ec2:addresses');

function addressBy(region: Region, id: string | undefined): Address {
  const address = addresses(region).get(id ?? '');
  if (address === undefined)
    throw new AwsError('InvalidAllocationID.NotFound', `The allocation ID '${id ?? ''}' does not exist`);
  return address;
}

onLoss((region, instance) => {
  if (instance.states.at(-1)?.state !== 'terminated') return;
  for (const address of addresses(region).values())
    if (address.instanceId === instance.id) address.instanceId = null;
});

/** Elastic IP addresses: billed whether they are used or not. */
export const addressOperations: Record<string, Operation> = {
  AllocateAddress: (
    { region, world, now, maker, touched },
    input: { TagSpecifications?: TagSpecification[] },
  ) => {
    const id = world.random.resourceId('eipalloc');
    const ip = `198.51.100.${1 + world.random.below(250)}`;
    const tags = tagsFor(input.TagSpecifications, 'elastic-ip');
    addresses(region).set(id, { id, ip, createdAt: now, instanceId: null, tags, maker });
    touched.push(id);
    return { AllocationId: id, PublicIp: ip, Domain: 'vpc', PublicIpv4Pool: 'amazon' };
  },
  AssociateAddress: (
    { region, touched },
    { AllocationId, InstanceId }: { AllocationId?: string; InstanceId?: string },
  ) => {
    const address = addressBy(region, AllocationId);
    if (InstanceId === undefined || !instancesOf(region).has(InstanceId))
      throw new AwsError(
        'InvalidInstanceID.NotFound',
        `The instance ID '${InstanceId ?? ''}' does not exist`,
      );
    address.instanceId = InstanceId;
    touched.push(address.id);
    return { AssociationId: address.id.replace('eipalloc', 'eipassoc') };
  },
  ReleaseAddress: ({ region, touched }, { AllocationId }: { AllocationId?: string }) => {
    const { id, instanceId } = addressBy(region, AllocationId);
    if (instanceId !== null)
      throw new AwsError('InvalidIPAddress.InUse', `Address with allocation id [${id}] is in use.`);
    addresses(region).delete(id);
    touched.push(id);
  },
  DescribeAddresses: ({ region }, { AllocationIds }: { AllocationIds?: string[] }) => ({
    Addresses: [...addresses(region).values()]
      .filter(({ id }) => AllocationIds === undefined || AllocationIds.includes(id))
      .map(({ id, ip, instanceId, tags }) => ({
        AllocationId: id,
        PublicIp: ip,
        Domain: 'vpc',
        ...(instanceId === null
          ? {}
          : { InstanceId: instanceId, AssociationId: id.replace('eipalloc', 'eipassoc') }),
        Tags: tagList(tags),
      })),
  }),
};

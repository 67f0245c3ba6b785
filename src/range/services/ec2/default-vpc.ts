import { zonesOf } from '../../world/compute.js';
import type { Region } from '../../world/world.js';

/** The default VPC that every account has in every region: its ids, and its default security group. */
export function defaultVpc(region: Region): { vpcId: string; subnets: { id: string; zone: string }[] } {
  const table = region.table<{ vpcId: string; subnets: { id: string; zone: string }[] }>('ec2:vpc');
  let vpc = table.get('default');
  if (vpc === undefined) {
    const { random } = region.world;
    vpc = {
      vpcId: random.resourceId('vpc'),
      subnets: zonesOf(region).map((zone) => ({ id: random.resourceId('subnet'), zone })),
    };
    table.set('default', vpc);
  }
  return vpc;
}

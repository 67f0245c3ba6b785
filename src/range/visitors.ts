import type { DnsBehaviour } from './dns-reply.js';
import type { WireRequest } from './protocol/codec.js';
import { distributionsOf, type Distribution } from './services/cloudfront.js';
import type { Account, World } from './world/world.js';

/** What visitors of the simulated distributions meet: their DNS, and the edge. Both stand on the range's own address. */
const edgeAddress = '127.0.0.1';

function find(world: World, name: string): { account: Account; distribution: Distribution } | null {
  for (const account of world.accounts.values())
    for (const distribution of distributionsOf(account).values())
      if (distribution.domain === name || distribution.aliases.includes(name))
        return { account, distribution };
  return null;
}

/**
 * How a distribution's host and its alternate names are answered at this moment. The lock withdraws the host alone:
 * the CNAMEs of the alternate names are the customer's, and go on leading to it. Null for every other name.
 */
export function recordsOf(world: World, name: string): DnsBehaviour | null {
  world.clock.settle();
  const found = find(world, name);
  if (found === null) return null;
  const { account, distribution } = found;
  if (distribution.domain !== name) return { cname: distribution.domain };
  return account.dnsWithdrawn ? 'nxdomain' : { a: [edgeAddress] };
}

/** The edge's answer to a visitor; null where the request is for no distribution, and so for AWS's API. A disabled
 *  distribution is refused with 403 (CloudFront developer guide, "HTTP 403 status code"). */
export function edgeAnswer(
  world: World,
  { headers }: Pick<WireRequest, 'headers'>,
): { status: number; headers: Record<string, string> } | null {
  if (headers.authorization !== undefined) return null;
  const found = find(world, (headers.host ?? '').replace(/:\d+$/, '').toLowerCase());
  if (found === null) return null;
  const { enabled } = found.distribution;
  return {
    status: enabled ? 200 : 403,
    headers: { 'x-cache': enabled ? 'Miss from cloudfront' : 'Error from cloudfront' },
  };
}

import { instanceTypes } from './catalog.js';
import prices from './prices.json' with { type: 'json' };

const types: Record<string, number | undefined> = prices.types;
const regions = prices.regions as unknown as Record<string, [number | null, number | null] | undefined>;

/** On-demand US dollars an hour of an instance type in a region (source: `about` in the table). Null where the table has
 *  no such type; a region without a factor counts as us-east-1. */
export function onDemandPrice(type: string, region: string): number | null {
  const usd = types[type];
  if (usd === undefined) return null;
  const facts = instanceTypes.get(type);
  const accelerated = facts !== undefined && (facts.gpu !== null || facts.accelerator !== null);
  const [ofAccelerated, ofGeneral] = regions[region] ?? [null, null];
  return usd * ((accelerated ? ofAccelerated : ofGeneral) ?? 1);
}

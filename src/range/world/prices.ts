import prices from '../../facts/ec2-prices.json' with { type: 'json' };

type Row = (number | string | null)[];

/** On-demand US dollars an hour of an instance type in a region, from the table's source (`source` in the file).
 *  Null where the table has no such type; a region without a factor counts as us-east-1. */
export function onDemandPrice(type: string, region: string): number | null {
  const row = (prices.types as Record<string, Row | undefined>)[type];
  const usd = row?.[0];
  if (typeof usd !== 'number') return null;
  const factors = (prices.regionFactors.regions as Record<string, (number | null)[] | undefined>)[region];
  const accelerated = row?.[2] !== undefined && row[2] !== null;
  return usd * (factors?.[accelerated ? 0 : 1] ?? 1);
}

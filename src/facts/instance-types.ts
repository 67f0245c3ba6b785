import prices from './ec2-prices.json' with { type: 'json' };

/** What is known of an instance type: us-east-1 on-demand Linux USD an hour, vCPUs, accelerators. */
export interface InstanceType {
  usdPerHour: number;
  vcpus: number | null;
  accelerator: string | null;
  accelerators: number;
}

type Row = [number, number | null, string?, number?];

/** Where the table comes from, and of which day it is: to be printed with every figure made from it. */
export const priceSource = `${prices.source}; as of ${prices.date}`;

/** Null for types that the table does not have: unknown, never free. */
export function instanceType(name: string): InstanceType | null {
  if (!Object.hasOwn(prices.types, name)) return null;
  const row = (prices.types as unknown as Record<string, Row>)[name];
  if (row === undefined) return null;
  return { usdPerHour: row[0], vcpus: row[1], accelerator: row[2] ?? null, accelerators: row[3] ?? 0 };
}

/** The regions that have a price: those of the commercial partition, mostly. */
export const knownRegions: readonly string[] = Object.keys(prices.regionFactors.regions).sort();

/** A region's price over us-east-1's. Where no factor is known, 1: `known` says so, and the estimate may
 *  then be too low. */
export function regionFactor(region: string, accelerated: boolean): { factor: number; known: boolean } {
  const regions = prices.regionFactors.regions as unknown as Record<string, [number | null, number | null]>;
  const row = Object.hasOwn(regions, region) ? regions[region] : undefined;
  const factor = (accelerated ? row?.[0] : row?.[1]) ?? row?.[0] ?? row?.[1] ?? null;
  return factor === null ? { factor: 1, known: false } : { factor, known: true };
}

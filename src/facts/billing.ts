/** AWS bills storage and addresses by the month; so many hours it has (AWS pricing pages). */
const hoursAMonth = 730;

/** USD a GiB and month, us-east-1 (Amazon EBS pricing page). */
const volumes: Record<string, number> = {
  gp2: 0.1,
  gp3: 0.08,
  io1: 0.125,
  io2: 0.125,
  st1: 0.045,
  sc1: 0.015,
  standard: 0.05,
};

/** USD for each provisioned IOPS and month, by how many there are before (io2's price falls in steps; gp3 has 3000 free). */
const steps: Record<string, [upTo: number, usd: number][]> = {
  gp3: [
    [3000, 0],
    [Infinity, 0.005],
  ],
  io1: [[Infinity, 0.065]],
  io2: [
    [32_000, 0.065],
    [64_000, 0.0455],
    [Infinity, 0.03185],
  ],
};

/** USD an hour of an EBS volume at us-east-1's prices; null where its type is not known. An estimate. */
export function volumeUsdPerHour(type: string, gib: number, iops: number | null): number | null {
  const perGib = volumes[type];
  if (perGib === undefined) return null;
  let usd = perGib * gib;
  let from = 0;
  for (const [upTo, each] of steps[type] ?? []) {
    usd += Math.max(0, Math.min(iops ?? 0, upTo) - from) * each;
    from = upTo;
  }
  return usd / hoursAMonth;
}

/** USD an hour of a public IPv4 address, used or not (Amazon VPC pricing page). */
export const addressUsdPerHour = 0.005;

import { AwsFailure, listRegions, type Session } from '../aws/index.js';
import type { Cell } from '../model/index.js';
import { cellStatusOf } from '../trail/index.js';

/** Instance types with accelerators, by their names (EC2 user guide, "Accelerated computing"); a test holds them to the
 *  table of prices. */
export const acceleratedTypes = ['dl*', 'f*', 'g*', 'inf*', 'p*', 'trn*', 'vt*'] as const;

/** What the few questions that every account is asked have shown. */
export interface Signs {
  /** The key signed calls here. */
  byKey: boolean;
  /** Accelerated instances that began in the period and run or start, by region. */
  launches: Map<string, number>;
  cells: Cell[];
}

interface Asked {
  key: string;
  /** Epoch milliseconds. */
  since: number;
  /** Regions that were chosen; null: all that are enabled. */
  regions: readonly string[] | null;
}

/**
 * Two questions in each region: did the key sign anything, and have accelerated instances begun? An account where neither
 * shows is not looked at further. What cannot be read is a cell. @throws AwsFailure where not even the regions can be read
 */
export async function askForSigns(
  { reader, identity }: Session,
  { key, since, regions }: Asked,
): Promise<Signs> {
  const { homeRegion } = identity;
  const all = (await listRegions(reader, homeRegion)).filter(({ enabled }) => enabled);
  const enabled = all.map(({ name }) => name);
  const chosen = regions === null ? enabled : enabled.filter((name) => regions.includes(name));
  const signs: Signs = { byKey: false, launches: new Map(), cells: [] };
  const ask = async (subject: string, region: string, question: () => Promise<number>): Promise<void> => {
    const cell = { subject, region, from: since, to: reader.now() };
    try {
      signs.cells.push({ ...cell, status: 'complete', count: await question(), detail: null });
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      signs.cells.push({ ...cell, status: cellStatusOf(error), count: 0, detail: error.describe() });
    }
  };
  const LookupAttributes = [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: key }];
  const byKey = async (region: string): Promise<number> => {
    const StartTime = new Date(Math.floor(since / 1000) * 1000);
    const input = { LookupAttributes, StartTime, MaxResults: 1 };
    // A page may be empty and not the last.
    for await (const { Events = [] } of reader.pages('cloudtrail', 'LookupEvents', region, input)) {
      if (Events.length === 0) continue;
      signs.byKey = true;
      return Events.length;
    }
    return 0;
  };
  const Filters = [
    { Name: 'instance-type', Values: [...acceleratedTypes] },
    { Name: 'instance-state-name', Values: ['pending', 'running'] },
  ];
  const launches = async (region: string): Promise<number> => {
    let found = 0;
    for await (const { Reservations = [] } of reader.pages('ec2', 'DescribeInstances', region, { Filters }))
      for (const { LaunchTime } of Reservations.flatMap(({ Instances = [] }) => Instances))
        if (LaunchTime === undefined || LaunchTime.getTime() >= since) found += 1;
    if (found > 0) signs.launches.set(region, found);
    return found;
  };
  await Promise.all([
    // Global services log in the home region, whichever were chosen.
    ...[...new Set([...chosen, homeRegion])].map((region) => ask('trail', region, () => byKey(region))),
    ...chosen.map((region) => ask('ec2-instances', region, () => launches(region))),
  ]);
  for (const region of enabled.filter((name) => !chosen.includes(name))) {
    const detail = 'left out by --region';
    signs.cells.push({ subject: 'region', region, status: 'truncated', count: 0, detail });
  }
  return signs;
}

import { partition } from '@aws-sdk/core/client';
import { distance } from 'fastest-levenshtein';
import type { Reader } from './reader.js';
import { AwsFailure } from './errors.js';
import { ofTheCredentials } from './standing.js';

/** A region of the account, and whether calls work there. */
export interface Region {
  name: string;
  enabled: boolean;
  /** As AWS says it: ENABLED_BY_DEFAULT, DISABLED, opt-in-not-required, … */
  status: string;
}

/** Region prefixes of the partitions other than `aws` (AWS general reference, "AWS Regions and endpoints"). */
const prefixes: [string, string][] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

/** The partition that a region's name belongs to. */
export function partitionOfRegion(region: string): string {
  return prefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

const homes: Record<string, string> = {
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-iso-e': 'eu-isoe-west-1',
  'aws-iso-f': 'us-isof-south-1',
  'aws-eusc': 'eusc-de-east-1',
};

/** The region where the partition's global services (IAM, CloudFront) live and log
 *  (IAM user guide, "AWS service endpoints"; CloudTrail user guide, "Global service events"). */
export function homeRegionOf(partition: string): string {
  return homes[partition] ?? 'us-east-1';
}

/**
 * Every region of the account: EC2's list, which also names those that are not enabled; the Account API where
 * EC2 is denied.
 * @throws AwsFailure where neither can be read: without the list, nothing can be said of any region.
 */
export async function listRegions(reader: Reader, homeRegion: string): Promise<Region[]> {
  // Partitions are never mixed: credentials of one mean nothing in another, and a simulated EC2 may list them all.
  const partition = partitionOfRegion(homeRegion);
  return (await readRegions(reader, homeRegion)).filter(({ name }) => partitionOfRegion(name) === partition);
}

/** True where the SDK's own table has a region of this name. One that AWS has opened since is not in it. */
export function isRegionName(name: string): boolean {
  return 'description' in partition(name);
}

/** Further from a name than this is no slip of the hand. */
const mistyped = 3;

/**
 * What is wrong with these names of regions, in words; null where they exist. AWS is asked only for names that the SDK
 * does not know, and names that exist in another account's set of regions are no mistake.
 * @throws AwsFailure where the list cannot be read
 */
export async function unknownRegion(
  names: readonly string[],
  reader: Reader,
  homeRegion: string,
): Promise<string | null> {
  const doubtful = names.filter((name) => !isRegionName(name));
  if (doubtful.length === 0) return null;
  const known = (await readRegions(reader, homeRegion)).map(({ name }) => name);
  const unknown = doubtful.find((name) => !known.includes(name));
  if (unknown === undefined) return null;
  const near = known
    .map((name) => ({ name, far: distance(name, unknown) }))
    .filter(({ far }) => far <= mistyped)
    .sort((a, b) => a.far - b.far)
    .map(({ name }) => name);
  const nearest = near.length === 0 ? '' : ` Did you mean ${near.slice(0, 3).join(', ')}?`;
  return `There is no region ${JSON.stringify(unknown)}.${nearest}`;
}

async function readRegions(reader: Reader, homeRegion: string): Promise<Region[]> {
  try {
    const answer = await reader.call('ec2', 'DescribeRegions', homeRegion, { AllRegions: true });
    const regions = (answer.Regions ?? []).flatMap(({ RegionName: name, OptInStatus: status }) =>
      name === undefined ? [] : [{ name, enabled: status !== 'not-opted-in', status: status ?? 'unknown' }],
    );
    if (regions.length > 0) return sorted(regions);
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    // The home region takes every valid token.
    if (error.kind === 'token-refused') throw ofTheCredentials(error);
  }
  const regions: Region[] = [];
  for await (const page of reader.pages('account', 'ListRegions', homeRegion, { MaxResults: 50 })) {
    for (const { RegionName: name, RegionOptStatus: status } of page.Regions ?? []) {
      if (name !== undefined)
        regions.push({ name, enabled: !/^DISABL/.test(status ?? ''), status: status ?? 'unknown' });
    }
  }
  return sorted(regions);
}

function sorted(regions: Region[]): Region[] {
  return regions.sort((a, b) => (a.name < b.name ? -1 : 1));
}

import pLimit from 'p-limit';
import { AwsFailure, bucketRegionOf, type InputOf, listRegions, type Reader } from '../aws/index.js';
import type { Cell } from '../model/index.js';
import { cellStatusOf } from './lookup.js';
import { addressOf, dayOf, isLogFile, type LogFolder, type TrailPlace } from './s3-layout.js';

/** Whose trail is read from a bucket, by whom, and how far back. */
export interface TrailAccess {
  reader: Reader;
  /** The account that is looked at. */
  account: string;
  homeRegion: string;
  /** Those that were chosen; null: all of the account. */
  regions: readonly string[] | null;
  /** Epoch milliseconds. */
  from: number;
}

export interface BucketObject {
  bucket: string;
  key: string;
  size: number;
  etag: string | null;
}

/** What there is of a trail in a bucket. */
export interface Listing {
  place: TrailPlace;
  folders: LogFolder[];
  objects: BucketObject[];
  /** Where it could not be listed, or holds nothing. */
  cells: Cell[];
}

/** Folders that are listed at a time: one listing is one page after the other. */
const foldersAtOnce = 8;

/** Lists buckets, each in the region that it is in. */
export class BucketLister {
  private readonly regions = new Map<string, string>();

  constructor(
    private readonly reader: Reader,
    private readonly homeRegion: string,
  ) {}

  /** @throws AwsFailure */
  async *objects(
    bucket: string,
    input: Omit<InputOf<'s3', 'ListObjectsV2'>, 'Bucket'>,
  ): AsyncGenerator<{ objects: BucketObject[]; folders: string[] }> {
    const request = { ...input, Bucket: bucket, RequestPayer: 'requester' as const };
    const ask = () => this.reader.pages('s3', 'ListObjectsV2', this.regionOf(bucket), request);
    let pages = ask()[Symbol.asyncIterator]();
    let page;
    try {
      page = await pages.next();
    } catch (error) {
      if (!this.moved(bucket, error)) throw error;
      pages = ask()[Symbol.asyncIterator]();
      page = await pages.next();
    }
    for (; page.done !== true; page = await pages.next()) {
      const { Contents = [], CommonPrefixes = [] } = page.value;
      yield {
        objects: Contents.flatMap(({ Key: key, Size: size, ETag: etag = null }) =>
          key === undefined || size === undefined ? [] : [{ bucket, key, size, etag }],
        ),
        folders: CommonPrefixes.flatMap(({ Prefix: prefix }) => prefix ?? []),
      };
    }
  }

  /** Names of the folders right below `prefix`. @throws AwsFailure */
  async folders(bucket: string, prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { folders } of this.objects(bucket, { Prefix: prefix, Delimiter: '/' }))
      found.push(...folders.map((folder) => folder.slice(prefix.length, -1)));
    return found;
  }

  regionOf(bucket: string): string {
    return this.regions.get(bucket) ?? this.homeRegion;
  }

  /** Another region than the one that was asked has the bucket: it is asked from now on. */
  private moved(bucket: string, error: unknown): boolean {
    const region = error instanceof AwsFailure ? bucketRegionOf(error) : null;
    if (region === null || region === this.regionOf(bucket)) return false;
    this.regions.set(bucket, region);
    return true;
  }
}

/**
 * The log files of a place, by account, region and day: those of the account that is looked at, from the day of
 * `access.from` on. What cannot be listed is in the cells. @throws AwsFailure of kind `credentials` only
 */
export async function listTrail(
  place: TrailPlace,
  lister: BucketLister,
  access: TrailAccess,
): Promise<Listing> {
  const listing: Listing = { place, folders: [], objects: [], cells: [] };
  const failed = (region: string, error: unknown): void => {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    const detail = `${addressOf(place)}: ${error.describe()}. ${nextStepOf(error, place)}`;
    listing.cells.push({ subject: 'trail', region, status: cellStatusOf(error), count: 0, detail });
  };
  const none = (detail: string): void => {
    listing.cells.push({ subject: 'trail', region: addressOf(place), status: 'failed', count: 0, detail });
  };
  try {
    const accounts = await accountsOf(place, lister);
    const chosen = chooseAccount(accounts, access.account);
    if (chosen === null) none(noAccount(place, accounts, access.account));
    else listing.folders = await foldersOf(place, chosen, lister, access);
    if (chosen !== null && listing.folders.length === 0)
      none(`${addressOf(place)}: no log files of CloudTrail of account ${chosen[0]?.account ?? ''}`);
  } catch (error) {
    failed(addressOf(place), error);
  }
  const limit = pLimit(foldersAtOnce);
  const list = async ({ base, region }: LogFolder): Promise<void> => {
    try {
      const wanted = { Prefix: base + place.date, StartAfter: base + dayOf(access.from) };
      for await (const { objects } of lister.objects(place.bucket, wanted))
        for (const object of objects) if (isLogFile(object.key)) listing.objects.push(object);
    } catch (error) {
      failed(region, error);
    }
  };
  await Promise.all(listing.folders.map((folder) => limit(list, folder)));
  await absentRegions(listing, access);
  return listing;
}

interface AccountFolder {
  account: string;
  /** The key's beginning, up to the account and its slash. */
  base: string;
}

/** Where the place has logs of which accounts; in the layout of an organisation too. */
async function accountsOf(place: TrailPlace, lister: BucketLister): Promise<AccountFolder[]> {
  const { bucket, prefix, organization, account } = place;
  const top = `${prefix}AWSLogs/${organization === null ? '' : `${organization}/`}`;
  if (account !== null) return [{ account, base: `${top}${account}/` }];
  const found: AccountFolder[] = [];
  for (const name of await lister.folders(bucket, top)) {
    if (/^\d{12}$/.test(name)) found.push({ account: name, base: `${top}${name}/` });
    if (organization !== null || !/^o-[a-z0-9]+$/.test(name)) continue;
    for (const inner of await lister.folders(bucket, `${top}${name}/`))
      if (/^\d{12}$/.test(inner)) found.push({ account: inner, base: `${top}${name}/${inner}/` });
  }
  return found;
}

/** The account that is looked at, or the only one that there is; null where that is not told. */
function chooseAccount(found: readonly AccountFolder[], account: string): AccountFolder[] | null {
  const own = found.filter((one) => one.account === account);
  if (own.length > 0) return own;
  return new Set(found.map((one) => one.account)).size === 1 ? [...found] : null;
}

function noAccount(place: TrailPlace, found: readonly AccountFolder[], account: string): string {
  const address = addressOf(place);
  const [first] = found;
  if (first === undefined)
    return `${address}: no trail here: there is no ${place.prefix}AWSLogs/ACCOUNT/ in it. Where CloudTrail writes: aws cloudtrail describe-trails`;
  const accounts = [...new Set(found.map((one) => one.account))];
  const some = accounts.slice(0, 3).join(', ');
  return `${address} has logs of ${accounts.length} accounts (${some}${accounts.length > 3 ? ', …' : ''}), and none of ${account}. Name the one that is meant: --trail s3://${place.bucket}/${first.base}`;
}

async function foldersOf(
  place: TrailPlace,
  accounts: readonly AccountFolder[],
  lister: BucketLister,
  { regions, homeRegion }: TrailAccess,
): Promise<LogFolder[]> {
  const all = await Promise.all(
    accounts.map(async ({ account, base }): Promise<LogFolder[]> => {
      const logs = `${base}CloudTrail/`;
      // Where nothing was logged, CloudTrail writes digests alone.
      const both = [logs, `${base}CloudTrail-Digest/`];
      const inside = async (): Promise<string[]> =>
        (await Promise.all(both.map((folder) => lister.folders(place.bucket, folder)))).flat();
      const names = place.region === null ? [...new Set(await inside())] : [place.region];
      // Global services log in the home region, whichever regions were chosen.
      const wanted = names.filter(
        (name) => place.region !== null || regions?.includes(name) !== false || name === homeRegion,
      );
      return wanted.map((region) => ({ base: `${logs}${region}/`, account, region }));
    }),
  );
  return all.flat();
}

/** Regions of the account that the trail has no folder of: nothing was logged there, or the trail leaves them out. */
async function absentRegions({ place, folders, cells }: Listing, access: TrailAccess): Promise<void> {
  if (folders[0]?.account !== access.account) return;
  let names = access.regions;
  try {
    names ??= (await listRegions(access.reader, access.homeRegion)).flatMap(({ name, enabled }) =>
      enabled ? name : [],
    );
  } catch (error) {
    // Whoever takes the inventory meets the same, and says so.
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
  }
  const there = new Set([...folders, ...cells].map(({ region }) => region));
  const why =
    place.region === null
      ? 'no log file: nothing was logged there, or the trail does not cover it'
      : 'left out by --trail, which names one region';
  for (const region of (names ?? []).filter((name) => !there.has(name))) {
    const detail = `${addressOf(place)}: ${why}`;
    cells.push({ subject: 'trail', region, status: 'truncated', count: 0, detail });
  }
}

/** What to do about a refusal of S3. */
export function nextStepOf(
  { code, kind, message }: AwsFailure,
  place: { bucket: string; prefix?: string },
  key = '',
): string {
  const { bucket } = place;
  if (code === 'InvalidObjectState')
    return `Archived: restore it first: aws s3api restore-object --bucket ${bucket} --key ${key || 'KEY'} --restore-request Days=7`;
  if (code === 'NoSuchBucket') return 'Which bucket CloudTrail writes to: aws cloudtrail describe-trails';
  if (code === 'PreconditionFailed')
    return 'It was written anew while it was read: run the same command again.';
  if (kind !== 'denied') return 'Run the same command again.';
  if (/kms/i.test(message)) return 'It takes kms:Decrypt on the key that the trail encrypts with.';
  return `It takes s3:ListBucket and s3:GetObject there, by your identity’s policy and the bucket’s: leakguard policy --trail s3://${bucket}/${place.prefix ?? ''}`;
}

import pLimit from 'p-limit';
import { AwsFailure, type OutputOf } from '../aws/index.js';
import type { Cell, Emit } from '../model/index.js';
import type { Proofs } from './digest-files.js';
import { digestName, type LogSource } from './log-source.js';
import { cellStatusOf } from './lookup.js';
import { addressOf, dayOf, dayOfKey, daysWithout } from './s3-layout.js';
import { placesOf } from './s3-places.js';
import {
  BucketLister,
  type BucketObject,
  type Listing,
  listTrail,
  nextStepOf,
  type TrailAccess,
} from './s3-listing.js';

/** Bytes of an object that are asked for at once: nearly every log file is smaller. */
const partSize = 4 << 20;
/** Files that are fetched while another is read. */
const ahead = 24;
/** Where so many are refused and none was given, the others are not asked for. */
const enoughRefused = 100;
/** Regions are asked at a time for their digests. */
const foldersAtOnce = 8;

/** Objects that could not be read for one reason. */
interface Refused {
  count: number;
  first: BucketObject;
  failure: AwsFailure;
}

/**
 * Log files in buckets, streamed: each object is read once, in parts of some MB, and those that come next meanwhile;
 * nothing touches the disk. Whatever S3 does not give out is in the cells.
 */
export class BucketSource implements LogSource {
  /** The log files, and their addresses in the order in which they are to be read. */
  readonly objects: readonly BucketObject[];
  readonly files: string[];
  private readonly byAddress = new Map<string, BucketObject & { at: number }>();
  private readonly fetching = new Map<string, Promise<Buffer>>();
  private readonly refused = new Map<string, Refused>();
  private readonly unreadable = new Set<string>();
  private given = 0;
  private cutOff: AwsFailure | null = null;

  constructor(
    private readonly access: TrailAccess,
    private readonly lister: BucketLister,
    private readonly listings: readonly Listing[],
    private readonly unplaced: readonly Cell[],
  ) {
    this.objects = listings.flatMap((listing) => listing.objects);
    for (const object of [...this.objects].sort((a, b) => b.size - a.size || (a.key < b.key ? -1 : 1)))
      this.know(object);
    this.files = [...this.byAddress.keys()];
  }

  chunks(file: string, chunkSize: number): AsyncIterator<Buffer, undefined> {
    return this.read(file, chunkSize);
  }

  isRepeatable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** True where S3 did not give it out: the cells say why, and of how many. */
  isRefused(file: string): boolean {
    return this.unreadable.has(file);
  }

  /** @throws AwsFailure where the responder's credentials have ended meanwhile */
  assertSignedIn(): void {
    if (this.cutOff !== null) throw this.cutOff;
  }

  /** The same in short: it may have held events of any region. */
  gaps(): string[] {
    const { size } = this.unreadable;
    return size === 0 ? [] : [`${size} log files that S3 did not give out`];
  }

  /** What was not there or not given out. `proven`: of which periods CloudTrail's digests name every log file. */
  cells(proven: Proofs['proven']): Cell[] {
    const refused = [...this.refused.values()].map(({ count, first, failure }): Cell => {
      const which = count === 1 ? '' : `${count} log files, the first: `;
      const address = addressOf(first, first.key);
      const detail = `${which}${address}: ${failure.describe()}. ${nextStepOf(failure, first, first.key)}`;
      return { subject: 'trail', region: address, status: cellStatusOf(failure), count: 0, detail };
    });
    return [
      ...this.unplaced,
      ...refused,
      ...this.listings.flatMap((listing) => this.missingDays(listing, proven)),
      ...this.listings.flatMap(({ cells }) => cells),
    ];
  }

  async digestsOf(): Promise<{ digests: string[]; unlisted: [string, string][] }> {
    const digests: string[] = [];
    const unlisted: [string, string][] = [];
    const limit = pLimit(foldersAtOnce);
    const list = async (bucket: string, base: string, date: string): Promise<void> => {
      const folder = base.replace(/\/CloudTrail\/([^/]+\/)$/, '/CloudTrail-Digest/$1');
      try {
        const wanted = { Prefix: folder + date, StartAfter: folder + dayOf(this.access.from) };
        for await (const { objects } of this.lister.objects(bucket, wanted))
          for (const object of objects) if (digestName.test(object.key)) digests.push(this.know(object));
      } catch (error) {
        if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
        const address = addressOf({ bucket }, folder);
        unlisted.push([address, `${address} cannot be listed: ${error.describe()}`]);
      }
    };
    await Promise.all(
      this.listings.flatMap(({ place, folders }) =>
        folders.map(({ base }) => limit(list, place.bucket, base, place.date)),
      ),
    );
    return { digests, unlisted };
  }

  async digest(file: string): Promise<{ bytes: Buffer; signature: string | null }> {
    const { output, bytes } = await this.part(this.known(file), 0, Infinity);
    return { bytes, signature: output.Metadata?.['signature'] ?? null };
  }

  isAskedFor({ object }: { object: string }): boolean {
    return this.listings.some(({ place, folders }) =>
      folders.some(
        ({ base }) => object.startsWith(base + place.date) && object > base + dayOf(this.access.from),
      ),
    );
  }

  /** Days without a log file: one that was deleted, or that the trail slept through, looks the same as a quiet one. */
  private missingDays({ place, folders, objects, cells }: Listing, proven: Proofs['proven']): Cell[] {
    // A day of which only a part was asked for says nothing.
    if (place.date !== '') return [];
    const now = this.access.reader.now();
    return folders.flatMap(({ base, account, region }): Cell[] => {
      if (cells.some((cell) => cell.region === region)) return [];
      const days = new Set(objects.flatMap(({ key }) => (key.startsWith(base) ? [dayOfKey(key)] : [])));
      const whole = proven.filter((one) => one.account === account && one.region === region);
      const missing = daysWithout(days, this.access.from, now).filter((day) => !coveredBy(whole, day));
      if (missing.length === 0 && days.size + whole.length > 0) return [];
      const which = `${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}`;
      const where = missing.length === 0 ? 'yet' : `on ${missing.length} days (${which})`;
      const detail = `${addressOf(place, base)}: no log file ${where}: nothing was logged, or files are missing; --validate tells which`;
      return [{ subject: 'trail', region, status: 'truncated', count: 0, detail }];
    });
  }

  private know(object: BucketObject): string {
    const address = addressOf(object, object.key);
    if (!this.byAddress.has(address)) this.byAddress.set(address, { ...object, at: this.byAddress.size });
    return address;
  }

  private known(file: string): BucketObject & { at: number } {
    const object = this.byAddress.get(file);
    if (object === undefined) throw new Error(`${file} was not listed`);
    return object;
  }

  private async *read(file: string, chunkSize: number): AsyncGenerator<Buffer, undefined> {
    const object = this.known(file);
    for (let at = 0; at === 0 || at < object.size; at += partSize) {
      const part =
        at === 0 ? await this.first(object, file) : (await this.part(object, at, at + partSize)).bytes;
      for (let from = 0; from < part.length; from += chunkSize) yield part.subarray(from, from + chunkSize);
    }
  }

  /** The beginning of a file; that of those behind it is asked for meanwhile. */
  private first({ at }: { at: number }, file: string): Promise<Buffer> {
    for (const next of [file, ...this.files.slice(at + 1, at + ahead)]) {
      if (this.fetching.has(next)) continue;
      const part = this.part(this.known(next), 0, partSize).then(({ bytes }) => bytes);
      // Whoever reads it hears of it.
      part.catch(() => undefined);
      this.fetching.set(next, part);
    }
    const part = this.fetching.get(file) as Promise<Buffer>;
    this.fetching.delete(file);
    return part;
  }

  private async part(
    object: BucketObject,
    from: number,
    end: number,
  ): Promise<{ output: OutputOf<'s3', 'GetObject'>; bytes: Buffer }> {
    const { bucket, key, size, etag } = object;
    const to = Math.min(size, end);
    try {
      const [hopeless] = this.given === 0 ? this.refused.values() : [];
      if (hopeless !== undefined && hopeless.count >= enoughRefused) throw hopeless.failure;
      const output = await this.access.reader.call('s3', 'GetObject', this.lister.regionOf(bucket), {
        Bucket: bucket,
        Key: key,
        RequestPayer: 'requester',
        ...(etag === null ? {} : { IfMatch: etag }),
        ...(from === 0 && to === size ? {} : { Range: `bytes=${from}-${to - 1}` }),
      });
      const bytes = Buffer.from((await output.Body?.transformToByteArray()) ?? []);
      if (bytes.length !== to - from)
        throw new Error(`cut short: ${bytes.length} of ${to - from} bytes came from S3`);
      this.given += 1;
      return { output, bytes };
    } catch (error) {
      if (error instanceof AwsFailure) this.refuse(object, error);
      throw error;
    }
  }

  private refuse(object: BucketObject, failure: AwsFailure): void {
    if (failure.kind === 'credentials') this.cutOff ??= failure;
    // A digest that is not given out is told among the digests.
    if (digestName.test(object.key)) return;
    const file = addressOf(object, object.key);
    if (this.unreadable.has(file)) return;
    this.unreadable.add(file);
    const reason = `${object.bucket}|${failure.code}|${/kms/i.test(failure.message)}`;
    const known = this.refused.get(reason);
    if (known === undefined) this.refused.set(reason, { count: 1, first: object, failure });
    else known.count += 1;
  }
}

/** Whether these periods have all hours of a day, `yyyy/mm/dd/`; digests follow one another without a gap. */
function coveredBy(periods: readonly { start: number; end: number }[], day: string): boolean {
  const start = Date.parse(`${day.slice(0, -1).replaceAll('/', '-')}T00:00:00Z`);
  const end = start + 24 * 3600_000;
  let at = start;
  for (const one of [...periods].sort((a, b) => a.start - b.start))
    if (one.start <= at) at = Math.max(at, one.end);
  return at >= end;
}

/**
 * The log files of these addresses: what `--trail` names in buckets. What cannot be listed is in the source's cells.
 * @throws AwsFailure of kind `credentials` only
 */
export async function bucketsOf(
  addresses: readonly string[],
  access: TrailAccess,
  emit: Emit,
): Promise<BucketSource> {
  const lister = new BucketLister(access.reader, access.homeRegion);
  const listings: Listing[] = [];
  const { places, cells } = await placesOf(addresses, access, emit);
  for (const place of places) {
    const listing = await listTrail(place, lister, access);
    const since = new Date(access.from).toISOString().slice(0, 10);
    const bytes = listing.objects.reduce((sum, { size }) => sum + size, 0);
    const message = `${addressOf(place)}: ${listing.objects.length} log files since ${since}, ${(bytes / 1e6).toFixed(1)} MB`;
    emit({
      type: 'progress',
      subject: 'trail',
      region: null,
      done: 0,
      total: listing.objects.length,
      message,
    });
    listings.push(listing);
  }
  return new BucketSource(access, lister, listings, cells);
}

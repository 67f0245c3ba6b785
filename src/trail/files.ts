import { availableParallelism } from 'node:os';
import { worked, type Cell, type Emit, type SkippedRecords, type TrailEvent } from '../model/index.js';
import { proveFiles, type FileProof, type KeySource, type Proofs } from './digest-files.js';
import { FileReader, type FileRead } from './file-reader.js';
import { readInThreads } from './file-threads.js';
import { listFiles } from './list-files.js';
import { disk, type LogSource } from './log-source.js';
import { isInBucket } from './s3-layout.js';
import type { TrailAccess } from './s3-listing.js';
import { repetitionOf, ThinningStore } from './thinning.js';

export interface Trail {
  /** Each event once, oldest first; equal times by key. */
  events: TrailEvent[];
  skipped: SkippedRecords[];
  /** One `trail` cell a region, and one for each file that could not be read to its end. */
  cells: Cell[];
  /** What CloudTrail's digests say of the files, in a sentence; empty where they were not asked. */
  notes: string[];
}

/** Bytes of records that are held at most, before repeated calls are thinned out. */
const capacity = 30e6;
/** The same, where threads hold some too. */
const capacityBesideThreads = 24e6;

/** From this many bytes on disk on, starting more threads pays. */
const worthThreads = 8 * 1024 * 1024;
/** Each takes about 40 MB of memory. */
const maxThreads = 8;

/**
 * Reads CloudTrail events from files and directory trees, plain or gzip, in any container, streamed. A file that
 * cannot be read to its end (missing, empty, cut short, not JSON) is named in a cell of its own; what stands before
 * the cut is kept, and the others are read. Large trails are thinned: see thinning.ts. With `keys`, the files are proven
 * by CloudTrail's digests: see digest-files.ts. With `access`, addresses of buckets are read too: see s3-source.ts.
 * @throws AwsFailure of kind `credentials`, where it reads from a bucket
 */
export async function readTrail(
  all: readonly string[],
  emit: Emit,
  keys: KeySource | null = null,
  access: TrailAccess | null = null,
): Promise<Trail> {
  const failures: Cell[] = [];
  const paths = all.filter((path) => !isInBucket(path));
  const addresses = all.filter(isInBucket);
  if (addresses.length > 0 && access === null) throw new Error('a trail in a bucket takes credentials');
  const buckets =
    access === null || addresses.length === 0
      ? null
      : await (await import('./s3-source.js')).bucketsOf(addresses, access, emit);
  const files = await listFiles(paths, (path, error) => failures.push(failedFile(path, error, 0)));
  const bytes = sizeOf(files) + sizeOf(buckets?.objects ?? []);
  const threads =
    sizeOf(files) < worthThreads ? 0 : Math.min(availableParallelism(), maxThreads, files.length);
  const store = new ThinningStore(threads === 0 ? capacity : capacityBesideThreads);
  // What is so large does not fit as it is: nothing is lost by thinning it from the beginning.
  if (bytes > 2 * capacity) store.level = 1;
  const skipped: SkippedRecords[] = [];
  const useless: FileRead[] = [];
  const names = files.sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1)).map(({ path }) => path);
  const total = names.length + (buckets?.files.length ?? 0);
  let done = 0;
  const ended = (read: FileRead): void => {
    const { file, failure, records, skipped: reasons } = read;
    if (failure !== null) {
      if (buckets?.isRefused(file) !== true) failures.push(failedFile(file, failure, records));
    } else if (read.events === 0 && Object.keys(reasons).some(isLoss)) useless.push(read);
    for (const [reason, count] of Object.entries(reasons)) skipped.push({ where: file, count, reason });
    done += 1;
    emit({ type: 'progress', subject: 'trail', region: null, done, total, message: file });
  };
  const onDisk = disk(paths);
  const proofs: Proofs[] = [];
  if (keys !== null && names.length > 0) proofs.push(await proveFiles(names, onDisk, keys));
  if (keys !== null && buckets !== null) proofs.push(await proveFiles(buckets.files, buckets, keys));
  for (const { note } of proofs) emit({ type: 'warning', message: note });
  const proofOf = (file: string): FileProof | undefined =>
    proofs.find((one) => one.files.has(file))?.files.get(file);
  const readAll = async (some: readonly string[], source: LogSource): Promise<void> => {
    const reader = new FileReader(store, source);
    for (const name of some) ended(await reader.read(name, proofOf(name)));
  };
  if (threads === 0 || !(await readInThreads(names, threads, store, proofOf, ended)))
    await readAll(names, onDisk);
  if (buckets !== null) await readAll(buckets.files, buckets);
  buckets?.assertSignedIn();
  const { events, alone } = withoutTwins(store.all().sort(inOrder));
  if (store.span > 0) {
    const often = store.span === Infinity ? 'once' : `once in ${store.span / 3600_000} hours`;
    const message = `The trail is large: of calls that only repeat (reads, mostly) each was kept ${often}.`;
    emit({ type: 'warning', message });
  }
  failures.push(...uselessFiles(useless));
  const inBuckets = buckets?.cells(proofs.flatMap(({ proven }) => proven)) ?? [];
  if (events.length === 0 && failures.length + inBuckets.length === 0) failures.push(nothingRead(all, total));
  const dropped = [...store.dropped].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  skipped.sort((a, b) => (a.where + a.reason < b.where + b.reason ? -1 : 1));
  failures.sort((a, b) => (a.region < b.region ? -1 : 1));
  const gaps = [
    ...gapsOf(failures, skipped, dropped, alone),
    ...(buckets?.gaps() ?? []),
    ...proofs.flatMap((one) => one.gaps),
  ];
  return {
    events,
    skipped,
    cells: [...regionCells(events, gaps), ...failures, ...inBuckets, ...proofs.flatMap(({ cells }) => cells)],
    notes: proofs.map(({ note }) => note),
  };
}

function sizeOf(files: readonly { size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Without the records that VPC endpoints write beside the calls' own: two records of one call are one act. Where the call's
 * own is not there, the endpoint's stays as evidence; `alone` counts those that worked and may have changed something.
 */
function withoutTwins(all: TrailEvent[]): { events: TrailEvent[]; alone: number } {
  if (!all.some(({ seenByEndpoint }) => seenByEndpoint)) return { events: all, alone: 0 };
  const callOf = ({ requestId, name }: TrailEvent): string => `${requestId ?? ''}|${name}`;
  const own = new Set(all.filter((event) => event.seenByEndpoint !== true).map(callOf));
  const isTwin = (event: TrailEvent): boolean =>
    event.seenByEndpoint === true && event.requestId !== null && own.has(callOf(event));
  const events = all.filter((event) => !isTwin(event));
  const alone = events.filter(
    (event) => event.seenByEndpoint === true && worked(event) && repetitionOf(event.name) === 'never',
  );
  return { events, alone: alone.length };
}

/** Oldest first; equal times by key; events without a time before all others. */
function inOrder(a: TrailEvent, b: TrailEvent): number {
  return (a.time ?? 0) - (b.time ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

function failedFile(file: string, error: unknown, count: number): Cell {
  const message = error instanceof Error ? error.message : String(error);
  const status = count > 0 || /unexpected end of file|cut short/i.test(message) ? 'truncated' : 'failed';
  return { subject: 'trail', region: file, status, count, detail: `${file}: ${message}` };
}

/** Records of kinds that say nothing of who called what are no loss. */
function isLoss(reason: string): boolean {
  return !/Insights|aggregated/.test(reason);
}

/** So many files without one usable record are told one by one. */
const mostUseless = 20;

/** Files that held something, and no record that could be used. */
function uselessFiles(reads: readonly FileRead[]): Cell[] {
  const sorted = [...reads].sort((a, b) => (a.file < b.file ? -1 : 1));
  const cells = sorted.slice(0, mostUseless).map(({ file, skipped }): Cell => {
    const why = Object.keys(skipped).sort().slice(0, 3).join('; ');
    return uselessCell(file, `${file}: no CloudTrail record in this file: ${why}`);
  });
  const more = sorted.slice(mostUseless);
  if (more[0] !== undefined)
    cells.push(uselessCell(more[0].file, `${more.length} more files without a CloudTrail record`));
  return cells;
}

function uselessCell(file: string, detail: string): Cell {
  return { subject: 'trail', region: file, status: 'failed', count: 0, detail };
}

/** Files without one event prove nothing, not even that nothing happened. */
function nothingRead(paths: readonly string[], files: number): Cell {
  return uselessCell(paths[0] ?? 'none', `no CloudTrail event in ${files} ${files === 1 ? 'file' : 'files'}`);
}

/** Why the files may not say all, in words: a file that was not read to its end may have held events of any region. */
function gapsOf(
  failures: readonly Cell[],
  skipped: readonly SkippedRecords[],
  dropped: readonly [string, number][],
  alone: number,
): string[] {
  const losses = new Map<string, number>();
  for (const { count, reason } of skipped)
    if (isLoss(reason)) losses.set(reason, (losses.get(reason) ?? 0) + count);
  const lost = [...losses.values()].reduce((sum, count) => sum + count, 0);
  const why = mostOf(losses);
  const tooMany = dropped.reduce((sum, [, count]) => sum + count, 0);
  return [
    ...(failures.length > 0 ? [`${failures.length} files not read to their end`] : []),
    ...(lost > 0 ? [`${lost} records not readable (${why})`] : []),
    ...(alone > 0 ? [`${alone} calls of which only the VPC endpoint's record is there`] : []),
    ...(tooMany > 0 ? [`${tooMany} calls too many to keep (${mostOf(dropped)})`] : []),
  ];
}

/** The three that are most, in words. */
function mostOf(counts: Iterable<readonly [string, number]>): string {
  const sorted = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return sorted
    .slice(0, 3)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ');
}

/** What the files speak of: each region's first and last event. With gaps no region is complete. */
function regionCells(events: TrailEvent[], gaps: readonly string[]): Cell[] {
  const regions = new Map<string, Cell>();
  let from = Infinity;
  let to = 0;
  for (const { region, time } of events) {
    const cell = regions.get(region) ?? {
      subject: 'trail',
      region,
      status: gaps.length === 0 ? 'complete' : 'truncated',
      count: 0,
      detail: gaps.length === 0 ? null : gaps.join(', '),
    };
    cell.count += 1;
    regions.set(region, cell);
    if (time === null) continue;
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  if (from <= to) for (const cell of regions.values()) Object.assign(cell, { from, to });
  return [...regions.values()].sort((a, b) => (a.region < b.region ? -1 : 1));
}

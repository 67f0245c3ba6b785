import { eventHistory, trailDelay } from '../facts/index.js';
import { AwsFailure, type LookupAttributeKey, type Reader } from '../aws/index.js';
import type { Emit } from '../model/index.js';
import { type Progress, progressKey, TrailStore } from './trail-store.js';

/** One question to CloudTrail's event history. It takes one attribute a call (CloudTrail API reference, LookupEvents). */
export interface TrailQuery {
  attribute: LookupAttributeKey;
  value: string;
  /** Epoch milliseconds: how far back to read. */
  from: number;
  /** Regions to ask; events of global services are in the home region. */
  regions: readonly string[];
  /** Leave out where a page limit was reached after this time: what is older serves as history only. */
  enoughFrom?: number;
  /** Epoch milliseconds: what is newer is not asked for. */
  to?: number;
  /** Instead of LookupOptions.maxPages, for what is written by the thousand. */
  maxPages?: number;
}

export interface LookupOptions {
  reader: Reader;
  account: string;
  emit: Emit;
  /** Pages of one query in one region, 50 events each, two a second: beyond them the cell says `truncated`. */
  maxPages?: number;
}

const defaultMaxPages = 120;

/**
 * CloudTrail's event history, read as often as needed: each read of a query asks only for what is newer than the
 * last one, with an overlap for late delivery, and for what that one did not come to. All regions at once, each at its own two calls a second.
 */
export class TrailLookup extends TrailStore {
  constructor(private readonly options: LookupOptions) {
    super();
  }

  /** Reads what is new for each query. Failures end in the cells, never in silence. @throws AwsFailure of kind
   *  `credentials` only. */
  async read(queries: readonly TrailQuery[]): Promise<void> {
    const jobs = queries.flatMap((query) => query.regions.map((region) => ({ query, region })));
    let done = 0;
    await Promise.all(
      jobs.map(async ({ query, region }) => {
        const tell = (message: string): void =>
          this.options.emit({
            type: 'progress',
            subject: 'trail',
            region,
            done,
            total: jobs.length,
            message,
          });
        await this.readOne(query, region, (pages, back) =>
          tell(`reading CloudTrail in ${region} by ${query.attribute}: page ${pages}, ${back}`),
        );
        done += 1;
        tell(`reading CloudTrail in ${region} by ${query.attribute}`);
      }),
    );
  }

  /** @param onPage told of every tenth page, about five seconds: how far back it has come is all that can be known, since
   *  LookupEvents does not say how many events there are. */
  private async readOne(
    query: TrailQuery,
    region: string,
    onPage: (pages: number, back: string) => void,
  ): Promise<void> {
    const { reader, account } = this.options;
    const maxPages = query.maxPages ?? this.options.maxPages ?? defaultMaxPages;
    const key = progressKey(query, region);
    const earlier = this.progress.get(key);
    const readAt = reader.now();
    const windows =
      query.to !== undefined && earlier?.status === 'complete' ? [] : windowsOf(query, earlier, readAt);
    const progress: Progress = {
      status: 'complete',
      detail: null,
      from: earlier?.status === 'complete' ? earlier.from : query.from,
      to: readAt,
      readAt,
    };
    let pages = 0;
    let oldest = readAt;
    try {
      for (const { start, end } of windows) {
        oldest = end;
        const input = {
          LookupAttributes: [{ AttributeKey: query.attribute, AttributeValue: query.value }],
          StartTime: wholeSecond(start),
          ...(end === readAt ? {} : { EndTime: wholeSecond(end + 1000) }),
          MaxResults: 50,
        };
        for await (const page of reader.pages('cloudtrail', 'LookupEvents', region, input)) {
          pages += 1;
          for (const found of page.Events ?? []) {
            const time = found.EventTime?.getTime();
            if (time !== undefined) oldest = Math.min(oldest, time);
            this.keepFound(found.CloudTrailEvent, region, account);
          }
          if (pages % 10 === 0) onPage(pages, howFarBack(oldest, start, end));
          if (pages >= maxPages && page.NextToken !== undefined) {
            progress.from = oldest;
            if (oldest > (query.enoughFrom ?? query.from)) {
              progress.status = 'truncated';
              progress.detail = `read back to ${new Date(oldest).toISOString()} only (${pages * 50} events)`;
            }
            this.progress.set(key, progress);
            return;
          }
        }
      }
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      progress.status = cellStatusOf(error);
      progress.detail = error.describe();
      progress.from = oldest;
    }
    this.progress.set(key, progress);
  }

  private keepFound(record: string | undefined, region: string, account: string): void {
    const where = `LookupEvents in ${region}`;
    try {
      this.keep(JSON.parse(record ?? ''), where, account, region);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.skip(where, 'not JSON');
    }
  }
}

interface Window {
  start: number;
  end: number;
}

/** What is still to be read, newest first: what is newer than the last read; and what a read that was cut short left. */
function windowsOf(query: TrailQuery, earlier: Progress | undefined, readAt: number): Window[] {
  const first = Math.max(query.from, readAt - eventHistory);
  if (query.to !== undefined) return [{ start: first, end: Math.min(query.to, readAt) }];
  if (earlier === undefined) return [{ start: first, end: readAt }];
  const newer = { start: Math.max(first, earlier.readAt - trailDelay - 60_000), end: readAt };
  if (earlier.status === 'complete') return [newer];
  // Nothing was read: all of it is still to be.
  if (earlier.from >= earlier.readAt) return [{ start: first, end: readAt }];
  return earlier.from <= first ? [newer] : [newer, { start: first, end: earlier.from }];
}

/** Times go to LookupEvents in whole seconds. */
function wholeSecond(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}

function howFarBack(oldest: number, start: number, end: number): string {
  const part = Math.round(((end - oldest) / Math.max(1, end - start)) * 100);
  return `back to ${new Date(oldest).toISOString().slice(0, 10)}, ${part} % of the period`;
}

/** What a failed read means for coverage: never that there is nothing. That a region is not enabled is EC2's own word
 *  (DescribeRegions), and no refusal's. */
export function cellStatusOf(failure: AwsFailure): 'truncated' | 'denied' | 'failed' {
  if (failure.kind === 'denied') return 'denied';
  if (failure.kind === 'endless') return 'truncated';
  return 'failed';
}

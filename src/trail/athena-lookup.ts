import { setTimeout as sleep } from 'node:timers/promises';
import { trailDelay } from '../facts/index.js';
import { AwsFailure, type OutputOf, type Reader } from '../aws/index.js';
import type { Cell, Emit } from '../model/index.js';
import { presenceOf, type Question, statementOf } from './athena-query.js';
import { grouped, isPartOf, questionOf } from './athena-questions.js';
import { type AthenaAddress, shapeOf, type TableShape } from './athena-table.js';
import { unwrap } from './containers.js';
import { cellStatusOf, type TrailQuery } from './lookup.js';
import { dayOf, dayOfKey, daysWithout, placeOf } from './s3-layout.js';
import { BucketLister, type BucketObject, listTrail } from './s3-listing.js';
import { type Progress, progressKey, TrailStore } from './trail-store.js';

export interface AthenaOptions {
  reader: Reader;
  account: string;
  homeRegion: string;
  emit: Emit;
  address: AthenaAddress;
  /** Bytes that all queries together may read. */
  maxScan: number;
  /** Aborted by Ctrl-C: the query that runs is stopped. */
  signal: AbortSignal | null;
}

/** CloudTrail delivers files about every five minutes: what was read so shortly ago is not asked for again. Milliseconds. */
const freshFor = 5 * 60_000;
/** Between two looks at a query that runs, milliseconds. */
const firstPause = 250;
const longestPause = 2_000;
/** Athena's list price in us-east-1, USD a TB read (Amazon Athena pricing). */
const dollarsOfTerabyte = 5;

type Execution = NonNullable<OutputOf<'athena', 'GetQueryExecution'>['QueryExecution']>;

/** What keeps a query from being run or read: a sentence, and the status of the cells. */
class Unanswered extends Error {
  constructor(
    readonly status: 'denied' | 'failed' | 'truncated',
    message: string,
  ) {
    super(message);
  }
}

/**
 * CloudTrail's records in a table of Athena, asked as the event history is, all questions of a round in one statement.
 * Whoever can write the table's bucket can write rows: they count as files do.
 */
export class AthenaLookup extends TrailStore {
  private shape: Promise<TableShape> | null = null;
  private files: Promise<readonly BucketObject[] | null> | null = null;
  private scanned = 0;
  private told = false;
  /** From when on it is known, and on which days there is nothing, by region. */
  private presence: { from: number; missing: ReadonlyMap<string, readonly string[]> } | null = null;

  constructor(private readonly options: AthenaOptions) {
    super();
  }

  /** Asks what is new for each query. Failures end in the cells, never in silence. @throws AwsFailure of kind
   *  `credentials` only */
  async read(queries: readonly TrailQuery[]): Promise<void> {
    const readAt = this.options.reader.now();
    const open = queries.flatMap((query) => this.unread(query, readAt));
    if (open.length === 0) return;
    const questions = grouped(open.map(({ query, from }) => questionOf(query, from, readAt)));
    let end: Pick<Progress, 'status' | 'detail'> = { status: 'complete', detail: null };
    let cut = new Map<string, number>();
    try {
      cut = await this.ask(questions, readAt);
    } catch (error) {
      if (error instanceof Unanswered) end = { status: error.status, detail: error.message };
      else if (error instanceof AwsFailure && error.kind !== 'credentials')
        end = { status: cellStatusOf(error), detail: `${error.describe()}. ${this.nextStep(error)}` };
      else throw error;
    }
    for (const { query } of open) {
      const index = questions.findIndex((one) => isPartOf(query, one));
      for (const region of query.regions) {
        const key = progressKey(query, region);
        const earlier = this.progress.get(key);
        const oldest = cut.get(`${index}|${region}`);
        const enough = oldest === undefined || oldest <= (query.enoughFrom ?? query.from);
        this.progress.set(key, {
          ...(end.status === 'complete' && !enough
            ? { status: 'truncated', detail: `read back to ${new Date(oldest).toISOString()} only` }
            : end),
          // What an earlier answer left out below is not in the newer one.
          from:
            end.status !== 'complete'
              ? readAt
              : (oldest ?? (earlier?.status === 'complete' ? earlier.from : query.from)),
          to: readAt,
          readAt,
        });
      }
    }
  }

  /** Days without a record: a partition that is not there, or files that are gone, look the same as quiet ones. */
  override cells(): Cell[] {
    const gaps = [...(this.presence?.missing ?? [])].map(([region, days]): Cell => {
      const which = `${days.slice(0, 3).join(', ')}${days.length > 3 ? ', …' : ''}`;
      const { database, table } = this.options.address;
      const when =
        days.length === 0 ? 'yet' : `on ${days.length === 1 ? '1 day' : `${days.length} days`} (${which})`;
      const detail = `${database}.${table} has no record ${when}: nothing was logged, or partitions or files are missing`;
      return { subject: 'trail', region, status: 'truncated', count: 0, detail };
    });
    return [...super.cells(), ...gaps];
  }

  override readSince(name: string, region: string): number | null {
    const since = super.readSince(name, region);
    if (since === null || this.presence === null || this.presence.missing.has(region)) return null;
    return Math.max(since, this.presence.from);
  }

  /** What of a query is still to be asked for, and from when on. */
  private unread(query: TrailQuery, readAt: number): { query: TrailQuery; from: number }[] {
    const earlier = query.regions.map((region) => this.progress.get(progressKey(query, region)));
    if (earlier.some((one) => one?.status !== 'complete')) return [{ query, from: query.from }];
    const last = Math.min(...earlier.map((one) => one?.readAt ?? 0));
    if (query.to !== undefined || readAt - last < freshFor) return [];
    return [{ query, from: Math.max(query.from, last - trailDelay - 60_000) }];
  }

  /** @returns of questions that were cut off, by their number and region: how far back they were read */
  private async ask(questions: readonly Question[], readAt: number): Promise<Map<string, number>> {
    const { address, account, emit } = this.options;
    const shape = await (this.shape ??= this.describe());
    const from = Math.min(...questions.map((one) => one.from));
    const regions = [...new Set(questions.flatMap((one) => one.regions))].sort();
    if (this.presence === null) await this.look(shape, { account, regions, from, to: readAt });
    const id = await this.run(statementOf(address, shape, account, questions), shape, from);
    const rows = new Map<string, number[]>();
    let done = 0;
    for await (const row of this.rows(id)) {
      const question = Number(row['question']);
      const event = this.keepRow(row);
      const where = `${question}|${row['awsregion'] ?? ''}`;
      rows.set(where, [...(rows.get(where) ?? []), event?.time ?? Date.parse(row['eventtime'] ?? '')]);
      done += 1;
    }
    const message = `${done} rows of ${address.database}.${address.table}`;
    emit({ type: 'progress', subject: 'trail', region: null, done, total: done, message });
    const cut = new Map<string, number>();
    for (const [where, times] of rows) {
      const most = questions[Number(where.split('|')[0])]?.most ?? 0;
      if (times.length > most) cut.set(where, Math.min(...times.filter((time) => time <= readAt)));
    }
    if (cut.size === 0) return cut;
    // What several ask for is given to the first: of what lies behind its cut the others have not heard.
    const next = Math.min(...[...cut.keys()].map((where) => Number(where.split('|')[0]))) + 1;
    if (next === questions.length) return cut;
    for (const [where, time] of await this.ask(questions.slice(next), readAt)) {
      const [question, region = ''] = where.split('|');
      cut.set(`${Number(question) + next}|${region}`, time);
    }
    return cut;
  }

  /** Learns once, with the first and widest question, on which days the table has anything. */
  private async look(
    shape: TableShape,
    period: { account: string; regions: readonly string[]; from: number; to: number },
  ): Promise<void> {
    const seen = new Map<string, Set<string>>(period.regions.map((region) => [region, new Set()]));
    const id = await this.run(presenceOf(this.options.address, shape, period), shape, period.from);
    for await (const { awsregion = '', day = '' } of this.rows(id))
      seen.get(awsregion)?.add(`${day.replaceAll('-', '/')}/`);
    const missing = [...seen].flatMap(([region, days]): [string, readonly string[]][] => {
      const none = daysWithout(days, period.from, period.to);
      // A period may have no whole day: a table that has nothing of it knows nothing.
      return none.length === 0 && days.size > 0 ? [] : [[region, none.map((day) => day.slice(0, -1))]];
    });
    this.presence = { from: period.from, missing: new Map(missing) };
  }

  private keepRow(row: Record<string, string>): ReturnType<TrailStore['keep']> {
    const { question: _, ...record } = row;
    const where = `${this.options.address.database}.${this.options.address.table}`;
    const [raw] = unwrap(record);
    return this.keep(raw, where, this.options.account, null);
  }

  private get region(): string {
    return this.options.address.region ?? this.options.homeRegion;
  }

  /** @throws Unanswered where it is no table that can be asked */
  private async describe(): Promise<TableShape> {
    const { reader, address } = this.options;
    const { TableMetadata = {} } = await reader.call('athena', 'GetTableMetadata', this.region, {
      CatalogName: 'AwsDataCatalog',
      DatabaseName: address.database,
      TableName: address.table,
    });
    const shape = shapeOf(TableMetadata);
    if (typeof shape === 'string')
      throw new Unanswered('failed', `${address.database}.${address.table}: ${shape}. Nothing was asked.`);
    return shape;
  }

  /** Says once what a query reads, as far as the table's bucket tells. @throws Unanswered where it would be too much */
  private async assertWithin(shape: TableShape, from: number): Promise<void> {
    const { maxScan, emit } = this.options;
    const files = await (this.files ??= this.filesOf(shape, from));
    const first = dayOf(from);
    const bytes = files?.reduce((sum, { key, size }) => (dayOfKey(key) < first ? sum : sum + size), 0) ?? 0;
    const price = ((bytes / 1e12) * dollarsOfTerabyte).toFixed(2);
    if (!this.told) {
      const much = `reads about ${inUnits(bytes)} (about $${price} at $${dollarsOfTerabyte} a TB)`;
      const unknown = 'reads what lies in the table’s days, how much cannot be told beforehand';
      const message = `A query of this period ${files === null ? unknown : much}; --max-scan ${inUnits(maxScan)} for all.`;
      emit({ type: 'warning', message });
      this.told = true;
    }
    if (this.scanned + bytes <= maxScan && this.scanned < maxScan) return;
    const all = inUnits(this.scanned + bytes);
    throw new Unanswered(
      'truncated',
      `Athena would read ${all}, over --max-scan ${inUnits(maxScan)}: raise it, or shorten --since`,
    );
  }

  /** The files below the table, where they lie as CloudTrail puts them; null where that cannot be told. */
  private async filesOf({ location }: TableShape, from: number): Promise<readonly BucketObject[] | null> {
    const { reader, account, homeRegion } = this.options;
    const place = placeOf(location ?? '');
    if (typeof place === 'string') return null;
    const lister = new BucketLister(reader, homeRegion);
    const listing = await listTrail(place, lister, { reader, account, homeRegion, regions: null, from });
    // What could not be listed only keeps the figure unknown.
    return listing.objects.length === 0 ? null : listing.objects;
  }

  /** Runs one statement to its end. @throws Unanswered where it fails · AwsFailure */
  private async run(QueryString: string, shape: TableShape, from: number): Promise<string> {
    await this.assertWithin(shape, from);
    const { reader, address, signal } = this.options;
    const input = { QueryString, WorkGroup: address.workgroup };
    const { QueryExecutionId: id = '' } = await reader.call(
      'athena',
      'StartQueryExecution',
      this.region,
      input,
    );
    for (let pause = firstPause; ; pause = Math.min(pause * 1.5, longestPause)) {
      if (signal?.aborted === true) await this.stop(id);
      const answer = await reader.call('athena', 'GetQueryExecution', this.region, { QueryExecutionId: id });
      const execution = answer.QueryExecution;
      const state = execution?.Status?.State;
      if (state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED') {
        this.scanned += execution?.Statistics?.DataScannedInBytes ?? 0;
        if (state !== 'SUCCEEDED') throw new Unanswered('failed', failed(execution, id));
        return id;
      }
      await sleep(pause, undefined, signal === null ? {} : { signal }).catch(() => undefined);
    }
  }

  /** @throws Unanswered */
  private async stop(QueryExecutionId: string): Promise<never> {
    await this.options.reader.call('athena', 'StopQueryExecution', this.region, { QueryExecutionId });
    throw new Unanswered('failed', `query ${QueryExecutionId} of Athena was stopped: you interrupted it`);
  }

  private async *rows(id: string): AsyncGenerator<Record<string, string>> {
    let names: string[] | null = null;
    const input = { QueryExecutionId: id, MaxResults: 1000 };
    for await (const { ResultSet } of this.options.reader.pages(
      'athena',
      'GetQueryResults',
      this.region,
      input,
    )) {
      for (const { Data = [] } of ResultSet?.Rows ?? []) {
        const values = Data.map(({ VarCharValue }) => VarCharValue);
        // The first row has the names.
        if (names === null) names = values.map((value) => value ?? '');
        else
          yield Object.fromEntries(
            values.flatMap((value, at) => (value === undefined ? [] : [[names?.[at] ?? '', value]])),
          );
      }
    }
  }

  private nextStep({ kind, message }: AwsFailure): string {
    const { database, table, workgroup } = this.options.address;
    if (kind === 'denied')
      return `What it takes: leakguard policy --trail athena:${workgroup}/${database}.${table}`;
    if (/output location/i.test(message))
      return `Give workgroup ${workgroup} a place for results, or name one that has: --trail athena:WORKGROUP/${database}.${table}`;
    if (/not ?found|does not exist|EntityNotFound/i.test(message))
      return `It was looked for in ${this.region}: where it is in another region, --trail athena:${workgroup}/${database}.${table}@REGION`;
    return 'Run the same command again.';
  }
}

function failed(execution: Execution | undefined, id: string): string {
  const why = execution?.Status?.StateChangeReason ?? 'Athena says no more';
  const limit = /bytes scanned limit/i.test(why)
    ? ' The workgroup’s own limit: shorten --since, or name another workgroup.'
    : '';
  return `query ${id} of Athena ended ${execution?.Status?.State ?? ''}: ${why.slice(0, 500)}.${limit}`;
}

function inUnits(bytes: number): string {
  const [unit = 'B', size = 1] =
    bytes >= 1e12 ? ['TB', 1e12] : bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}

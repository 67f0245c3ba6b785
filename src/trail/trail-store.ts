import type { Cell, CellStatus, SkippedRecords, TrailEvent } from '../model/index.js';
import { normaliseRecord } from './normalise.js';

/** How far one question has been answered in one region. */
export interface Progress {
  status: CellStatus;
  detail: string | null;
  /** Epoch milliseconds: the period that has been read, newest to oldest. */
  from: number;
  to: number;
  readAt: number;
}

/** Events that questions to CloudTrail gave, each once, and how far each question has been answered. */
export class TrailStore {
  protected readonly events = new Map<string, TrailEvent>();
  protected readonly progress = new Map<string, Progress>();
  private readonly skipped = new Map<string, SkippedRecords>();

  /** Every event read so far, oldest first; equal times by key, so that the same events give the same order. */
  all(): TrailEvent[] {
    return [...this.events.values()].sort(
      (a, b) => (a.time ?? 0) - (b.time ?? 0) || (a.key < b.key ? -1 : 1),
    );
  }

  /** One `trail` cell a region: the worst of its queries, since an answer needs all of them. */
  cells(): Cell[] {
    const regions = new Map<string, Cell>();
    const counts = new Map<string, number>();
    for (const event of this.events.values()) counts.set(event.region, (counts.get(event.region) ?? 0) + 1);
    for (const [key, progress] of this.progress) {
      const region = key.slice(0, key.indexOf('|'));
      const cell = regions.get(region);
      if (cell === undefined) {
        const { status, detail, from, to } = progress;
        regions.set(region, {
          subject: 'trail',
          region,
          status,
          detail,
          from,
          to,
          count: counts.get(region) ?? 0,
        });
        continue;
      }
      if (rank(progress.status) > rank(cell.status)) {
        cell.status = progress.status;
        cell.detail = progress.detail;
        cell.from = progress.from;
      } else if (rank(progress.status) === rank(cell.status) && progress.status !== 'complete') {
        cell.from = Math.max(cell.from ?? progress.from, progress.from);
      }
      cell.to = Math.min(cell.to ?? progress.to, progress.to);
    }
    return [...regions.values()].sort((a, b) => (a.region < b.region ? -1 : 1));
  }

  /** Epoch milliseconds from which on every event of this name was read in `region`; null where something is unread. */
  readSince(name: string, region: string): number | null {
    const all = ['', '|before'].flatMap(
      (part) => this.progress.get(`${region}|EventName=${name}${part}`) ?? [],
    );
    const complete = all.filter(({ status, detail }) => status === 'complete' && detail === null);
    return complete.length === 0 ? null : Math.min(...complete.map(({ from }) => from));
  }

  skippedRecords(): SkippedRecords[] {
    return [...this.skipped.values()];
  }

  /** Keeps a record as CloudTrail writes it. `region`: the one that was asked, where only its own events count. */
  protected keep(raw: unknown, where: string, account: string, region: string | null): TrailEvent | null {
    const event = normaliseRecord(raw, where);
    if ('skipped' in event) {
      this.skip(where, event.skipped);
      return null;
    }
    // A simulated CloudTrail may answer for every region and account from each of them.
    if (region !== null && event.region !== '' && event.region !== region) return null;
    if (event.account !== null && event.account !== account) return null;
    this.events.set(event.key, event);
    return event;
  }

  protected skip(where: string, reason: string): void {
    const key = `${where}|${reason}`;
    const known = this.skipped.get(key);
    this.skipped.set(key, { where, reason, count: (known?.count ?? 0) + 1 });
  }
}

/** A question about the past alone has not read what a later one on the same value asks for. */
export function progressKey(
  { attribute, value, to }: { attribute: string; value: string; to?: number },
  region: string,
): string {
  return `${region}|${attribute}=${value}${to === undefined ? '' : '|before'}`;
}

function rank(status: CellStatus): number {
  return ['complete', 'not-examined', 'not-enabled', 'truncated', 'denied', 'failed'].indexOf(status);
}

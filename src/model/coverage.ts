/**
 * What was looked at. Every negative statement rests on these cells: a cell that is not `complete` makes
 * "nothing found" mean "not known".
 */
export type CellStatus = 'complete' | 'truncated' | 'denied' | 'failed' | 'not-enabled' | 'not-examined';

export interface Cell {
  /** A play's id, `trail` for CloudTrail events, or a service that leakguard has no play for. */
  subject: string;
  /** AWS region, or `global`. */
  region: string;
  status: CellStatus;
  /** How many resources or events it gave. */
  count: number;
  /** Why it is not complete, and what it would take. Null where it is complete. */
  detail: string | null;
  /** For `trail`: the period that the cell speaks of, epoch milliseconds. */
  from?: number;
  to?: number;
}

/** True where nothing that should have been looked at is unknown. Regions that are not enabled, and services without
 *  a play, are listed apart: they are told in words, and do not change the exit code. A region left out by a flag is
 *  `truncated`. */
export function isComplete(cells: Iterable<Cell>): boolean {
  for (const cell of cells) {
    if (cell.status === 'truncated' || cell.status === 'denied' || cell.status === 'failed') return false;
  }
  return true;
}

/** Something was looked at, and no cell of it is unknown: only then does "nothing found" say something. */
export function allSeen(coverage: readonly Cell[]): boolean {
  return coverage.length > 0 && isComplete(coverage);
}

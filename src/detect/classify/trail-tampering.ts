import { type Cell, type TrailEvent, worked } from '../../model/index.js';
import type { Case } from './case.js';
import { whoDid } from './case.js';
import { principalOf } from './classify.js';
import { timeInWords } from '../records/evidence.js';

const tampering = new Set(['StopLogging', 'DeleteTrail', 'PutEventSelectors', 'UpdateTrail']);

/** Changes to trails by tainted credentials: from the first on, log files may leave anything out. */
export function tamperingOf(its: Case): TrailEvent[] {
  return its.graph.events.filter(
    (event) =>
      tampering.has(event.name) &&
      event.source === 'cloudtrail.amazonaws.com' &&
      worked(event) &&
      event.time !== null &&
      whoDid(event, its) === 'tainted',
  );
}

/**
 * The coverage with every `trail` cell cut where the first tampering was. Event history does not depend on trails
 * (CloudTrail user guide, "Working with CloudTrail event history"), so it keeps its coverage.
 */
export function loweredCoverage(
  coverage: readonly Cell[],
  tampered: readonly TrailEvent[],
  fromHistory: boolean,
): Cell[] {
  const first = tampered[0];
  const since = first?.time ?? null;
  if (first === undefined || since === null || fromHistory) return [...coverage];
  const why = `${first.name} by ${principalOf(first)} at ${timeInWords(since)}: what came after may not be in the files`;
  return coverage.flatMap((cell) => {
    if (cell.subject !== 'trail' || cell.status !== 'complete' || (cell.to ?? Infinity) < since)
      return [cell];
    const after: Cell = {
      ...cell,
      status: 'truncated',
      detail: why,
      from: Math.max(cell.from ?? since, since),
    };
    return (cell.from ?? -Infinity) >= since
      ? [after]
      : [
          { ...cell, to: since },
          { ...after, count: 0 },
        ];
  });
}

import type { LogEntry } from '../../range/index.js';
import type { JournalLine } from '../product.js';
import type { Score } from './score.js';
import { changes } from './score-facts.js';

/** The journal against the log, by request id; a repeated attempt whose answer was lost counts by its input. */
export function journalGaps(
  journal: readonly JournalLine[] | null,
  ofContain: readonly LogEntry[],
): Pick<Score, 'actionsWithoutJournal' | 'journalWithoutAction'> {
  if (journal === null) return { actionsWithoutJournal: [], journalWithoutAction: [] };
  const known = new Set(journal.flatMap(({ outcome }) => outcome?.requestId ?? []));
  const intents = new Set(
    journal.flatMap(({ action }) =>
      action === undefined ? [] : [`${action.operation} ${JSON.stringify(sorted(action.input))}`],
    ),
  );
  const actionsWithoutJournal = ofContain
    .filter(changes)
    .filter(
      (entry) =>
        !known.has(entry.requestId) &&
        !intents.has(`${entry.operation} ${JSON.stringify(sorted(entry.input))}`),
    )
    .map((entry) => `${entry.service}:${entry.operation} in ${entry.region} (${entry.requestId})`);
  const received = new Set(ofContain.map(({ requestId }) => requestId));
  const journalWithoutAction = journal.flatMap(({ outcome }) =>
    outcome !== undefined &&
    outcome.status === 'done' &&
    (outcome.requestId === null || !received.has(outcome.requestId))
      ? [`${outcome.action} (${outcome.requestId ?? 'no request id'})`]
      : [],
  );
  return { actionsWithoutJournal, journalWithoutAction };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

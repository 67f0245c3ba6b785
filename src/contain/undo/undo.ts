import { actionId } from '../../plays/kit/action-id.js';
import type { Action } from '../../model/action.js';
import type { JournalRecord } from '../../model/journal-record.js';

/** What taking a containment back would do. */
export interface UndoPlan {
  /** In reverse order. */
  actions: Action[];
  /** By the new action's id: the id of the action that it takes back. */
  undoes: Map<string, string>;
  /** What cannot be taken back, and the sentence why. */
  impossible: { action: Action; why: string }[];
  /** What needs a flag of its own, such as turning the key on again. */
  flagged: { action: Action; flag: string }[];
}

/**
 * The way back, from the journal alone: every action that was done, or whose outcome the journal does not know, in
 * reverse order, by the undo calls written down before it was made. What was undone already is left out. Pure.
 */
export function planUndo(records: readonly JournalRecord[], flags: ReadonlySet<string>): UndoPlan {
  const intents = new Map<string, { action: Action; undoes: string | null }>();
  const outcomes = new Map<string, string>();
  for (const record of records) {
    if (record.kind === 'intent')
      intents.set(record.action.id, { action: record.action, undoes: record.undoes ?? null });
    if (record.kind === 'outcome') outcomes.set(record.outcome.action, record.outcome.status);
  }
  const undone = new Set<string>();
  for (const [id, { undoes }] of intents) {
    if (undoes !== null && outcomes.get(id) === 'done') undone.add(undoes);
  }
  const plan: UndoPlan = { actions: [], undoes: new Map(), impossible: [], flagged: [] };
  for (const [id, { action, undoes }] of [...intents].reverse()) {
    const status = outcomes.get(id) ?? 'unknown';
    if (undoes !== null || undone.has(id) || (status !== 'done' && status !== 'unknown')) continue;
    if ('none' in action.undo) {
      plan.impossible.push({ action, why: action.undo.none });
      continue;
    }
    const { calls, needsFlag } = action.undo;
    if (needsFlag !== undefined && !flags.has(needsFlag)) {
      plan.flagged.push({ action, flag: needsFlag });
      continue;
    }
    for (const call of calls) {
      const back: Action = {
        ...call,
        id: `undo:${id}:${actionId(action.play, call)}`,
        play: action.play,
        phase: action.phase,
        targets: action.targets,
        after: [],
        title: `take back: ${action.title}`,
        reason: `undoes ${id}${status === 'unknown' ? ', whose outcome is not known' : ''}`,
        permissions: [`${call.service}:${call.operation}`],
        before: null,
        undo: { none: 'it takes an action back; the containment itself can be run again' },
      };
      plan.actions.push(back);
      plan.undoes.set(back.id, id);
    }
  }
  return plan;
}

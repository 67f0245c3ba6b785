import { describe, expect, it } from 'vitest';
import { planCut } from '../../src/contain/cut/cut.js';
import type { JournalEntry, JournalRecord } from '../../src/model/journal-record.js';
import type { OutcomeStatus } from '../../src/model/action.js';
import { planUndo } from '../../src/contain/undo/undo.js';
import { cutFacts, now } from './builders.js';

const [disable, deny] = planCut(cutFacts(), now, false, now);
if (disable === undefined || deny === undefined) throw new Error('the cut has two actions');

const records = (...entries: JournalEntry[]): JournalRecord[] =>
  entries.map((entry, seq) => ({ ...entry, seq, at: '', prev: '', hash: '' }));
const outcome = (action: string, status: OutcomeStatus): JournalEntry => ({
  kind: 'outcome',
  outcome: { action, status, requestId: null, error: null, answer: null },
});
const whole = records(
  { kind: 'intent', action: disable },
  outcome(disable.id, 'done'),
  { kind: 'intent', action: deny },
  outcome(deny.id, 'done'),
);

describe('undo', () => {
  it('goes back in reverse order, and leaves the key off without its flag', () => {
    const plan = planUndo(whole, new Set());
    expect(plan.actions.map(({ operation }) => operation)).toEqual(['DeleteUserPolicy']);
    expect(plan.flagged.map(({ flag }) => flag)).toEqual(['--reactivate-key']);
    const all = planUndo(whole, new Set(['--reactivate-key']));
    expect(all.actions.map(({ operation }) => operation)).toEqual(['DeleteUserPolicy', 'UpdateAccessKey']);
  });

  it('takes back what may have happened: an intent without an outcome', () => {
    expect(planUndo(records({ kind: 'intent', action: deny }), new Set()).actions).toHaveLength(1);
  });

  it('leaves alone what was never done, or was so already', () => {
    const plan = planUndo(records({ kind: 'intent', action: deny }, outcome(deny.id, 'denied')), new Set());
    expect(plan.actions).toEqual([]);
    expect(
      planUndo(records({ kind: 'intent', action: deny }, outcome(deny.id, 'already-so')), new Set()).actions,
    ).toEqual([]);
  });

  it('does not take back twice', () => {
    const [back] = planUndo(whole, new Set()).actions;
    if (back === undefined) throw new Error('there is one');
    const again = [
      ...whole,
      ...records({ kind: 'intent', action: back, undoes: deny.id }, outcome(back.id, 'done')),
    ];
    expect(planUndo(again, new Set()).actions).toEqual([]);
  });

  it('lists what has no way back', () => {
    const gone = { ...deny, id: 'x', undo: { none: 'it cannot be brought back' } };
    const plan = planUndo(records({ kind: 'intent', action: gone }, outcome('x', 'done')), new Set());
    expect(plan.impossible.map(({ why }) => why)).toEqual(['it cannot be brought back']);
  });
});

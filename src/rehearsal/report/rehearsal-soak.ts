import type { Rehearsal } from '../rehearse.js';

/** What a soak is for: none of these may happen, whatever the day. */
export interface SoakTotals {
  rehearsals: number;
  reached: number;
  innocentsTouched: number;
  /** Changes that stand in no journal, and journal entries of changes that never were. */
  journalEntriesLost: number;
  falseAllClear: number;
}

/** Sums up many rehearsals. Pure. */
export function soakTotals(done: readonly Rehearsal[]): SoakTotals {
  const sum = (of: (rehearsal: Rehearsal) => number) => done.reduce((all, one) => all + of(one), 0);
  return {
    rehearsals: done.length,
    reached: done.filter(({ reached }) => reached).length,
    innocentsTouched: sum(({ score }) => score.innocentsTouched.length),
    journalEntriesLost: sum(
      ({ score }) => score.actionsWithoutJournal.length + score.journalWithoutAction.length,
    ),
    falseAllClear: sum(({ score }) => score.falseAllClear.length),
  };
}

export function soakTotalsLine(totals: SoakTotals): string {
  const { rehearsals, reached, innocentsTouched, journalEntriesLost, falseAllClear } = totals;
  return `${reached} of ${rehearsals} rehearsals reached their goals: ${innocentsTouched} innocents touched, ${journalEntriesLost} journal entries lost, ${falseAllClear} wrong all-clears`;
}

/** One rehearsal of many, in one line. Pure. */
export function soakLine({ name, seed, reached, score, commands, took }: Rehearsal): string {
  const ran = commands.map(({ command, exitCode }) => `${command} ${exitCode ?? 'killed'}`);
  const left = score.rogueAlive.length + score.rogueOutOfReach.length;
  return `${reached ? '✓' : '✗'} ${seed} ${name}: ${ran.join(', ')} · ${left} alive · ${score.innocentsTouched.length} touched · ${(took / 1000).toFixed(0)} s`;
}

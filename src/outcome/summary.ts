import { ExitCode, type Reason } from '../model/index.js';

/** The end of a containment that was not to go on, in one sentence; null where its reasons say it. `heldBack`: somebody
 *  else is at work on the rest. Pure. */
export function summaryOfEarlyEnd(exitCode: ExitCode, cutFailed: boolean, heldBack: boolean): string | null {
  if (exitCode === ExitCode.interrupted || exitCode === ExitCode.terminated)
    return 'stopped by a signal before the end: not contained';
  if (exitCode !== ExitCode.refused) return null;
  const cut = cutFailed ? 'the cut did not wholly work' : 'the cut stands';
  return heldBack
    ? `${cut}; somebody else holds the lock, and the rest was left to them`
    : `${cut}; the rest was not agreed to and is not contained`;
}

/** The end of a containment in one sentence. It never says clean: only `verify` can. `changes`: actions that changed
 *  something. Pure. */
export function summaryOfEnd(reasons: readonly Reason[], changes: number): string {
  if (reasons.length === 0)
    return changes === 0
      ? 'contained already: nothing was changed, and two sweeps confirm it'
      : 'contained, and confirmed by two sweeps';
  const nothing = changes === 0 ? ['nothing was changed'] : [];
  return `incomplete: ${[...reasons.map(({ words }) => words), ...nothing].join(', ')}`;
}

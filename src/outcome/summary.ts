import { ExitCode, type Reason } from '../model/index.js';

/** The end of a containment in one sentence. It never says clean: only `verify` can. Pure. */
export function summarise(end: {
  exitCode: ExitCode;
  reasons: readonly Reason[];
  /** Actions that changed something. */
  changes: number;
  cutFailed: boolean;
  /** Somebody else is at work on the rest. */
  heldBack: boolean;
}): string {
  const { exitCode, reasons, changes } = end;
  if (exitCode === ExitCode.interrupted || exitCode === ExitCode.terminated)
    return 'stopped by a signal before the end: not contained';
  if (exitCode === ExitCode.refused) {
    const cut = end.cutFailed ? 'the cut did not wholly work' : 'the cut stands';
    return end.heldBack
      ? `${cut}; somebody else holds the lock, and the rest was left to them`
      : `${cut}; the rest was not agreed to and is not contained`;
  }
  if (exitCode === ExitCode.ok) {
    return changes === 0
      ? 'contained already: nothing was changed, and two sweeps confirm it'
      : 'contained, and confirmed by two sweeps';
  }
  const nothing = changes === 0 ? ['nothing was changed'] : [];
  return `incomplete: ${[...reasons.map(({ words }) => words), ...nothing].join(', ')}`;
}

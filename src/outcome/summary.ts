import { type Action, type Executed, ExitCode, type LeftOver } from '../model/index.js';

/** The end of a containment in one sentence. It never says clean: only `verify` can. Pure. */
export function summarise(end: {
  exitCode: ExitCode;
  left: readonly LeftOver[];
  executed: readonly Executed[];
  complete: boolean;
  aborted: boolean;
  /** Somebody else is at work on the rest. */
  heldBack: boolean;
}): string {
  if (end.aborted) return 'stopped by a signal before the end: not contained';
  if (end.exitCode === ExitCode.refused) {
    const cutFailed = end.executed.some(
      ({ action, outcome }) =>
        action.phase === 'cut' && outcome.status !== 'done' && outcome.status !== 'already-so',
    );
    const cut = cutFailed ? 'the cut did not wholly work' : 'the cut stands';
    return end.heldBack
      ? `${cut}; somebody else holds the lock, and the rest was left to them`
      : `${cut}; the rest was not agreed to and is not contained`;
  }
  const changes = end.executed.filter(({ outcome }) => outcome.status === 'done').length;
  if (end.exitCode === ExitCode.ok) {
    return changes === 0
      ? 'contained already: nothing was changed, and two sweeps confirm it'
      : 'contained, and confirmed by two sweeps';
  }
  const refused = end.executed.filter(
    ({ action, outcome }, at) =>
      (outcome.status === 'denied' || outcome.status === 'failed') &&
      !isMadeGood(action, end.executed.slice(at + 1)),
  ).length;
  const count = (...causes: LeftOver['cause'][]): number =>
    end.left.filter(({ cause }) => causes.includes(cause)).length;
  const held = count('held');
  const settling = count('settling');
  const beyond = count('no-play');
  const open = end.left.length - held - settling - beyond;
  const parts = [
    open > 0 && `${open} not contained`,
    refused > 0 && `${refused} actions denied or failed`,
    held > 0 && `${held} held for your decision`,
    settling > 0 && `${settling} settling`,
    beyond > 0 && `${beyond} left where no play looks`,
    !end.complete && 'not everything could be looked at',
    changes === 0 && 'nothing was changed',
  ].filter((part) => part !== false);
  return `incomplete: ${parts.length > 0 ? parts.join(', ') : 'see the notes'}`;
}

/** What came after it did the same to all that it was for. */
function isMadeGood({ phase, targets }: Action, later: readonly Executed[]): boolean {
  const done = later.filter(
    ({ action, outcome }) =>
      action.phase === phase && (outcome.status === 'done' || outcome.status === 'already-so'),
  );
  return targets.every((target) => done.some(({ action }) => action.targets.includes(target)));
}

import { type Report, type ReportAction, type Verdict, allSeen } from '../model/index.js';
import { trailDelay } from '../facts/index.js';
import { count } from '../report/messages/index.js';

/** Two sweeps in a row must be clean, since describes are eventually consistent. */
const cleanSweeps = 2;

/** What the records allow to be said. Pure; everything that is missing counts against. */
export function verdictOf(report: Omit<Report, 'verdict' | 'milestones'>): Verdict {
  const { incident, left, sweeps, coverage, closed } = report;
  const against: string[] = [];
  const unknown: string[] = [];
  const held: string[] = [];

  const byCause = (causes: string[]): number => left.filter(({ cause }) => causes.includes(cause)).length;
  const open = byCause(['denied', 'failed', 'protected', 'skipped', 'new']);
  if (open > 0) against.push(`${count(open, 'resource')} of the incident not contained`);
  const last = sweeps.at(-1);
  if (last === undefined) {
    const rogue = (incident?.findings ?? []).filter(
      (finding) =>
        (finding.class === 'rogue' || finding.class === 'tampered') &&
        finding.resource.live &&
        !finding.undone,
    );
    if (rogue.length > 0)
      against.push(`no sweep confirmed that ${count(rogue.length, 'resource')} were contained`);
    else unknown.push('no sweep was made');
  } else if (!last.clean) {
    against.push(`the last sweep: ${last.message}`);
  } else {
    const clean = sweeps.length - 1 - sweeps.findLastIndex((sweep) => !sweep.clean);
    if (clean < cleanSweeps) unknown.push(`only ${count(clean, 'sweep')} in a row was clean`);
  }
  const unexplained = byCause(['unknown']);
  if (unexplained > 0) unknown.push(`${count(unexplained, 'resource')} left for a reason that is not known`);
  const beyond = byCause(['no-play']);
  if (beyond > 0) unknown.push(`${count(beyond, 'act')} left something that no play examines`);
  const unfinished = unfinishedActions(report.actions);
  if (unfinished.length > 0) {
    unknown.push(
      `${count(unfinished.length, 'action')} denied, failed or of unknown outcome, and not made good since`,
    );
  }
  const takenBack = report.actions.filter(
    ({ undoes, result }) => undoes !== null && result !== 'denied',
  ).length;
  if (takenBack > 0) unknown.push(`${count(takenBack, 'action')} taken back since`);
  if (!allSeen(coverage)) unknown.push('not everything could be looked at');
  const settling = byCause(['settling']);
  if (settling > 0) unknown.push(`${count(settling, 'resource')} too young for CloudTrail`);
  if (closed === null) unknown.push('the journal has no closing line: the run was interrupted, or goes on');
  else if (closed.exitCode === 130 || closed.exitCode === 143)
    unknown.push('the run was stopped by a signal');
  else if (closed.exitCode === 6) unknown.push(closed.summary);

  const waiting = byCause(['held']);
  if (waiting > 0) held.push(`${count(waiting, 'resource')} held for your decision`);

  const reasons = [...against, ...unknown, ...held];
  if (against.length > 0) return { state: 'not-contained', reasons };
  if (unknown.length > 0) return { state: 'unknown', reasons };
  return { state: waiting > 0 ? 'held' : 'contained', reasons };
}

/** Actions that did not work, and whose targets no later action of the same phase dealt with. */
export function unfinishedActions(actions: readonly ReportAction[]): ReportAction[] {
  const lastDone = new Map<string, number>();
  for (const action of actions) {
    if (action.undoes !== null || (action.result !== 'done' && action.result !== 'already-so')) continue;
    for (const target of action.targets) lastDone.set(`${action.phase} ${target}`, action.seq);
  }
  return actions.filter((action) => {
    const { result, phase, undoes } = action;
    if (result === 'done' || result === 'already-so' || phase === 'record' || undoes !== null) return false;
    const madeGood = (target: string): boolean =>
      (lastDone.get(`${action.phase} ${target}`) ?? -1) > action.seq;
    return action.targets.length === 0 || !action.targets.every(madeGood);
  });
}

/**
 * From when on CloudTrail must know of everything up to the containment, epoch milliseconds: when what was too young
 * has settled, and its delay after the key went off has passed. Null where the key was not seen to go off.
 */
export function settledFrom(report: Report): number | null {
  const { keyOff } = report.milestones;
  const known = report.settlesAt === null ? -Infinity : Date.parse(report.settlesAt);
  const latest = Math.max(known, keyOff === null ? -Infinity : Date.parse(keyOff) + trailDelay);
  return Number.isFinite(latest) ? latest : null;
}

import {
  cleanSweeps,
  type LeftOver,
  type OutcomeRule,
  type Reason,
  type Report,
  type ReportAction,
  allSeen,
  ExitCode,
} from '../model/index.js';
import { trailDelay } from '../facts/index.js';
import { count } from '../report/messages/index.js';

/** What the records of a containment say of its end. `ending`: its closing line, or what is about to be one; null where
 *  the journal has none. */
export type EndFacts = Pick<
  Report,
  'incident' | 'left' | 'sweeps' | 'coverage' | 'actions' | 'cloudfront' | 'notes' | 'resumed'
> & { ending: { exitCode: number; summary: string } | null };

/** Everything that keeps a containment from "contained and confirmed", the worst first. Pure. */
export function reasonsOfEnd(facts: EndFacts): Reason[] {
  const reasons: Reason[] = [];
  const add = (rule: OutcomeRule, words: string): void => void reasons.push({ rule, words });
  const byCause = (...causes: LeftOver['cause'][]): number =>
    facts.left.filter(({ cause }) => causes.includes(cause)).length;

  const open = byCause('denied', 'failed', 'protected', 'skipped', 'new');
  if (open > 0) add('end.left-open', `${count(open, 'resource')} of the incident not contained`);
  reasons.push(...reasonsOfSweeps(facts));
  const unexplained = byCause('unknown');
  if (unexplained > 0)
    add('end.left-unexplained', `${count(unexplained, 'resource')} left for a reason that is not known`);
  const beyond = byCause('no-play');
  if (beyond > 0) add('end.beyond-plays', `${count(beyond, 'act')} left something that no play examines`);
  const unfinished = unfinishedActions(facts);
  if (unfinished.length > 0) {
    add(
      'end.action-not-done',
      `${count(unfinished.length, 'action')} denied, failed or of unknown outcome, and not made good since`,
    );
  }
  const takenBack = facts.actions.filter(({ undoes, result }) => undoes !== null && result !== 'denied');
  if (takenBack.length > 0) add('end.taken-back', `${count(takenBack.length, 'action')} taken back since`);
  if (!allSeen(facts.coverage)) add('end.not-all-seen', 'not everything could be looked at');
  reasons.push(...doubtsOf(facts));
  const settling = byCause('settling');
  if (settling > 0) add('end.settling', `${count(settling, 'resource')} too young for CloudTrail`);
  const { ending } = facts;
  if (ending === null)
    add('end.journal-open', 'the journal has no closing line: the run was interrupted, or goes on');
  else if (ending.exitCode === ExitCode.interrupted || ending.exitCode === ExitCode.terminated)
    add('end.stopped', 'the run was stopped by a signal');
  else if (ending.exitCode === ExitCode.refused) add('end.refused', ending.summary);
  const held = byCause('held');
  if (held > 0) add('end.held', `${count(held, 'resource')} held for your decision`);
  const serving = facts.cloudfront.at(-1)?.facts;
  if (
    serving !== undefined &&
    (serving.api.state !== 'answers' || serving.hosts.some((host) => host.serving !== true))
  )
    add('end.cloudfront', 'CloudFront does not serve everything, or could not be checked');
  return reasons;
}

/** What the run noted against its end, since it was last taken up. */
function doubtsOf({ notes, resumed }: EndFacts): Reason[] {
  const since = resumed.at(-1)?.at ?? '';
  return notes.flatMap(({ at, message, rule }) =>
    rule === undefined || at < since ? [] : [{ rule, words: message }],
  );
}

function reasonsOfSweeps({ sweeps, incident }: EndFacts): Reason[] {
  const last = sweeps.at(-1);
  if (last === undefined) {
    const standing = (incident?.findings ?? []).filter(
      (finding) =>
        (finding.class === 'rogue' || finding.class === 'tampered') &&
        finding.resource.live &&
        !finding.undone,
    );
    return standing.length > 0
      ? [
          {
            rule: 'end.no-sweep',
            words: `no sweep confirmed that ${count(standing.length, 'resource')} were contained`,
          },
        ]
      : [{ rule: 'end.too-few-sweeps', words: 'no sweep was made' }];
  }
  if (!last.clean) return [{ rule: 'end.sweep-not-clean', words: `the last sweep: ${last.message}` }];
  const clean = cleanAtTheEnd(sweeps);
  return clean < cleanSweeps
    ? [{ rule: 'end.too-few-sweeps', words: `only ${count(clean, 'sweep')} in a row was clean` }]
    : [];
}

/** How many of the last sweeps in a row were clean. */
function cleanAtTheEnd(sweeps: Report['sweeps']): number {
  return sweeps.length - 1 - sweeps.findLastIndex((sweep) => !sweep.clean);
}

/**
 * Actions that did not work, and whose targets no later action of the same phase dealt with. One whose outcome nobody
 * heard, since the run was killed in the middle, is made good by the clean sweeps of the run that took it up again.
 */
export function unfinishedActions({
  actions,
  sweeps,
  resumed,
}: Pick<Report, 'actions' | 'sweeps' | 'resumed'>): ReportAction[] {
  const clean = cleanAtTheEnd(sweeps);
  const resumedAfter = (at: string): boolean => resumed.some((one) => one.at > at);
  const seenFrom = clean < cleanSweeps ? null : (sweeps.at(-clean)?.at ?? null);
  const lastDone = new Map<string, number>();
  for (const action of actions) {
    if (action.undoes !== null || (action.result !== 'done' && action.result !== 'already-so')) continue;
    for (const target of action.targets) lastDone.set(`${action.phase} ${target}`, action.seq);
  }
  return actions.filter((action) => {
    const { result, phase, undoes, at } = action;
    if (result === 'unknown' && resumedAfter(at) && seenFrom !== null && at < seenFrom) return false;
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

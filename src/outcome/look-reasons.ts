import {
  type ClearanceRow,
  type CutFacts,
  type Incident,
  type LeftOver,
  type OutcomeRule,
  type Reason,
  isComplete,
} from '../model/index.js';
import { count, some } from '../report/messages/index.js';

/** Why a scan does not end with 0: what stands out, then what is not known. Pure. */
export function reasonsOfScan(incident: Incident, recordsDropped: boolean): Reason[] {
  const reasons: Reason[] = [];
  const add = (rule: OutcomeRule, words: string): void => void reasons.push({ rule, words });
  const are = (...classes: Incident['findings'][number]['class'][]): number =>
    incident.findings.filter((finding) => classes.includes(finding.class)).length;
  if (incident.misuse.at !== null) add('look.misuse', `${incident.key ?? 'a key'} is misused`);
  if (incident.suspects.length > 0)
    add(
      'look.misuse',
      `${count(incident.suspects.length, 'key')} look${incident.suspects.length === 1 ? 's' : ''} misused`,
    );
  const found = are('rogue', 'tampered');
  if (found > 0) add('look.found', `${count(found, 'resource')} of the incident`);
  if (are('held') > 0) add('look.held', `${count(are('held'), 'resource')} in doubt`);
  if (are('settling') > 0)
    add('look.settling', `${count(are('settling'), 'resource')} too young for CloudTrail`);
  return [...reasons, ...reasonsOfCoverage(incident, recordsDropped)];
}

/** Why a dry run does not end with 0: what is pending, what would be left, what is not known. Pure. */
export function reasonsOfPlan(
  incident: Incident,
  cut: CutFacts,
  planned: { actions: number; left: readonly LeftOver[] },
  recordsDropped: boolean,
): Reason[] {
  const reasons: Reason[] = [];
  if (cut.owner.kind !== 'user' && cut.owner.kind !== 'session')
    reasons.push({ rule: 'plan.owner-unknown', words: 'whose key it is could not be read' });
  if (planned.left.length > 0)
    reasons.push({ rule: 'plan.left', words: `${count(planned.left.length, 'resource')} would be left` });
  reasons.push(...reasonsOfCoverage(incident, recordsDropped));
  if (planned.actions > 0)
    reasons.push({ rule: 'plan.pending', words: `${count(planned.actions, 'action')} pending` });
  return reasons;
}

/** Why a clearance list does not end with 0: each row that is not clean, the dirty ones first. Pure. */
export function reasonsOfClearance(rows: readonly ClearanceRow[]): Reason[] {
  const of = (rule: OutcomeRule, ...statuses: ClearanceRow['status'][]): Reason[] => {
    const subjects = rows.filter(({ status }) => statuses.includes(status)).map(({ subject }) => subject);
    return subjects.length === 0
      ? []
      : [{ rule, words: `${statuses[0] ?? ''}: ${some([...new Set(subjects)], 4)}` }];
  };
  return [
    ...of('clear.dirty', 'dirty'),
    ...of('clear.unknown', 'unknown', 'not-examined'),
    ...of('clear.settling', 'settling'),
  ];
}

function reasonsOfCoverage({ coverage }: Incident, recordsDropped: boolean): Reason[] {
  const reasons: Reason[] = [];
  if (!isComplete(coverage))
    reasons.push({ rule: 'look.not-all-seen', words: 'not everything could be looked at' });
  if (recordsDropped)
    reasons.push({ rule: 'look.records-dropped', words: 'records of the trail could not be used' });
  return reasons;
}

import { trailDelay } from '../../facts/index.js';
import {
  type Cell,
  type ClearanceRow,
  type CutFacts,
  hasMany,
  type Incident,
  leadInWords,
  resourceKey,
} from '../../model/index.js';
import type { Play } from '../../plays/index.js';
import { denies, passwordIsOpen } from '../cut/cut.js';
import { sessionIsCut, unnamedOf } from '../cut/cut-session.js';
import { isContained, type Plan, stepInWords } from '../plan/plan.js';

/**
 * Is the account clear of the incident? One row for the key, the trail and each play: `clean` only where everything
 * was looked at and nothing is left. Pure.
 * `key`: as looked up now; null where no key was given. `planned`: what a containment would do now, and what it would
 * have to leave: a tampered resource that stands in neither is as it was.
 */
export function clearance(
  incident: Incident,
  plays: readonly Play[],
  key: CutFacts | null,
  planned: Plan,
  now: number,
): ClearanceRow[] {
  const pending = new Set([
    ...planned.actions.flatMap(({ targets }) => targets),
    ...planned.left.map(resourceKey),
  ]);
  const rows: ClearanceRow[] = [];
  if (key !== null) rows.push(keyRow(key));
  rows.push(trailRow(incident, now));
  for (const play of plays) rows.push(playRow(incident, play, pending));
  rows.push(beyondRow(incident));
  for (const { subject, region, status, detail } of incident.coverage) {
    if (subject === 'region' && status === 'truncated') {
      rows.push({ subject: region, title: 'region', status: 'not-examined', details: [detail ?? ''] });
    }
  }
  rows.push(...closedRows(incident.coverage));
  return rows;
}

function sessionRow(facts: CutFacts): ClearanceRow {
  const title = hasMany(facts.key) ? leadInWords(facts.key) : `session ${facts.key}`;
  const row = { subject: 'key', title };
  if (facts.denyUnreadable) return { ...row, status: 'unknown', details: facts.unreadable };
  const unnamed = unnamedOf(facts);
  if (unnamed !== null) return { ...row, status: 'dirty', details: [unnamed] };
  return sessionIsCut(facts, null)
    ? { ...row, status: 'clean', details: [] }
    : {
        ...row,
        status: 'dirty',
        details: [
          hasMany(facts.key) ? 'no Deny on it names its misused sessions' : 'no Deny on its role names it',
        ],
      };
}

/** Regions that a policy of the organisation closes: one row of those of which nobody answers for, one of the others. */
function closedRows(coverage: readonly Cell[]): ClearanceRow[] {
  return (['denied', 'not-examined'] as const).flatMap((status): ClearanceRow[] => {
    const closed = coverage.filter((cell) => cell.subject === 'region' && cell.status === status);
    if (closed.length === 0) return [];
    const details = [`${closed.map(({ region }) => region).join(', ')}: ${closed[0]?.detail ?? ''}`];
    const row = { subject: `${closed.length} regions`, title: 'regions closed by the organisation', details };
    return [{ ...row, status: status === 'denied' ? 'unknown' : 'clean' }];
  });
}

function keyRow(facts: CutFacts): ClearanceRow {
  if (facts.owner.kind === 'session') return sessionRow(facts);
  const title = hasMany(facts.key) ? leadInWords(facts.key) : `access key ${facts.key}`;
  const row = { subject: 'key', title };
  if (facts.status === 'Active') return { ...row, status: 'dirty', details: openOf(facts) };
  if (facts.status === null || facts.owner.kind !== 'user') {
    return {
      ...row,
      status: 'unknown',
      details: [facts.owner.kind === 'unknown' ? facts.owner.why : 'its status could not be read'],
    };
  }
  if (denies(facts).length === 0) {
    return {
      ...row,
      status: 'unknown',
      details: [
        `no Deny on ${facts.owner.name}: sessions minted with the key may live for up to 36 hours after it was disabled`,
      ],
    };
  }
  return { ...row, status: 'clean', details: [] };
}

/** What of the key, or of a user that was named, is still open. */
function openOf(facts: CutFacts): string[] {
  if (facts.misusedKeys === undefined) return ['it is active'];
  const keys = facts.misusedKeys.flatMap(({ id, status }) =>
    status === 'Inactive' ? [] : [`access key ${id} is active`],
  );
  return [...keys, ...(passwordIsOpen(facts) ? ['its console password is as it was'] : [])];
}

function trailRow(incident: Incident, now: number): ClearanceRow {
  const row = { subject: 'trail', title: 'acts of the key and its sessions' };
  const unread = incident.coverage.filter(
    ({ subject, status }) => subject === 'trail' && status !== 'complete' && status !== 'not-enabled',
  );
  if (unread.length > 0) return { ...row, status: 'unknown', details: unread.map(words) };
  // What was refused left nothing: an attacker who goes on trying pushes nothing on.
  const latest = [...incident.launches, ...incident.deeds]
    .filter(({ result }) => result === 'worked')
    .reduce((time, { evidence }) => Math.max(time, evidence.time ?? 0), 0);
  if (latest > now - trailDelay) {
    return {
      ...row,
      status: 'settling',
      details: [
        `last act at ${new Date(latest).toISOString()}; CloudTrail may tell of more until ${new Date(latest + trailDelay).toISOString()}`,
      ],
    };
  }
  return { ...row, status: 'clean', details: [] };
}

function playRow(incident: Incident, play: Play, pending: ReadonlySet<string>): ClearanceRow {
  const looked = play.askedById === true ? ('by-trail' as const) : ('by-list' as const);
  const row = { subject: play.id, title: play.noun, looked };
  const findings = incident.findings.filter(({ resource }) => resource.play === play.id);
  const name = ({ resource }: (typeof findings)[number]): string =>
    `${resource.type} ${resource.id} in ${resource.region}: ${resource.state}`;
  const dirty = findings.filter((finding) =>
    finding.class === 'rogue'
      ? !isContained(finding, play)
      : finding.class === 'tampered' && pending.has(resourceKey(finding.resource)),
  );
  if (dirty.length > 0) return { ...row, status: 'dirty', details: dirty.map(name) };
  const held = findings.filter((finding) => finding.class === 'held' && !isContained(finding, play));
  if (held.length > 0)
    return {
      ...row,
      status: 'unknown',
      details: held.map((finding) => `${name(finding)} (held: ${finding.reasons[0] ?? 'in doubt'})`),
    };
  const unread = incident.coverage.filter(
    ({ subject, status }) => subject === play.id && status !== 'complete' && status !== 'not-enabled',
  );
  if (unread.length > 0) return { ...row, status: 'unknown', details: unread.map(words) };
  const settling = findings.filter((finding) => finding.class === 'settling');
  if (settling.length > 0) return { ...row, status: 'settling', details: settling.map(name) };
  return { ...row, status: 'clean', details: [] };
}

/** What no play looks at is not clean because no play looks at it. */
function beyondRow({ deeds }: Incident): ClearanceRow {
  const standing = deeds.filter(({ stands }) => stands);
  return {
    subject: 'no-play',
    title: 'what the key made or changed where no play looks',
    status: standing.length > 0 ? 'unknown' : 'clean',
    details: standing.map(
      ({ evidence, target, remove }) =>
        `${evidence.name} ${target ?? ''} in ${evidence.region}: ${remove === undefined ? 'look whether it is still there' : stepInWords(remove)}`,
    ),
  };
}

function words({ region, status, detail }: Cell): string {
  return `${region}: ${status}${detail === null ? '' : ` (${detail})`}`;
}

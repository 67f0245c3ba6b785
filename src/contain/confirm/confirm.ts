import {
  type Cell,
  type Executed,
  type Finding,
  type Incident,
  type LeftOver,
  type Outcome,
  isComplete,
  resourceKey,
} from '../../model/index.js';
import type { Play } from '../../plays/index.js';
import { isActedOn, isContained, leftOver, type Plan } from '../plan/plan.js';

/** What one sweep saw. Pure facts; the loop around it decides whether to go on. */
export interface Sweep {
  /** Nothing of the incident runs or can come back, as far as could be looked. */
  clean: boolean;
  left: LeftOver[];
  /** Resources that came up since the sweep before. */
  fresh: number;
  settling: number;
  /** Epoch milliseconds from which on CloudTrail must know of all that was seen; null where nothing settles. */
  settlesAt: number | null;
  message: string;
  /** Of what is left, something waits for something else to end, as AWS said: the next round tries again. */
  waits: boolean;
}

/**
 * What the world still shows of the incident, and why each of it is left. Pure.
 * `tried`: the outcome of the latest action on each resource, by resource key.
 */
export function judgeSweep(
  incident: Incident,
  planned: Plan,
  plays: readonly Play[],
  include: ReadonlySet<string>,
  tried: ReadonlyMap<string, Outcome>,
  seen: ReadonlySet<string>,
): Sweep {
  const byId = new Map(plays.map((play) => [play.id, play]));
  const targeted = new Set(planned.actions.flatMap(({ targets }) => targets));
  const open = incident.findings.filter((finding) => {
    const play = byId.get(finding.resource.play);
    if (play === undefined || !isActedOn(finding, include) || isContained(finding, play)) return false;
    // Restored already: nothing is planned for it although its class stays tampered.
    return finding.class !== 'tampered' || targeted.has(resourceKey(finding.resource));
  });
  const left = [...open.map((finding) => reasonLeft(finding, tried, seen)), ...planned.left];
  const settling = incident.findings.filter((finding) => finding.class === 'settling');
  const settlesAt = settling.reduce<number | null>(
    (latest, { settlesAt: at }) => (at === null ? latest : Math.max(latest ?? at, at)),
    null,
  );
  const fresh = open.filter((finding) => !seen.has(resourceKey(finding.resource))).length;
  const clean = open.length === 0;
  const waits = open.some(({ resource }) => tried.get(resourceKey(resource))?.error?.kind === 'busy');
  const unknown = isComplete(incident.coverage) ? '' : ' (not everything could be looked at)';
  return {
    clean,
    left: dedupe(left),
    fresh,
    settling: settling.length,
    settlesAt,
    waits,
    message: clean
      ? `nothing of the incident is left${unknown}`
      : `${open.length} left, ${fresh} of them new${unknown}`,
  };
}

function reasonLeft(
  finding: Finding,
  tried: ReadonlyMap<string, Outcome>,
  seen: ReadonlySet<string>,
): LeftOver {
  const key = resourceKey(finding.resource);
  const outcome = tried.get(key);
  if (outcome === undefined)
    return leftOver(finding, seen.has(key) ? 'unknown' : 'new', finding.reasons[0] ?? null);
  const { status, error } = outcome;
  const cause =
    status === 'denied' || status === 'failed' || status === 'protected' || status === 'skipped'
      ? status
      : 'unknown';
  return leftOver(finding, cause, error === null ? null : `${error.code}: ${error.message}`);
}

/** Two sweeps in a row that leave the same for the same reasons: more of them would change nothing. Pure. */
export function isStuck(before: Sweep | null, now: Sweep): boolean {
  if (before === null || now.clean || now.fresh > 0 || now.waits) return false;
  const signature = ({ left }: Sweep): string =>
    left
      .map(({ play, region, id, cause }) => `${play}|${region}|${id}|${cause}`)
      .sort()
      .join('\n');
  return (
    signature(before) === signature(now) &&
    now.left.every(({ cause }) => cause !== 'unknown' && cause !== 'new')
  );
}

/** The latest time, epoch milliseconds, before which events are still unread somewhere; null where all are read. Pure. */
export function unreadBefore(coverage: readonly Cell[]): number | null {
  return coverage.reduce<number | null>(
    (latest, { subject, status, from }) =>
      subject === 'trail' && status === 'truncated' && from !== undefined
        ? Math.max(latest ?? from, from)
        : latest,
    null,
  );
}

/** Events are unread, and the last look came further than the one before it (`before`; null: there was none). Pure. */
export function readsOn(before: number | null, coverage: readonly Cell[]): boolean {
  const now = unreadBefore(coverage);
  return now !== null && (before === null || now < before);
}

/** The latest outcome for each resource that actions were tried on. */
export function outcomesByTarget(executed: Iterable<Executed>): Map<string, Outcome> {
  const result = new Map<string, Outcome>();
  for (const { action, outcome } of executed) {
    for (const target of action.targets) result.set(target, outcome);
  }
  return result;
}

function dedupe(left: LeftOver[]): LeftOver[] {
  const byKey = new Map<string, LeftOver>();
  for (const one of left) {
    const key = `${one.play}|${one.region}|${one.id}`;
    if (!byKey.has(key)) byKey.set(key, one);
  }
  return [...byKey.values()];
}

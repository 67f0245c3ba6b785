import {
  type Finding,
  type FindingRule,
  resourceKey,
  stoppedBefore,
  type TrailEvent,
} from '../../model/index.js';
import { judgeAct } from '../launches/judge.js';
import { evidenceOf, timeInWords } from '../records/evidence.js';
import { whoDid, type Case } from './case.js';
import { principalOf } from './classify.js';
import type { History } from './origins.js';

/**
 * An innocent's thing that stood still and that the incident started: it runs, and costs, for the attacker. Where its
 * owner's own record of the last stop shows that it stood still, it is tampered with, and stopped again; without that a
 * person decides. What ran before the incident's first call on it runs on.
 * Of what is the incident's own, or in doubt for another reason, this says nothing new.
 */
export function withStart(found: Finding, its: Case): Finding {
  const { resource } = found;
  if (found.class !== 'not-tied' && found.class !== 'own') return found;
  const history = its.histories.get(resourceKey(resource));
  const start = history === undefined ? null : startOf(history, its);
  const tainted = start === null ? null : (its.taint?.of(start) ?? null);
  if (history === undefined || start === null || tainted === null) return found;
  const judged = judgeAct(start, tainted, its.baseline, its.start);
  if (judged.class === 'own') return found;
  const stop = stopBefore(history, its);
  const act = `${start.name} by ${principalOf(start)} at ${timeInWords(start.time)}`;
  const more = {
    tiedTo: tainted.id,
    evidence: [...(stop === null ? [start] : [start, stop]).map(evidenceOf), ...found.evidence],
    before: stoppedBefore,
    undone: /^stopp/i.test(resource.state),
  };
  const inDoubt = (rule: FindingRule, why: string): Finding => ({
    ...found,
    ...more,
    class: 'held',
    rule,
    reasons: [`${act}: ${why}`],
  });
  if (judged.class === 'held')
    return inDoubt(judged.rule, judged.reasons[0] ?? 'it may be part of the key’s own life');
  if (stop === null)
    return inDoubt(
      'start.unproven',
      `nothing shows that its owner had stopped it; if it stood still before, --include '${resource.id}' stops it again`,
    );
  const group = resource.links.find(({ kind }) => kind === 'auto-scaling-group');
  if (group !== undefined)
    return inDoubt(
      'start.of-group',
      `Auto Scaling group ${group.id} would end it and launch another, if it were stopped again`,
    );
  const stood = `its owner had stopped it: ${stop.name} by ${principalOf(stop)} at ${timeInWords(stop.time)}`;
  return {
    ...found,
    ...more,
    class: 'tampered',
    rule: 'start.of-stopped',
    reasons: [act, stood, ...found.reasons],
  };
}

/** The start by which it runs now, where that was the incident's; null where it ran before the incident's first call. */
function startOf({ started, stopped }: History, its: Case): TrailEvent | null {
  const last = started.at(-1);
  if (last === undefined || whoDid(last, its) !== 'tainted') return null;
  const first = firstOf([...started, ...stopped].filter((event) => whoDid(event, its) === 'tainted'));
  return first !== null && started.includes(first) ? last : null;
}

/** By which somebody outside the misuse had stopped it, before the incident's first call; null where the last word
 *  before that is another. */
function stopBefore({ made, started, stopped }: History, its: Case): TrailEvent | null {
  const until = firstOf(started.filter((event) => whoDid(event, its) === 'tainted'))?.time ?? null;
  if (until === null) return null;
  const isEarlier = (event: TrailEvent): boolean =>
    event.time !== null && event.time <= until && whoDid(event, its) !== 'tainted';
  const stop = stopped.filter(isEarlier).at(-1) ?? null;
  const runs = [...made.map(({ event }) => event), ...started].filter(isEarlier);
  return stop !== null && runs.every((event) => (event.time ?? 0) <= (stop.time ?? 0)) ? stop : null;
}

function firstOf(events: readonly TrailEvent[]): TrailEvent | null {
  return events.reduce<TrailEvent | null>(
    (first, event) => (first === null || (event.time ?? 0) < (first.time ?? 0) ? event : first),
    null,
  );
}

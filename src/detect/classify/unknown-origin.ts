import type { Cell, FindingRule, Resource, ResourceClass } from '../../model/index.js';
import type { Case } from './case.js';
import { timeInWords } from '../records/evidence.js';
import { trailDelay } from '../../facts/index.js';

export interface Verdict {
  class: ResourceClass;
  rule: FindingRule;
  reasons: string[];
  settlesAt: number | null;
}

/**
 * The class of a resource that no event in the trail speaks of. It is of no interest where it is older than the
 * misuse. Younger than CloudTrail's delay it is settling. After that a complete trail that names no maker clears it;
 * a trail with gaps clears nothing: held, since somebody has to look.
 */
export function judgeUnknown(resource: Resource, its: Case): Verdict {
  const { facts, start } = its;
  const { createdAt } = resource;
  const notTied = (rule: FindingRule, why: string): Verdict => ({
    class: 'not-tied',
    rule,
    reasons: [why],
    settlesAt: null,
  });
  if (!resource.live)
    return notTied('origin.not-live', 'no event in the trail ties it, and it does not run any more');
  if (createdAt === null)
    return notTied(
      'origin.no-date',
      'no event in the trail ties it; the service does not say when it was made',
    );
  if (start.at !== null && createdAt < start.at - clockSkew)
    return notTied('origin.before-misuse', 'made before the misuse began');
  const settled = facts.trailSettled ?? facts.now - trailDelay;
  if (createdAt > settled) {
    const settlesAt = createdAt + trailDelay;
    return {
      class: 'settling',
      rule: 'origin.settling',
      reasons: [
        `made at ${timeInWords(createdAt)}: CloudTrail may not have delivered its event before ${timeInWords(settlesAt)}`,
      ],
      settlesAt,
    };
  }
  if (start.at === null) return notTied('origin.no-tie', 'no event in the trail ties it to the key');
  const gap = gapAt(resource.region, createdAt, its);
  if (gap === null)
    return notTied(
      'origin.no-tainted-maker',
      'made after the misuse began, but the trail of its region names no tainted maker',
    );
  return {
    class: 'held',
    rule: 'origin.trail-gap',
    reasons: [`made after the misuse began, and ${gap}: who made it is not known`],
    settlesAt: null,
  };
}

/** Between a service's clock and CloudTrail's, milliseconds. */
const clockSkew = 60_000;

/** Why the trail cannot speak of `region` at `time`, in words; null where it can. */
export function gapAt(region: string, time: number, its: Case): string | null {
  const cells = its.facts.coverage.filter(({ subject }) => subject === 'trail');
  // Events of global services are in the partition's home region.
  const mine = region === 'global' ? cells : cells.filter((cell) => cell.region === region);
  if (mine.length === 0) return `no trail of ${region} was read`;
  const reaches = ({ from, to }: Cell): boolean => (from ?? time) <= time && (to ?? time) >= time;
  const bad = mine.find((cell) => cell.status !== 'complete' && reaches(cell));
  const good = mine.some((cell) => cell.status === 'complete' && reaches(cell));
  if (good && (bad === undefined || region === 'global')) return null;
  return bad === undefined
    ? `the trail of ${region} does not reach ${timeInWords(time)}`
    : `the trail of ${region} is ${bad.status}${bad.detail === null ? '' : ` (${bad.detail.slice(0, 200)})`}`;
}

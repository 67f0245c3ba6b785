import { type Finding, type Incident, resourceKey } from '../../model/index.js';
import { costOf } from './cost.js';

/**
 * The incident as it was found, look by look: a later look adds what came up since and knows more of the trail, and
 * takes nothing back. What was terminated in between is still part of it, in the state in which it was found.
 * `at`: when the later look was, epoch milliseconds. Pure.
 */
export function mergeLooks(before: Incident | null, later: Incident, at: number): Incident {
  if (before === null) return later;
  const known = new Map(before.findings.map((finding) => [resourceKey(finding.resource), finding]));
  const added: Finding[] = [];
  const findings = later.findings.map((finding) => {
    const first = known.get(resourceKey(finding.resource));
    known.delete(resourceKey(finding.resource));
    if (first?.class === finding.class) return first;
    // New, or judged otherwise by now (it has settled): the later word holds.
    added.push(finding);
    return finding;
  });
  const more = costOf(added, [], at);
  return {
    ...later,
    findings: [...findings, ...known.values()],
    cost: {
      ...before.cost,
      usdPerHour: cents(before.cost.usdPerHour + more.usdPerHour),
      usdSoFar: cents(before.cost.usdSoFar + more.usdSoFar),
      unknownEnds: before.cost.unknownEnds + more.unknownEnds,
      unknownTypes: [...new Set([...before.cost.unknownTypes, ...more.unknownTypes])].sort(),
      unknownInstances: before.cost.unknownInstances + more.unknownInstances,
      spotInstances: before.cost.spotInstances + more.spotInstances,
    },
  };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

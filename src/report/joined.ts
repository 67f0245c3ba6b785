import type { Incident } from '../model/index.js';

/**
 * The incident as people see it: what only the trail shows stands among the findings. Nothing is planned from this:
 * the plan takes the incident as it was detected. Pure.
 */
export function joined(incident: Incident): Incident {
  const { fromTrail, ...rest } = incident;
  if (fromTrail === undefined) return incident;
  // What the inventory shows is judged there: one thing has one class.
  const listed = new Set(incident.findings.map(({ resource }) => `${resource.region}|${resource.id}`));
  const others = fromTrail.filter(({ resource }) => !listed.has(`${resource.region}|${resource.id}`));
  return { ...rest, findings: [...incident.findings, ...others] };
}

import type { Incident } from '../model/index.js';

/**
 * The incident as people see it: what only the trail shows stands among the findings. Nothing is planned from this:
 * the plan takes the incident as it was detected. Pure.
 */
export function joined(incident: Incident): Incident {
  const { fromTrail, ...rest } = incident;
  return fromTrail === undefined ? incident : { ...rest, findings: [...incident.findings, ...fromTrail] };
}

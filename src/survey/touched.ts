import type { Incident, TrailEvent } from '../model/index.js';
import { type Play, urgent } from '../plays/index.js';

/**
 * What a sweep looks at in all regions: instances and what launches them, IAM, and every service in which the incident
 * acted (whatever came of it) or has anything. Only services that it never touched are left for the last look. Pure.
 */
export function touchedPlays(
  plays: readonly Play[],
  { credentials, deeds, findings, fromTrail = [] }: Incident,
  events: readonly TrailEvent[],
): Play[] {
  const ids = new Set(credentials.map(({ id }) => id));
  const sources = new Set(deeds.map(({ evidence }) => evidence.source));
  for (const { actor, readOnly, source } of events)
    if (readOnly !== true && actor.accessKeyId !== null && ids.has(actor.accessKeyId)) sources.add(source);
  const parts = [...findings, ...fromTrail].filter((one) => one.class !== 'own' && one.class !== 'not-tied');
  const found = new Set(parts.map(({ resource }) => resource.play));
  const isTouched = ({ id, origin }: Play): boolean =>
    found.has(id) || origin.some(({ source }) => sources.has(source));
  const services = new Set(plays.filter(isTouched).map(({ service }) => service));
  return plays.filter(
    (play) => urgent.includes(play) || play.service === 'iam' || services.has(play.service),
  );
}

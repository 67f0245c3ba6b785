import type { Evidence, TrailEvent } from '../../model/index.js';

/** A pointer to the event, enough to find it again. */
export function evidenceOf(event: TrailEvent): Evidence {
  return {
    eventId: event.eventId,
    name: event.name,
    source: event.source,
    region: event.region,
    time: event.time,
    accessKeyId: event.actor.accessKeyId,
    principal: event.actor.arn ?? event.actor.principalId ?? event.actor.invokedBy,
  };
}

/** `2026-11-23T03:10:00Z`; what has no time says so. */
export function timeInWords(time: number | null): string {
  return time === null ? 'an unknown time' : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

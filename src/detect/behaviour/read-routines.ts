import type { TrailEvent } from '../../model/index.js';
import { actOf, addressPrefix, agentFamily } from '../records/record-fields.js';

const minute = 60_000;
const hour = 60 * minute;

/** In so many other hours the same reads make a routine: an inventory, a monitor, a log collector. Who looks around
 *  once with somebody's key does not come back each hour. */
const otherHours = 3;
/** So much of a burst has to come again. */
const likeness = 0.8;
/** A routine may read what it reads: who tries what it is allowed is refused more often. */
const mostRefused = 0.1;

const reads = /^(Get|List|Describe|Search|Lookup|BatchGet)/;
const refused = /AccessDenied|Unauthorized/i;

/** By hour and by where they came from: the reads of a life, so that a burst can be looked for in other hours. */
export class ReadRoutines {
  private readonly hours = new Map<number, Map<string, Set<string>>>();

  constructor(private readonly events: readonly TrailEvent[]) {
    for (const event of events) {
      if (event.time === null || !reads.test(event.name)) continue;
      const date = Math.floor(event.time / hour);
      const places = this.hours.get(date) ?? new Map<string, Set<string>>();
      const acts = places.get(placeOf(event)) ?? new Set<string>();
      this.hours.set(date, places.set(placeOf(event), acts.add(actOf(event))));
    }
  }

  /** Whether the reads of the minute after `time` come again hour by hour, from the same address and program. */
  holds(time: number): boolean {
    const burst = this.events.filter(
      (event) =>
        event.time !== null && event.time >= time && event.time <= time + minute && reads.test(event.name),
    );
    const first = burst[0];
    if (first === undefined || burst.some((event) => placeOf(event) !== placeOf(first))) return false;
    if (burst.filter(({ errorCode }) => refused.test(errorCode ?? '')).length > burst.length * mostRefused)
      return false;
    const acts = [...new Set(burst.map(actOf))];
    const here = Math.floor(time / hour);
    let again = 0;
    for (const [date, places] of this.hours) {
      const there = places.get(placeOf(first));
      if (Math.abs(date - here) <= 1 || there === undefined) continue;
      if (acts.filter((act) => there.has(act)).length >= acts.length * likeness) again += 1;
    }
    return again >= otherHours;
  }
}

function placeOf(event: TrailEvent): string {
  return `${addressPrefix(event) ?? ''}|${agentFamily(event) ?? ''}`;
}

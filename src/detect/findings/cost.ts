import { instanceType, priceSource, regionFactor } from '../../facts/index.js';
import {
  isInstance,
  asText,
  type Cost,
  type Finding,
  type TrailEvent,
  wasStopped,
  worked,
} from '../../model/index.js';
import type { JudgedLaunch } from '../launches/launches.js';
import { itemsOf, requestOf, valueOf } from '../records/record-fields.js';

const hour = 3600_000;
/** EC2 bills Linux instances by the second, at least a minute (EC2 user guide, "Amazon EC2 billing and purchasing
 *  options"). */
const minimum = 60_000;

/** One instance of the incident, from its launch to its end. Times are epoch milliseconds. */
interface Burning {
  id: string;
  type: string | null;
  region: string;
  since: number | null;
  /** Null: it still runs, as far as is known. `unknown`: it ended, nobody knows when. */
  until: number | 'unknown' | null;
  spot: boolean;
}

/**
 * What the incident's instances burn: rogue ones, and those of others that it started, to their end or to `now` (the trail's end,
 * where there is no inventory), at on-demand prices.
 * An estimate: unknown types are counted apart, and spot instances cost less than this.
 * @param launches whose instances are counted by the trail alone, where the inventory has them no more
 * @param inventoryRead an instance that the inventory lacks is gone, and not only unseen
 */
export function costOf(
  findings: readonly Finding[],
  events: readonly TrailEvent[],
  now: number,
  launches: readonly JudgedLaunch[] = [],
  inventoryRead = true,
): Cost {
  const ended = endsOf(events);
  const burning = [...inInventory(findings, ended), ...inTrailOnly(findings, launches, ended)];
  const unknown: string[] = [];
  const guessed = new Set<string>();
  const listed = new Set(findings.map(({ resource }) => resource.id));
  let usdPerHour = 0;
  let usdSoFar = 0;
  let unknownEnds = 0;
  for (const { id, type: name, region, since, until } of burning) {
    const type = name === null ? null : instanceType(name);
    if (type === null) {
      unknown.push(name ?? 'a type that is not told');
      continue;
    }
    const isGone = until === 'unknown' || (until === null && inventoryRead && !listed.has(id));
    if (isGone) unknownEnds += 1;
    const { factor, known } = regionFactor(region, type.accelerators > 0);
    if (!known) guessed.add(region);
    const usd = type.usdPerHour * factor;
    if (until === null && !isGone) usdPerHour += usd;
    const lasted = since === null || isGone ? 0 : (until ?? now) - since;
    if (since !== null || isGone) usdSoFar += (Math.max(minimum, lasted) / hour) * usd;
  }
  return {
    usdPerHour: Math.round(usdPerHour * 100) / 100,
    usdSoFar: Math.round(usdSoFar * 100) / 100,
    unknownEnds,
    unknownTypes: [...new Set(unknown)].sort(),
    unknownInstances: unknown.length,
    spotInstances: burning.filter(({ spot }) => spot).length,
    source: [
      priceSource,
      ...(guessed.size > 0 ? [`no prices of ${[...guessed].sort().join(', ')}: us-east-1's were taken`] : []),
    ].join('; '),
  };
}

function inInventory(findings: readonly Finding[], ended: ReadonlyMap<string, number>): Burning[] {
  return findings
    .filter(
      (found) =>
        isInstance(found.resource) &&
        (found.class === 'rogue' || (found.class === 'tampered' && wasStopped(found))),
    )
    .map(({ resource: { id, region, state, createdAt, properties }, class: classed, evidence }) => ({
      id,
      type: asText(properties['instanceType']),
      region,
      // An innocent's instance burns for the incident from its start by the incident on.
      since: classed === 'tampered' ? (evidence[0]?.time ?? null) : createdAt,
      until: state === 'running' || state === 'pending' ? null : (ended.get(id) ?? 'unknown'),
      spot: properties['lifecycle'] === 'spot',
    }));
}

/** Terminated instances leave the inventory after an hour; and trail files come without one. */
function inTrailOnly(
  findings: readonly Finding[],
  launches: readonly JudgedLaunch[],
  ended: ReadonlyMap<string, number>,
): Burning[] {
  const seen = new Set(findings.map(({ resource }) => resource.id));
  return launches
    .filter(({ launch }) => launch.class === 'rogue' && launch.result === 'worked')
    .flatMap(({ request }) =>
      request.instances
        .filter(({ id }) => !seen.has(id))
        .map(({ id, type }) => ({
          id,
          type,
          region: request.event.region,
          since: request.event.time,
          until: ended.get(id) ?? null,
          spot: request.spot,
        })),
    );
}

/** When instances were terminated or stopped for good, by instance id. */
function endsOf(events: readonly TrailEvent[]): Map<string, number> {
  const ended = new Map<string, number>();
  for (const event of events) {
    if (!/^(Terminate|Stop)Instances$/.test(event.name) || !worked(event) || event.time === null) continue;
    for (const item of itemsOf(requestOf(event).instancesSet)) {
      const id = valueOf(item.instanceId);
      if (id !== null) ended.set(id, event.time);
    }
  }
  return ended;
}

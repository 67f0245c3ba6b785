import { instanceType, priceSource, regionFactor } from '../data/instance-types.js';
import { asText } from '../json.js';
import type { TrailEvent } from '../trail/event.js';
import { worked } from '../trail/event.js';
import type { Cost, Finding } from './incident.js';
import { itemsOf, requestOf, valueOf } from './record-fields.js';

const hour = 3600_000;
/** EC2 bills Linux instances by the second, at least a minute (EC2 user guide, "Amazon EC2 billing and purchasing
 *  options"). */
const minimum = 60_000;

/**
 * What the incident's instances burn: rogue ones, from their launch to their end or to `now`, at on-demand prices.
 * An estimate: unknown types are counted apart, and spot instances cost less than this.
 */
export function costOf(findings: readonly Finding[], events: readonly TrailEvent[], now: number): Cost {
  const ended = endsOf(events);
  const unknownTypes = new Set<string>();
  const cost: Cost = {
    usdPerHour: 0,
    usdSoFar: 0,
    unknownTypes: [],
    unknownInstances: 0,
    spotInstances: 0,
    source: priceSource,
  };
  for (const { resource, class: classed } of findings) {
    if (resource.type !== 'instance' || classed !== 'rogue') continue;
    const name = asText(resource.properties['instanceType']);
    if (resource.properties['lifecycle'] === 'spot') cost.spotInstances += 1;
    const type = name === null ? null : instanceType(name);
    if (type === null) {
      cost.unknownInstances += 1;
      unknownTypes.add(name ?? 'a type that is not told');
      continue;
    }
    const usd = type.usdPerHour * regionFactor(resource.region, type.accelerators > 0).factor;
    const runs = resource.state === 'running' || resource.state === 'pending';
    if (runs) cost.usdPerHour += usd;
    if (resource.createdAt === null) continue;
    const end = ended.get(resource.id) ?? (runs ? now : resource.createdAt);
    cost.usdSoFar += (Math.max(minimum, end - resource.createdAt) / hour) * usd;
  }
  cost.unknownTypes = [...unknownTypes].sort();
  cost.usdPerHour = Math.round(cost.usdPerHour * 100) / 100;
  cost.usdSoFar = Math.round(cost.usdSoFar * 100) / 100;
  return cost;
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

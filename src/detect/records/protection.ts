import { type TrailEvent, worked } from '../../model/index.js';
import { launchRequestOf } from './launch-request.js';
import { isOn, requestOf } from './record-fields.js';

/** What keeps an instance from being terminated by the API (EC2 user guide, "Enable stop protection"). */
export type Protection = 'DisableApiTermination' | 'DisableApiStop';

const fields = { DisableApiTermination: 'disableApiTermination', DisableApiStop: 'disableApiStop' } as const;
const names = Object.keys(fields) as Protection[];

/**
 * Which instances are protected, and by what, as far as these events tell: set by the launch or by a later call, the
 * newest deciding. EC2's lists do not say it. Pure.
 */
export function protectionsIn(events: readonly TrailEvent[]): Map<string, Protection[]> {
  const settings = events.flatMap(settingsOf).sort((a, b) => a.time - b.time);
  const set = new Map<string, Set<Protection>>();
  for (const { id, name, on } of settings) {
    const its = set.get(id) ?? new Set();
    set.set(id, its);
    if (on) its.add(name);
    else its.delete(name);
  }
  return new Map([...set].flatMap(([id, its]) => (its.size === 0 ? [] : [[id, [...its].sort()]])));
}

function settingsOf(event: TrailEvent): { id: string; name: Protection; on: boolean; time: number }[] {
  if (event.source !== 'ec2.amazonaws.com' || !worked(event)) return [];
  const time = event.time ?? 0;
  const request = requestOf(event);
  if (event.name === 'ModifyInstanceAttribute') {
    const id = request.instanceId;
    if (typeof id !== 'string') return [];
    return names.flatMap((name) => {
      const value = request[fields[name]];
      return value === undefined ? [] : [{ id, name, on: isOn(value), time }];
    });
  }
  if (event.name !== 'RunInstances') return [];
  const asked = names.filter((name) => isOn(request[fields[name]]));
  if (asked.length === 0) return [];
  const { instanceIds = [] } = launchRequestOf(event) ?? {};
  return instanceIds.flatMap((id) => asked.map((name) => ({ id, name, on: true, time })));
}

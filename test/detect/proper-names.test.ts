import { describe, expect, it } from 'vitest';
import { buildGraph } from '../../src/detect/credentials/credential-graph.js';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { withProperNames } from '../../src/detect/records/proper-names.js';
import { asObject, type Json } from '../../src/model/json.js';
import { plays } from '../../src/plays/index.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { account, History, hour, minute, night } from './history.js';
import { attacker, massLaunch } from './lives.js';

const lowered = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(lowered);
  const object = asObject(value);
  if (object === null) return value;
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => [name.toLowerCase(), lowered(inner)]),
  );
};

function attack(): History {
  const history = new History();
  const session = history.assume(attacker, night, 'deploy', 'x');
  massLaunch(history, { types: ['p3.8xlarge'], perRegion: 4, by: session });
  history.call(attacker, {
    time: night + minute,
    name: 'CreateAccessKey',
    source: 'iam',
    request: { userName: 'ann' },
    response: { accessKey: { accessKeyId: 'AKIAANNANNANNANN0001', userName: 'ann' } },
  });
  return history;
}

function look(history: History, events: TrailEvent[]): Incident {
  return detect({
    events,
    inventory: history.instances,
    plays,
    coverage: [],
    key: attacker.key,
    account,
    compromisedAt: night,
    now: night + hour,
  });
}

describe('parameters whose names an export wrote in lower case', () => {
  it('give the same incident: chain, launches, resources and deeds', () => {
    const history = attack();
    const { events } = history;
    const low = events.map((event) => ({
      ...event,
      request: asObject(lowered(event.request)),
      response: asObject(lowered(event.response)),
    }));
    expect(low[0]?.response).toHaveProperty('credentials.accesskeyid');
    const incident = look(history, low);
    expect(incident.launches.length).toBeGreaterThan(10);
    expect(incident).toEqual(look(history, events));
  });

  it('are left as they are where CloudTrail wrote them', () => {
    const { events } = attack();
    expect(events.map(withProperNames).every((event, index) => event === events[index])).toBe(true);
    expect(buildGraph(events).events).toHaveLength(events.length);
  });
});

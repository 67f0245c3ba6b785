import { describe, expect, it } from 'vitest';
import { mergeLooks } from '../../src/detect/findings/merge-looks.js';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import type { Resource } from '../../src/model/resource.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { day, History, hour, minute, night, randomOf, regions } from './history.js';
import { attacker, bystanders, ci, ciLife, massLaunch } from './lives.js';

const now = night + 2 * hour;

function look(events: readonly TrailEvent[], inventory: readonly Resource[]): Incident {
  const coverage = regions.map((region) => ({
    subject: 'trail',
    region,
    status: 'complete' as const,
    count: 1,
    detail: null,
  }));
  return detect({
    events,
    inventory: [...inventory],
    plays: [],
    coverage,
    key: ci.key,
    account: null,
    compromisedAt: null,
    now,
  });
}

/** An attacker that hides in the key's own place, or not, with a chain of sessions. */
function history(seed: number): History {
  const made = new History(randomOf(seed));
  ciLife(made, night - 9 * day, now);
  bystanders(made, night - 9 * day, now);
  const by = seed % 2 === 0 ? attacker : ci;
  massLaunch(made, { by, types: ['p3.8xlarge'], perRegion: 2, where: regions.slice(0, 5) });
  const first = made.assume(by, night + 30 * minute, 'admin', 'kept');
  massLaunch(
    made,
    { by: first, types: ['g5.12xlarge'], perRegion: 1, where: regions.slice(5, 8), recon: false },
    night + 31 * minute,
  );
  const second = made.assume(first, night + 40 * minute, 'admin', 'chained');
  massLaunch(
    made,
    { by: second, types: ['g5.12xlarge'], perRegion: 1, where: regions.slice(8, 10), recon: false },
    night + 41 * minute,
  );
  return made;
}

const ids = (incident: Incident, wanted: string): string[] =>
  incident.findings.flatMap((found) => (found.class === wanted ? [found.resource.id] : []));

describe('a first look, at the launches and at what the key itself did', () => {
  it.each([1, 2, 3, 4, 5, 6])('ties nothing that the whole trail would acquit (seed %i)', (seed) => {
    const { events, instances } = history(seed);
    const firstHand = events.filter(
      ({ name, actor }) => name === 'RunInstances' || actor.accessKeyId === ci.key,
    );
    expect(firstHand.length).toBeLessThan(events.length);
    const first = look(firstHand, instances);
    const whole = look(events, instances);
    expect(ids(first, 'rogue').length).toBeGreaterThan(9);
    expect(ids(whole, 'rogue')).toEqual(expect.arrayContaining(ids(first, 'rogue')));
    expect(ids(whole, 'rogue').length).toBeGreaterThan(ids(first, 'rogue').length);
  });
});

describe('a first look that read only the newest events of a busy key', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'ties nothing that the whole trail would acquit (seed %i)',
    (seed) => {
      const made = new History(randomOf(seed));
      ciLife(made, night - 20 * day, now);
      bystanders(made, night - 20 * day, now);
      const random = randomOf(seed + 1000);
      for (let time = night - 20 * day; time < now; time += (20 + random() * 20) * minute)
        made.call(ci, { time, name: 'DescribeInstances', region: regions[Math.floor(random() * 2)] ?? '' });
      const by = seed % 2 === 0 ? attacker : ci;
      massLaunch(made, { by, types: ['p3.8xlarge'], perRegion: 2, where: regions.slice(0, 5) });
      // Every third attacker buries its launches under calls that only look.
      for (let n = 0; n < (seed % 3 === 0 ? 300 : 0); n += 1)
        made.call(by, {
          time: night + 35 * minute + n * 3000,
          name: 'DescribeInstances',
          region: regions[0] ?? '',
        });
      const { events, instances } = made;
      const whole = ids(look(events, instances), 'rogue');
      for (const newest of [20, 60, 200]) {
        const read = new Set(
          regions.flatMap((region) =>
            events
              .filter((event) => event.region === region && event.actor.accessKeyId === ci.key)
              .sort((a, b) => (b.time ?? 0) - (a.time ?? 0))
              .slice(0, newest),
          ),
        );
        const first = ids(
          look(
            events.filter((event) => event.name === 'RunInstances' || read.has(event)),
            instances,
          ),
          'rogue',
        );
        expect(first.length).toBeGreaterThan(0);
        expect(whole).toEqual(expect.arrayContaining(first));
      }
    },
  );
});

describe('the incident as it was found', () => {
  const { events, instances } = history(2);
  const found = look(events, instances);
  const rogue = new Set(ids(found, 'rogue'));

  it('keeps what was terminated since, as it was, and what it cost', () => {
    const dead = instances.flatMap((one) =>
      rogue.has(one.id)
        ? one.region === regions[0]
          ? []
          : [{ ...one, state: 'terminated', live: false }]
        : [one],
    );
    const later = look(events, dead);
    expect(later.cost.usdPerHour).toBe(0);
    const both = mergeLooks(found, later, now);
    expect(ids(both, 'rogue').sort()).toEqual([...rogue].sort());
    expect(
      both.findings.filter(({ resource }) => rogue.has(resource.id)).every(({ resource }) => resource.live),
    ).toBe(true);
    expect(both.cost).toEqual(found.cost);
  });

  it('adds what came up since, with its cost', () => {
    const earlier = look(
      events,
      instances.filter(({ region }) => region !== regions[0]),
    );
    const both = mergeLooks(earlier, found, now);
    expect(ids(both, 'rogue').sort()).toEqual([...rogue].sort());
    expect(both.cost.usdPerHour).toBeCloseTo(found.cost.usdPerHour, 1);
    expect(mergeLooks(null, found, now)).toBe(found);
  });
});

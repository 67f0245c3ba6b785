import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/coverage.js';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident, ResourceClass } from '../../src/detect/incident.js';
import { day, History, hour, minute, night, randomOf, regions } from './history.js';
import { bystanders, ci, ciLife, massLaunch } from './lives.js';

const now = night + 3 * hour;

/** The trail of every region was read to its end. */
const complete: Cell[] = regions.map((region) => ({
  subject: 'trail',
  region,
  status: 'complete',
  count: 1,
  detail: null,
  from: night - 90 * day,
  to: now,
}));

function look(history: History, more: Partial<Facts> = {}): Incident {
  return detect({
    events: history.events,
    inventory: history.instances,
    plays: [],
    coverage: complete,
    key: ci.key,
    account: null,
    compromisedAt: null,
    now,
    ...more,
  });
}

/** Ids of the instances of that class. */
function ids(incident: Incident, classed: ResourceClass): string[] {
  return incident.findings.filter((found) => found.class === classed).map(({ resource }) => resource.id);
}

/** Weeks before, and the night itself: the key's own life goes on. */
function busyAccount(seed: number): { history: History; innocent: string[] } {
  const history = new History(randomOf(seed));
  ciLife(history, night - 40 * day, now);
  bystanders(history, night - 40 * day, now);
  return { history, innocent: history.instances.map(({ id }) => id) };
}

describe.each([1, 2, 3])('a CI key with fleets of its own, history %i', (seed) => {
  it.each([
    ['GPUs in every region', { types: ['g4dn.12xlarge', 'p3.8xlarge'], perRegion: 5 }],
    [
      'no GPU at all: large c, m, r and i types',
      { types: ['c5.24xlarge', 'm5.24xlarge', 'r5.16xlarge', 'i3.16xlarge'], perRegion: 3 },
    ],
    ['from the usual host with the usual program', { by: ci, types: ['c6i.32xlarge'], perRegion: 10 }],
    [
      'the key’s own GPU type, tags and image, everywhere',
      {
        by: ci,
        types: ['g4dn.xlarge'],
        perRegion: 8,
        tags: { team: 'ml', fleet: 'train' },
        image: 'ami-gpu-2970',
        protection: false,
        recon: false,
      },
    ],
    [
      'small numbers in many regions, without protection',
      { types: ['g5.xlarge'], perRegion: 1, protection: false },
    ],
  ])('has an attack with %s: all of it is rogue, and nothing else', (_, attack) => {
    const { history, innocent } = busyAccount(seed);
    const rogue = massLaunch(history, attack);
    const incident = look(history);
    expect(ids(incident, 'rogue').filter((id) => innocent.includes(id))).toEqual([]);
    const own = new Set(['us-east-1']);
    const missed = rogue.filter((id) => !ids(incident, 'rogue').includes(id));
    // Where the attacker copies a habit of the key's in its own region, it cannot be told from it by one launch.
    const copied = missed.filter(
      (id) => !own.has(history.instances.find((one) => one.id === id)?.region ?? ''),
    );
    expect(copied).toEqual([]);
    expect(missed.every((id) => ids(incident, 'held').includes(id))).toBe(true);
    expect(Math.abs((incident.misuse.at ?? 0) - night)).toBeLessThan(30 * minute);
  });
});

import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/coverage.js';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident, ResourceClass } from '../../src/model/incident.js';
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

describe('a long trail', () => {
  it('shows a small attack weeks before the great one: both are rogue', () => {
    const { history, innocent } = busyAccount(4);
    const first = massLaunch(
      history,
      { types: ['g5.4xlarge'], perRegion: 1, where: regions.slice(8, 12) },
      night - 9 * day,
    );
    const second = massLaunch(history, { types: ['c5.24xlarge'], perRegion: 5 });
    const rogue = ids(look(history), 'rogue');
    expect([...first, ...second].filter((id) => !rogue.includes(id))).toEqual([]);
    expect(rogue.filter((id) => innocent.includes(id))).toEqual([]);
  });

  it('shows a new fleet of the key’s own in a new region: it is never rogue', () => {
    const { history } = busyAccount(5);
    const own: string[] = [];
    for (let date = night - 12 * day; date < now; date += day) {
      own.push(
        ...history.run(ci, date + 6 * hour, {
          type: 'c6i.2xlarge',
          count: 2,
          region: 'eu-central-1',
          image: 'ami-new',
          tags: { team: 'build', fleet: 'ci' },
        }),
      );
    }
    const theirs = massLaunch(history, { types: ['c5.24xlarge'], perRegion: 5 });
    const rogue = ids(look(history), 'rogue');
    expect(rogue.filter((id) => own.includes(id))).toEqual([]);
    expect(theirs.filter((id) => !rogue.includes(id))).toEqual([]);
  });

  it('of a quiet account gives no suspect and no finding to act on', () => {
    const { history } = busyAccount(6);
    const incident = look(history, { key: null });
    expect(incident.key).toBeNull();
    expect(ids(incident, 'rogue')).toEqual([]);
    expect(ids(look(history), 'rogue')).toEqual([]);
  });

  it('in which every launch fails is an attempt, with nothing running', () => {
    const { history } = busyAccount(7);
    massLaunch(history, { types: ['p3.16xlarge'], perRegion: 10, fail: 'Client.VcpuLimitExceeded' });
    const incident = look(history);
    expect(
      incident.launches.filter((one) => one.class === 'rogue' && one.result !== 'worked').length,
    ).toBeGreaterThan(30);
    expect(ids(incident, 'rogue')).toEqual([]);
    expect(incident.misuse.confidence).toBe('likely');
  });
});

import { describe, expect, it } from 'vitest';
import { interruptSpotNowAndThen } from '../../src/range/services/ec2/spot-interruptions.js';
import { requestSpot, spotRequestsOf } from '../../src/range/services/ec2/spot.js';
import { instancesOf, isLive } from '../../src/range/world/compute.js';
import { Clock } from '../../src/range/world/clock.js';
import { noMaker } from '../../src/range/world/identity.js';
import { World } from '../../src/range/world/world.js';

const minute = 60_000;

/** Six persistent requests and six one-time ones, and AWS takes back one instance in five minutes on average. */
function spotWorld(seed: number) {
  const world = new World({ seed, relaunchMs: 10_000 }, new Clock(Date.UTC(2026, 0, 5), 0));
  const region = world.createAccount('111122223333').region('eu-west-1');
  for (const type of ['persistent', 'one-time'] as const)
    requestSpot(region, { instanceType: 'c5.xlarge' }, { count: 6, type, maker: noMaker, tags: {} });
  interruptSpotNowAndThen(world, 5 * minute);
  const taken = () => region.events.filter(({ record }) => record.eventName === 'BidEvictedEvent');
  return { world, region, taken };
}

describe('AWS taking spot instances back by itself', () => {
  it('tells which in CloudTrail, launches again for persistent requests and closes the others', () => {
    const { world, region, taken } = spotWorld(3);
    world.clock.advance(60 * minute);
    const gone = taken().flatMap(({ record }) => record.serviceEventDetails?.['instanceIdSet'] as string[]);
    expect(gone.length).toBeGreaterThan(3);
    for (const id of gone) expect(isLive(instancesOf(region).get(id)!)).toBe(false);
    world.clock.advance(minute);
    const requests = [...spotRequestsOf(region).values()];
    expect(requests.some(({ state }) => state === 'closed')).toBe(true);
    const persistent = requests.filter(({ type }) => type === 'persistent');
    expect(persistent.some(({ evictedAt }) => evictedAt !== undefined)).toBe(true);
    for (const { instanceId } of persistent.filter(({ state }) => state === 'active'))
      expect(isLive(instancesOf(region).get(instanceId ?? '')!)).toBe(true);
  });

  it('gives two minutes of notice', () => {
    const { world, region, taken } = spotWorld(3);
    const notices = region.table<number>('ec2:spot-notices');
    while (notices.size === 0) world.clock.advance(1000);
    const [[id, noticed] = ['', 0]] = notices;
    world.clock.advance(noticed + 2 * minute - 1 - world.clock.now());
    expect(isLive(instancesOf(region).get(id)!)).toBe(true);
    expect(taken()).toEqual([]);
    world.clock.advance(1);
    expect(isLive(instancesOf(region).get(id)!)).toBe(false);
  });

  it('is the same for the same seed', () => {
    const lived = (seed: number) => {
      const { world, taken } = spotWorld(seed);
      world.clock.advance(60 * minute);
      return taken().map(({ record }) => [record.eventTime, record.serviceEventDetails]);
    };
    expect(lived(3)).toEqual(lived(3));
    expect(lived(4)).not.toEqual(lived(3));
  });
});

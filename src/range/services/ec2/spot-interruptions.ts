import { instancesOf, isLive, terminate, type Instance } from '../../world/compute.js';
import { Random } from '../../world/ids.js';
import { writeEvent } from '../../world/trail.js';
import type { Region, World } from '../../world/world.js';
import { markedOf, spotRequestsOf } from './spot.js';

/** AWS gives two minutes' notice (EC2 user guide, "Spot Instance interruption notices"). Virtual milliseconds. */
const notice = 120_000;

/** The live spot instances of a region, whoever asked for them: by request or by Spot Fleet. */
const spotInstances = (region: Region): Instance[] =>
  [...instancesOf(region).values()].filter(
    (instance) =>
      isLive(instance) &&
      (instance.spotRequestId !== undefined || instance.maker.launcher?.startsWith('sfr-') === true),
  );

/** AWS takes an instance back. The event is as the EC2 user guide shows it ("Log API calls … using CloudTrail"). */
function evict(region: Region, instance: Instance): void {
  const now = region.world.clock.now();
  markedOf(region).delete(instance.id);
  if (!isLive(instance)) return;
  writeEvent(region, now, {
    eventName: 'BidEvictedEvent',
    eventSource: 'ec2.amazonaws.com',
    eventType: 'AwsServiceEvent',
    readOnly: false,
    sourceIPAddress: 'ec2.amazonaws.com',
    userAgent: 'ec2.amazonaws.com',
    userIdentity: { accountId: region.account.id, invokedBy: 'ec2.amazonaws.com' },
    serviceEventDetails: { instanceIdSet: [instance.id] },
  });
  instance.evictedAt = now;
  const request = spotRequestsOf(region).get(instance.spotRequestId ?? '');
  if (request !== undefined) request.evictedAt = now;
  terminate(region, instance);
}

/** AWS takes every spot instance of a region back at once; what keeps its number launches again. Returns their ids. */
export function interruptSpot(region: Region): string[] {
  const taken = spotInstances(region);
  for (const instance of taken) evict(region, instance);
  return taken.map(({ id }) => id);
}

/**
 * From now on AWS takes spot instances back by itself: on average one in each `every` virtual milliseconds, whichever
 * the seed says, two minutes after the notice.
 */
export function interruptSpotNowAndThen(world: World, every: number): void {
  const random = new Random(world.settings.seed * 104_729);
  const next = (): void => {
    world.clock.after(Math.round(-Math.log(1 - random.next()) * every), () => {
      const there = [...world.accounts.values()]
        .flatMap((account) => account.usedRegions())
        .flatMap((region) => spotInstances(region).map((instance) => ({ region, instance })))
        .filter(({ region, instance }) => !markedOf(region).has(instance.id));
      if (there.length > 0) {
        const { region, instance } = random.pick(there);
        markedOf(region).set(instance.id, world.clock.now());
        world.clock.after(notice, () => evict(region, instance));
      }
      next();
    });
  };
  next();
}

import { describe, expect, it } from 'vitest';
import { bucketFor, Pacer, TokenBucket, type Clock } from '../../src/aws/pacing.js';

/** Sleeping turns the clock: what a second costs is what the bucket says, whatever the machine does. */
function turnedClock(): Clock & { time: number } {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: async (milliseconds: number) => {
      clock.time += milliseconds;
    },
  };
  return clock;
}

describe('a token bucket', () => {
  it('lets its size through at once, then its refill a second', async () => {
    const clock = turnedClock();
    const bucket = new TokenBucket({ size: 5, refill: 2 }, clock);
    for (let i = 0; i < 5; i += 1) await bucket.take();
    expect(clock.time).toBe(0);
    for (let i = 0; i < 10; i += 1) await bucket.take();
    expect(clock.time).toBe(5000);
  });

  it('never saves up more than its size', async () => {
    const clock = turnedClock();
    const bucket = new TokenBucket({ size: 2, refill: 2 }, clock);
    clock.time = 60_000;
    for (let i = 0; i < 4; i += 1) await bucket.take();
    expect(clock.time).toBe(61_000);
  });

  it('serves those who wait together in order', async () => {
    const clock = turnedClock();
    const bucket = new TokenBucket({ size: 1, refill: 1 }, clock);
    const order: number[] = [];
    await Promise.all([0, 1, 2].map((n) => bucket.take().then(() => order.push(n))));
    expect(order).toEqual([0, 1, 2]);
    expect(clock.time).toBe(2000);
  });
});

describe('pacing', () => {
  it('keeps LookupEvents at two a second in each region by itself', async () => {
    const clock = turnedClock();
    const pacer = new Pacer(clock);
    for (let i = 0; i < 6; i += 1) await pacer.pace('cloudtrail', 'LookupEvents', 'us-east-1');
    expect(clock.time).toBe(2000);
    for (let i = 0; i < 2; i += 1) await pacer.pace('cloudtrail', 'LookupEvents', 'eu-west-1');
    expect(clock.time).toBe(2000);
  });

  it('knows EC2’s published buckets, and none where AWS publishes none', () => {
    expect(bucketFor('ec2', 'TerminateInstances')).toEqual({ size: 100, refill: 5 });
    expect(bucketFor('ec2', 'DescribeInstances')).toEqual({ size: 100, refill: 20 });
    expect(bucketFor('ec2', 'ModifyInstanceAttribute')).toEqual({ size: 50, refill: 5 });
    expect(bucketFor('iam', 'UpdateAccessKey')).toBeNull();
  });

  it('waits for the refill where AWS refused a call for its rate, in that region alone', async () => {
    const clock = turnedClock();
    const pacer = new Pacer(clock);
    pacer.refused('cloudtrail', 'LookupEvents', 'us-east-1');
    await pacer.pace('cloudtrail', 'LookupEvents', 'eu-west-1');
    expect(clock.time).toBe(0);
    await pacer.pace('cloudtrail', 'LookupEvents', 'us-east-1');
    expect(clock.time).toBe(500);
  });
});

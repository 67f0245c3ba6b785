import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { regions, smallIncident, type SmallIncident } from './incident.js';

/** What is read besides looking: evidence before things end, and whether the cut holds. */
const besides = new Set(
  'GetConsoleOutput GetConsoleScreenshot DescribeInstanceAttribute GetUserPolicy GetUser ListAttachedUserPolicies ListGroupsForUser GetAccessKeyInfo'.split(
    ' ',
  ),
);

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
}, 60_000);
afterEach(() => incident.close());

describe('a whole containment', () => {
  it('looks no more than three looks at everything do, where nothing comes back', {
    timeout: 180_000,
  }, async () => {
    const asked = async (run: () => Promise<unknown>): Promise<number> => {
      const before = incident.world.log.length;
      await run();
      const reads = incident.world.log.slice(before).filter(({ readOnly }) => readOnly);
      return reads.filter(({ operation }) => !besides.has(operation ?? '')).length;
    };
    const regions = incident.containment.slice(incident.containment.indexOf('--region'));
    const look = await asked(() => incident.run(['scan', '--key', incident.key, '--simulated', ...regions]));
    const all = await asked(() => incident.contain());
    expect(look).toBeGreaterThan(100);
    expect(all / look).toBeLessThanOrEqual(3);
  });
});

describe('the way to the last termination', () => {
  beforeEach(async () => {
    await incident.close();
    incident = await smallIncident({ guarded: true });
  }, 60_000);

  it('takes one list of each region and evidence once a launch, and no termination is refused', {
    timeout: 180_000,
  }, async () => {
    const before = incident.world.log.length;
    await incident.contain();
    const log = incident.world.log.slice(before).filter(({ operation }) => operation !== 'LookupEvents');
    const ended = new Set<string>();
    const last = log.findIndex(({ operation, touched }) => {
      if (operation === 'TerminateInstances') for (const id of touched) ended.add(id);
      return incident.rogue.every((id) => ended.has(id));
    });
    const way = log.slice(0, last + 1);
    const count = (operation: string): number => way.filter((one) => one.operation === operation).length;
    expect(
      way.filter(({ operation, error }) => operation === 'TerminateInstances' && error !== null),
    ).toEqual([]);
    // Three of each region by their launch, one by a call of its own.
    expect(count('ModifyInstanceAttribute')).toBe(4 * regions.length);
    // Two launches in each region, each in a zone: what is free in it, and what was protected.
    expect(count('TerminateInstances')).toBeLessThanOrEqual(2 * 2 * regions.length);
    expect(count('DescribeInstances')).toBe(regions.length);
    // Of one kind.
    expect(count('DescribeInstanceAttribute')).toBe(2 * regions.length);
    expect(count('GetConsoleScreenshot')).toBe(1);
    // What it takes to know the caller, the key and the regions, and to cut: the same at any size.
    const perRegion = way.filter(
      ({ service, operation }) => service === 'ec2' && operation !== 'DescribeRegions',
    );
    expect(perRegion.length).toBeLessThanOrEqual((4 + 4 + 1 + 2) * regions.length + 1);
    expect(way.length - perRegion.length).toBeLessThanOrEqual(20);
  });
});

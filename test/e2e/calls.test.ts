import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallIncident, type SmallIncident } from './incident.js';

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

import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/aws/index.js';
import prices from '../../src/facts/ec2-prices.json' with { type: 'json' };
import { acceleratedTypes, askForSigns } from '../../src/organization/signs.js';

const matches = (type: string): boolean =>
  acceleratedTypes.some((pattern) => type.startsWith(pattern.replace('*', '')));

it('asks for every instance type with an accelerator, and for few others', () => {
  const rows = Object.entries(prices.types) as unknown as [string, unknown[]][];
  const accelerated = rows.filter(([, row]) => typeof row[2] === 'string').map(([type]) => type);
  expect(accelerated.length).toBeGreaterThan(50);
  expect(accelerated.filter((type) => !matches(type))).toEqual([]);
  const plain = rows.filter(([, row]) => typeof row[2] !== 'string').map(([type]) => type);
  expect(plain.filter(matches)).toEqual([]);
});

describe('the question whether the key signed anything', () => {
  /** Pages of LookupEvents as AWS may give them; nothing else is there. */
  const signsOf = (events: object[][]) => {
    const pages = async function* (_service: string, operation: string) {
      if (operation === 'LookupEvents') for (const Events of events) yield { Events };
    };
    const call = async () => ({ Regions: [{ RegionName: 'us-east-1', OptInStatus: 'opt-in-not-required' }] });
    const session = { reader: { pages, call, now: () => 2e12 }, identity: { homeRegion: 'us-east-1' } };
    return askForSigns(session as unknown as Session, { key: 'AKIA', since: 0, regions: null });
  };

  it('goes on after an empty page, and is answered by the first event', async () => {
    expect((await signsOf([[], [{ EventId: '1' }], [{ EventId: '2' }]])).byKey).toBe(true);
    expect((await signsOf([[], []])).byKey).toBe(false);
  });
});

import { expect, it } from 'vitest';
import prices from '../../src/facts/ec2-prices.json' with { type: 'json' };
import { acceleratedTypes } from '../../src/organization/signs.js';

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

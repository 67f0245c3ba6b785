import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { worldOf } from '../../src/rehearsal/rehearse.js';
import { parseScenario } from '../../src/rehearsal/scenario/scenario-file.js';

test('a scenario’s organization has as many more members as it says, each with the role that lets its management in', async () => {
  const file = 'fixtures/scenarios/organization.yaml';
  const text = `${await readFile(file, 'utf8')}\nmembers: { of: '999988887777', count: 1000, from: '600000000000' }\n`;
  const { world } = worldOf({ name: 'large', file, scenario: parseScenario(text, 'large') });
  const members = [...world.accounts.values()].filter(
    ({ managementAccount }) => managementAccount === '999988887777',
  );
  expect(members).toHaveLength(1003);
  const last = world.account('600000000999');
  expect([...last.roles.keys()]).toEqual(['OrganizationAccountAccessRole']);
  expect(last.usedRegions()).toEqual([]);
});

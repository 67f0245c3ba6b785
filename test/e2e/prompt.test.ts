import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, type SmallIncident, regions, smallIncident } from './incident.js';

const patience = { timeout: 120_000 };
let incident: SmallIncident;
beforeAll(async () => {
  incident = await smallIncident();
});
afterAll(() => incident.close());

describe('contain in a terminal', () => {
  it(
    'shows each thing on demand, forgives a slip, and does all once the account id is typed',
    patience,
    async () => {
      const args = ['contain', '--key', incident.key, '--simulated', '--region', regions.join()];
      const { exitCode, stdout } = await incident.inTerminal(args, [
        [/last four characters \(y \w{4}\): /, `y ${incident.key.slice(-4)}`],
        [/v to see each thing, n to do none: /, 'v'],
        [/v to see each thing, n to do none: /, '111122223330'],
        [/v to see each thing, n to do none: /, '1111-2222-3333'],
      ]);
      for (const id of incident.rogue) expect(stdout).toContain(id);
      expect(stdout).toMatch(/rogue +(us-east-1|eu-west-1) +instance i-\w+\s+launch\.[a-z-]+: /);
      expect(stdout).toContain('That is not the account id.');
      expect(stdout).toContain('CONTAINED');
      expect(exitCode).not.toBe(6);
      expect(incident.state()).toMatchObject({ rogueAlive: 0 });
      expect(accountId).toBe('111122223333');
    },
  );

  it('does only the cut where the person says no', patience, async () => {
    const other = await smallIncident();
    try {
      const args = ['contain', '--key', other.key, '--simulated', '--region', regions.join()];
      const { exitCode, stdout } = await other.inTerminal(args, [
        [/last four characters \(y \w{4}\): /, `y ${other.key.slice(-4)}`],
        [/v to see each thing, n to do none: /, 'n'],
      ]);
      expect(exitCode).toBe(6);
      expect(stdout).toMatch(/The rest was not agreed to: only the cut was done/);
      const { rogueAlive, keys } = other.state() as { rogueAlive: number; keys: string[] };
      expect(rogueAlive).toBeGreaterThan(0);
      expect(keys).toContain('ci: Inactive');
    } finally {
      await other.close();
    }
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { truth } from '../../src/range/world/truth.js';
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
        [/last four characters \(y \w{4}\): /, 'y 0000'],
        [/last four characters \(y \w{4}\): /, `y ${incident.key.slice(-4)}`],
        [/or n to do none: /, 'v'],
        [/more lines: Enter goes on, q ends. /, ''],
        [/or n to do none: /, '111122223330'],
        [/or n to do none: /, '1111-2222-3333'],
      ]);
      for (const id of incident.rogue) expect(stdout).toContain(id);
      // What is about to end: how many of which type where, and their price.
      expect(stdout).toMatch(/will end[^]*us-east-1 +6 × p3\.16xlarge: about \$[\d.,]+ an hour/);
      expect(stdout).toMatch(/rogue +(us-east-1|eu-west-1) +instance i-\w+\s+launch\.[a-z-]+: /);
      expect(stdout).toMatch(/That is not y \w{4}\. Nothing was done so far/);
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
        [/or n to do none: /, 'n'],
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

  it('takes things out of a mass of 264 and held ones in, tells why one is there, and does exactly that', {
    timeout: 120_000,
  }, async () => {
    const mass = await smallIncident({ rogue: 264, held: 2 });
    try {
      const spared = mass.rogue.slice(0, 3);
      const one = mass.rogue[100]!;
      const args = ['contain', '--key', mass.key, '--simulated', '--region', regions.join()];
      const { stdout } = await mass.inTerminal(args, [
        [/last four characters \(y \w{4}\): /, `y ${mass.key.slice(-4)}`],
        [/or n to do none: /, `e ${spared.join(' ')} i-mistyped`],
        [/nothing of that name to spare[^]*or n to do none: /, `e ${spared.join(' ')}`],
        [/or n to do none: /, 'e'],
        [/Take out .*: /, ''],
        [/Take in of what is held .*: /, mass.held.join(',')],
        [/or n to do none: /, `v ${one}`],
        [/or n to do none: /, accountId],
      ]);
      const plans = [...stdout.matchAll(/plan +\d+ actions? on (\d+) resource/g)].map(([, n]) => Number(n));
      // What stands on the screen is what the account id agrees to.
      expect(plans).toHaveLength(4);
      expect(plans.map((n) => n - plans[0]!)).toEqual([0, 0, -3, -1]);
      expect(stdout).toMatch(new RegExp(`instance +${one} in [a-z0-9-]+: running`));
      expect(stdout).toMatch(/class +rogue +by rule launch\.[^]*because [^]*events [^]*RunInstances/);
      expect(stdout).toMatch(/spared +3 left alone on your word/);
      expect(stdout).toMatch(/included +2 taken in on your word/);
      // The group's own two are rogue too.
      expect(alive(mass, mass.rogue)).toEqual([...spared].sort());
      expect(mass.state()).toMatchObject({ innocentAlive: mass.innocent.length, rogueAlive: 3 });
    } finally {
      await mass.close();
    }
  });

  it('keeps what was taken out and in when it is killed in the middle, and shows it', patience, async () => {
    const other = await smallIncident({ held: 2 });
    try {
      const spared = other.rogue.slice(0, 3);
      const kill = pathToFileURL('test/e2e/kill-after-line.mjs').href;
      const text = encodeURIComponent('"operation":"TerminateInstances"');
      const args = ['contain', '--key', other.key, '--simulated', '--region', regions.join()];
      const directory = ['--report-dir', join(other.home, 'reports')];
      const killed = await other.inTerminal(
        [...args, ...directory],
        [
          [/last four characters \(y \w{4}\): /, `y ${other.key.slice(-4)}`],
          [/or n to do none: /, `e ${spared.join(' ')}`],
          [/or n to do none: /, 'e'],
          [/Take out .*: /, ''],
          [/Take in of what is held .*: /, 'held'],
          [/or n to do none: /, accountId],
        ],
        `--import=${kill}?text=${text}`,
      );
      expect(killed.stdout).not.toContain('outcome');
      expect(alive(other, other.rogue).length).toBeGreaterThan(3);
      const [journal = ''] = await other.journals();
      const resumed = await other.run(['resume', journal, '--simulated']);
      expect(resumed.exitCode, resumed.stderr).toBe(5);
      expect(alive(other, other.rogue)).toEqual([...spared].sort());
      expect(other.state()).toMatchObject({ innocentAlive: other.innocent.length, rogueAlive: 3 });
      const report = JSON.parse(await readFile(journal.replace('.jsonl', '.report.json'), 'utf8')) as Report;
      expect(report.options).toMatchObject({ exclude: spared, include: ['held'] });
      const said = report.agreed.map(({ what, by }) => `${what} ${by}`);
      expect(said).toContain(`--exclude ${spared.join()} --include held prompt`);
      const letter = (await other.run(['case', journal])).stdout;
      expect(letter).toMatch(/3 resources we left alone by our own decision: i-/);
      expect(letter).toMatch(/4 resources we count to the misuse by our own decision/);
    } finally {
      await other.close();
    }
  });
});

/** Of these instances, those that live. */
function alive({ world }: SmallIncident, ids: readonly string[]): string[] {
  world.clock.settle();
  const living = truth(world).instances.filter(
    ({ state }) => state !== 'terminated' && state !== 'shutting-down',
  );
  return living.flatMap(({ id }) => (ids.includes(id) ? [id] : [])).sort();
}

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, smallIncident, type SmallIncident } from './incident.js';

// What the person names with --include and --exclude.
let incident: SmallIncident;
beforeAll(async () => {
  incident = await smallIncident();
}, 60_000);
afterAll(() => incident.close());

interface DryRun {
  plan: {
    actions: { region: string; targets: string[]; operation: string }[];
    left: { id: string; detail: string }[];
  };
}

const dryRun = async (
  ...flags: string[]
): Promise<{ exitCode: number | null; stderr: string; plan: DryRun['plan'] }> => {
  const { exitCode, stderr, stdout } = await incident.contain('--dry-run', '--json', ...flags);
  return { exitCode, stderr, plan: (JSON.parse(stdout) as DryRun).plan };
};
const instances = (plan: DryRun['plan']): string[] =>
  plan.actions
    .filter(({ operation }) => operation === 'TerminateInstances')
    .flatMap(({ targets }) => targets.map((target) => target.split('|').at(-1) ?? ''));

describe('--include and --exclude', () => {
  it('end with 2, and say what there is, for a word that names nothing', async () => {
    const { exitCode, stderr } = await dryRun('--include', 'i-nobody,i-none');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--include i-nobody,i-none: there is nothing of that name/);
  }, 60_000);

  it('spare ids, several between commas, and a region', async () => {
    const all = await dryRun();
    const [first = '', second = '', ...others] = instances(all.plan).sort();
    const spared = await dryRun('--exclude', `${first},${second}`);
    expect(instances(spared.plan).sort()).toEqual(others);
    expect(spared.plan.left.find(({ id }) => id === first)?.detail).toMatch(/spared on the person’s word/);
    const region = all.plan.actions.find(({ operation }) => operation === 'TerminateInstances')?.region ?? '';
    const there = await dryRun('--exclude', region);
    expect(there.plan.actions.filter((action) => action.region === region)).toEqual([]);
  }, 120_000);

  it('do nothing but the cut where what is to be spared is not there under that name', async () => {
    const { exitCode, stderr } = await incident.contain('--exclude', 'i-mistyped');
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(/nothing of that name to spare .*The key is cut; nothing else was done/s);
    const { rogueAlive, keys } = incident.state() as { rogueAlive: number; keys: string[] };
    expect(rogueAlive).toBeGreaterThan(1);
    expect(keys).toContain('ci: Inactive');
  }, 60_000);

  it('leave the spared one alone to the end, on record, and never end with 0', async () => {
    const [spared = ''] = instances((await dryRun()).plan).sort();
    const { exitCode } = await incident.contain('--exclude', spared);
    expect(exitCode).toBe(5);
    expect((incident.state() as { rogueAlive: number }).rogueAlive).toBe(1);
    const journals = await incident.journals();
    const texts = await Promise.all(journals.map((path) => readFile(path, 'utf8')));
    expect(texts.some((text) => text.includes('spared on the person’s word') && text.includes(spared))).toBe(
      true,
    );
    expect(texts.some((text) => text.includes(`"exclude":["${spared}"]`))).toBe(true);
    expect(texts[0]).toContain(accountId);
  }, 120_000);
});

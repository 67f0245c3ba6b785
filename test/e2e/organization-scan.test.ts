import { beforeAll, describe, expect, it } from 'vitest';
import type { OrganizationDocument } from '../../src/organization/index.js';
import { organizationSchema } from '../../src/report/schema/schema.js';
import type { LogEntry } from '../../src/range/world/world.js';
import { inScene, logOf, respondBy, scenarioCalled, withDirectory } from './scene.js';

const [home, production, data] = ['111122223333', '444455556666', '777766665555'];
const [sealed, retired, management] = ['222233334444', '555544443333', '999988887777'];

describe('scan --organization', { timeout: 120_000 }, () => {
  let document: OrganizationDocument;
  let screen: { exitCode: number | null; stdout: string; stderr: string };
  let log: LogEntry[];
  beforeAll(async () => {
    await withDirectory(async (directory) => {
      await respondBy(await scenarioCalled('organization-roles'), async (scene) => {
        const from = (await logOf(scene.endpoint)).length;
        const args = ['scan', '--key', scene.key, '--organization', '--simulated'];
        const run = await inScene(scene, [...args, '--json'], directory);
        expect(run.stdout, run.stderr).toContain('"rows"');
        document = JSON.parse(run.stdout) as OrganizationDocument;
        log = await logOf(scene.endpoint, from);
        screen = await inScene(scene, args, directory);
      });
    });
  }, 120_000);
  const rowOf = (id: string) => document.rows.find(({ account }) => account === id)!;

  it('is one incident: the key’s account, and those that its sessions moved to, along the chain', () => {
    organizationSchema.parse(document);
    expect(document.exitCode).toBe(3);
    expect(document.rows).toHaveLength(6);
    expect(document.edges.map(({ from, account, roleName }) => [from, account, roleName])).toEqual([
      [home, production, 'deploy'],
      [production, data, 'batch'],
    ]);
    for (const id of [home, production, data]) expect(rowOf(id)).toMatchObject({ look: 'whole' });
    expect(rowOf(production)).toMatchObject({ held: 0, regions: ['global', 'us-east-1', 'us-west-2'] });
    expect(rowOf(data)).toMatchObject({ held: 6, regions: ['eu-west-2', 'global'] });
    for (const id of [home, production]) expect(rowOf(id).usdPerHour).toBeGreaterThan(10);
    expect(rowOf(management)).toMatchObject({ look: 'signs', found: 0 });
  });

  it('keeps accounts that nobody gets into as rows, which are not clean', () => {
    expect(document.complete).toBe(false);
    expect(rowOf(retired)).toMatchObject({ look: 'dark', state: 'SUSPENDED' });
    expect(rowOf(sealed).look).toBe('dark');
    expect(rowOf(sealed).why).toContain('OrganizationAccountAccessRole');
    expect(document.reasons.filter(({ rule }) => rule === 'look.account-dark')).toHaveLength(2);
  });

  it('changes nothing, and could not: every session it takes is narrowed to reads', () => {
    const ofUs = log.filter(({ userAgent }) => userAgent.includes('leakguard'));
    const assumed = ofUs.filter(({ operation }) => operation === 'AssumeRole');
    expect(assumed.length).toBeGreaterThan(3);
    for (const { input } of assumed) {
      const { Statement } = JSON.parse(input['Policy'] as string) as { Statement: { Action: string[] }[] };
      const verbs = Statement.flatMap(({ Action }) => Action.map((action) => action.split(':')[1]!));
      expect(verbs.filter((verb) => !/^(Describe|Get|List|Lookup|Simulate|BatchGet)/.test(verb))).toEqual([]);
    }
    expect(ofUs.filter(({ readOnly, operation }) => !readOnly && operation !== 'AssumeRole')).toEqual([]);
  });

  it('shows one table by account on the screen, and what is dark with its next step', () => {
    expect(screen.exitCode).toBe(3);
    expect(screen.stdout).toMatch(/444455556666 +production +\d+ /);
    expect(screen.stdout).toMatch(/111122223333 → 444455556666 by role deploy/);
    expect(screen.stdout).toMatch(/222233334444 \(sealed\): no role let us in/);
    expect(screen.stdout).toContain('Dark is not clean');
    expect(screen.stdout).toContain('leakguard policy --organization');
  });
});

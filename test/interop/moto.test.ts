import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has } from './environments.js';
import { changes, expectContained, expectKeyFirst, expectNoInnocentNamed } from './incident-facts.js';
import { incidentOnMoto, type OnMoto } from './incident-on-moto.js';
import { truthOf } from './incident-state.js';
import { documentOf } from './leakguard.js';

describe.skipIf(!has('interop'))('an incident on moto', () => {
  let moto: OnMoto;
  let look: string[];
  let contain: string[];
  beforeAll(async () => {
    moto = await incidentOnMoto();
    look = [...moto.flags.incident, ...moto.flags.trail];
    contain = ['contain', ...look, ...moto.flags.agreed];
  });
  afterAll(async () => {
    await moto.stop();
  });

  test('scan says of each instance whether the misuse made it, and changes nothing', async () => {
    const run = await moto.run('scan', ...look);
    expect(changes(run.requests)).toEqual([]);
    const { incident } = documentOf(run) as {
      incident: { findings: { class: string; resource: { type: string; id: string } }[] };
    };
    const classes = new Map(incident.findings.map((finding) => [finding.resource.id, finding.class]));
    const { rogue, own, bystanders } = moto.seeded;
    expect(rogue.filter(({ id }) => classes.get(id) !== 'rogue')).toEqual([]);
    expect(own.filter(({ id }) => classes.get(id) !== 'own')).toEqual([]);
    expect(bystanders.filter(({ id }) => classes.get(id) !== 'not-tied')).toEqual([]);
  });

  test('a dry run sends nothing but reads, and says what is pending', async () => {
    const before = await truthOf(moto.seeded);
    const run = await moto.run('contain', ...look, '--dry-run');
    expect(run.requests.length).toBeGreaterThan(0);
    expect(changes(run.requests)).toEqual([]);
    const { dryRun, plan } = documentOf(run) as {
      dryRun: boolean;
      plan: { actions: { operation: string }[] };
    };
    expect(dryRun).toBe(true);
    const pending = plan.actions.map(({ operation }) => operation);
    expect(pending).toContain('UpdateAccessKey');
    expect(pending).toContain('TerminateInstances');
    expect(await truthOf(moto.seeded)).toEqual(before);
  });

  test('contain leaves nothing rogue alive, touches nobody innocent, and cuts the key first', async () => {
    const run = await moto.run(...contain);
    const report = documentOf(run);
    await expectContained(moto.seeded);
    expectNoInnocentNamed(moto.seeded, run.requests);
    expectKeyFirst(run.requests);
    expect(report).toMatchObject({ simulated: true, key: moto.seeded.leaked.accessKeyId });
  });

  test('a second run changes nothing, and says so', async () => {
    const run = await moto.run(...contain);
    expect(changes(run.requests)).toEqual([]);
    const report = documentOf(run) as { actions: unknown[]; closed: { summary: string } };
    expect(report.actions).toEqual([]);
    expect(report.closed.summary).toMatch(/nothing was changed/);
    await expectContained(moto.seeded);
  });
});

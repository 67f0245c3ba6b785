import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has } from './environments.js';
import { incidentOnMoto, type OnMoto } from './incident-on-moto.js';
import { truthOf } from './incident-state.js';
import { documentOf } from './leakguard.js';

describe.skipIf(!has('interop'))('an event history that answers 500 with a page of HTML, on moto', () => {
  let moto: OnMoto;
  beforeAll(async () => {
    moto = await incidentOnMoto();
  });
  afterAll(async () => {
    await moto.stop();
  });

  test('the key is off all the same, nothing is terminated on a guess, and the report says what is unknown', async () => {
    const before = await truthOf(moto.seeded);
    const run = await moto.run('contain', ...moto.flags.incident, ...moto.flags.agreed);
    expect(run.code).toBe(5);
    const { coverage } = documentOf(run) as { coverage: { subject: string; status: string }[] };
    const trail = coverage.filter(({ subject }) => subject === 'trail');
    expect(trail.length).toBeGreaterThan(0);
    expect(trail.filter(({ status }) => status !== 'failed')).toEqual([]);
    const after = await truthOf(moto.seeded);
    expect(after.leakedKey).toBe('Inactive');
    expect(after.innocentsNotRunning).toEqual([]);
    expect(after.rogueAlive).toEqual(before.rogueAlive);
  });
});

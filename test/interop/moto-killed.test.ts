import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has } from './environments.js';
import { changes, expectContained, expectNoInnocentNamed } from './incident-facts.js';
import { incidentOnMoto, type OnMoto } from './incident-on-moto.js';
import { truthOf } from './incident-state.js';
import { documentOf, startLeakguard, type Run } from './leakguard.js';
import { startTap } from './tap.js';

describe.skipIf(!has('interop'))('a run that is killed in the middle, on moto', () => {
  let moto: OnMoto;
  let contain: string[];
  beforeAll(async () => {
    moto = await incidentOnMoto();
    contain = ['contain', ...moto.flags.incident, ...moto.flags.trail, ...moto.flags.agreed];
  });
  afterAll(async () => {
    await moto.stop();
  });

  /** Runs contain, and kills it when the server has done this many changes, before it hears of the last one. */
  async function killedAfter(count: number): Promise<Run> {
    let seen = 0;
    let kill = (): void => undefined;
    const tap = await startTap(
      moto.server.url,
      (request) => {
        seen += changes([request]).length;
        return seen >= count ? 'unanswered' : 'through';
      },
      () => kill(),
    );
    try {
      const running = startLeakguard(tap.url, moto.seeded.responder.credentials, contain);
      kill = () => running.process.kill('SIGKILL');
      return await running.ended;
    } finally {
      await tap.close();
    }
  }

  test('ends in the same state when it is started again', async () => {
    expect((await killedAfter(1)).signal).toBe('SIGKILL');
    expect((await killedAfter(12)).signal).toBe('SIGKILL');
    const { rogueAlive, leakedKey } = await truthOf(moto.seeded);
    expect(leakedKey).toBe('Inactive');
    expect(rogueAlive.length).toBeGreaterThan(0);
    documentOf(await moto.run(...contain));
    await expectContained(moto.seeded);
    expectNoInnocentNamed(moto.seeded, await moto.sent());
  });

  test('has written every change down before the server saw it', async () => {
    const journals = (await readdir(moto.reports)).filter((name) => name.endsWith('.jsonl'));
    expect(journals).toHaveLength(3);
    const texts = await Promise.all(journals.map((name) => readFile(join(moto.reports, name), 'utf8')));
    const announced = texts
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.includes('"kind":"intent"'));
    const seen = changes(await moto.sent());
    for (const operation of new Set(seen.map((request) => request.operation))) {
      // A change that was tried again was announced once.
      const different = new Set(seen.filter((one) => one.operation === operation).map(({ body }) => body));
      const intents = announced.filter((line) => line.includes(`"operation":"${operation}"`));
      expect(intents.length, operation).toBeGreaterThanOrEqual(different.size);
    }
  });
});

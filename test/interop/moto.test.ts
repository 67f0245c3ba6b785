import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has } from './environments.js';
import { changes, expectContained, expectKeyFirst, expectNoInnocentNamed } from './incident-facts.js';
import { defaultRegions, seed } from './incident-seed.js';
import { truthOf } from './incident-state.js';
import { writeTrail } from './incident-trail.js';
import { documentOf, runLeakguard, startLeakguard, type Run } from './leakguard.js';
import type { RecordedRequest } from './requests.js';
import { startMoto } from './servers.js';
import { startTap } from './tap.js';

const account = '123456789012';

/** An incident on a moto of its own; the trail is written from what was called. */
async function incidentOnMoto() {
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-interop-'));
  const server = await startMoto();
  const seeded = await seed({ url: server.url, account, regions: defaultRegions, perRegion: 3, live: false });
  const trail = join(directory, 'trail');
  await writeTrail(trail, account, seeded.story.calls);
  const reports = join(directory, 'reports');
  const look = ['--key', seeded.leaked.accessKeyId, '--simulated', '--json', '--trail', trail];
  look.push('--compromised-at', seeded.misuseBegan.toISOString());
  const act = ['contain', ...look, '--yes', '--account', account, '--report-dir', reports];
  /** What leakguard sent while `during` ran, by moto's own recorder. */
  const sent = async <T>(during: () => Promise<T>): Promise<{ result: T; requests: RecordedRequest[] }> => {
    const before = (await server.recordedRequests()).length;
    const result = await during();
    const requests = (await server.recordedRequests()).slice(before);
    const by = seeded.responder.credentials.accessKeyId;
    return { result, requests: requests.filter(({ accessKeyId }) => accessKeyId === by) };
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { server, seeded, look, act, reports, sent, stop };
}

type OnMoto = Awaited<ReturnType<typeof incidentOnMoto>>;

describe.skipIf(!has('interop'))('an incident on moto', () => {
  let moto: OnMoto;
  const leakguard = (args: string[]): Promise<Run> =>
    runLeakguard(moto.server.url, moto.seeded.responder.credentials, args);

  beforeAll(async () => {
    moto = await incidentOnMoto();
  });
  afterAll(async () => {
    await moto.stop();
  });

  test('scan says of each instance whether the misuse made it', async () => {
    const { result, requests } = await moto.sent(() => leakguard(['scan', ...moto.look]));
    expect(changes(requests)).toEqual([]);
    const { incident } = documentOf(result) as {
      incident: { findings: { class: string; resource: { type: string; id: string } }[] };
    };
    const classOf = (id: string): string | undefined =>
      incident.findings.find(({ resource }) => resource.id === id)?.class;
    const { rogue, own, bystanders } = moto.seeded;
    expect(rogue.filter(({ id }) => classOf(id) !== 'rogue')).toEqual([]);
    expect(own.filter(({ id }) => classOf(id) !== 'own')).toEqual([]);
    expect(bystanders.filter(({ id }) => !['not-tied', undefined].includes(classOf(id)))).toEqual([]);
  });

  test('a dry run sends nothing but reads, and says what is pending', async () => {
    const before = await truthOf(moto.seeded);
    const { result, requests } = await moto.sent(() => leakguard(['contain', ...moto.look, '--dry-run']));
    expect(requests.length).toBeGreaterThan(0);
    expect(changes(requests)).toEqual([]);
    expect(documentOf(result)['dryRun']).toBe(true);
    expect(await truthOf(moto.seeded)).toEqual(before);
  });

  test('contain leaves nothing rogue alive, touches nobody innocent, and cuts the key first', async () => {
    const { result, requests } = await moto.sent(() => leakguard(moto.act));
    const report = documentOf(result);
    await expectContained(moto.seeded);
    expectNoInnocentNamed(moto.seeded, requests);
    expectKeyFirst(requests);
    expect(report).toMatchObject({ simulated: true, key: moto.seeded.leaked.accessKeyId });
  });

  test('a second run changes nothing, and says so', async () => {
    const { result, requests } = await moto.sent(() => leakguard(moto.act));
    expect(changes(requests)).toEqual([]);
    const report = documentOf(result) as { actions: unknown[]; closed: { summary: string } };
    expect(report.actions).toEqual([]);
    expect(report.closed.summary).toMatch(/nothing was changed/);
    await expectContained(moto.seeded);
  });
});

describe.skipIf(!has('interop'))('a run that is killed in the middle, on moto', () => {
  let moto: OnMoto;
  beforeAll(async () => {
    moto = await incidentOnMoto();
  });
  afterAll(async () => {
    await moto.stop();
  });

  /** Runs contain, and kills it when the server has done this change, before it hears of it. */
  async function killedAfter(count: number): Promise<Run> {
    let seen = 0;
    let kill = (): void => undefined;
    const tap = await startTap(
      moto.server.url,
      (request) => {
        if (changes([request]).length > 0) seen += 1;
        return seen >= count ? 'unanswered' : 'through';
      },
      () => kill(),
    );
    try {
      const running = startLeakguard(tap.url, moto.seeded.responder.credentials, moto.act);
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
    const run = await runLeakguard(moto.server.url, moto.seeded.responder.credentials, moto.act);
    documentOf(run);
    await expectContained(moto.seeded);
    expectNoInnocentNamed(
      moto.seeded,
      await moto.server.recordedRequests().then((all) => {
        const by = moto.seeded.responder.credentials.accessKeyId;
        return all.filter(({ accessKeyId }) => accessKeyId === by);
      }),
    );
  });

  test('leaves a journal of each run, which announces every change that the server saw', async () => {
    const journals = (await readdir(moto.reports)).filter((name) => name.endsWith('.jsonl'));
    const records = (
      await Promise.all(journals.map((name) => readFile(join(moto.reports, name), 'utf8')))
    ).flatMap((text) => text.split('\n').filter((line) => line !== ''));
    const announced = records.filter((line) => line.includes('"kind":"intent"')).length;
    const by = moto.seeded.responder.credentials.accessKeyId;
    const seen = changes(await moto.server.recordedRequests()).filter(
      ({ accessKeyId }) => accessKeyId === by,
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(announced).toBeGreaterThanOrEqual(new Set(seen.map(({ body }) => body)).size);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRegions, seed, type Seeded } from './incident-seed.js';
import { writeTrail } from './incident-trail.js';
import { runLeakguard, type Run } from './leakguard.js';
import type { RecordedRequest } from './requests.js';
import { startMoto, type Server } from './servers.js';

const account = '123456789012';

/** An incident on a moto of its own. moto has no event history: the trail is written from what was called. */
export interface OnMoto {
  server: Server;
  seeded: Seeded;
  /** Flags: which key, and since when; where the trail lies; agreed, and where the reports go. */
  flags: { incident: string[]; trail: string[]; agreed: string[] };
  reports: string;
  /** What the responder's key sent so far, by moto's own recorder. */
  sent(): Promise<RecordedRequest[]>;
  /** Runs leakguard as the responder; gives what it said and what it sent. */
  run(...args: string[]): Promise<Run & { requests: RecordedRequest[] }>;
  stop(): Promise<void>;
}

export async function incidentOnMoto(): Promise<OnMoto> {
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-interop-'));
  const server = await startMoto();
  const seeded = await seed({ url: server.url, account, regions: defaultRegions, perRegion: 3, live: false });
  const trail = join(directory, 'trail');
  await writeTrail(trail, account, seeded.story.calls);
  const reports = join(directory, 'reports');
  const { credentials } = seeded.responder;
  const sent = async (): Promise<RecordedRequest[]> =>
    (await server.recordedRequests()).filter(({ accessKeyId }) => accessKeyId === credentials.accessKeyId);
  const began = ['--compromised-at', seeded.misuseBegan.toISOString()];
  return {
    server,
    seeded,
    flags: {
      incident: ['--key', seeded.leaked.accessKeyId, ...began, '--simulated', '--json'],
      // moto has no event history that could confirm the files.
      trail: ['--trail', trail, '--trust-trail'],
      agreed: ['--yes', '--account', account, '--report-dir', reports],
    },
    reports,
    sent,
    run: async (...args) => {
      const before = (await sent()).length;
      const run = await runLeakguard(server.url, credentials, args);
      return { ...run, requests: (await sent()).slice(before) };
    },
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FileProof } from './digest-files.js';
import type { FileRead } from './file-reader.js';
import type { FromWorker, ToWorker } from './file-worker.js';
import type { ThinningStore } from './thinning.js';

/** The worker is an entry of its own beside the bundle. */
const script = new URL('./trail-worker.js', import.meta.url);

/**
 * Reads `files` with so many threads, each file by one of them. False, with nothing read, where the worker's script
 * is not there (run from source). A thread that dies ends its file with that failure.
 */
export async function readInThreads(
  files: readonly string[],
  threads: number,
  store: ThinningStore,
  proofOf: (file: string) => FileProof | undefined,
  ended: (read: FileRead) => void,
): Promise<boolean> {
  if (!existsSync(fileURLToPath(script))) return false;
  const waiting = [...files].reverse();
  await Promise.all(
    Array.from({ length: threads }, async () => {
      while (waiting.length > 0) await readUntilDeath(waiting, store, proofOf, ended);
    }),
  );
  return true;
}

/** One worker, file after file, until none is left or it dies. */
async function readUntilDeath(
  waiting: string[],
  store: ThinningStore,
  proofOf: (file: string) => FileProof | undefined,
  ended: (read: FileRead) => void,
): Promise<void> {
  const worker = new Worker(script, {
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
  });
  let current: string | null = null;
  const next = (): void => {
    current = waiting.pop() ?? null;
    if (current === null) void worker.terminate();
    else {
      const proof = proofOf(current);
      const what = proof === undefined ? {} : { proof };
      worker.postMessage({ read: current, level: store.level, ...what } satisfies ToWorker);
    }
  };
  await new Promise<void>((resolve) => {
    worker.on('message', ({ events, ended: end }: FromWorker) => {
      for (const { event, bytes } of events) store.add(event, bytes);
      if (end === null) return;
      store.level = end.level;
      for (const [what, count] of end.dropped)
        store.dropped.set(what, (store.dropped.get(what) ?? 0) + count);
      ended(end.read);
      next();
    });
    worker.on('error', (error) => {
      if (current !== null) ended(unread(current, `the reading thread ended: ${error.message}`));
      current = null;
    });
    worker.on('exit', () => {
      if (current !== null) ended(unread(current, 'the reading thread ended'));
      resolve();
    });
    next();
  });
}

function unread(file: string, failure: string): FileRead {
  return { file, records: 0, events: 0, bytes: 0, skipped: {}, failure };
}

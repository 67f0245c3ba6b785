import { parentPort } from 'node:worker_threads';
import type { TrailEvent } from '../model/index.js';
import type { FileProof } from './digest-files.js';
import { FileReader, type FileRead } from './file-reader.js';
import { disk } from './log-source.js';
import { ThinningStore } from './thinning.js';

/** What the worker is told, and what it answers: events with the lengths of their records, then how the file ended. */
export type ToWorker = { read: string; level: number; proof?: FileProof };
export type FromWorker = {
  events: { event: TrailEvent; bytes: number }[];
  ended: { read: FileRead; level: number; dropped: [string, number][] } | null;
};

/** Bytes of records that the worker keeps of a file, before it thins them out. */
const capacity = 6e6;
/** Events sent at once. */
const batch = 500;

const port = parentPort;
if (port !== null) {
  const store = new ThinningStore(capacity);
  const reader = new FileReader(store, disk([]));
  let last = Promise.resolve();
  port.on('message', ({ read: file, level, proof }: ToWorker) => {
    last = last.then(async () => {
      store.level = level;
      const read = await reader.read(file, proof);
      const events = store.drain();
      while (events.length > 0)
        port.postMessage({ events: events.splice(-batch), ended: null } satisfies FromWorker);
      const ended = { read, level: store.level, dropped: [...store.dropped] };
      store.dropped.clear();
      port.postMessage({ events: [], ended } satisfies FromWorker);
    });
  });
}

import { parentPort } from 'node:worker_threads';
import type { TrailEvent } from './event.js';
import { FileReader, type FileRead } from './file-reader.js';

/** What the worker is told, and what it answers. */
export type ToWorker = { read: string; span: number };
export type FromWorker = { events: TrailEvent[]; read: FileRead | null };

/** Events sent at once: the worker holds no more than these. */
const batch = 500;

const port = parentPort;
if (port !== null) {
  let events: TrailEvent[] = [];
  const send = (read: FileRead | null): void => {
    port.postMessage({ events, read } satisfies FromWorker);
    events = [];
  };
  const sink = {
    span: 0,
    add(event: TrailEvent): void {
      events.push(event);
      if (events.length >= batch) send(null);
    },
  };
  const reader = new FileReader(sink);
  let last = Promise.resolve();
  port.on('message', ({ read, span }: ToWorker) => {
    last = last.then(async () => {
      sink.span = span;
      send(await reader.read(read));
    });
  });
}

import { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { headBytes } from './file-format.js';

/** Chunks that wait to be looked at, while the next is gunzipped by another thread. */
const maxWaiting = 3;

/** A file's first bytes, and all of it as a stream: it is opened once, since a pipe says everything once. */
export async function opened(
  chunks: AsyncIterator<Buffer, undefined>,
): Promise<{ head: Buffer; rest: Readable }> {
  const first: Buffer[] = [];
  let size = 0;
  while (size < headBytes) {
    const { value } = await chunks.next();
    if (value === undefined) break;
    first.push(value);
    size += value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield* first;
      for (;;) {
        const { value } = await chunks.next();
        if (value === undefined) return;
        yield value;
      }
    } finally {
      await chunks.return?.();
    }
  }
  return {
    head: Buffer.concat(first).subarray(0, headBytes),
    rest: Readable.from(all(), { objectMode: false }),
  };
}

/**
 * Gives each chunk of the stream to `look`, later: while it looks, the next one is read and gunzipped by other threads.
 * What came before a failure is looked at first.
 */
export async function eachChunk(
  stream: Readable,
  gzips: number,
  chunkSize: number,
  look: (chunk: Buffer) => void,
): Promise<void> {
  const waiting: Buffer[] = [];
  const streams: (Readable | Gunzip)[] = [stream];
  for (let layer = 0; layer < gzips; layer += 1)
    streams.push((streams[layer] as Readable).pipe(createGunzip({ chunkSize })));
  const last = streams[gzips] as Readable;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      for (const one of streams) one.destroy();
      reject(error);
    };
    const lookAtAll = (): void => {
      try {
        for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) look(chunk);
      } catch (error) {
        fail(error as Error);
      }
    };
    last.on('data', (chunk: Buffer) => {
      waiting.push(chunk);
      if (waiting.length >= maxWaiting) last.pause();
      if (waiting.length > 1) return;
      setImmediate(() => {
        lookAtAll();
        last.resume();
      });
    });
    last.on('end', () => {
      lookAtAll();
      resolve();
    });
    for (const one of streams) {
      one.on('error', (error: Error) => {
        lookAtAll();
        fail(error);
      });
    }
  });
}

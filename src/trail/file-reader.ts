import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { asObject, type TrailEvent } from '../model/index.js';
import { unwrap } from './containers.js';
import { formatOf } from './file-format.js';
import { normaliseRecord } from './normalise.js';
import { listNames, RecordSplitter } from './record-splitter.js';
import { RepeatScanner } from './repeat-scanner.js';
import { tableReader } from './table-reader.js';
import type { Repetition } from './thinning.js';

/** What came of one file. */
export interface FileRead {
  file: string;
  /** Records, with those that were left out because they only repeat. */
  records: number;
  bytes: number;
  /** Reason → count of what could not be read. */
  skipped: Record<string, number>;
  /** Why the file was not read to its end; null where it was. */
  failure: string | null;
}

export interface Sink {
  /**
   * @param bytes length of its record
   * @returns which later calls like it are not needed, as long as the level stays the same
   */
  add(event: TrailEvent, bytes: number): Repetition;
  /** How far it thins. */
  readonly level: number;
  /** Milliseconds in which a repeated call is needed once: an hour, a day or Infinity; 0: all are needed. */
  readonly span: number;
}

/** Chunks that wait to be looked at, while the next is gunzipped by another thread. */
const maxWaiting = 3;

/** Reads files one after the other into `sink`, with memory for one record and a few chunks of each. */
export class FileReader {
  private level = -1;

  constructor(
    private readonly sink: Sink,
    private readonly scanner = new RepeatScanner(),
    private readonly chunkSize = 1 << 18,
  ) {}

  async read(file: string): Promise<FileRead> {
    const read: FileRead = { file, records: 0, bytes: 0, skipped: {}, failure: null };
    const splitter = new RecordSplitter(this.scanner, (buffer, start, end) =>
      this.record(buffer, start, end, read),
    );
    this.followLevel();
    try {
      const format = await formatOf(file);
      const decoder = format.encoding === 'utf-8' ? null : new TextDecoder(format.encoding);
      const rows =
        format.table === null ? null : tableReader(format.table, (row) => splitter.push(Buffer.from(row)));
      await eachChunk(file, format.gzips, this.chunkSize, (chunk) => {
        read.bytes += chunk.length;
        const bytes = decoder === null ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
        if (rows === null) splitter.push(bytes);
        else rows.write(bytes);
      });
      rows?.end();
      read.failure = read.bytes === 0 ? 'the file is empty' : splitter.end();
    } catch (error) {
      splitter.end();
      read.failure = error instanceof Error ? error.message : String(error);
    }
    read.records += splitter.repeats;
    if (splitter.garbage > 0) {
      if (splitter.values === 0) read.failure ??= 'not JSON';
      else count(read, 'a line that is not JSON', splitter.garbage);
    }
    return read;
  }

  private record(buffer: Buffer, start: number, end: number, read: FileRead): void {
    let json: unknown;
    try {
      json = JSON.parse(buffer.toString('utf8', start, end));
    } catch {
      count(read, 'a record that is not JSON', 1);
      return;
    }
    // Lists were split already: a list in a list is one row of a table.
    const records = [...unwrap(Array.isArray(json) ? { row: json } : json)];
    // Each is charged its share of the object around it: many may stand in one.
    const share = Math.ceil((end - start) / Math.max(1, records.length));
    for (const raw of records) {
      read.records += 1;
      const event = normaliseRecord(raw, read.file);
      if ('skipped' in event) {
        count(read, event.skipped, 1);
        continue;
      }
      const repetition = this.sink.add(event, share);
      if (this.followLevel() || repetition === 'never' || !isBare(json)) continue;
      this.scanner.remember(start, repetition === 'by request');
    }
  }

  /** What is not needed any more depends on how far the sink thins: whether that changed. */
  private followLevel(): boolean {
    const { level, span } = this.sink;
    if (level === this.level) return false;
    this.level = level;
    this.scanner.forget(span);
    return true;
  }
}

/** A record that stands there as itself wherever it stands: in no envelope, and never taken for a list of records. */
function isBare(json: unknown): boolean {
  const object = asObject(json);
  if (object === null || !Object.hasOwn(object, 'eventName') || !Object.hasOwn(object, 'eventSource'))
    return false;
  return Object.keys(object).every((name) => !listNames.has(name));
}

function count(read: FileRead, reason: string, more: number): void {
  read.skipped[reason] = (read.skipped[reason] ?? 0) + more;
}

/**
 * Gives each chunk of the file to `look`, later: while it looks, the next one is read and gunzipped by other threads.
 * What came before a failure is looked at first.
 */
async function eachChunk(
  file: string,
  gzips: number,
  chunkSize: number,
  look: (chunk: Buffer) => void,
): Promise<void> {
  const waiting: Buffer[] = [];
  const streams: (Readable | Gunzip)[] = [createReadStream(file, { highWaterMark: chunkSize })];
  for (let layer = 0; layer < gzips; layer += 1)
    streams.push((streams[layer] as Readable).pipe(createGunzip({ chunkSize })));
  const last = streams[gzips] as Readable;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      for (const stream of streams) stream.destroy();
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
    for (const stream of streams) {
      stream.on('error', (error: Error) => {
        lookAtAll();
        fail(error);
      });
    }
  });
}

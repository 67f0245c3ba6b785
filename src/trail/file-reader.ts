import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { asObject, type TrailEvent } from '../model/index.js';
import { recordsWithin, unwrap } from './containers.js';
import { formatOf } from './file-format.js';
import { normaliseRecord } from './normalise.js';
import { listNames, RecordSplitter } from './record-splitter.js';
import { isPlain } from './record-shape.js';
import { RepeatScanner } from './repeat-scanner.js';
import { tableReader } from './table-reader.js';
import type { Repetition } from './thinning.js';

/** What came of one file. */
export interface FileRead {
  file: string;
  /** Records, with those that were left out because they only repeat. */
  records: number;
  /** Those of them that could be used. */
  events: number;
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
  /** What stood around a list and held nothing. */
  private emptyHusk = '';

  constructor(
    private readonly sink: Sink,
    private readonly scanner = new RepeatScanner(),
    private readonly chunkSize = 1 << 18,
  ) {}

  async read(file: string): Promise<FileRead> {
    const read: FileRead = { file, records: 0, events: 0, bytes: 0, skipped: {}, failure: null };
    const splitter = new RecordSplitter(
      this.scanner,
      (buffer, start, end) => this.record(buffer, start, end, read),
      (husk) => this.husk(husk.toString('utf8'), read),
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
    read.events += splitter.repeats;
    if (splitter.blanks > 0) count(read, 'null in place of a record', splitter.blanks);
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
    for (const raw of unwrap(Array.isArray(json) ? { row: json } : json)) {
      // What stands there as itself is as long as its text; of a container each is charged what is its own.
      const repetition = this.one(raw, raw === json ? end - start : null, read);
      if (repetition !== 'never' && raw === json && isBare(json))
        this.scanner.remember(start, repetition === 'by request');
    }
  }

  /** What stands around the lists in an object: nothing, mostly, and the same for each of many lines. */
  private husk(text: string, read: FileRead): void {
    if (text === this.emptyHusk) return;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      count(read, 'a record that is not JSON', 1);
      return;
    }
    const found = recordsWithin(json) ?? [];
    if (found.length === 0) this.emptyHusk = text;
    for (const raw of found) this.one(raw, null, read);
  }

  /** @returns which later calls like it are not needed, where that can be said */
  private one(raw: unknown, bytes: number | null, read: FileRead): Repetition {
    read.records += 1;
    const event = normaliseRecord(raw, read.file);
    if ('skipped' in event) {
      count(read, event.skipped, 1);
      return 'never';
    }
    read.events += 1;
    const repetition = this.sink.add(event, bytes ?? JSON.stringify(raw).length);
    return this.followLevel() ? 'never' : repetition;
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

/** A record that is the same wherever it stands: at the top, one with a field of such a name is split. */
function isBare(json: unknown): boolean {
  const object = asObject(json);
  return object !== null && isPlain(object) && !Object.keys(object).some((name) => listNames.has(name));
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

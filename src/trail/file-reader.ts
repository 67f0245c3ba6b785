import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { callFieldsOf, type CallFields } from './call-fields.js';
import { copyOf, SeenCalls } from './seen-calls.js';
import { unwrap } from './containers.js';
import type { TrailEvent } from './event.js';
import { formatOf } from './file-format.js';
import { normaliseRecord } from './normalise.js';
import { RecordSplitter } from './record-splitter.js';
import { tableReader } from './table-reader.js';
import { repetitionOf, type Repetition } from './thinning.js';

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
  /** @param bytes length of its record */
  add(event: TrailEvent, bytes: number): void;
  /** Milliseconds in which a repeated call is needed once; 0: all are needed. */
  readonly span: number;
}

/** Bytes read, or gunzipped, at once: fewer turns of the event loop. */
const chunkSize = 1 << 18;
/** Chunks that wait to be looked at, while the next is gunzipped by another thread. */
const maxWaiting = 3;

/** Reads files one after the other into `sink`, with memory for one record and a few chunks of each. */
export class FileReader {
  private readonly seen = new SeenCalls();
  private readonly repetitions = new Map<string, Repetition>();
  /** The first place from `bracketFrom` on where an array is opened. */
  private bracket = -1;
  private bracketFrom = -1;

  constructor(private readonly sink: Sink) {}

  async read(file: string): Promise<FileRead> {
    const read: FileRead = { file, records: 0, bytes: 0, skipped: {}, failure: null };
    const splitter = new RecordSplitter((buffer, start, end, certain) =>
      this.record(buffer, start, end, certain, read),
    );
    try {
      const format = await formatOf(file);
      const decoder = format.encoding === 'utf-8' ? null : new TextDecoder(format.encoding);
      const push = (bytes: Buffer): void => {
        this.bracketFrom = -1;
        splitter.push(bytes);
      };
      const rows = format.table === null ? null : tableReader(format.table, (row) => push(Buffer.from(row)));
      await eachChunk(file, format.gzips, (chunk) => {
        read.bytes += chunk.length;
        const bytes = decoder === null ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
        if (rows === null) push(bytes);
        else rows.write(bytes);
      });
      rows?.end();
      read.failure = read.bytes === 0 ? 'the file is empty' : splitter.end();
    } catch (error) {
      read.failure = error instanceof Error ? error.message : String(error);
    }
    if (splitter.garbage > 0) {
      if (splitter.values === 0) read.failure ??= 'not JSON';
      else count(read, 'a line that is not JSON', splitter.garbage);
    }
    return read;
  }

  private record(buffer: Buffer, start: number, end: number, certain: boolean, read: FileRead): boolean {
    const repeats = this.sink.span > 0 ? this.repeats(buffer, start, end, certain) : 'no';
    if (repeats === 'cannot tell') return false;
    if (repeats === 'yes') {
      read.records += 1;
      return true;
    }
    let json: unknown;
    try {
      json = JSON.parse(buffer.toString('utf8', start, end));
    } catch {
      if (!certain) return false;
      count(read, 'a record that is not JSON', 1);
      return true;
    }
    // Lists were split already: a list in a list is one row of a table.
    for (const raw of unwrap(Array.isArray(json) ? { row: json } : json)) {
      read.records += 1;
      const event = normaliseRecord(raw, read.file);
      if ('skipped' in event) count(read, event.skipped, 1);
      else this.sink.add(event, end - start);
    }
    return true;
  }

  /** Whether the record is a call that only repeats one of the same span that was read already. */
  private repeats(
    buffer: Buffer,
    start: number,
    end: number,
    certain: boolean,
  ): 'yes' | 'no' | 'cannot tell' {
    const call = callFieldsOf(buffer, start, end, (from, to) => this.opensArray(buffer, from, to));
    if (call === null) return 'no';
    const repetition = this.repetitionOf(call);
    const request = repetition === 'by request' ? call.request() : '';
    if (repetition === 'never' || (repetition === 'by request' && request === '')) return 'no';
    const known = this.seen.of(call, this.sink.span, request);
    if (known !== null && known.time <= call.time) return certain || call.isWhole() ? 'yes' : 'cannot tell';
    if (!certain && !call.isWhole()) return 'no';
    if (known === null) this.seen.add(call, this.sink.span, request);
    else known.time = copyOf(call.time);
    return 'no';
  }

  private repetitionOf({ name, caller }: CallFields): Repetition {
    if (name === 'AssumeRole') return repetitionOf(name, caller.includes('"type":"AWSService"'));
    let repetition = this.repetitions.get(name);
    if (repetition === undefined) {
      repetition = repetitionOf(name);
      if (this.repetitions.size < 5000) this.repetitions.set(copyOf(name), repetition);
    }
    return repetition;
  }

  /** Whether an array is opened between two places of the chunk at hand; the next one is looked for once. */
  private opensArray(buffer: Buffer, from: number, to: number): boolean {
    if (this.bracketFrom < 0 || from < this.bracketFrom || (this.bracket >= 0 && this.bracket < from)) {
      this.bracketFrom = from;
      this.bracket = buffer.indexOf(0x5b, from);
    }
    return this.bracket >= 0 && this.bracket < to;
  }
}

function count(read: FileRead, reason: string, more: number): void {
  read.skipped[reason] = (read.skipped[reason] ?? 0) + more;
}

/**
 * Gives each chunk of the file to `look`, later: while it looks, the next one is read and gunzipped by other threads.
 * What came before a failure is looked at first.
 */
async function eachChunk(file: string, gzips: number, look: (chunk: Buffer) => void): Promise<void> {
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

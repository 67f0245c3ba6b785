import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unwrap } from './containers.js';
import type { TrailEvent } from './event.js';
import { normaliseRecord } from './normalise.js';
import { RecordSplitter } from './record-splitter.js';
import { isRepeatable } from './thinning.js';

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
  add(event: TrailEvent): void;
  /** Milliseconds in which a repeated call is needed once; 0: all are needed. */
  readonly span: number;
}

/** Calls seen before by this reader, and the earliest time of each: what repeats later is not parsed again. */
const maxSeen = 200_000;

/** Reads files one after the other into `sink`, with memory for one record and one chunk of each. */
export class FileReader {
  private readonly seen = new Map<string, string>();
  private seenSpan = 0;

  constructor(private readonly sink: Sink) {}

  async read(file: string): Promise<FileRead> {
    const read: FileRead = { file, records: 0, bytes: 0, skipped: {}, failure: null };
    const splitter = new RecordSplitter((buffer, start, end, certain) =>
      this.record(buffer, start, end, certain, read),
    );
    const end = new Writable({
      highWaterMark: 1 << 20,
      write: (chunk: Buffer, _encoding, done) => {
        try {
          read.bytes += chunk.length;
          splitter.push(chunk);
          done();
        } catch (error) {
          done(error as Error);
        }
      },
    });
    try {
      const source = createReadStream(file, { highWaterMark: 1 << 18 });
      if (await isGzip(file)) await pipeline(source, createGunzip({ chunkSize: 1 << 18 }), end);
      else await pipeline(source, end);
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
    if (this.sink.span > 0 && this.repeats(buffer.toString('latin1', start, end))) {
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
    for (const raw of unwrap(json)) {
      read.records += 1;
      const event = normaliseRecord(raw, read.file);
      if ('skipped' in event) count(read, event.skipped, 1);
      else this.sink.add(event);
    }
    return true;
  }

  /**
   * The record is a call that only repeats one of the same span that was read already, told from its text alone: each
   * field must stand in it once, as AWS writes it; whatever is unusual is parsed. Quotes inside strings are escaped,
   * so that no value can pass for a field.
   */
  private repeats(text: string): boolean {
    const name = fieldOf(text, '"eventName":"');
    if (name === null || !isRepeatable(name)) return false;
    const time = fieldOf(text, '"eventTime":"');
    const source = fieldOf(text, '"eventSource":"');
    const region = fieldOf(text, '"awsRegion":"');
    if (time === null || source === null || region === null) return false;
    const who =
      fieldOf(text, '"accessKeyId":"') ?? fieldOf(text, '"arn":"') ?? fieldOf(text, '"invokedBy":"');
    if (who === null) return false;
    const from = fieldOf(text, '"sourceIPAddress":"') ?? '';
    const agent = fieldOf(text, '"userAgent":"') ?? '';
    const error = text.includes('"errorCode":"') ? fieldOf(text, '"errorCode":"') : '';
    if (error === null) return false;
    if (this.seenSpan !== this.sink.span || this.seen.size > maxSeen) {
      this.seen.clear();
      this.seenSpan = this.sink.span;
    }
    const group = `${name}|${source}|${region}|${from}|${agent}|${who}|${error}|${slotOf(time, this.seenSpan)}`;
    const known = this.seen.get(group);
    // ISO times of one form compare as text.
    if (known !== undefined && known <= time) return true;
    this.seen.set(group, time);
    return false;
  }
}

/** The value of a field that stands in `text` exactly once; null else. */
function fieldOf(text: string, field: string): string | null {
  const at = text.indexOf(field);
  if (at < 0) return null;
  const from = at + field.length;
  if (text.indexOf(field, from) >= 0) return null;
  const end = text.indexOf('"', from);
  return end < 0 ? null : text.slice(from, end);
}

/** `2026-11-20T03:10:00Z` cut to the minute, hour or day. */
function slotOf(time: string, span: number): string {
  if (span === Infinity) return '';
  return time.slice(0, span >= 86_400_000 ? 10 : span >= 3600_000 ? 13 : 16);
}

function count(read: FileRead, reason: string, more: number): void {
  read.skipped[reason] = (read.skipped[reason] ?? 0) + more;
}

/** By its first two bytes: names lie. */
async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

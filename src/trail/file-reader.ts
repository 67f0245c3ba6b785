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
const maxSeen = 50_000;

/** Who called what stands in the first bytes of a record. */
const headBytes = 2500;

/** Reads files one after the other into `sink`, with memory for one record and one chunk of each. */
export class FileReader {
  private readonly seen = new Map<string, string>();
  private seenSpan = 0;
  private readonly repeatable = new Map<string, boolean>();

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
    if (
      this.sink.span > 0 &&
      this.repeats(buffer.toString('latin1', start, Math.min(end, start + headBytes)))
    ) {
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
   * The record is a call that only repeats one of the same span that was read already, told from the beginning of its
   * text alone. Only the order of fields that CloudTrail's own files have is trusted: the caller, and right after it
   * time, source, name, region, address, program and error. Quotes inside strings are escaped, so that no value can
   * pass for a field. Whatever looks otherwise is parsed.
   */
  private repeats(head: string): boolean {
    const caller = head.indexOf('},"eventTime":"');
    if (caller < 0) return false;
    callFields.lastIndex = caller + 2;
    const match = callFields.exec(head);
    if (match === null) return false;
    const [, time = '', source, name = '', region, address, agent, error = ''] = match;
    let repeatable = this.repeatable.get(name);
    if (repeatable === undefined) {
      repeatable = isRepeatable(name);
      if (this.repeatable.size < 5000) this.repeatable.set(name, repeatable);
    }
    if (!repeatable) return false;
    if (this.seenSpan !== this.sink.span || this.seen.size > maxSeen) {
      this.seen.clear();
      this.seenSpan = this.sink.span;
    }
    const group = `${name}|${source}|${region}|${address}|${agent}|${error}|${slotOf(time, this.seenSpan)}|${callerOf(head, caller)}`;
    const known = this.seen.get(group);
    // ISO times of one form compare as text.
    if (known !== undefined && known <= time) return true;
    this.seen.set(group, time);
    return false;
  }
}

const text = '"([^"\\\\]*)"';

/** Six fields in CloudTrail's order, and the error or the parameters that come next. */
const callFields = new RegExp(
  `"eventTime":${text},"eventSource":${text},"eventName":${text},"awsRegion":${text},"sourceIPAddress":${text},"userAgent":${text},(?:"errorCode":${text}|"requestParameters":)`,
  'y',
);

/** The key that signed, else all that the record says of the caller. */
function callerOf(head: string, end: number): string {
  const at = head.indexOf('"accessKeyId":"');
  if (at < 0 || at > end) return head.slice(0, end);
  return head.slice(at + 15, head.indexOf('"', at + 15));
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

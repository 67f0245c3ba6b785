import { asObject, type TrailEvent } from '../model/index.js';
import type { FileProof } from './digest-files.js';
import { recordsWithin, unwrap } from './containers.js';
import { cliTextReader } from './cli-text.js';
import { eachChunk, opened } from './file-chunks.js';
import { formatOf, type FileFormat } from './file-format.js';
import type { LogSource } from './log-source.js';
import { normaliseRecord } from './normalise.js';
import { listNames, RecordSplitter, TooLarge } from './record-splitter.js';
import { isPlain } from './record-shape.js';
import { RepeatScanner } from './repeat-scanner.js';
import type { ChunkReader } from './table-reader.js';
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

/** Reads files one after the other into `sink`, with memory for one record and a few chunks of each. */
export class FileReader {
  private level = -1;
  private proof: FileProof | undefined;
  /** What stood around a list and held nothing. */
  private emptyHusk = '';

  constructor(
    private readonly sink: Sink,
    private readonly source: LogSource,
    private readonly scanner = new RepeatScanner(),
    private readonly chunkSize = 1 << 18,
  ) {}

  /** @param proof what CloudTrail's digests say of the file, where they were asked and speak of it */
  async read(file: string, proof?: FileProof): Promise<FileRead> {
    this.proof = proof;
    const whole = await this.readFrom(file, () => 0);
    if (!whole.tooLarge || whole.read.records > 0 || !(await this.source.isRepeatable(file)))
      return whole.read;
    // One value holds all: its records are read from where the first list of them begins.
    const { read } = await this.readFrom(file, innerListIn);
    return read;
  }

  /** @param startIn where in a file's first text the reading begins; null: it cannot */
  private async readFrom(
    file: string,
    startIn: (head: string) => number | null,
  ): Promise<{ read: FileRead; tooLarge: boolean }> {
    const read: FileRead = { file, records: 0, events: 0, bytes: 0, skipped: {}, failure: null };
    const splitter = new RecordSplitter(
      this.scanner,
      (buffer, start, end) => this.record(buffer, start, end, read),
      (husk) => this.husk(husk.toString('utf8'), read),
    );
    this.followLevel();
    let reader: ChunkReader | null = null;
    let tooLarge = false;
    let isMarkup = false;
    let skip = 0;
    try {
      const { head, rest } = await opened(this.source.chunks(file, this.chunkSize));
      const { gzips, encoding, kind, text, mark } = formatOf(head);
      isMarkup = /^\s*<[?!a-z]/i.test(text);
      const start = startIn(text);
      if (start === null || (start > 0 && kind !== 'json')) throw new TooLarge();
      if (start > 0) count(read, aroundList, 1);
      skip = start === 0 ? 0 : Buffer.byteLength(text.slice(0, start)) + mark;
      const push = (text: string): void => splitter.push(Buffer.from(text));
      const decoder = encoding === 'utf-8' ? null : new TextDecoder(encoding);
      const its = await readerOf(kind, push, (reason) => this.unread(reason, read));
      reader = its;
      await eachChunk(rest, gzips, this.chunkSize, (chunk) => {
        read.bytes += chunk.length;
        let bytes = decoder === null ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
        if (skip > 0) {
          const skipped = Math.min(skip, bytes.length);
          bytes = bytes.subarray(skipped);
          skip -= skipped;
        }
        if (its === null) splitter.push(bytes);
        else its.write(bytes);
      });
    } catch (error) {
      tooLarge = error instanceof TooLarge;
      read.failure = error instanceof Error ? error.message : String(error);
    }
    try {
      await reader?.end();
    } catch (error) {
      read.failure ??= error instanceof Error ? error.message : String(error);
    }
    const cut = splitter.end();
    read.failure ??= read.bytes === 0 ? 'the file is empty' : cut;
    read.records += splitter.repeats;
    read.events += splitter.repeats;
    if (splitter.blanks > 0) count(read, 'null in place of a record', splitter.blanks);
    if (splitter.garbage > 0) {
      if (splitter.values === 0)
        read.failure ??= isMarkup ? 'not JSON but XML or HTML: export it as JSON or CSV' : 'not JSON';
      else if (read.skipped[aroundList] === undefined)
        count(read, 'a line that is not JSON', splitter.garbage);
    }
    return { read, tooLarge };
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

  private unread(reason: string, read: FileRead): void {
    read.records += 1;
    count(read, reason, 1);
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
    if (this.proof === null) event.proof = 'changed';
    else if (this.proof?.account === event.account && this.proof.region === event.region)
      event.proof = 'proven';
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

/** What stands before and behind a list that is read alone is not looked at. */
const aroundList = 'what stands around a list in one value of more than 32 MB';

/** Where the innermost list begins that the first record of a text stands in; null where it stands in none. */
function innerListIn(text: string): number | null {
  const first = /"(event_?(version|name|source)|user_?identity)\\?"/i.exec(text)?.index ?? -1;
  const open: number[] = [];
  for (let at = 0; at < first; at += 1) {
    const letter = text[at];
    if (letter === '"') {
      for (at += 1; at < first && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    } else if (letter === '{' || letter === '[') open.push(at);
    else if (letter === '}' || letter === ']') open.pop();
  }
  return open.findLast((at) => text[at] === '[') ?? null;
}

/** A record that is the same wherever it stands: at the top, one with a field of such a name is split. */
function isBare(json: unknown): boolean {
  const object = asObject(json);
  return object !== null && isPlain(object) && !Object.keys(object).some((name) => listNames.has(name));
}

function count(read: FileRead, reason: string, more: number): void {
  read.skipped[reason] = (read.skipped[reason] ?? 0) + more;
}

/** What turns a file's text into lines of JSON; null where it is JSON. */
async function readerOf(
  kind: FileFormat['kind'],
  onLine: (line: string) => void,
  onUnread: (reason: string) => void,
): Promise<ChunkReader | null> {
  if (kind === 'json') return null;
  if (kind === 'cli') return cliTextReader(onLine);
  // Few files are tables or YAML: what reads those is loaded for them alone.
  if (kind === 'yaml') return (await import('./yaml-reader.js')).yamlReader(onLine, onUnread);
  return (await import('./table-reader.js')).tableReader(kind, onLine, onUnread);
}

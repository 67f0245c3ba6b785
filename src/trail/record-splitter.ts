import type { RepeatScanner } from './repeat-scanner.js';

/** One record, as bytes of `buffer`, which stands in the scanner's memory: both valid only during the call. */
type OnRecord = (buffer: Buffer, start: number, end: number) => void;
/** What stands around lists of records in one object, as JSON in which they are empty. */
type OnHusk = (husk: Buffer) => void;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const newline = 0x0a;

/** Names of lists whose elements are records: log files, LookupEvents, exports. */
export const listNames = new Set(['Records', 'records', 'Events', 'events', 'results', 'logEvents']);

/** The first letter of `null`, `true` or `false`. */
const isLiteral = (byte: number): boolean => byte === 0x6e || byte === 0x74 || byte === 0x66;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** One record is at most this large, bytes: CloudTrail's are below 256 KB, exports of one object may be more. */
const maxRecord = 32 * 1024 * 1024;

/** One value is larger than any record is: it holds many, further in than lists are split. */
export class TooLarge extends Error {
  constructor() {
    super(`a record of more than ${maxRecord / 1024 / 1024} MB`);
  }
}

/** Most records are far smaller, bytes: one that begins nearer to the chunk's end may be cut by it. */
const commonRecord = 64 * 1024;

/**
 * Splits a stream of JSON into records, whatever holds them: `{"Records": […]}`, an array, objects one after the other
 * or one a line. Holds no more than one record and one chunk. Broken records are found by whoever parses them; the
 * rest of the file is split all the same. Records that the scanner knows for repeats are passed over, and counted.
 */
export class RecordSplitter {
  /** Lines that are no JSON, and closing brackets that close nothing. */
  garbage = 0;
  /** Entries of lists of records that are neither objects nor strings: null in place of a record. */
  blanks = 0;
  /** Objects, arrays and strings seen at the top. */
  values = 0;
  /** Records that were passed over. */
  repeats = 0;
  private fresh = true;
  /** The scanner's memory, used again for each chunk: a stream of gigabytes makes no garbage here. */
  private buffer: Buffer = Buffer.alloc(0);
  /** Where the reading goes on, and where the record begins that is being read; -1 outside. */
  private here = 0;
  private start = -1;
  private depth = 0;
  /** Depth inside of which each value is a record: 0 at the top, 1 in an array, 2 in a named list. */
  private listDepth = 0;
  private stringStart = -1;
  private lastName = '';
  /** In a line that is no JSON: the last chunk ended within it. */
  private skipping = false;
  /** The words before an object on its line hold what no logger writes: they are the rest of a damaged record. */
  private remains = false;
  /** The last byte before the buffer's first that is no white space; 0 where there was none. */
  private before = 0;
  /** The record at hand was not whole in the last chunk. */
  private waited = false;
  private ended = false;
  /** The object at the top as it was read so far, without its lists of records. */
  private husk: Buffer[] = [];

  constructor(
    private readonly scanner: RepeatScanner,
    private readonly onRecord: OnRecord,
    private readonly onHusk: OnHusk,
  ) {}

  /** @throws TooLarge where one record is larger than any record is. */
  push(bytes: Buffer): void {
    const marked = this.fresh && bytes.subarray(0, 3).equals(byteOrderMark);
    this.append(marked ? bytes.subarray(3) : bytes);
    this.fresh = false;
    this.scan();
  }

  /** Ends the stream. Null where it ended cleanly, else what was cut. */
  end(): string | null {
    this.ended = true;
    this.scan();
    if (this.start >= 0 || this.stringStart >= 0) return 'cut short: the file ends within a record';
    return this.depth > 0 ? 'cut short: the file ends within a list of records' : null;
  }

  /** Moves what is still being read to the front, and puts the chunk behind it. */
  private append(chunk: Buffer): void {
    const from = this.start >= 0 ? this.start : this.stringStart >= 0 ? this.stringStart : this.here;
    const kept = this.buffer.length - from;
    this.before = this.lastBefore(from);
    if (kept > maxRecord) throw new TooLarge();
    this.buffer.copyWithin(0, from);
    this.buffer = this.scanner.room(kept + chunk.length);
    chunk.copy(this.buffer, kept);
    this.here -= from;
    if (this.start >= 0) this.start -= from;
    if (this.stringStart >= 0) this.stringStart -= from;
  }

  private scan(): void {
    const { buffer } = this;
    const { length } = buffer;
    let index = this.here;
    if (this.stringStart >= 0) index = this.readString(this.stringStart, index);
    else if (this.skipping) index = this.skipLine(index);
    while (index < length && !this.skipping) {
      const byte = buffer[index] ?? 0;
      if (byte === quote) index = this.readString(index, index + 1);
      else if (byte === openBrace || byte === openBracket) {
        const next = this.open(byte, index);
        if (next === index) break;
        index = next;
      } else if (byte === closeBrace || byte === closeBracket) index = this.close(index);
      else if (byte === newline && this.depth > 0 && this.listDepth === 0) {
        // What stands in the next line's first column decides: it may be in the next chunk.
        if (index + 1 === length) break;
        index = this.isBrokenLine(index) ? this.breakOff(index) : index + 1;
      } else if (this.depth === 0 && byte > 0x20 && byte !== 0x2c) index = this.skipLine(index);
      else {
        if (this.start < 0 && this.depth === this.listDepth && isLiteral(byte)) this.blanks += 1;
        index += 1;
      }
    }
    this.here = index;
  }

  /** From `index` inside the string that began at `from` to behind its end; the buffer's length where it goes on. */
  private readString(from: number, index: number): number {
    const { buffer } = this;
    const { length } = buffer;
    let at = index;
    for (; at < length; at += 1) {
      const byte = buffer[at] ?? 0;
      if (byte > backslash) continue;
      if (byte === quote) {
        this.stringStart = -1;
        this.endString(from, at);
        return at + 1;
      }
      if (byte === backslash) at += 1;
      // No string of JSON holds a line's end.
      else if (byte === newline && this.listDepth === 0 && this.depth > 0) return this.breakOff(at);
    }
    this.stringStart = from;
    return at;
  }

  private endString(from: number, end: number): void {
    if (this.start >= 0) {
      if (this.depth === 1 && this.listDepth === 0 && end - from < 20)
        this.lastName = this.buffer.toString('latin1', from + 1, end);
      return;
    }
    // An export whose event is a JSON string stands in a list, or on a line of its own.
    if (this.depth === this.listDepth && (this.depth !== 0 || end + 1 - from > 2)) {
      this.values += 1;
      this.onRecord(this.buffer, from, end + 1);
    } else if (this.depth === 1) this.lastName = this.buffer.toString('latin1', from + 1, end);
  }

  /** @returns where the reading goes on; `index` where that waits for the next chunk */
  private open(byte: number, index: number): number {
    if (byte === openBracket && this.isList(index)) {
      if (this.depth === 0) this.values += 1;
      else this.husk.push(Buffer.from(this.buffer.subarray(this.start, index + 1)));
      this.depth += 1;
      this.listDepth = this.depth;
      this.start = -1;
      return index + 1;
    }
    if (this.start < 0 && this.depth === this.listDepth) {
      const end = byte === openBrace ? this.passRecords(index) : 0;
      if (end >= index) return end;
      this.start = index;
    }
    if (this.depth === 0) this.values += 1;
    this.depth += 1;
    return index + 1;
  }

  /**
   * Passes over repeats, or gives a record away whose end the scanner finds; `index` where there may be more of it in the
   * next chunk; -1 where it is to be read byte by byte.
   */
  private passRecords(index: number): number {
    const after = this.scanner.afterRepeats(index);
    if (after > index) {
      this.repeats += this.scanner.repeats;
      this.values += 1;
      this.waited = false;
      return after;
    }
    const end = this.scanner.endOfRecord(index);
    if (end === 0 && this.mayBeCut(index)) {
      this.waited = true;
      return index;
    }
    this.waited = false;
    // At the top, an object may be one that holds the list of records.
    if (end === 0 || this.depth === 0) return -1;
    this.onRecord(this.buffer, index, end);
    return end;
  }

  /** Each record waits once at most, so that what is no JSON goes on. */
  private mayBeCut(index: number): boolean {
    return !this.waited && !this.ended && this.buffer.length - index < commonRecord;
  }

  /** An array at the top, or one in the object at the top that has the name of such lists or begins with a record. */
  private isList(index: number): boolean {
    if (this.depth === 0) return true;
    if (this.depth !== 1 || this.listDepth !== 0) return false;
    return listNames.has(this.lastName) || this.beginsWithRecord(index);
  }

  private beginsWithRecord(index: number): boolean {
    let first = index + 1;
    while ((this.buffer[first] ?? 0x21) <= 0x20) first += 1;
    if (this.buffer[first] !== openBrace) return false;
    const end = this.scanner.endOfRecord(first);
    const text = end === 0 ? '' : this.buffer.toString('latin1', first, end);
    return text.includes('"eventName"') && text.includes('"eventSource"');
  }

  private close(index: number): number {
    if (this.depth === 0) {
      this.garbage += 1;
      return index + 1;
    }
    this.depth -= 1;
    if (this.start >= 0 && this.depth === this.listDepth) {
      this.giveAway(index + 1);
    } else if (this.listDepth > this.depth) {
      this.listDepth = 0;
      this.lastName = '';
      // The object around the list goes on.
      this.start = index;
    }
    if (this.depth === 0) {
      this.listDepth = 0;
      this.start = -1;
    }
    return index + 1;
  }

  /** The value that ends before `end`. */
  private giveAway(end: number): void {
    const from = this.start;
    this.start = -1;
    if (this.husk.length === 0 || this.listDepth > 0) {
      this.onRecord(this.buffer, from, end);
      return;
    }
    this.onHusk(Buffer.concat([...this.husk, this.buffer.subarray(from, end)]));
    this.husk = [];
  }

  /** In the first column an object begins only where another has ended. */
  private isBrokenLine(index: number): boolean {
    if (this.buffer[index + 1] !== openBrace) return false;
    const last = this.lastBefore(index);
    return last !== 0x2c && last !== 0x3a && last !== openBracket && last !== openBrace;
  }

  /** The last byte before `index` that is no white space, in whatever chunk it stood. */
  private lastBefore(index: number): number {
    let before = index - 1;
    while (before >= 0 && (this.buffer[before] ?? 0) <= 0x20) before -= 1;
    return this.buffer[before] ?? this.before;
  }

  /** Gives the broken line away as it is, and begins anew with the next one. */
  private breakOff(index: number): number {
    if (this.start >= 0) this.giveAway(index);
    this.stringStart = -1;
    this.depth = 0;
    this.husk = [];
    return index + 1;
  }

  /** What is no JSON, up to the line's end; or to where an object begins behind a logger's own words. */
  private skipLine(index: number): number {
    const { buffer } = this;
    const newlineAt = buffer.indexOf(newline, index);
    const end = newlineAt < 0 ? buffer.length : newlineAt;
    const object = buffer.subarray(index, end).indexOf('{"');
    this.skipping = object < 0 && newlineAt < 0 && !this.ended;
    const words = buffer.subarray(index, object < 0 ? end : index + object);
    if (words.includes(closeBrace) || words.includes(backslash)) this.remains = true;
    if (object >= 0 && this.remains) this.garbage += 1;
    if (object >= 0 || !this.skipping) this.remains = false;
    if (object >= 0) return index + object;
    // The quote may stand in the next chunk.
    if (this.skipping) return buffer[end - 1] === openBrace ? end - 1 : end;
    this.garbage += 1;
    return end;
  }
}

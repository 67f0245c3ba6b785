/**
 * One record, as bytes of `buffer`, valid only during the call. Where `certain` is false its end was found by
 * CloudTrail's separator alone: false then says that it is no JSON, and it is read byte by byte.
 */
export type OnRecord = (buffer: Buffer, start: number, end: number, certain: boolean) => boolean;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const newline = 0x0a;

/** Names of lists whose elements are records: log files, LookupEvents, exports. */
const listNames = new Set(['Records', 'records', 'Events', 'events']);

/** How CloudTrail's own log files separate records: found by a search that is far faster than reading each byte. */
const separator = Buffer.from('},{"eventVersion":"');
const opening = Buffer.from('{"eventVersion":"');

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** One record is at most this large, bytes: CloudTrail's are below 256 KB, exports of one object may be more. */
const maxRecord = 32 * 1024 * 1024;

/**
 * Splits a stream of JSON into records, whatever holds them: `{"Records": […]}`, an array, objects one after the other
 * or one a line. Holds no more than one record and one chunk. Broken records are found by whoever parses them; the
 * rest of the file is split all the same.
 */
export class RecordSplitter {
  /** Bytes that are neither JSON nor white space, outside of any record. */
  garbage = 0;
  /** Objects, arrays and strings seen at the top. */
  values = 0;
  private fresh = true;
  private buffer: Buffer = Buffer.alloc(0);
  /** Where the reading goes on, and where the record begins that is being read; -1 outside. */
  private here = 0;
  private start = -1;
  private depth = 0;
  /** Depth inside of which each value is a record: 0 at the top, 1 in an array, 2 in a named list. */
  private listDepth = 0;
  private inString = false;
  private escaped = false;
  private stringStart = -1;
  private lastName = '';
  /** The last byte that is no white space, outside of strings. */
  private last = 0;

  constructor(private readonly onRecord: OnRecord) {}

  /** @throws Error where one record is larger than any record is. */
  push(bytes: Buffer): void {
    const marked = this.fresh && bytes.subarray(0, 3).equals(byteOrderMark);
    const chunk = marked ? bytes.subarray(3) : bytes;
    this.fresh = false;
    const from =
      this.start >= 0 ? this.start : this.inString && this.stringStart >= 0 ? this.stringStart : this.here;
    const kept = this.buffer.subarray(from);
    if (kept.length > maxRecord) throw new Error(`a record of more than ${maxRecord / 1024 / 1024} MB`);
    this.buffer = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    this.here -= from;
    if (this.start >= 0) this.start -= from;
    if (this.stringStart >= 0) this.stringStart -= from;
    this.scan();
  }

  /** Ends the stream. Null where it ended cleanly, else what was cut. */
  end(): string | null {
    if (this.start >= 0 || this.inString) return 'cut short: the file ends within a record';
    return this.depth > 0 ? 'cut short: the file ends within a list of records' : null;
  }

  private scan(): void {
    const { buffer } = this;
    let index = this.here;
    for (const { length } = buffer; index < length; index += 1) {
      const byte = buffer[index];
      if (byte === newline && this.depth > 0 && this.isBrokenLine(index)) {
        this.breakOff(index);
        continue;
      }
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === backslash) this.escaped = true;
        else if (byte === quote) this.endString(index);
        continue;
      }
      if (byte !== undefined && byte > 0x20) this.last = byte;
      switch (byte) {
        case quote:
          this.inString = true;
          this.stringStart = index;
          break;
        case openBrace:
        case openBracket:
          index = this.open(byte, index);
          break;
        case closeBrace:
        case closeBracket:
          this.close(index);
          break;
        default:
          if (this.depth === 0 && byte !== undefined && byte > 0x20 && byte !== 0x2c)
            index = this.skipLine(index);
      }
    }
    this.here = index;
  }

  private endString(index: number): void {
    this.inString = false;
    const from = this.stringStart;
    this.stringStart = -1;
    if (this.start >= 0 && this.depth > this.listDepth + 1) return;
    // An export whose event is a JSON string stands in a list, or on a line of its own.
    if (this.start < 0 && this.depth === this.listDepth && (this.depth !== 0 || index - from > 2)) {
      this.values += 1;
      this.onRecord(this.buffer, from, index + 1, true);
    } else if (this.depth === 1 && index - from < 20) {
      this.lastName = this.buffer.toString('latin1', from + 1, index);
    }
  }

  private open(byte: number, index: number): number {
    if (this.depth === 0) this.values += 1;
    if (byte === openBracket && this.isList()) {
      this.depth += 1;
      this.listDepth = this.depth;
      this.start = -1;
      return index;
    }
    if (this.start < 0 && this.depth === this.listDepth) {
      const end = this.findEnd(index);
      if (end > 0 && this.onRecord(this.buffer, index, end, false)) return end - 1;
      this.start = index;
    }
    this.depth += 1;
    return index;
  }

  /** An array at the top, or in a named list's place in the object at the top. */
  private isList(): boolean {
    return this.depth === 0 || (this.depth === 1 && this.listDepth === 0 && listNames.has(this.lastName));
  }

  /** The end of a record that another follows in the way of CloudTrail's own files; 0 where that cannot be told. */
  private findEnd(index: number): number {
    if (this.depth !== 2 || this.listDepth !== 2) return 0;
    const { buffer } = this;
    if (
      buffer.length < index + opening.length ||
      buffer.compare(opening, 0, opening.length, index, index + opening.length) !== 0
    )
      return 0;
    const at = buffer.indexOf(separator, index + opening.length);
    return at < 0 ? 0 : at + 1;
  }

  private close(index: number): void {
    if (this.depth === 0) {
      this.garbage += 1;
      return;
    }
    this.depth -= 1;
    if (this.start >= 0 && this.depth === this.listDepth) {
      const from = this.start;
      this.start = -1;
      this.onRecord(this.buffer, from, index + 1, true);
    } else if (this.listDepth > this.depth) {
      this.listDepth = 0;
      this.lastName = '';
    }
    if (this.depth === 0) {
      this.listDepth = 0;
      this.start = -1;
    }
  }

  /** No string of JSON holds a line's end; and in the first column an object begins only where another has ended. */
  private isBrokenLine(index: number): boolean {
    if (this.listDepth > 0) return false;
    if (this.inString) return true;
    const separated =
      this.last === 0x2c || this.last === 0x3a || this.last === openBracket || this.last === openBrace;
    return this.buffer[index + 1] === openBrace && !separated;
  }

  /** Gives the broken line away as it is, and begins anew with the next one. */
  private breakOff(index: number): void {
    if (this.start >= 0) this.onRecord(this.buffer, this.start, index, true);
    this.start = -1;
    this.stringStart = -1;
    this.inString = false;
    this.escaped = false;
    this.depth = 0;
  }

  private skipLine(index: number): number {
    this.garbage += 1;
    const end = this.buffer.indexOf(newline, index);
    return end < 0 ? this.buffer.length - 1 : end;
  }
}

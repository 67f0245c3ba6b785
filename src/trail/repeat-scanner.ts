import wasm from './repeats.wasm.js';

/** Node's types do not name it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: object };
};

/** What src/trail/wasm/repeats.ts exports; places are offsets into `memory`. */
interface Exports {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  textAt(): number;
  forget(spanLength: number): void;
  readRecord(from: number): number;
  afterRepeats(from: number): number;
  repeats(): number;
  remember(from: number, byRequest: number): void;
}

/** Bytes behind the text that the scanner may read. */
const margin = 64;
const page = 1 << 16;
/** Memory grows by so many pages at least. */
const growth = 16;

/**
 * Tells calls that only repeat from the text of their records, without making an object or a string of any. Two records
 * are the same call where they differ in nothing but time, ids, what was asked for and what was answered, byte for
 * byte. It knows those that it was told to remember, in the hour or day of their time, and holds about 4 MB of them.
 * What it is not sure of is no repeat: whatever is no strict JSON, is not whole, or has a time of another form than
 * `2026-11-20T03:10:00Z`.
 */
export class RepeatScanner {
  private readonly exports: Exports;
  /** Where the text stands in memory. */
  private readonly text: number;
  private buffer: Buffer;

  constructor() {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64')));
    this.exports = instance.exports as unknown as Exports;
    this.text = this.exports.textAt();
    this.buffer = Buffer.alloc(0);
  }

  /** Memory for a text of so many bytes, with what stood there before. Invalid once more is asked for. */
  room(bytes: number): Buffer {
    const { memory } = this.exports;
    const missing = this.text + bytes + margin - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.max(Math.ceil(missing / page), growth));
    if (this.buffer.length < bytes)
      this.buffer = Buffer.from(memory.buffer, this.text, memory.buffer.byteLength - this.text - margin);
    this.buffer[bytes] = 0;
    return this.buffer.subarray(0, bytes);
  }

  /** Behind the object that begins at `start`; 0 where it is not whole or no strict JSON. */
  endOfRecord(start: number): number {
    const end = this.exports.readRecord(this.text + start);
    return end === 0 ? 0 : end - this.text;
  }

  /**
   * Behind the last of the repeats that follow each other from the one at `start` on, with commas or space between them;
   * `start` where the record there is none. `repeats` is how many there were.
   */
  afterRepeats(start: number): number {
    return this.exports.afterRepeats(this.text + start) - this.text;
  }

  get repeats(): number {
    return this.exports.repeats();
  }

  /** @param byRequest whether the call is the same only where it asks for the same */
  remember(start: number, byRequest: boolean): void {
    this.exports.remember(this.text + start, byRequest ? 1 : 0);
  }

  /** Forgets all. @param span milliseconds in which a call is needed once: an hour, a day or Infinity */
  forget(span: number): void {
    this.exports.forget(span === Infinity ? 0 : span >= 86_400_000 ? 10 : 13);
  }
}

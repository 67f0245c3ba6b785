/** Random things by seed: the same seed and the same order of calls give the same ids. */
export class Random {
  constructor(private state: number) {}

  /** 0 (inclusive) to 1 (exclusive): mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  text(length: number, alphabet: string): string {
    let text = '';
    for (let index = 0; index < length; index++) text += alphabet[this.below(alphabet.length)];
    return text;
  }

  hex(length: number): string {
    return this.text(length, '0123456789abcdef');
  }

  /** `i-0123456789abcdef0` */
  resourceId(prefix: string): string {
    return `${prefix}-0${this.hex(16)}`;
  }

  /** A unique id as IAM makes them: four letters that tell the kind, then base 32. */
  uniqueId(prefix: string): string {
    return prefix + this.text(21 - prefix.length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
  }

  secret(): string {
    return this.text(40, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join('-');
  }
}

/** What happened within the last `span` milliseconds, by a tag, as events stream by in time order. */
export class Recent<T> {
  private readonly items: { time: number; value: T }[] = [];
  private readonly tags = new Map<string, number>();
  private head = 0;

  constructor(
    private readonly span: number,
    private readonly tagOf: (value: T) => string,
    private readonly sizeOf: (value: T) => number = () => 1,
  ) {}

  /** Sum of the sizes of what is within the span. */
  size = 0;

  /** Different tags within the span. */
  get distinct(): number {
    return this.tags.size;
  }

  /** Time of the oldest within the span, epoch milliseconds. */
  get since(): number | null {
    return this.items[this.head]?.time ?? null;
  }

  forget(now: number): void {
    for (let first = this.items[this.head]; first !== undefined; first = this.items[this.head]) {
      if (first.time >= now - this.span) break;
      this.head += 1;
      this.size -= this.sizeOf(first.value);
      const tag = this.tagOf(first.value);
      const left = (this.tags.get(tag) ?? 1) - 1;
      if (left === 0) this.tags.delete(tag);
      else this.tags.set(tag, left);
    }
    if (this.head > 10_000) {
      this.items.splice(0, this.head);
      this.head = 0;
    }
  }

  add(time: number, value: T): void {
    this.forget(time);
    this.items.push({ time, value });
    this.size += this.sizeOf(value);
    this.tags.set(this.tagOf(value), (this.tags.get(this.tagOf(value)) ?? 0) + 1);
  }
}

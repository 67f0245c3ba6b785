/**
 * AWS's clock, from the Date header of its answers: revocation times must not come from a local clock that is hours
 * off. The header is cut to whole seconds (RFC 9110, section 6.6.1), so the offset changes only when an answer
 * contradicts it; and the clock never goes back.
 */
export class AwsClock {
  /** AWS's clock minus the local one, milliseconds. */
  private offset = 0;
  private latest = 0;

  /** `local`: the local clock, epoch milliseconds. */
  constructor(private readonly local: () => number) {}

  /** Epoch milliseconds. */
  now(): number {
    this.latest = Math.max(this.latest, this.local() + this.offset);
    return this.latest;
  }

  /** Takes note of an answer's Date header; a header that is no date changes nothing. */
  heard(header: string | undefined): void {
    const date = Date.parse(header ?? '');
    if (Number.isNaN(date)) return;
    const ours = this.local() + this.offset;
    // The answer took a moment to come: up to a second late is no contradiction.
    if (ours < date) this.offset += date - ours;
    else if (ours >= date + 2000) this.offset -= ours - (date + 1000);
  }
}

/** What differs by more is no delay on the way, milliseconds. */
const jump = 5 * 60_000;
/** A local clock may be so far off, milliseconds: whoever says more is believed only where many say so. */
const bound = 24 * 3600_000;
/** So many services are many, where they agree to within `jump`. */
const many = 3;

/**
 * AWS's clock, from the Date header of its answers: revocation times must not come from a local clock that is hours
 * off. It is the middle of what the services say, so that one answer that is dated wrongly moves nothing. The header is
 * cut to whole seconds (RFC 9110, section 6.6.1), so an offset changes only when an answer contradicts it; and the clock
 * goes back only where it had been wrong.
 */
export class AwsClock {
  /** AWS's clock minus the local one, by service; and the one that is believed. Milliseconds. */
  private readonly offsets = new Map<string, number>();
  private offset = 0;
  private latest = 0;
  private readonly told = new Set<string>();

  /** `local`: the local clock, epoch milliseconds. `tell`: of a jump, in words. */
  constructor(
    private readonly local: () => number,
    private readonly tell: (message: string) => void = () => undefined,
  ) {}

  /** Epoch milliseconds. */
  now(): number {
    const now = this.local() + this.offset;
    this.latest = this.latest - now > jump ? now : Math.max(this.latest, now);
    return this.latest;
  }

  /** Takes note of the Date header of an answer of `service`; a header that is no date changes nothing. */
  heard(header: string | undefined, service: string): void {
    const date = Date.parse(header ?? '');
    if (Number.isNaN(date)) return;
    this.offsets.set(service, contradicted(this.offsets.get(service) ?? this.offset, date - this.local()));
    const before = this.offset;
    this.offset = this.middle();
    const own = this.offsets.get(service) ?? this.offset;
    if (Math.abs(own - this.offset) > jump) {
      this.tellOnce(
        service,
        `An answer of ${service} is dated ${utc(date)}, and the others of AWS, or this machine's clock, say ${utc(this.local() + this.offset)}: that date is not believed.`,
      );
    } else if (this.offsets.size > 1 && Math.abs(this.offset - before) > jump) {
      this.tellOnce(
        'moved',
        `AWS's clock was taken to be ${utc(this.local() + before)}, and most of its services say ${utc(this.local() + this.offset)}: that is believed from here on.`,
      );
    }
  }

  /** The middle of what may be believed; of two in the middle, the one nearer to the local clock. */
  private middle(): number {
    const all = [...this.offsets.values()];
    const agree = (one: number): number => all.filter((other) => Math.abs(other - one) <= jump).length;
    const credible = all.filter((one) => Math.abs(one) <= bound || agree(one) >= many).sort((a, b) => a - b);
    if (credible.length === 0) return 0;
    const [low = 0, high = 0] = [credible[(credible.length - 1) >> 1], credible[credible.length >> 1]];
    return Math.abs(low) <= Math.abs(high) ? low : high;
  }

  private tellOnce(what: string, message: string): void {
    if (this.told.has(what)) return;
    this.told.add(what);
    this.tell(message);
  }
}

/** `offset`, moved no further than an answer with this difference asks for: it took a moment to come, and up to a second
 *  late is no contradiction. */
function contradicted(offset: number, difference: number): number {
  if (offset < difference) return difference;
  return offset >= difference + 2000 ? difference + 1000 : offset;
}

function utc(time: number): string {
  return new Date(time).toISOString();
}

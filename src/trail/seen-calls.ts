import type { CallFields } from './call-fields.js';

interface SeenCall {
  call: string;
  request: string;
  /** The earliest, as the record writes it. */
  time: string;
}

/** So many callers, calls and spans are remembered; and of each so many addresses and programs. */
const maxGroups = 20_000;
const maxVariants = 64;

/** Calls that a reader saw, with the earliest time of each in a span: what repeats later need not be parsed again. */
export class SeenCalls {
  private groups = new Map<string, SeenCall[]>();
  private span = 0;

  /** @param span milliseconds in which a repeated call is needed once */
  of(fields: CallFields, span: number, request: string): SeenCall | null {
    if (span !== this.span || this.groups.size > maxGroups) {
      this.groups.clear();
      this.span = span;
    }
    // Long texts are compared, not hashed: that takes far less time.
    for (const one of this.groups.get(groupOf(fields, span)) ?? [])
      if (one.call === fields.call && one.request === request) return one;
    return null;
  }

  add(fields: CallFields, span: number, request: string): void {
    const group = groupOf(fields, span);
    const call = { call: copyOf(fields.call), request: copyOf(request), time: copyOf(fields.time) };
    const known = this.groups.get(group);
    if (known === undefined) this.groups.set(group, [call]);
    else if (known.length < maxVariants) known.push(call);
  }
}

function groupOf({ caller, name, call, time }: CallFields, span: number): string {
  return `${slotOf(time, span)}${call.length}${name}${caller}`;
}

/** `2026-11-20T03:10:00Z` cut to the hour or day. */
function slotOf(time: string, span: number): string {
  if (span === Infinity) return '';
  return time.slice(0, span >= 86_400_000 ? 10 : 13);
}

/** Without it, a part of a text holds the whole of it in memory. */
export function copyOf(part: string): string {
  return Buffer.from(part, 'latin1').toString('latin1');
}

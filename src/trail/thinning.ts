import { stableStringify } from '../json.js';
import type { TrailEvent } from './event.js';

/**
 * How large trails fit into bounded memory. As long as they fit, everything is kept. Beyond that, calls that only
 * repeat (the same credential, call, region, address, program and error) are kept once a minute, then an hour, then a
 * day, then once: enough to know the life of each credential by. Calls that make or change something are kept.
 */
export const spans = [0, 60_000, 3600_000, 86_400_000, Infinity];

/** Reads, by their names; and writes that machines make all day long. Mints and secrets are no noise. */
const read =
  /^(Describe|List|Get|Head|Lookup|Search|Query|Scan|BatchGet|Select|Check|View|Test|Simulate|Decrypt|Encrypt|Generate|ReEncrypt|Sign|Verify)/;
const telling =
  /^(GetSessionToken|GetFederationToken|GetSigninToken|GetSecretValue|GetPasswordData|GetCallerIdentity|GetParameter|BatchGetSecretValue)/;
const machines =
  /^(PutObject|DeleteObjects?|CopyObject|CompleteMultipartUpload|CreateMultipartUpload|UploadPart|PutLogEvents|CreateLogStream|PutMetricData|UpdateInstanceInformation|UpdateInstanceAssociationStatus|PutInventory|PutComplianceItems|SendMessage|ReceiveMessage|DeleteMessage|PutItem|UpdateItem|DeleteItem|PutRecords?|Invoke|InvokeExecution|Publish|SubmitContainerStateChange|SubmitTaskStateChange|CreateGrant|RetireGrant|PutTraceSegments|RenewRole|CreateNetworkInterface|DeleteNetworkInterface|RegisterTargets|DeregisterTargets|BatchImportFindings)$/;

/** Whether a call may be thinned when it repeats. */
export function isRepeatable(name: string): boolean {
  return (read.test(name) && !telling.test(name)) || machines.test(name);
}

/** Reads that tell by what they asked for: repeated for the same thing, they tell no more. Mints never repeat. */
const asking = /^(GetSecretValue|GetPasswordData|GetCallerIdentity|GetParameter\w*|BatchGetSecretValue)$/;

/** What makes two calls the same but for their time. */
export function sameness(event: TrailEvent): string {
  const { actor } = event;
  return `${event.name}|${event.source}|${event.region}|${event.sourceIp ?? ''}|${event.userAgent ?? ''}|${actor.accessKeyId ?? actor.arn ?? actor.invokedBy ?? ''}|${event.errorCode ?? ''}`;
}

/** Keeps events, each once, within a number of them: it widens its span when they do not fit. */
export class ThinningStore {
  private events = new Map<string, TrailEvent>();
  /** Earliest of each repeated call in its span. */
  private firsts = new Map<string, TrailEvent>();
  private level = 0;
  private fits: number;

  constructor(private readonly capacity: number) {
    this.fits = capacity;
  }

  /** Milliseconds in which a repeated call is kept once; 0 as long as all are kept. */
  get span(): number {
    return spans[this.level] ?? 0;
  }

  get size(): number {
    return this.events.size + this.firsts.size;
  }

  add(event: TrailEvent): void {
    if (this.level > 0 && mayRepeat(event.name)) this.addFirst(event);
    else this.events.set(event.key, event);
    if (this.size > this.fits) this.widen();
  }

  all(): TrailEvent[] {
    return [...this.events.values(), ...this.firsts.values()];
  }

  private addFirst(event: TrailEvent): void {
    const slot = this.span === Infinity ? 0 : Math.floor((event.time ?? 0) / this.span);
    const asked = asking.test(event.name);
    const group = `${slot}|${sameness(event)}|${asked ? stableStringify(event.request).slice(0, 500) : ''}`;
    const known = this.firsts.get(group);
    // What a repeated call asked for and was answered says nothing of the caller's life.
    if (known === undefined || isEarlier(event, known))
      this.firsts.set(group, asked ? event : { ...event, request: null, response: null });
  }

  private widen(): void {
    if (this.level === spans.length - 1) {
      // What makes or changes something is never dropped: the store grows with it.
      this.fits = this.size * 2;
      return;
    }
    this.level += 1;
    const all = this.all();
    this.events = new Map();
    this.firsts = new Map();
    for (const event of all) {
      if (mayRepeat(event.name)) this.addFirst(event);
      else this.events.set(event.key, event);
    }
    if (this.size > this.capacity * 0.8) this.widen();
  }
}

function mayRepeat(name: string): boolean {
  return isRepeatable(name) || asking.test(name);
}

function isEarlier(a: TrailEvent, b: TrailEvent): boolean {
  return (a.time ?? 0) < (b.time ?? 0) || (a.time === b.time && a.key < b.key);
}

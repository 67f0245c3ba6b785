import { eventOfInterest } from '../facts/index.js';
import { stableStringify, type TrailEvent } from '../model/index.js';

const hour = 3600_000;

/**
 * How large trails fit into bounded memory, step by step, each taken only when the last does not suffice. Calls that
 * only repeat (the same credential, call, region, address, program and error) are kept once an hour, then a
 * day, then once, then once a role: enough to know the life of each credential by. Then, of all other calls,
 * so many are kept of one name by one key or role, the earliest; the rest are counted, and the coverage says so.
 */
const steps: { span: number; byRole?: true; most?: number }[] = [
  { span: 0 },
  { span: hour },
  { span: 24 * hour },
  { span: Infinity },
  { span: Infinity, byRole: true },
  { span: Infinity, byRole: true, most: 2000 },
  { span: Infinity, byRole: true, most: 200 },
  { span: Infinity, byRole: true, most: 20 },
  { span: Infinity, byRole: true, most: 2 },
];

/** Launches and what else matters in incidents is kept so many times more often. */
const interestFactor = 10;

/** Reads, by their names; and writes that machines make all day long. Mints and secrets are no noise. */
const read =
  /^(Describe|List|Get|Head|Lookup|Search|Query|Scan|BatchGet|Select|Check|View|Test|Simulate|Decrypt|Encrypt|Generate|ReEncrypt|Sign|Verify)/;
const telling =
  /^(GetSessionToken|GetFederationToken|GetSigninToken|GetSecretValue|GetPasswordData|GetCallerIdentity|GetParameter|BatchGetSecretValue|GetRoleCredentials)/;
const machines =
  /^(PutObject|DeleteObjects?|CopyObject|CompleteMultipartUpload|CreateMultipartUpload|UploadPart|PutLogEvents|CreateLogStream|PutMetricData|UpdateInstanceInformation|UpdateInstanceAssociationStatus|PutInventory|PutComplianceItems|SendMessage|ReceiveMessage|DeleteMessage|PutItem|UpdateItem|DeleteItem|PutRecords?|Invoke|InvokeExecution|Publish|SubmitContainerStateChange|SubmitTaskStateChange|CreateGrant|RetireGrant|PutTraceSegments|RenewRole|CreateNetworkInterface|DeleteNetworkInterface|RegisterTargets|DeregisterTargets|BatchImportFindings)$/;

/** Reads that tell by what they asked for: repeated for the same thing, they tell no more. Mints never repeat. */
const asking = /^(GetSecretValue|GetPasswordData|GetCallerIdentity|GetParameter\w*|BatchGetSecretValue)$/;

/** Whether a call may be thinned when it repeats: whatever it asked for, or for the same request only. */
export type Repetition = 'always' | 'by request' | 'never';

/** A service that takes its own role does so all day long. */
export function repetitionOf(name: string, byService = false): Repetition {
  if (asking.test(name)) return 'by request';
  const repeats = (read.test(name) && !telling.test(name)) || machines.test(name);
  return repeats || (byService && name === 'AssumeRole') ? 'always' : 'never';
}

/** Bytes of heap that an event takes besides its request and response. */
const ownBytes = 700;

interface Kept {
  event: TrailEvent;
  bytes: number;
}

/** Keeps events, each once, within a number of bytes: it takes a further step when they do not fit. */
export class ThinningStore {
  /** Calls that were too many to keep, by what they were: they are a gap. */
  readonly dropped = new Map<string, number>();
  private events = new Map<string, Kept>();
  /** Earliest of each repeated call in its span. */
  private firsts = new Map<string, Kept>();
  /** How many there are of each kind, once that counts. */
  private kinds = new Map<string, number>();
  private bytes = 0;
  private step = 0;
  private readonly texts = new Map<string, string>();

  /** @param capacity bytes of records, as text */
  constructor(private readonly capacity: number) {}

  /** The step taken so far; further steps may be taken from outside, since other stores have more of the trail. */
  get level(): number {
    return this.step;
  }

  set level(level: number) {
    if (level > this.step) this.thin(level);
  }

  /** Milliseconds in which a repeated call is kept once; 0 as long as all are kept. */
  get span(): number {
    return steps[this.step]?.span ?? 0;
  }

  /**
   * @param bytes length of the record, as text
   * @returns which later calls that are the same but for their time change nothing here, until the level does
   */
  add(event: TrailEvent, bytes: number): Repetition {
    const repetition = this.put({ event: this.sharingTexts(event), bytes: bytes + ownBytes });
    while (this.bytes > this.capacity && this.step < steps.length - 1) this.thin(this.step + 1);
    return repetition;
  }

  all(): TrailEvent[] {
    return this.kept().map(({ event }) => event);
  }

  /** Everything kept, given away; how far it was thinned is remembered. */
  drain(): Kept[] {
    const kept = this.kept();
    this.clear();
    return kept;
  }

  private kept(): Kept[] {
    return [...this.events.values(), ...this.firsts.values()];
  }

  private clear(): void {
    this.events = new Map();
    this.firsts = new Map();
    this.kinds = new Map();
    this.bytes = 0;
  }

  private thin(level: number): void {
    this.step = level;
    const kept = this.drain();
    if (steps[level]?.most !== undefined) kept.sort((a, b) => (isEarlier(a.event, b.event) ? -1 : 1));
    for (const one of kept) this.put(one);
  }

  private put(one: Kept): Repetition {
    const { name, actor } = one.event;
    const repetition = this.step === 0 ? 'never' : repetitionOf(name, actor.type === 'AWSService');
    if (repetition !== 'never') return this.putFirst(one, repetition === 'by request') ? repetition : 'never';
    const known = this.events.get(one.event.key);
    // Of two with one id, the proven one is AWS's.
    if (known !== undefined && known.event.proof !== 'proven' && one.event.proof === 'proven') {
      this.events.set(one.event.key, one);
      this.bytes += one.bytes - known.bytes;
    } else if (known === undefined && !this.isOneTooMany(one.event)) {
      this.events.set(one.event.key, one);
      this.bytes += one.bytes;
    }
    return 'never';
  }

  /** Whether there is one of its kind now. */
  private putFirst({ event, bytes }: Kept, asked: boolean): boolean {
    const group = `${this.slotOf(event)}|${this.sameness(event)}|${asked ? stableStringify(event.request).slice(0, 500) : ''}`;
    const known = this.firsts.get(group);
    if (known !== undefined && !isEarlier(event, known.event)) return true;
    if (known === undefined && this.isOneTooMany(event)) return false;
    // What a repeated call asked for and was answered says nothing of the caller's life.
    const slim = asked
      ? { event, bytes }
      : { event: { ...event, request: null, response: null }, bytes: ownBytes };
    this.firsts.set(group, slim);
    this.bytes += slim.bytes - (known?.bytes ?? 0);
    return true;
  }

  private slotOf(event: TrailEvent): number {
    return this.span === Infinity ? 0 : Math.floor((event.time ?? 0) / this.span);
  }

  /** What makes two calls the same but for their time. */
  private sameness(event: TrailEvent): string {
    if (steps[this.step]?.byRole === true) return `${kindOf(event)}|${event.region}`;
    const { actor } = event;
    return `${event.name}|${event.source}|${event.region}|${event.sourceIp ?? ''}|${event.endpointAccount ?? ''}|${event.userAgent ?? ''}|${actor.accessKeyId ?? actor.arn ?? actor.invokedBy ?? ''}|${event.errorCode ?? ''}`;
  }

  /** There are as many of its kind as may be kept; or no memory at all, where the last step was taken. */
  private isOneTooMany(event: TrailEvent): boolean {
    const most = steps[this.step]?.most;
    if (most === undefined) return false;
    const kind = kindOf(event);
    const count = this.kinds.get(kind) ?? 0;
    const factor = eventOfInterest(event.source, event.name) === null ? 1 : interestFactor;
    const full = this.step === steps.length - 1 && this.bytes > this.capacity;
    if (count < most * factor && !full) {
      this.kinds.set(kind, count + 1);
      return false;
    }
    const what = `${event.name} by ${callerOf(event)}`;
    if (this.dropped.has(what) || this.dropped.size < 1000)
      this.dropped.set(what, (this.dropped.get(what) ?? 0) + 1);
    return true;
  }

  /** A trail says the same few texts again and again: each is held once. */
  private sharingTexts(event: TrailEvent): TrailEvent {
    const shared = <T extends string | null>(value: T): T => this.shared(value) as T;
    const { actor } = event;
    event.name = shared(event.name);
    event.source = shared(event.source);
    event.region = shared(event.region);
    event.account = shared(event.account);
    event.sourceIp = shared(event.sourceIp);
    event.userAgent = shared(event.userAgent);
    event.errorCode = shared(event.errorCode);
    for (const name of Object.keys(actor) as (keyof typeof actor)[]) actor[name] = shared(actor[name]);
    return event;
  }

  private shared(value: string | null): string | null {
    if (value === null) return null;
    const known = this.texts.get(value);
    if (known !== undefined) return known;
    if (this.texts.size > 20_000) this.texts.clear();
    this.texts.set(value, value);
    return value;
  }
}

/** A role's sessions are one caller: each has a key of its own. */
function callerOf({ actor }: TrailEvent): string {
  return actor.issuerArn ?? actor.accessKeyId ?? actor.arn ?? actor.invokedBy ?? 'an unnamed caller';
}

function kindOf(event: TrailEvent): string {
  return `${event.name}|${event.source}|${callerOf(event)}|${event.errorCode ?? ''}`;
}

function isEarlier(a: TrailEvent, b: TrailEvent): boolean {
  return (a.time ?? 0) < (b.time ?? 0) || (a.time === b.time && a.key < b.key);
}

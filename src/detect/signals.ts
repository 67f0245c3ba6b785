import { worked, type TrailEvent } from '../trail/event.js';
import { actOf, Baseline, habitOf } from './baseline.js';
import { signerOf } from './credential-graph.js';
import { departuresOf, isHabit } from './departures.js';
import type { AcceleratorTable } from './instance-size.js';
import { launchRequestOf, type LaunchRequest } from './launch-request.js';
import { Recent } from './recent.js';
import { addressPrefix, agentFamily, isConsole, isForwarded } from './record-fields.js';
import { sensitivityOf } from './sensitive-acts.js';

/** One thing that speaks for misuse, at the time when it began. */
export interface Signal {
  /** Epoch milliseconds. */
  time: number;
  kind: string;
  weight: number;
  words: string;
  /** The address it came from, as a prefix. */
  place: string | null;
  /** Who signed it (see `signerOf`). */
  signer: string | null;
  /** It says something of any key; else it is news against the key's own life. */
  absolute: boolean;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What says something of any key, however young its trail is. All else is news only to a life that is known: in the
 *  first days everything that a key does is new. */
const absolute =
  /^(reconnaissance|refusals|sweep|key-hunter|launch:(burst|regions|protection|failures|dry-runs|refused|size|accelerator|habit-burst)|act:)/;

/** A life of a week is known. */
const knownAfter = 7 * day;

/** A scanner that looks for leaked keys says so in its user agent. */
const keyHunter = /trufflehog|nuclei|pacu|cloudfox|enumerate-iam/i;

/**
 * What departs from the key's own life up to a day before it, as its events stream by. What happened within the day
 * is no habit yet, so an attack does not make itself normal while it lasts.
 * @param events of one key and its sessions, oldest first
 */
export function signalsOf(events: readonly TrailEvent[], table: AcceleratorTable): Signal[] {
  return new SignalReader(table).read(events);
}

/** What a key goes on doing on so many later days, for more than a week, is its life: a trail that begins in the middle
 *  of a life shows the first time as news. */
const habitDays = 3;
/** A mass launch that goes on for weeks is no life: only a few instances in a few regions at a time are. */
const mostAsked = 20;
const mostRegions = 4;

/** Tells the launch signals that are the first time of what became a habit. */
function ownHabitsOf(events: readonly TrailEvent[]): (signal: Signal) => boolean {
  const daysOf = new Map<string, number[]>();
  const launches: LaunchRequest[] = [];
  for (const event of events) {
    const launch = launchRequestOf(event);
    if (launch === null) continue;
    launches.push(launch);
    const days = daysOf.get(habitOf(launch)) ?? [];
    const today = Math.floor(launch.time / day);
    if (launch.result === 'worked' && days.at(-1) !== today) daysOf.set(habitOf(launch), [...days, today]);
  }
  const becomesHabit = (launch: LaunchRequest): boolean => {
    const later = (daysOf.get(habitOf(launch)) ?? []).filter((date) => date * day > launch.time);
    return later.length >= habitDays && (later.at(-1) ?? 0) * day - launch.time > knownAfter;
  };
  return ({ kind, time }) => {
    if (!kind.startsWith('launch:')) return false;
    const around = launches.filter((launch) => Math.abs(launch.time - time) <= hour);
    const asked = around.reduce((sum, launch) => sum + launch.asked, 0);
    const regions = new Set(around.map(({ event }) => event.region)).size;
    return around.length > 0 && asked <= mostAsked && regions <= mostRegions && around.every(becomesHabit);
  };
}

class SignalReader {
  private readonly signals = new Map<string, Signal>();
  private readonly baseline = new Baseline();
  private readonly reads = new Recent<TrailEvent>(minute, actOf);
  private readonly sources = new Recent<TrailEvent>(minute, (event) => event.source);
  private readonly sweeps = new Recent<TrailEvent>(10 * minute, (event) => event.region);
  private readonly refusals = new Recent<TrailEvent>(minute, actOf);
  private readonly newActs = new Recent<TrailEvent>(hour, actOf);
  private readonly launches = new Recent<LaunchRequest>(
    hour,
    (launch) => launch.event.region,
    (launch) => launch.asked,
  );
  private readonly habits = new Recent<LaunchRequest>(
    hour,
    (launch) => launch.event.region,
    (launch) => launch.asked,
  );
  private readonly failures = new Recent<LaunchRequest>(hour, (launch) => launch.result);
  private readonly dryRuns = new Recent<LaunchRequest>(hour, (launch) => launch.result);
  private readonly quota = new Recent<TrailEvent>(day, (event) => event.region);
  private usualReads = 0;
  private usualRefusals = 0;
  private usualSweep = 0;
  /** Maxima that become usual a day later. */
  private readonly pending: { time: number; reads: number; refusals: number; sweep: number }[] = [];
  private lag = 0;
  private pendingHead = 0;
  private readonly toldPlaces = new Set<string>();
  private readonly toldAgents = new Set<string>();
  private readonly toldRegions = new Set<string>();

  constructor(private readonly table: AcceleratorTable) {}

  read(events: readonly TrailEvent[]): Signal[] {
    const timed = events.filter(({ time }) => time !== null);
    for (const event of timed) {
      this.learn(timed, (event.time ?? 0) - day);
      this.look(event, event.time ?? 0);
    }
    const own = ownHabitsOf(timed);
    return [...this.signals.values()]
      .filter((signal) => !own(signal))
      .sort((a, b) => a.time - b.time || (a.kind < b.kind ? -1 : 1));
  }

  /** What is older than `until` is the key's life by now. */
  private learn(events: readonly TrailEvent[], until: number): void {
    for (let event = events[this.lag]; event !== undefined; event = events[this.lag]) {
      if ((event.time ?? 0) >= until) break;
      this.lag += 1;
      this.baseline.addEvent(event);
      const launch = launchRequestOf(event);
      if (launch !== null) this.baseline.addLaunch(launch);
    }
    for (
      let seen = this.pending[this.pendingHead];
      seen !== undefined;
      seen = this.pending[this.pendingHead]
    ) {
      if (seen.time >= until) break;
      this.pendingHead += 1;
      this.usualReads = Math.max(this.usualReads, seen.reads);
      this.usualRefusals = Math.max(this.usualRefusals, seen.refusals);
      this.usualSweep = Math.max(this.usualSweep, seen.sweep);
    }
  }

  private look(event: TrailEvent, time: number): void {
    if (!isForwarded(event)) {
      if (!isConsole(event)) this.lookAtReads(event, time);
      this.lookAtPlace(event, time);
      this.lookAtAct(event, time);
    }
    const launch = launchRequestOf(event);
    if (launch !== null) this.lookAtLaunch(launch, time);
  }

  private lookAtReads(event: TrailEvent, time: number): void {
    if (/AccessDenied|Unauthorized/i.test(event.errorCode ?? '')) this.refusals.add(time, event);
    else this.refusals.forget(time);
    if (/^(Get|List|Describe|Search|Lookup|BatchGet)/.test(event.name)) {
      this.reads.add(time, event);
      this.sources.add(time, event);
      this.sweeps.add(time, event);
    }
    const acts = this.reads.distinct;
    const sweep = this.sweeps.distinct;
    const refusals = this.refusals.size;
    // What is usual already cannot become more so.
    if (acts > this.usualReads || refusals > this.usualRefusals || sweep > this.usualSweep) {
      this.pending.push({ time, reads: acts, refusals, sweep });
    }
    if (acts >= 15 && acts > this.usualReads * 1.5) {
      const services = this.sources.distinct;
      const refused = refusals / Math.max(1, this.reads.size) > 0.3;
      const weight =
        (acts >= 40 ? 0.5 : acts >= 20 ? 0.4 : 0.3) + (services >= 12 ? 0.3 : 0) + (refused ? 0.2 : 0);
      this.tell(
        event,
        this.reads.since ?? time,
        'reconnaissance',
        weight,
        `a burst of reads: ${acts} different calls to ${services} services within a minute`,
      );
    }
    if (refusals >= 10 && refusals > this.usualRefusals * 2) {
      this.tell(
        event,
        this.refusals.since ?? time,
        'refusals',
        0.3,
        `${refusals} calls refused within a minute`,
      );
    }
    if (sweep >= 5 && sweep > this.usualSweep + 2) {
      this.tell(
        event,
        this.sweeps.since ?? time,
        'sweep',
        0.35,
        `reads in ${sweep} regions within ten minutes`,
      );
    }
  }

  private lookAtPlace(event: TrailEvent, time: number): void {
    if (keyHunter.test(event.userAgent ?? '')) {
      this.tell(
        event,
        time,
        'key-hunter',
        0.8,
        `a program that looks for leaked keys called: ${(event.userAgent ?? '').slice(0, 60)}`,
      );
    }
    if (!this.baseline.knowsTheKey) return;
    const prefix = addressPrefix(event);
    if (prefix !== null && !this.baseline.prefixes.has(prefix) && !this.toldPlaces.has(prefix)) {
      this.toldPlaces.add(prefix);
      const weight = this.baseline.addressesAreStable ? 0.4 : 0.05;
      if (this.baseline.prefixes.size > 0)
        this.tell(event, time, 'address', weight, `first call from ${prefix}`);
    }
    const agent = agentFamily(event);
    if (agent !== null && !this.baseline.agents.has(agent) && !this.toldAgents.has(agent)) {
      this.toldAgents.add(agent);
      this.tell(event, time, 'agent', 0.2, `first call by the program ${agent.slice(0, 60)}`);
    }
    if (!this.baseline.regions.has(event.region) && !this.toldRegions.has(event.region)) {
      this.toldRegions.add(event.region);
      this.tell(event, time, 'region', 0.15, `first call in ${event.region}`);
    }
  }

  private lookAtAct(event: TrailEvent, time: number): void {
    const known = this.baseline.acts.has(actOf(event));
    if (event.name === 'RequestServiceQuotaIncrease') this.quota.add(time, event);
    if (known) return;
    const weight = sensitivityOf(event);
    if (weight > 0) {
      this.tell(
        event,
        time,
        `act:${event.name}`,
        weight,
        `${event.name}${worked(event) ? '' : ' tried'}, which the key never did before`,
      );
    }
    if (!this.baseline.knowsTheKey) return;
    if (event.name === 'GetCallerIdentity')
      this.tell(
        event,
        time,
        'probe',
        0.3,
        'GetCallerIdentity, which the key never asked before: somebody tries what it is',
      );
    this.newActs.add(time, event);
    if (this.newActs.distinct >= 8) {
      this.tell(
        event,
        this.newActs.since ?? time,
        'new-acts',
        0.3,
        `${this.newActs.distinct} kinds of calls within an hour that the key never made before`,
      );
    }
  }

  private lookAtLaunch(launch: LaunchRequest, time: number): void {
    const habit = isHabit(launch, this.baseline);
    const around = habit ? this.habits : this.launches;
    this.launches.forget(time);
    this.habits.forget(time);
    this.failures.forget(time);
    this.dryRuns.forget(time);
    this.quota.forget(time);
    around.add(time, launch);
    const found = departuresOf(
      launch,
      this.baseline,
      {
        asked: this.launches.size,
        regions: this.launches.distinct,
        sameHabit: habit ? this.habits.size : 0,
        failures: this.failures.size,
        dryRuns: this.dryRuns.size,
        quotaRequests: 0,
        reconnaissance: false,
      },
      this.table,
    );
    // What is new about the caller is told of its first call already.
    const own = found.filter(({ kind }) => kind !== 'address' && kind !== 'agent' && kind !== 'hour');
    for (const { kind, weight, words } of own) {
      const began = kind === 'burst' || kind === 'regions' ? (this.launches.since ?? time) : time;
      this.tell(launch.event, began, `launch:${kind}`, weight, `${launch.event.name}: ${words}`);
    }
    if (launch.result === 'denied' || launch.result === 'failed') {
      if (this.baseline.failures === 0) {
        this.tell(
          launch.event,
          time,
          'launch:refused',
          0.15,
          `${launch.event.name} refused: ${(launch.event.errorCode ?? '').slice(0, 60)}`,
        );
      }
    }
    if (launch.result === 'dry-run') this.dryRuns.add(time, launch);
    else if (launch.result !== 'worked') this.failures.add(time, launch);
  }

  /** One signal a kind and six hours: the earliest time, the greatest weight. */
  private tell(event: TrailEvent, time: number, kind: string, full: number, words: string): void {
    const known = Math.min(1, this.baseline.span / knownAfter);
    const always = absolute.test(kind);
    const weight = always ? full : full * known;
    if (weight <= 0) return;
    const slot = `${kind}|${Math.floor(time / (6 * hour))}`;
    const told = this.signals.get(slot);
    if (told !== undefined && told.weight > weight) {
      told.time = Math.min(told.time, time);
      return;
    }
    this.signals.set(slot, {
      time: Math.min(time, told?.time ?? time),
      kind,
      weight,
      words,
      place: addressPrefix(event),
      signer: signerOf(event),
      absolute: always,
    });
  }
}

import type { Signal } from './signal.js';
import { type TrailEvent, worked } from '../../model/index.js';
import { Activity } from './activity.js';
import { Baseline, habitOf } from './baseline.js';
import { signerOf } from '../credentials/credential-graph.js';
import { departuresOf, isHabit } from './departures.js';
import type { AcceleratorTable } from '../records/instance-size.js';
import { launchRequestOf, type LaunchRequest } from '../records/launch-request.js';
import { launchedByFleet } from '../launches/launches.js';
import { knownAfter, routinesOf } from './routines.js';
import { invokesModel, ModelUse } from './model-use.js';
import { Recent } from './recent.js';
import { actOf, addressPrefix, agentFamily, isConsole, isForwarded } from '../records/record-fields.js';
import { noveltyOf } from '../records/sensitive-acts.js';

const hour = 3600_000;
const day = 24 * hour;

/** What says something of any key, however young its trail is. All else is news only to a life that is known: in the
 *  first days everything that a key does is new. */
const absolute =
  /^(reconnaissance|refusals|sweep|spread|computing|key-hunter|models:(?!first)|launch:(burst|regions|protection|failures|dry-runs|refused|size|accelerator|habit-burst)|act:)/;

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

/** Launches of the last hour, by region; its size is how many instances they asked for. */
export const recentLaunches = (): Recent<LaunchRequest> =>
  new Recent(
    hour,
    (launch) => launch.event.region,
    (launch) => launch.asked,
  );

class SignalReader {
  private readonly signals = new Map<string, Signal>();
  private readonly baseline = new Baseline();
  private readonly activity = new Activity();
  private readonly models = new ModelUse();
  private readonly newActs = new Recent<TrailEvent>(hour, actOf);
  private readonly launches = recentLaunches();
  /** By habit: three fleets that grow in one hour, each as ever, are no burst of any of them. */
  private readonly habits = new Map<string, Recent<LaunchRequest>>();
  private readonly failures = new Recent<LaunchRequest>(hour, (launch) => launch.result);
  private readonly dryRuns = new Recent<LaunchRequest>(hour, (launch) => launch.result);
  private readonly quota = new Recent<TrailEvent>(day, (event) => event.region);
  private lag = 0;
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
    const own = routinesOf(timed);
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
      const launch = launchedByFleet(event) ? null : launchRequestOf(event);
      if (launch !== null) this.baseline.addLaunch(launch);
    }
    this.activity.learn(until);
    this.models.learn(until);
  }

  private look(event: TrailEvent, time: number): void {
    if (!isForwarded(event)) {
      if (!isConsole(event)) this.lookAtActivity(event, time);
      this.lookAtModels(event, time);
      this.lookAtPlace(event, time);
      this.lookAtAct(event, time);
    }
    const launch = launchedByFleet(event) ? null : launchRequestOf(event);
    if (launch !== null) this.lookAtLaunch(launch, time);
  }

  private lookAtActivity(event: TrailEvent, time: number): void {
    for (const { kind, since, weight, words } of this.activity.look(event, time))
      this.tell(event, since, kind, weight, words);
  }

  private lookAtModels(event: TrailEvent, time: number): void {
    for (const { kind, since, weight, words } of this.models.look(event, time))
      this.tell(event, since, kind, weight, words);
    const knows = invokesModel(event) && this.baseline.isOldAcquaintance && !this.baseline.invokesModels;
    if (knows)
      this.tell(event, time, 'models:first', 0.3, 'it invoked a model, which the key never did before');
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
    const weight = noveltyOf(event);
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
    const habit = isHabit(launch, this.baseline) ? this.habitsLike(launch) : null;
    this.launches.forget(time);
    this.failures.forget(time);
    this.dryRuns.forget(time);
    this.quota.forget(time);
    (habit ?? this.launches).add(time, launch);
    const found = departuresOf(
      launch,
      this.baseline,
      {
        asked: this.launches.size,
        regions: this.launches.distinct,
        sameHabit: habit?.size ?? 0,
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
          // Who owns a key knows what it may do; quotas and capacity refuse anybody.
          launch.result === 'denied' ? 0.4 : 0.15,
          `${launch.event.name} refused: ${(launch.event.errorCode ?? '').slice(0, 60)}`,
        );
      }
    }
    if (launch.result === 'dry-run') this.dryRuns.add(time, launch);
    else if (launch.result !== 'worked') this.failures.add(time, launch);
  }

  private habitsLike(launch: LaunchRequest): Recent<LaunchRequest> {
    const known = this.habits.get(habitOf(launch));
    if (known !== undefined) return known;
    const none = recentLaunches();
    this.habits.set(habitOf(launch), none);
    return none;
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

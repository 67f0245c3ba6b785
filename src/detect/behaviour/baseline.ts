import type { TrailEvent } from '../../model/index.js';
import type { LaunchRequest } from '../records/launch-request.js';
import { familyOfType } from '../records/instance-size.js';
import { modelInvocations } from './model-use.js';
import { actOf, addressPrefix, agentFamily } from '../records/record-fields.js';

const hour = 3600_000;
const day = 24 * hour;

/** How often one kind of launch (same call, type, region) was made, and how large. */
interface Habit {
  count: number;
  maxAsked: number;
  days: Set<number>;
  hourly: Map<number, number>;
  /** Instances asked for in the busiest clock hour. */
  busiestHour: number;
}

/**
 * The normal life of a key: what it and its sessions did in a time that is held to be innocent.
 * Only counts of what was seen; what to make of a departure is said in departures.ts.
 */
export class Baseline {
  events = 0;
  launches = 0;
  first: number | null = null;
  last: number | null = null;
  readonly prefixes = new Map<string, Set<number>>();
  readonly agents = new Set<string>();
  readonly days = new Set<number>();
  readonly regions = new Set<string>();
  readonly acts = new Map<string, number>();
  readonly types = new Set<string>();
  readonly families = new Set<string>();
  readonly launchRegions = new Set<string>();
  readonly images = new Set<string>();
  readonly keyNames = new Set<string>();
  readonly profiles = new Set<string>();
  readonly roles = new Set<string>();
  readonly places = new Set<string>();
  readonly hours = new Set<number>();
  tagKeys: Set<string> | null = null;
  protections = 0;
  failures = 0;
  dryRuns = 0;
  maxAsked = 0;
  readonly habits = new Map<string, Habit>();
  /** Instances asked for, and regions launched in, in the busiest clock hour. */
  busiestHour = 0;
  mostRegionsInAnHour = 0;
  private readonly hourly = new Map<number, number>();
  private readonly hourRegions = new Map<number, Set<string>>();

  addEvent(event: TrailEvent): void {
    this.events += 1;
    this.acts.set(actOf(event), (this.acts.get(actOf(event)) ?? 0) + 1);
    this.regions.add(event.region);
    const prefix = addressPrefix(event);
    const agent = agentFamily(event);
    if (agent !== null) this.agents.add(agent);
    if (event.actor.issuerArn !== null) this.roles.add(event.actor.issuerArn);
    if (event.time === null) return;
    const date = Math.floor(event.time / day);
    this.first = Math.min(this.first ?? event.time, event.time);
    this.last = Math.max(this.last ?? event.time, event.time);
    this.days.add(date);
    if (prefix === null) return;
    const days = this.prefixes.get(prefix);
    if (days === undefined) this.prefixes.set(prefix, new Set([date]));
    else days.add(date);
  }

  addLaunch(launch: LaunchRequest): void {
    if (launch.result === 'dry-run') this.dryRuns += 1;
    if (launch.result === 'denied' || launch.result === 'failed') this.failures += 1;
    if (launch.protection) this.protections += 1;
    const at = Math.floor(launch.time / hour);
    this.launchRegions.add(launch.event.region);
    for (const type of launch.types) {
      this.types.add(type);
      this.families.add(familyOfType(type));
    }
    if (launch.result !== 'worked') return;
    this.launches += 1;
    if (launch.image !== null) this.images.add(launch.image);
    if (launch.keyName !== null) this.keyNames.add(launch.keyName);
    if (launch.profile !== null) this.profiles.add(launch.profile);
    for (const place of launch.places) this.places.add(place);
    this.hours.add(new Date(launch.time).getUTCHours());
    const tags = new Set(launch.tagKeys);
    this.tagKeys = this.tagKeys === null ? tags : new Set([...this.tagKeys].filter((key) => tags.has(key)));
    this.maxAsked = Math.max(this.maxAsked, launch.asked);
    this.hourly.set(at, (this.hourly.get(at) ?? 0) + launch.asked);
    this.busiestHour = Math.max(this.busiestHour, this.hourly.get(at) ?? 0);
    const regions = this.hourRegions.get(at) ?? new Set();
    this.hourRegions.set(at, regions.add(launch.event.region));
    this.mostRegionsInAnHour = Math.max(this.mostRegionsInAnHour, regions.size);
    const habit = this.habits.get(habitOf(launch)) ?? newHabit();
    habit.count += 1;
    habit.maxAsked = Math.max(habit.maxAsked, launch.asked);
    habit.days.add(Math.floor(launch.time / day));
    habit.hourly.set(at, (habit.hourly.get(at) ?? 0) + launch.asked);
    habit.busiestHour = Math.max(habit.busiestHour, habit.hourly.get(at) ?? 0);
    this.habits.set(habitOf(launch), habit);
  }

  /** Enough to say that something is new: a day and twenty events, or launches to compare with. */
  get knowsTheKey(): boolean {
    return this.span >= day && this.events >= 20;
  }

  /** Enough to say that what it never did is no chance, though it called seldom: four days over two weeks. */
  get isOldAcquaintance(): boolean {
    return this.knowsTheKey || (this.span >= 14 * day && this.days.size >= 4);
  }

  get invokesModels(): boolean {
    return modelInvocations.some((name) => this.acts.has(`bedrock.amazonaws.com|${name}`));
  }

  /** Milliseconds between the first and the last event. */
  get span(): number {
    return this.first === null || this.last === null ? 0 : this.last - this.first;
  }

  /** The key calls from a few places only: a new one says something. Addresses of shared runners change daily. */
  get addressesAreStable(): boolean {
    return this.prefixes.size > 0 && this.prefixes.size <= Math.max(3, this.days.size / 4);
  }

  /** It comes from an address that this life does not know, although its addresses are few. */
  isNewPlace(event: TrailEvent): boolean {
    const prefix = addressPrefix(event);
    return prefix !== null && this.addressesAreStable && this.knowsTheKey && !this.prefixes.has(prefix);
  }

  /** It comes from an address, a program and a region that this life knows. */
  isAtHome(event: TrailEvent): boolean {
    const prefix = addressPrefix(event);
    const agent = agentFamily(event);
    return (
      this.knowsTheKey &&
      prefix !== null &&
      this.prefixes.has(prefix) &&
      agent !== null &&
      this.agents.has(agent) &&
      this.regions.has(event.region)
    );
  }

  /** An act of this life, from where it is lived. */
  isRoutine(event: TrailEvent): boolean {
    return this.isAtHome(event) && (this.acts.get(actOf(event)) ?? 0) >= 3;
  }

  isNewRegion({ region }: TrailEvent): boolean {
    return this.knowsTheKey && !this.regions.has(region);
  }

  habit(launch: LaunchRequest): Habit | null {
    return this.habits.get(habitOf(launch)) ?? null;
  }
}

export function habitOf(launch: LaunchRequest): string {
  const what = launch.types.length > 0 ? launch.types.join('+') : (launch.template ?? '');
  return `${launch.kind}|${what}|${launch.event.region}`;
}

function newHabit(): Habit {
  return { count: 0, maxAsked: 0, days: new Set(), hourly: new Map(), busiestHour: 0 };
}

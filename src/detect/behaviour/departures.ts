import type { Baseline } from './baseline.js';
import { acceleratorOf, familyOfType, isLarge, type AcceleratorTable } from '../records/instance-size.js';
import type { LaunchRequest } from '../records/launch-request.js';
import { addressPrefix, agentFamily } from '../records/record-fields.js';

/** One way in which a launch differs from the key's own life, in words. */
export interface Departure {
  kind: string;
  /** About 1 is as much as can be said. */
  weight: number;
  words: string;
}

/** What happened around a launch, by the same incident. */
export interface Surroundings {
  /** Instances asked for within half an hour before and after, in how many regions, by launches like none before. */
  asked: number;
  regions: number;
  /** Instances of the same habit (call, type, region) asked for within half an hour before and after. */
  sameHabit: number;
  /** Refusals, quota errors, throttling and dry runs in the hour before. */
  failures: number;
  dryRuns: number;
  quotaRequests: number;
  /** A burst of reads in the day before. */
  reconnaissance: boolean;
}

export const alone: Surroundings = {
  asked: 0,
  regions: 0,
  sameHabit: 0,
  failures: 0,
  dryRuns: 0,
  quotaRequests: 0,
  reconnaissance: false,
};

/** The launch is one that the key makes anyway: same call, type and region, no larger than ever. */
export function isHabit(launch: LaunchRequest, baseline: Baseline): boolean {
  const habit = baseline.habit(launch);
  return habit !== null && launch.asked <= Math.max(habit.maxAsked * 1.5, habit.maxAsked + 2);
}

/**
 * How `launch` departs from `baseline`, strongest first. Without earlier launches to compare with, only what is
 * unusual for any key counts. An accelerator alone decides nothing, and no tag ever speaks for a launch.
 */
export function departuresOf(
  launch: LaunchRequest,
  baseline: Baseline,
  around: Surroundings,
  table: AcceleratorTable,
): Departure[] {
  const found: Departure[] = [];
  const add = (kind: string, weight: number, words: string): void => {
    found.push({ kind, weight, words });
  };
  if (baseline.launches + baseline.failures > 0) againstLaunches(launch, baseline, around, table, add);
  else againstNothing(launch, baseline, around, table, add);
  origin(launch, baseline, add);
  if (launch.protection && baseline.protections === 0) {
    add('protection', 0.35, 'termination or stop protection was set, which the key never did before');
  }
  if (around.failures > 0 && around.failures > baseline.failures) {
    add('failures', 0.15, `${around.failures} refused or failed launches in the hour around it`);
  }
  if (around.dryRuns > 0 && baseline.dryRuns === 0) {
    add(
      'dry-runs',
      0.15,
      `${around.dryRuns} dry runs in the hour before it, which the key never made before`,
    );
  }
  if (around.quotaRequests > 0) add('quota', 0.2, 'a quota increase was asked for in the day before it');
  if (around.reconnaissance) add('reconnaissance', 0.15, 'a burst of reads came in the day before it');
  return found.sort((a, b) => b.weight - a.weight || (a.kind < b.kind ? -1 : 1));
}

/** So few of what the key launches anyway are no mass launch, though they come at once. */
const manyAtOnce = 10;

type Add = (kind: string, weight: number, words: string) => void;

function againstLaunches(
  launch: LaunchRequest,
  baseline: Baseline,
  around: Surroundings,
  table: AcceleratorTable,
  add: Add,
): void {
  const region = launch.event.region;
  const newTypes = launch.types.filter((type) => !baseline.types.has(type));
  if (newTypes.length > 0) {
    const family = newTypes.some((type) => !baseline.families.has(familyOfType(type)));
    add('type', family ? 0.4 : 0.25, `the key never launched ${newTypes.slice(0, 5).join(', ')} before`);
    const had = [...baseline.types].some((type) => acceleratorOf(type, table) !== null);
    const accelerated = newTypes.find((type) => acceleratorOf(type, table) !== null);
    if (accelerated !== undefined && !had)
      add('accelerator', 0.05, `${accelerated} has accelerators, which the key never used`);
    if (newTypes.some(isLarge) && ![...baseline.types].some(isLarge))
      add('size', 0.15, 'larger than anything it launched before');
  }
  if (!baseline.launchRegions.has(region)) add('region', 0.4, `the key never launched in ${region} before`);
  else if (newTypes.length === 0 && launch.types.length > 0 && baseline.habit(launch) === null) {
    add(
      'combination',
      0.15,
      `the key never launched ${launch.types.slice(0, 3).join(', ')} in ${region} before`,
    );
  }
  const most = baseline.habit(launch)?.maxAsked ?? baseline.maxAsked;
  if (launch.asked > Math.max(most * 2, most + 3))
    add('number', 0.4, `${launch.asked} asked for at once, never more than ${most} before`);
  const usual = Math.max(baseline.busiestHour, 1);
  if (!isHabit(launch, baseline)) {
    if (around.asked > Math.max(usual * 2, usual + 4)) {
      add(
        'burst',
        0.35,
        `one of ${around.asked} instances asked for within an hour; never more than ${usual} before`,
      );
    }
    if (around.regions > baseline.mostRegionsInAnHour + 2) {
      add(
        'regions',
        0.35,
        `launches in ${around.regions} regions within an hour; never more than ${baseline.mostRegionsInAnHour} before`,
      );
    }
  } else {
    const busiest = baseline.habit(launch)?.busiestHour ?? 0;
    if (around.sameHabit > Math.max(busiest * 2, busiest + 3)) {
      add(
        'habit-burst',
        around.sameHabit < manyAtOnce ? 0.1 : 0.3,
        `${around.sameHabit} like it within an hour; never more than ${busiest} before`,
      );
    }
  }
  if (launch.image !== null && baseline.images.size > 0 && !baseline.images.has(launch.image)) {
    add(
      'image',
      baseline.images.size === 1 && baseline.launches >= 3 ? 0.2 : 0.1,
      `an image that the key never launched: ${launch.image}`,
    );
  }
  if (launch.keyName !== null && !baseline.keyNames.has(launch.keyName))
    add('key-pair', 0.15, `a key pair that the key never used: ${launch.keyName}`);
  if (launch.profile !== null && !baseline.profiles.has(launch.profile))
    add('profile', 0.1, `an instance profile that the key never used: ${launch.profile}`);
  const missing = [...(baseline.tagKeys ?? [])].filter((key) => !launch.tagKeys.includes(key));
  if (missing.length > 0 && launch.kind === 'instances' && baseline.launches >= 2) {
    add('tags', 0.1, `without the tags that all earlier launches had: ${missing.slice(0, 3).join(', ')}`);
  }
  const time = new Date(launch.time).getUTCHours();
  if (baseline.launches >= 10 && baseline.hours.size <= 12 && !baseline.hours.has(time)) {
    add('hour', 0.1, `at ${String(time).padStart(2, '0')}h UTC, when the key never launched before`);
  }
}

/** The key never launched anything, as far as the trail goes back: what is unusual for any key has to speak. */
function againstNothing(
  launch: LaunchRequest,
  baseline: Baseline,
  around: Surroundings,
  table: AcceleratorTable,
  add: Add,
): void {
  if (baseline.isOldAcquaintance) {
    const days = Math.max(1, Math.round(baseline.span / 86_400_000));
    add('first-launch', 0.4, `the key launched nothing in the ${days} days of its life before the misuse`);
  }
  if (around.regions >= 3) add('regions', 0.4, `launches in ${around.regions} regions within an hour`);
  if (around.asked >= 40) add('burst', 0.5, `one of ${around.asked} instances asked for within an hour`);
  else if (around.asked >= 10) add('burst', 0.3, `one of ${around.asked} instances asked for within an hour`);
  if (launch.types.some(isLarge))
    add('size', 0.2, `large types: ${launch.types.filter(isLarge).slice(0, 3).join(', ')}`);
  const accelerated = launch.types.find((type) => acceleratorOf(type, table) !== null);
  if (accelerated !== undefined) add('accelerator', 0.15, `${accelerated} has accelerators`);
}

/** Where the call came from. The usual place acquits nothing; a new one speaks where the key has few. */
function origin(launch: LaunchRequest, baseline: Baseline, add: Add): void {
  if (!baseline.knowsTheKey && baseline.launches < 3) return;
  const prefix = addressPrefix(launch.event);
  const newPlace = prefix !== null && baseline.prefixes.size > 0 && !baseline.prefixes.has(prefix);
  if (newPlace && baseline.addressesAreStable)
    add('address', 0.4, `from ${prefix}, where the key never called from before`);
  else if (newPlace) add('address', 0.05, `from ${prefix}, new; but the key's addresses change often`);
  const agent = agentFamily(launch.event);
  if (agent !== null && baseline.agents.size > 0 && !baseline.agents.has(agent)) {
    add('agent', 0.15, `by a program that the key never used before: ${agent.slice(0, 60)}`);
  }
  const role = launch.event.actor.issuerArn;
  if (role !== null && !baseline.roles.has(role))
    add('role', 0.15, `through a role that the key never took before: ${role.slice(0, 120)}`);
}

/** Sum of the weights, 0 to 1. */
export function scoreOf(departures: readonly Departure[]): number {
  return (
    Math.round(
      Math.min(
        1,
        departures.reduce((sum, { weight }) => sum + weight, 0),
      ) * 100,
    ) / 100
  );
}

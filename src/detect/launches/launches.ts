import type { Signal } from '../behaviour/signal.js';
import type { Launch, MisuseStart, TrailEvent } from '../../model/index.js';
import { habitOf, type Baseline } from '../behaviour/baseline.js';
import type { CredentialGraph } from '../credentials/credential-graph.js';
import { alone, departuresOf, isHabit, type Surroundings } from '../behaviour/departures.js';
import { evidenceOf } from '../records/evidence.js';
import { acceleratorOf, type AcceleratorTable } from '../records/instance-size.js';
import { judgeLaunch, type Judgement } from './judge.js';
import { launchRequestOf, type LaunchRequest } from '../records/launch-request.js';
import { isForwarded } from '../records/record-fields.js';
import type { Silence } from './silence.js';
import type { Taint, Tainted } from '../credentials/taint.js';

export interface JudgedLaunch {
  request: LaunchRequest;
  tainted: Tainted;
  launch: Launch;
}

interface TiedLaunch {
  request: LaunchRequest;
  tainted: Tainted;
}

const hour = 3600_000;
const day = 24 * hour;
const regionsOfBurst = 3;

/** Every launch that a tainted credential made or tried, judged against the key's own life, oldest first. */
export function judgeLaunches(
  graph: CredentialGraph,
  taint: Taint,
  baseline: Baseline,
  start: MisuseStart,
  signals: readonly Signal[],
  table: AcceleratorTable,
  silence: Silence | null = null,
): JudgedLaunch[] {
  const tied: TiedLaunch[] = [];
  const quota: number[] = [];
  for (const event of graph.events) {
    const tainted = taint.of(event);
    if (tainted === null) continue;
    if (event.name === 'RequestServiceQuotaIncrease' && event.time !== null) quota.push(event.time);
    // A fleet's own RunInstances: judged with the fleet that asked for it.
    if (event.name === 'RunInstances' && launchedByFleet(event)) continue;
    const request = launchRequestOf(event);
    if (request !== null) tied.push({ request, tainted });
  }
  const bursts = signals.filter(({ kind }) => kind === 'reconnaissance').map(({ time }) => time);
  const around = surroundingsOf(tied, baseline, quota, bursts);
  const days = daysOf(tied);
  const judged = tied.map(({ request, tainted }, index): Judged => {
    const here = around[index] ?? alone;
    const departures = [
      ...departuresOf(request, baseline, here, table),
      ...(silence?.departures(request, here.reconnaissance, here.asked) ?? []),
    ];
    const judgement = judgeLaunch(
      request,
      tainted,
      departures,
      baseline,
      start,
      days.get(habitOf(request)) ?? 1,
    );
    return { request, tainted, judgement };
  });
  return withTheirBursts(judged).map(({ request, tainted, judgement }) => ({
    request,
    tainted,
    launch: launchOf(request, judgement, table),
  }));
}

type Judged = TiedLaunch & { judgement: Judgement };

/** A strange address alone is held; one that launched rogue over many regions within the hour is no new laptop. */
function withTheirBursts(judged: readonly Judged[]): Judged[] {
  const rogue = judged.filter(({ judgement }) => judgement.class === 'rogue');
  return judged.map((one) => {
    const { event, time } = one.request;
    if (one.judgement.rule !== 'launch.only-place' || event.sourceIp === null) return one;
    const beside = rogue.filter(
      ({ request }) => request.event.sourceIp === event.sourceIp && Math.abs(request.time - time) <= hour,
    );
    const regions = new Set(beside.map(({ request }) => request.event.region)).size;
    if (regions < regionsOfBurst) return one;
    const [, ...reasons] = one.judgement.reasons;
    const words = `${event.sourceIp} launched in ${regions} more regions within the hour, as the key never did`;
    const judgement: Judgement = {
      ...one.judgement,
      class: 'rogue',
      rule: 'launch.departs',
      reasons: [words, ...reasons],
    };
    return { ...one, judgement };
  });
}

/** On how many days each kind of launch was made: what goes on day after day may be a habit that is younger than an
 *  estimated beginning of the misuse. */
function daysOf(tied: readonly TiedLaunch[]): Map<string, number> {
  const days = new Map<string, Set<number>>();
  for (const { request } of tied) {
    const habit = habitOf(request);
    const known = days.get(habit) ?? new Set();
    days.set(habit, known.add(Math.floor(request.time / day)));
  }
  return new Map([...days].map(([habit, { size }]) => [habit, size]));
}

/** EC2 Fleet and Spot call RunInstances with the identity of who asked for the fleet. */
export function launchedByFleet(event: TrailEvent): boolean {
  return (
    isForwarded(event) &&
    /^(ec2fleet|spotfleet|spot|autoscaling|eks)/.test(event.actor.invokedBy ?? event.sourceIp ?? '')
  );
}

export function launchOf(request: LaunchRequest, judged: Judgement, table: AcceleratorTable): Launch {
  const { event } = request;
  return {
    evidence: evidenceOf(event),
    result: request.result,
    errorCode: event.errorCode,
    region: event.region,
    instanceTypes: request.types,
    asked: request.asked,
    instanceIds: request.instanceIds,
    accelerator: request.types.some((type) => acceleratorOf(type, table) !== null),
    score: judged.score,
    class: judged.class,
    rule: judged.rule,
    reasons: judged.reasons,
    protection: request.protection,
    truncated: event.truncated && request.instanceIds.length === 0,
  };
}

/** Sums over windows in time, by two pointers: a mass launch has thousands of calls. */
function surroundingsOf(
  tied: readonly TiedLaunch[],
  baseline: Baseline,
  quota: number[],
  bursts: number[],
): Surroundings[] {
  const requests = tied.map(({ request }) => request);
  const unusual = requests.filter((request) => !isHabit(request, baseline));
  const refused = requests.filter(({ result }) => result === 'denied' || result === 'failed');
  const dry = requests.filter(({ result }) => result === 'dry-run');
  const byHabit = new Map<string, LaunchRequest[]>();
  for (const request of requests) {
    const list = byHabit.get(habitOf(request));
    if (list === undefined) byHabit.set(habitOf(request), [request]);
    else list.push(request);
  }
  const near = windowsOf(unusual, hour / 2, hour / 2);
  const failures = windowsOf(refused, hour, hour / 2);
  const dryRuns = windowsOf(dry, hour, 0);
  const habits = new Map([...byHabit].map(([habit, list]) => [habit, windowsOf(list, hour / 2, hour / 2)]));
  return requests.map((request) => {
    const { asked, regions } = near(request.time);
    return {
      asked,
      regions,
      sameHabit: habits.get(habitOf(request))?.(request.time).asked ?? 0,
      failures: failures(request.time).count,
      dryRuns: dryRuns(request.time).count,
      quotaRequests: quota.filter((time) => time <= request.time && time > request.time - day).length,
      reconnaissance: bursts.some((time) => time <= request.time + hour && time > request.time - day),
    };
  });
}

interface Window {
  asked: number;
  regions: number;
  count: number;
}

/** For times in any order: what lies between `before` and `after` milliseconds around them. Cached by minute. */
function windowsOf(
  requests: readonly LaunchRequest[],
  before: number,
  after: number,
): (time: number) => Window {
  const cache = new Map<number, Window>();
  const times = requests.map(({ time }) => time);
  return (time) => {
    const slot = Math.floor(time / 60_000);
    const known = cache.get(slot);
    if (known !== undefined) return known;
    const middle = slot * 60_000;
    const regions = new Set<string>();
    let asked = 0;
    let count = 0;
    for (let index = firstAtOrAfter(times, middle - before); index < requests.length; index += 1) {
      const request = requests[index];
      if (request === undefined || request.time > middle + 60_000 + after) break;
      regions.add(request.event.region);
      asked += request.asked;
      count += 1;
    }
    const window = { asked, regions: regions.size, count };
    cache.set(slot, window);
    return window;
  };
}

function firstAtOrAfter(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

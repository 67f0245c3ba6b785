import type { Signal } from './signal.js';
import type { TrailEvent } from '../../model/index.js';
import { habitOf } from './baseline.js';
import { launchRequestOf, type LaunchRequest } from '../records/launch-request.js';
import { addressPrefix, agentFamily } from '../records/record-fields.js';
import { ReadRoutines } from './read-routines.js';

const hour = 3600_000;
const day = 24 * hour;

/** A life of a week is known. */
export const knownAfter = 7 * day;

/** What a key goes on doing on so many later days, for more than a week, is its life: a trail that begins in the middle
 *  of a life shows the first time as news. */
const habitDays = 3;
/** A mass launch that goes on for weeks is no life: only a few instances in a few regions at a time are, more of them
 *  where the trail begins with them. */
const mostAsked = 20;
const mostAskedAtFirst = 60;
const mostRegions = 4;

/** Tells the signals that are the first time of what became a habit: launches, and reads that come each hour. */
export function routinesOf(events: readonly TrailEvent[]): (signal: Signal) => boolean {
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
  let routines: ReadRoutines | null = null;
  const scans = ownScansOf(events);
  return ({ kind, time, place }) => {
    if (ofScans.test(kind)) return scans.get(place ?? '')?.has(time) === true;
    if (kind === 'reconnaissance' || kind === 'sweep')
      return (routines ??= new ReadRoutines(events)).holds(time);
    if (!kind.startsWith('launch:')) return false;
    const around = launches.filter((launch) => Math.abs(launch.time - time) <= hour);
    const asked = around.reduce((sum, launch) => sum + launch.asked, 0);
    const regions = new Set(around.map(({ event }) => event.region)).size;
    const most = time - (events[0]?.time ?? 0) < 2 * day ? mostAskedAtFirst : mostAsked;
    return around.length > 0 && asked <= most && regions <= mostRegions && around.every(becomesHabit);
  };
}

const ofScans = /^(key-hunter|probe|address|agent)$/;

/** A secret scanner that the company runs asks night by night from one place, with one program and nothing else, what
 *  the key is (GetCallerIdentity): by place, the times of its calls. */
function ownScansOf(events: readonly TrailEvent[]): Map<string, Set<number>> {
  const programs = new Map<string, { place: string; times: Set<number>; onlyAsks: boolean }>();
  for (const event of events) {
    const place = addressPrefix(event);
    if (place === null || event.time === null) continue;
    const program = `${place}|${agentFamily(event) ?? ''}`;
    const known = programs.get(program) ?? { place, times: new Set(), onlyAsks: true };
    known.onlyAsks &&= event.name === 'GetCallerIdentity';
    programs.set(program, { ...known, times: known.times.add(event.time) });
  }
  const scans = new Map<string, Set<number>>();
  for (const { place, times, onlyAsks } of programs.values()) {
    const inOrder = [...times];
    const days = new Set(inOrder.map((time) => Math.floor(time / day)));
    const lasts = (inOrder.at(-1) ?? 0) - (inOrder[0] ?? 0) > knownAfter;
    if (onlyAsks && lasts && days.size > habitDays)
      scans.set(place, new Set([...(scans.get(place) ?? []), ...times]));
  }
  return scans;
}

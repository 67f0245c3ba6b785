import type { Signal } from '../behaviour/signal.js';
import type { Cluster } from './misuse-start.js';

/** What is known of whom the signals speak of. */
export interface SuspectedLife {
  /** Milliseconds of its life that the trail shows before the first signal. */
  before: number;
  /** A long-lived key: what it does first is news. A role's first hour in the trail is an administrator's day. */
  longLived: boolean;
  /** Launches of its busiest hour that day: in how many regions, how many instances asked for. */
  regions: number;
  asked: number;
  /** And how many of them it got. */
  got: number;
  /** AWS refused it machines for want of capacity or quota, up to a day before. */
  lacked: boolean;
}

const week = 7 * 24 * 3600_000;

/** From this sum on a key is a suspect, where a week or more of its life can be compared with. Of the scenarios' keys
 *  and a hundred quiet accounts' the innocent ones come to 0.8 of the bar at most, the misused ones to 1.2 of it at least,
 *  most to twice as much (test/detect/separation.test.ts). */
const breakOfLife = 1.2;
/** Without a life to compare with, only what says something of any key counts, and less of it can come together. */
const breakOfNothing = 0.65;

/** What whoever builds does: any amount of it says as much as two or three. */
const builders = 0.2;
const mostOfBuilders = 0.4;

/** Launches of an hour that many accounts have: a fleet in a few regions, nothing refused. */
const fleetRegions = 4;
const fleetAsked = 30;

/** Reads and changes of rights that nothing else goes with: a security scanner's and an administrator's work. */
const mostOfOffice = 0.6;
const office = /^(act:|reconnaissance|sweep|new-acts|models:(first|catalogue))/;

/** A team that moves its training where there is capacity: in few regions, few machines, refused for want of them only. */
const move =
  /^(region|launch:(type|region|size|accelerator|burst|image|number|combination|tags|key-pair|refused|failures))$/;
/** What else it takes, once capacity was refused: a larger quota, and a network, a key pair and images over there. */
const afterRefusal = /^(new-acts|act:RequestServiceQuotaIncrease)$/;
const withoutCapacity = 0.15;
const moveRegions = 3;
const moveGot = 20;
const mostOfMove = 1;

/**
 * How much the signals of one day say together, and how much it takes to be worth a look. Signals that tell the same
 * thing twice count once: many small acts, a fleet's number and its regions. Pure.
 */
export function suspicionOf({ signals }: Cluster, life: SuspectedLife): { sum: number; bar: number } {
  const known = life.before >= week;
  const bar = known ? breakOfLife : breakOfNothing;
  const ofBuilders = sumOf(signals.filter(isBuilding));
  const others = signals.filter((signal) => !isBuilding(signal));
  const sum = Math.min(ofBuilders, mostOfBuilders) + sumOf(others, known ? undefined : firstTimes(life));
  const onlyOffice = signals.every(({ kind }) => office.test(kind));
  if (!known && !life.longLived && onlyOffice) return { sum: Math.min(sum, mostOfOffice), bar };
  if (known && isMove(signals, life)) return { sum: Math.min(sum, mostOfMove), bar };
  return { sum, bar };
}

/** Another type or region, from where the key always calls, with nothing else that is new: what lacked capacity at home. */
export function isMove(
  signals: readonly Signal[],
  { regions, got, lacked }: Pick<SuspectedLife, 'regions' | 'got' | 'lacked'>,
): boolean {
  const ofMove = (signal: Signal): boolean =>
    move.test(signal.kind)
      ? signal.kind !== 'launch:refused' || signal.weight <= withoutCapacity
      : lacked && (afterRefusal.test(signal.kind) || isBuilding(signal));
  return regions <= moveRegions && got <= moveGot && signals.every(ofMove);
}

function isBuilding({ kind, weight }: Signal): boolean {
  return kind.startsWith('act:') && weight <= builders;
}

/** The trail may begin in the middle of a life: the first fleet that it shows is no burst, and the first protection
 *  no protection against anybody. */
function firstTimes({ regions, asked }: SuspectedLife): (signal: Signal) => number {
  const fleet = regions <= fleetRegions && asked <= fleetAsked;
  return ({ kind, weight }) =>
    kind === 'launch:protection' || (fleet && /^launch:(burst|regions)$/.test(kind)) ? weight / 2 : weight;
}

function sumOf(signals: readonly Signal[], weightOf = ({ weight }: Signal): number => weight): number {
  return signals.reduce((sum, signal) => sum + weightOf(signal), 0);
}

import type { Signal } from '../behaviour/signal.js';
import type { MisuseStart } from '../../model/index.js';

const hour = 3600_000;
const day = 24 * hour;

/** Signals that come together within a day, each kind counted once. */
export interface Cluster {
  /** Epoch milliseconds of its first signal. */
  time: number;
  score: number;
  signals: Signal[];
}

/** Below this, what was seen is what any key does now and then. */
const noticeable = 0.4;

/** The clusters, one for each signal that may have begun it, oldest first. */
export function clustersOf(signals: readonly Signal[]): Cluster[] {
  const clusters: Cluster[] = [];
  for (let first = 0; first < signals.length; first += 1) {
    const start = signals[first]?.time ?? 0;
    const best = new Map<string, Signal>();
    for (let index = first; index < signals.length; index += 1) {
      const signal = signals[index];
      if (signal === undefined || signal.time > start + day) break;
      if ((best.get(signal.kind)?.weight ?? 0) < signal.weight) best.set(signal.kind, signal);
    }
    const chosen = [...best.values()];
    const score = chosen.reduce((sum, { weight }) => sum + weight, 0);
    clusters.push({ time: start, score, signals: chosen });
  }
  return clusters;
}

/** A key that the trail shows no earlier life of has none to depart from: less has to speak, since it was named. */
const noticeableWithoutLife = 0.15;

/** A week shows what a key does; within it, a long life that goes on as it began is no break. */
const knownLife = 7 * day;
const beyondChance = 1;

/** A break that needs no comparison: a weaker attack before the great one is an attack. */
const plain = 1.5;

function speaks(cluster: Cluster, life: KeyLife): boolean {
  if (life.before(cluster.time) >= knownLife) return cluster.score >= noticeable;
  if (life.span >= 2 * knownLife) return cluster.score >= beyondChance;
  const always = cluster.signals.filter(({ absolute }) => absolute);
  return always.reduce((sum, { weight }) => sum + weight, 0) >= noticeableWithoutLife;
}

/** What the estimate may ask of the key's life. */
export interface KeyLife {
  /** Milliseconds of the key's life that the trail shows before that time. */
  before(time: number): number;
  /** When its life begins in the trail, epoch milliseconds; null where no event of it has a time. */
  first: number | null;
  /** Milliseconds of its life that the trail shows in all. */
  span: number;
  /** When the activity that goes on at this time began, without a pause of an hour. */
  busySince(time: number): number;
  /** When the session that signed was minted, and the one that minted it, up to the key. */
  mintedAt(signer: string): number | null;
}

/**
 * When misuse began, from what departs from the key's own life. Of several breaks the earliest that is nearly as
 * strong as the strongest: too early only means that more launches are compared with the key's habits, too late
 * would call the attacker's first launches the key's own. The usual address and program acquit nothing.
 */
export function estimateStart(signals: readonly Signal[], life: KeyLife): MisuseStart {
  const clusters = clustersOf(signals).filter((cluster) => speaks(cluster, life));
  const strongest = clusters.reduce((most, { score }) => Math.max(most, score), 0);
  const cluster = clusters.find(({ score }) => score >= Math.min(strongest * 0.8, plain));
  if (cluster === undefined && life.first !== null && life.span < knownLife) {
    const why = `the trail shows ${inWords(life.span)} of the key's life: nothing in it stands out, and nothing in it is known to be innocent`;
    return { at: life.first, source: 'estimated', confidence: 'uncertain', reasons: [why] };
  }
  if (cluster === undefined) {
    const nothing = 'nothing in the trail departs from the normal life of the key';
    return { at: null, source: 'none', confidence: 'uncertain', reasons: [nothing] };
  }
  const known = life.before(cluster.time) >= knownLife;
  let at = sinceFirstSeen(withoutStragglers(cluster), cluster, signals);
  for (const { signer } of cluster.signals)
    at = Math.min(at, (signer === null ? null : life.mintedAt(signer)) ?? at);
  // Nothing is known of an innocent life: what led up to the first signal belongs to it.
  if (!known) at = life.busySince(at);
  const reasons = [...cluster.signals]
    .sort((a, b) => b.weight - a.weight || a.time - b.time || (a.kind < b.kind ? -1 : 1))
    .slice(0, 12)
    .map(({ time, words }) => `${new Date(time).toISOString().slice(0, 19)}Z: ${words}`);
  const strong = cluster.score >= 1 && cluster.signals.length >= 3;
  return {
    at,
    source: 'estimated',
    confidence: strong && (cluster.score >= 1.5 || known) ? 'likely' : 'uncertain',
    reasons,
  };
}

/** A weak signal hours before the rest is the key's own life, not the beginning. */
function withoutStragglers(cluster: Cluster): number {
  const inTime = [...cluster.signals].sort((a, b) => a.time - b.time);
  let first = 0;
  for (; first < inTime.length - 1; first += 1) {
    const here = inTime[first];
    const next = inTime[first + 1];
    if (here === undefined || next === undefined || here.weight > 0.15 || next.time - here.time < 6 * hour)
      break;
  }
  return inTime[first]?.time ?? cluster.time;
}

/** An address that was new within two weeks before the break, and takes part in it, was the attacker's then too. */
function sinceFirstSeen(began: number, cluster: Cluster, signals: readonly Signal[]): number {
  const places = new Set(cluster.signals.map(({ place }) => place));
  for (const { kind, time, place, weight } of signals) {
    if (kind === 'address' && weight >= 0.3 && time < began && time > began - 14 * day && places.has(place))
      return time;
  }
  return began;
}

function inWords(span: number): string {
  const hours = Math.max(1, Math.round(span / hour));
  return hours === 1 ? 'an hour' : hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

import { isTemporary } from '../../facts/index.js';
import type { Signal } from '../behaviour/signal.js';
import type { Suspect, TrailEvent } from '../../model/index.js';
import { signerOf, type CredentialGraph } from '../credentials/credential-graph.js';
import type { AcceleratorTable } from '../records/instance-size.js';
import { launchRequestOf, type LaunchRequest } from '../records/launch-request.js';
import { launchedByFleet } from '../launches/launches.js';
import { historiesOf, rootOf } from '../credentials/credential-histories.js';
import { type Cluster, clustersOf } from './misuse-start.js';
import { quarantinedUser } from '../records/sensitive-acts.js';
import { recentLaunches, signalsOf } from '../behaviour/signals.js';
import { isMove, type SuspectedLife, suspicionOf } from './suspicion.js';

const day = 24 * 3600_000;

/** So much of a reason makes it worth to read the whole life; less makes no suspect of anybody. */
const worthReading = 0.5;

/** Whether a key is worth a name: what a scanner does as well, reads by the hundred, needs more than launches do. */
export function standsOut({ score, launches }: Suspect): boolean {
  return score >= (launches > 0 ? 0.6 : 0.8);
}

/**
 * The keys whose trail looks like misuse, ranked, with reasons. Sessions count for the key that minted them. A quiet
 * account has none.
 */
export function suspectsOf(graph: CredentialGraph, table: AcceleratorTable): Suspect[] {
  return lookedAt(graph, table)
    .filter(({ sum, bar }) => sum >= bar)
    .map(({ suspect }) => suspect)
    .sort((a, b) => b.score - a.score || (a.accessKeyId < b.accessKeyId ? -1 : 1));
}

/** What may become a suspect, or be acquitted, once the whole of its life is known. */
export interface Candidate {
  accessKeyId: string;
  /** For a role session, the name that its life goes by (LookupEvents' Username). */
  sessionName: string | null;
  /** Epoch milliseconds: when what stands out began. */
  since: number;
}

/** Who is worth reading about where only launches and mints were looked up, the most suspicious first. Pure. */
export function candidatesOf(graph: CredentialGraph, table: AcceleratorTable): Candidate[] {
  return lookedAt(graph, table)
    .sort((a, b) => b.raw - a.raw || (a.suspect.accessKeyId < b.suspect.accessKeyId ? -1 : 1))
    .map(({ suspect: { accessKeyId }, since }) => ({
      accessKeyId,
      sessionName: graph.bySigner.get(accessKeyId)?.[0]?.actor.sessionName ?? null,
      since,
    }));
}

interface Looked {
  suspect: Suspect;
  since: number;
  /** The plain sum of the signals, what they say together, and what it would take. */
  raw: number;
  sum: number;
  bar: number;
}

function lookedAt(graph: CredentialGraph, table: AcceleratorTable): Looked[] {
  const quarantines = quarantinesOf(graph.events);
  const found: Looked[] = [];
  for (const [name, events] of historiesOf(graph)) {
    const owner = events.find(({ actor }) => actor.userName !== null)?.actor.userName ?? null;
    const signals = [...signalsOf(events, table), ...(owner === null ? [] : (quarantines.get(owner) ?? []))];
    const launches = launchesOf(events);
    const first = events.find(({ time }) => time !== null)?.time ?? 0;
    const loud = clustersOf(signals.sort((a, b) => a.time - b.time)).filter(
      ({ score }) => score >= worthReading,
    );
    const clusters = loud.map((cluster) => {
      const longLived = !isTemporary(cluster.signals[0]?.signer ?? name);
      return { cluster, ...suspicionOf(cluster, lifeAt(cluster, launches, { began: first, longLived })) };
    });
    const [best] = clusters.sort((a, b) => b.sum / b.bar - a.sum / a.bar || a.cluster.time - b.cluster.time);
    if (best === undefined) continue;
    const { cluster, sum, bar } = best;
    const accessKeyId = strongestOf(graph, cluster.signals) ?? name;
    const its = launches.filter(({ event }) => rootOf(graph, signerOf(event) ?? '') === accessKeyId);
    const suspect = {
      accessKeyId,
      userName: owner,
      score: Math.round(Math.min(1, sum / 2) * 100) / 100,
      reasons: [...cluster.signals]
        .sort((a, b) => b.weight - a.weight || (a.words < b.words ? -1 : 1))
        .slice(0, 8)
        .map(({ words }) => words),
      launches: its.length,
      regions: [...new Set(its.map(({ event }) => event.region))].sort(),
    };
    found.push({ suspect, since: cluster.time, raw: cluster.score, sum, bar });
  }
  return found;
}

/** What `suspicionOf` asks of a life that began at `began`, where `events` are those of whom the signals speak. */
export function lifeOf(
  cluster: Cluster,
  events: readonly TrailEvent[],
  life: { began: number; longLived: boolean },
): SuspectedLife {
  return lifeAt(cluster, launchesOf(events), life);
}

/** Amazon EC2 API reference, "Error codes": want of machines or of quota, not of rights. */
const noCapacity =
  /InsufficientInstanceCapacity|InsufficientCapacity|VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded/;

function lifeAt(
  { time: since }: Cluster,
  launches: readonly LaunchRequest[],
  { began, longLived }: { began: number; longLived: boolean },
): SuspectedLife {
  const today = launches.filter(({ time }) => time >= since && time <= since + day);
  const lacked = launches.some(
    ({ time, event }) => Math.abs(time - since) <= day && noCapacity.test(event.errorCode ?? ''),
  );
  return { before: Math.max(0, since - began), longLived, lacked, ...busiestHourOf(today) };
}

const week = 7 * day;

/**
 * What the signals since `since` look like too: a team's training that moves to a region where there is capacity, from where
 * the key always calls, after AWS refused it machines in a region of its own; null where they do not, or too little of the
 * key's life is known. Who has the host of the key looks so as well.
 */
export function asMove(
  since: number,
  signals: readonly Signal[],
  events: readonly TrailEvent[],
): string | null {
  const began = events.find(({ time }) => time !== null)?.time ?? since;
  if (since - began < week) return null;
  const launches = launchesOf(events);
  const later = launches.filter(({ time }) => time >= since);
  const home = new Set(launches.filter(({ time }) => time < since).map(({ event }) => event.region));
  const [first] = later;
  const lacked = first !== undefined && noCapacity.test(first.event.errorCode ?? '');
  if (!lacked || !home.has(first.event.region)) return null;
  const regions = new Set(later.map(({ event }) => event.region)).size;
  const { got } = busiestHourOf(later);
  const isSo = isMove(
    signals.filter(({ time }) => time >= since),
    { regions, got, lacked },
  );
  return isSo
    ? `from where the key always calls, after AWS had no capacity for it in ${first.event.region}: a team that moves its work looks so too`
    : null;
}

function launchesOf(events: readonly TrailEvent[]): LaunchRequest[] {
  return events.flatMap((event) => {
    const launch = launchedByFleet(event) ? null : launchRequestOf(event);
    return launch === null ? [] : [launch];
  });
}

/** Launches within any one hour: in how many regions, how many instances asked for and got. */
function busiestHourOf(launches: readonly LaunchRequest[]): Pick<SuspectedLife, 'regions' | 'asked' | 'got'> {
  const recent = recentLaunches();
  const working = recentLaunches();
  const most = { regions: 0, asked: 0, got: 0 };
  for (const launch of launches) {
    recent.add(launch.time, launch);
    if (launch.result === 'worked') working.add(launch.time, launch);
    most.regions = Math.max(most.regions, recent.distinct);
    most.asked = Math.max(most.asked, recent.size);
    most.got = Math.max(most.got, working.size);
  }
  return most;
}

/** Of a role's sessions, the one that did most of it. */
function strongestOf(graph: CredentialGraph, signals: readonly Signal[]): string | null {
  const weights = new Map<string, number>();
  for (const { signer, weight } of signals) {
    const root = signer === null ? null : rootOf(graph, signer);
    if (root !== null) weights.set(root, (weights.get(root) ?? 0) + weight);
  }
  return [...weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? null;
}

export function quarantinesOf(events: readonly TrailEvent[]): Map<string, Signal[]> {
  const found = new Map<string, Signal[]>();
  for (const event of events) {
    const user = quarantinedUser(event);
    if (user === null || event.time === null) continue;
    const signal = {
      time: event.time,
      kind: 'quarantine',
      weight: 1.2,
      words: `AWS put ${user} under quarantine: it holds a key of this user to be exposed`,
      place: null,
      signer: null,
      absolute: true,
    };
    found.set(user, [...(found.get(user) ?? []), signal]);
  }
  return found;
}

import type { Baseline } from '../behaviour/baseline.js';
import type { CredentialGraph } from '../credentials/credential-graph.js';
import type { Departure } from '../behaviour/departures.js';
import type { Facts } from '../facts.js';
import type { MisuseStart, TrailEvent } from '../../model/index.js';
import { launchRequestOf, type LaunchRequest } from '../records/launch-request.js';
import { addressPrefix } from '../records/record-fields.js';

const day = 24 * 3600_000;
/** A month without a call is no pause of a key that works. */
const longEnough = 30 * day;
/** Who tries a key before using it wakes it: calls of the days before the beginning are no life yet. */
const waking = 7 * day;

/** A key that slept, as far as a complete trail can tell. Keys that only read and write data look silent too. */
export interface Silence {
  days: number;
  /** What a launch has about it that its key's silence does not explain. */
  departures(launch: LaunchRequest, reconnaissance: boolean, asked: number): Departure[];
}

/**
 * The silence of `key` before the misuse; null where it had a life, or where the trail is not known to be complete. Its
 * last use does not count: by now that is the attacker's.
 */
export function silenceOf(
  facts: Facts,
  graph: CredentialGraph,
  key: string,
  start: MisuseStart,
  baseline: Baseline,
): Silence | null {
  const trail = facts.coverage.filter(({ subject }) => subject === 'trail');
  const isWhole = trail.length > 0 && trail.every(({ status }) => status === 'complete');
  if (start.at === null || !isWhole) return null;
  const woke = baseline.first ?? start.at;
  if (start.at - woke > waking) return null;
  const created =
    facts.inventory.find(({ id }) => id === key)?.createdAt ?? graph.mints.get(key)?.event.time ?? 0;
  const since = Math.max(created, ...trail.map(({ from }) => from ?? 0));
  if (since === 0 || woke - since < longEnough) return null;
  const days = Math.floor((woke - since) / day);
  const owner = graph.bySigner.get(key)?.[0]?.actor.arn ?? null;
  const known = launchesBefore(graph, start.at);
  const regions = new Set(known.map(({ event }) => event.region));
  const types = typesBy(known, () => 'all').get('all');
  const byUser = typesBy(known, ({ actor }) => actor.arn).get(owner);
  const byPlace = typesBy(known, addressPrefix);
  return {
    days,
    departures: (launch, reconnaissance, asked) => {
      const found = [
        { kind: 'silence', weight: 0.4, words: `by a key without a call in the ${days} days before` },
      ];
      const hadAll = (of: ReadonlySet<string> | undefined): boolean =>
        of !== undefined && launch.types.every((type) => of.has(type));
      const isNew = !hadAll(types) || !regions.has(launch.event.region);
      if (isNew || reconnaissance || asked >= 10) {
        const words = isNew
          ? 'of a type, or in a region, that nobody in the account used before'
          : 'after a burst of reads, or in a burst of launches';
        found.push({ kind: 'stranger', weight: 0.3, words });
      }
      const explained = hadAll(byUser) || hadAll(byPlace.get(addressPrefix(launch.event)));
      if (start.source === 'given' && !explained) {
        const words = 'and nothing that its user or its address launched before is like it';
        found.push({ kind: 'unexplained', weight: 0.2, words });
      }
      return found;
    },
  };
}

/** The types that were launched, by whoever `of` says. */
function typesBy(
  launches: readonly LaunchRequest[],
  of: (event: TrailEvent) => string | null,
): Map<string | null, Set<string>> {
  const types = new Map<string | null, Set<string>>();
  for (const { event, types: its } of launches) {
    const known = types.get(of(event)) ?? new Set();
    for (const type of its) known.add(type);
    types.set(of(event), known);
  }
  return types;
}

function launchesBefore(graph: CredentialGraph, start: number): LaunchRequest[] {
  return graph.events.flatMap((event) => {
    const launch = event.time !== null && event.time < start ? launchRequestOf(event) : null;
    return launch?.result === 'worked' ? [launch] : [];
  });
}

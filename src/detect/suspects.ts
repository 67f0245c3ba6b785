import type { TrailEvent } from '../trail/event.js';
import { isTemporary, type CredentialGraph } from './credential-graph.js';
import type { Suspect } from './incident.js';
import type { AcceleratorTable } from './instance-size.js';
import { launchRequestOf } from './launch-request.js';
import { launchedByFleet } from './launches.js';
import { clustersOf } from './misuse-start.js';
import { isService } from './record-fields.js';
import { quarantinedUser } from './sensitive-acts.js';
import { signalsOf, type Signal } from './signals.js';

/** From this score on a key is worth a look. */
const worthALook = 0.5;

/** Whether a key is worth a name: what a scanner does as well, reads by the hundred, needs more than launches do. */
export function standsOut({ score, launches }: Suspect): boolean {
  return score >= (launches > 0 ? 0.6 : 0.8);
}

/**
 * The keys whose trail looks like misuse, ranked, with reasons. Sessions count for the key that minted them; sessions
 * without a mint event count for themselves. A quiet account has none.
 */
export function suspectsOf(graph: CredentialGraph, table: AcceleratorTable): Suspect[] {
  const lives = livesOf(graph);
  const quarantines = quarantinesOf(graph.events);
  const suspects: Suspect[] = [];
  for (const [id, events] of lives) {
    const owner = events.find(({ actor }) => actor.userName !== null)?.actor.userName ?? null;
    const signals = [...signalsOf(events, table), ...(owner === null ? [] : (quarantines.get(owner) ?? []))];
    const best = clustersOf(signals.sort((a, b) => a.time - b.time)).reduce(
      (most, cluster) => (cluster.score > most.score ? cluster : most),
      { time: 0, score: 0, signals: [] as Signal[] },
    );
    if (best.score < worthALook) continue;
    const launches = events.filter((event) => launchRequestOf(event) !== null && !launchedByFleet(event));
    suspects.push({
      accessKeyId: id,
      userName: owner,
      score: Math.round(Math.min(1, best.score / 2) * 100) / 100,
      reasons: [...best.signals]
        .sort((a, b) => b.weight - a.weight || (a.words < b.words ? -1 : 1))
        .slice(0, 8)
        .map(({ words }) => words),
      launches: launches.length,
      regions: [...new Set(launches.map(({ region }) => region))].sort(),
    });
  }
  return suspects.sort((a, b) => b.score - a.score || (a.accessKeyId < b.accessKeyId ? -1 : 1));
}

/** Events by the credential at the root of their signer's mints, oldest first. */
function livesOf(graph: CredentialGraph): Map<string, TrailEvent[]> {
  const roots = new Map<string, string>();
  const lives = new Map<string, TrailEvent[]>();
  for (const event of graph.events) {
    const signer = event.actor.accessKeyId ?? event.actor.arn;
    if (signer === null || isService(event)) continue;
    const root = rootOf(graph, signer, roots);
    const life = lives.get(root);
    if (life === undefined) lives.set(root, [event]);
    else life.push(event);
  }
  return lives;
}

/** Up along the mints of sessions. A key that somebody made is a root of its own. */
export function rootOf(graph: CredentialGraph, signer: string, known = new Map<string, string>()): string {
  const path: string[] = [];
  let here = signer;
  for (const seen = new Set<string>(); !seen.has(here); ) {
    seen.add(here);
    const root = known.get(here);
    if (root !== undefined) {
      here = root;
      break;
    }
    path.push(here);
    const mint = graph.mints.get(here);
    if (mint === undefined || !isTemporary(here) || isService(mint.event)) break;
    const parent = mint.event.actor.accessKeyId ?? mint.event.actor.arn;
    if (parent === null) break;
    here = parent;
  }
  for (const step of path) known.set(step, here);
  return here;
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

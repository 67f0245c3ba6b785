import { isTemporary } from '../../facts/index.js';
import type { TaintedCredential, TrailEvent } from '../../model/index.js';
import { type CredentialGraph } from './credential-graph.js';
import { isConsole, isForwarded, isService } from '../records/record-fields.js';
import type { Tainted } from './tainted.js';

type Touched = ReadonlyMap<string, { since: number; by: string }>;

/**
 * Sessions without a mint event (over 90 % of them in real trails) that call from where the tainted ones do: as the
 * same user, or from an address that only tainted credentials used. Likely, never certain, and no parent is named.
 * Long-term keys that call from there are neighbours: somebody has to look at them.
 * @param touched instances that tainted credentials reached into, by instance id
 * @param keys the misused key; or the misused credentials of one user or role
 * @param start epoch milliseconds: when the misuse of `keys` began
 */
export function orphansOf(
  graph: CredentialGraph,
  credentials: ReadonlyMap<string, Tainted>,
  touched: Touched,
  keys: readonly string[],
  start: number,
): { orphans: Tainted[]; neighbours: string[] } {
  const here = placesOfTainted(graph, credentials, start);
  const others = placesOfOthers(graph, credentials, start);
  const usual = usualPlaces(graph, keys, start);
  const owners = new Set(
    keys.flatMap((key) => graph.bySigner.get(key)?.find(({ actor }) => actor.arn !== null)?.actor.arn ?? []),
  );
  const orphans: Tainted[] = [];
  const neighbours: string[] = [];
  for (const [signer, events] of graph.bySigner) {
    if (credentials.has(signer)) continue;
    if (!isTemporary(signer) && !signer.startsWith('arn:')) {
      const same = events.some(
        (event) => isSince(event, start) && here.has(placeOf(event)) && !usual.has(placeOf(event)),
      );
      if (same) neighbours.push(signer);
      continue;
    }
    if (isMinted(graph, signer)) continue;
    const first = events.find((event) => isSince(event, start));
    if (first === undefined) continue;
    const reached = touched.get(first.actor.sessionName ?? '');
    // A record that hides its key id (masked, or left out) still says whose call it was.
    const masked = signer.startsWith('arn:') && first.source !== 'signin.amazonaws.com' && !isConsole(first);
    const mine =
      first.actor.arn !== null &&
      owners.has(first.actor.arn) &&
      (masked || (isForwarded(first) ? !isConsole(first) : here.has(placeOf(first))));
    const foreign = here.has(placeOf(first)) && (reached !== undefined || !others.has(placeOf(first)));
    if (!mine && !foreign) continue;
    orphans.push({
      id: signer,
      kind: reached === undefined ? (isConsole(first) ? 'console' : 'unknown') : 'instance-role',
      parent: reached?.by ?? null,
      mint: graph.mints.get(signer) ?? null,
      since: Math.max(start, reached?.since ?? 0),
      strength: 'likely',
      fresh: false,
      samePrincipal: mine && here.has(placeOf(first)),
      how:
        reached !== undefined
          ? `role session of ${first.actor.sessionName ?? ''}, which ${reached.by} reached into, used from the same place`
          : mine
            ? `acts as the same user${masked ? ', and the records hide the key id' : ' from the same place'}; no event minted it, so its parent is unknown`
            : `calls from an address and program that only tainted credentials used; no event minted it`,
    });
  }
  return { orphans, neighbours };
}

/** What a session without a mint event is: a console's, or a service's that passes calls on. */
export function kindWithoutMint(graph: CredentialGraph, signer: string): TaintedCredential['kind'] {
  const first = graph.bySigner.get(signer)?.[0];
  return first !== undefined && isForwarded(first) && !isConsole(first) ? 'unknown' : 'console';
}

/** Where whoever misuses the key calls from. What came in by a door runs where the innocent runs as well. */
function placesOfTainted(
  graph: CredentialGraph,
  credentials: ReadonlyMap<string, Tainted>,
  start: number,
): Set<string> {
  const events = [...credentials.values()]
    .filter(({ inside }) => inside !== true)
    .flatMap(({ id, spares }) => (graph.bySigner.get(id) ?? []).filter((event) => spares?.(event) !== true));
  return new Set(events.filter((event) => isSince(event, start) && !isForwarded(event)).map(placeOf));
}

/** Where the key called from before the misuse. */
function usualPlaces(graph: CredentialGraph, keys: readonly string[], start: number): Set<string> {
  const mine = keys.flatMap((key) => graph.bySigner.get(key) ?? []);
  return new Set(mine.filter((event) => event.time !== null && event.time < start).map(placeOf));
}

/** Places where anybody else was, or the key itself before the misuse: they tie nobody. */
function placesOfOthers(
  graph: CredentialGraph,
  credentials: ReadonlyMap<string, Tainted>,
  start: number,
): Set<string> {
  const places = new Set<string>();
  for (const [signer, events] of graph.bySigner) {
    const tainted = credentials.get(signer);
    if (tainted === undefined && isTemporary(signer) && !isMinted(graph, signer)) continue;
    for (const event of events) {
      if (tainted !== undefined && (event.time === null || event.time >= start)) continue;
      places.add(placeOf(event));
    }
  }
  return places;
}

function isSince({ time }: TrailEvent, start: number): boolean {
  return time !== null && time >= start;
}

function isMinted(graph: CredentialGraph, id: string): boolean {
  const mint = graph.mints.get(id);
  return mint !== undefined && !isService(mint.event);
}

function placeOf(event: TrailEvent): string {
  return `${event.sourceIp ?? ''}|${event.userAgent ?? ''}`;
}

import { isTemporary } from '../../facts/index.js';
import type { TrailEvent } from '../../model/index.js';
import { mintBehind, type CredentialGraph } from './credential-graph.js';
import { callerOf } from './forwarded.js';
import { isService } from '../records/record-fields.js';

/**
 * Events by whose life they are, oldest first: by the long-lived key at the root of their signer's mints. A session
 * that nobody's key minted (single sign-on, an instance, a pipeline's web identity) is a new id every hour: its life
 * is that of its role or user, or else each night's batch job would be news.
 */
export function historiesOf(graph: CredentialGraph): Map<string, TrailEvent[]> {
  const roots = new Map<string, string>();
  const lives = new Map<string, TrailEvent[]>();
  for (const event of graph.events) {
    const signer = event.actor.accessKeyId ?? event.actor.arn;
    if (signer === null || isService(event)) continue;
    const name = nameOfHistory(graph, signer, roots);
    const life = lives.get(name);
    if (life === undefined) lives.set(name, [event]);
    else life.push(event);
  }
  return lives;
}

/** By which name `historiesOf` has the life of `signer`. */
export function nameOfHistory(graph: CredentialGraph, signer: string, roots?: Map<string, string>): string {
  const root = rootOf(graph, signer, roots);
  return isTemporary(root) ? (ownerOf(graph, root) ?? root) : root;
}

function ownerOf(graph: CredentialGraph, session: string): string | null {
  const actor = graph.bySigner.get(session)?.[0]?.actor;
  return actor?.issuerArn ?? actor?.arn ?? null;
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
    const caller = callerOf(graph, here);
    if (caller !== null) {
      here = caller;
      continue;
    }
    const mint = mintBehind(graph, here);
    if (mint === null || mint.kind === 'access-key' || isService(mint.event)) break;
    const parent = mint.event.actor.accessKeyId ?? mint.event.actor.arn;
    if (parent === null) break;
    here = parent;
  }
  for (const step of path) known.set(step, here);
  return here;
}

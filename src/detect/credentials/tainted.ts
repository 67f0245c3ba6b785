import { isTemporary } from '../../facts/index.js';
import type { TaintedCredential, TrailEvent } from '../../model/index.js';
import { type CredentialGraph } from './credential-graph.js';
import type { InstanceHome } from './instance-home.js';
import type { Mint } from '../records/mints.js';

/** A credential of the incident, and how it is known to be. */
export interface Tainted {
  id: string;
  kind: TaintedCredential['kind'];
  parent: string | null;
  mint: Mint | null;
  /** Epoch milliseconds; null: whenever. */
  since: number | null;
  /** likely: tied by principal, address, agent and time, for want of a mint event. */
  strength: 'certain' | 'likely';
  /** It exists only because of the misuse: it has no innocent life. */
  fresh: boolean;
  /** Tied by who it acts as, not only by where it calls from. */
  samePrincipal: boolean;
  /** How it is tied, in words. */
  how: string;
  /** It came in by a door, and calls from where the innocent who runs there calls from as well. */
  inside?: true;
  /** Acts of it that are no part of the incident: what its role did before the door was opened. */
  spares?: (event: TrailEvent) => boolean;
}

/** A credential that is misused itself, and descends from no other that is. */
export interface RootCredential {
  id: string;
  /** Epoch milliseconds. */
  since: number;
  /** Why, in words. */
  how: string;
  /** What its own instance did with it is no part of the misuse. */
  home: InstanceHome | null;
  /** Where no mint tells. */
  kind?: 'console';
}

/** What everything else descends from. `madeForIt`: in words, who made it for the misuse; null where it has a life of its
 *  own. */
export function misusedItself(
  graph: CredentialGraph,
  { id, since, how, home, kind }: RootCredential,
  madeForIt: string | null = null,
): Tainted {
  const mint = graph.mints.get(id) ?? null;
  return {
    id,
    kind: mint?.kind ?? kind ?? (isTemporary(id) ? 'unknown' : 'access-key'),
    parent: null,
    mint,
    since,
    strength: 'certain',
    fresh: madeForIt !== null,
    samePrincipal: true,
    how: madeForIt ?? how,
    ...(home === null ? {} : { spares: (event: TrailEvent) => !home.isStranger(event) }),
  };
}

import type { TaintedCredential, TrailEvent } from '../../model/index.js';
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

import type { MisuseStart, TrailEvent } from '../../model/index.js';
import type { Baseline } from '../behaviour/baseline.js';
import type { CredentialGraph } from '../credentials/credential-graph.js';
import { signerOf } from '../credentials/credential-graph.js';
import type { Facts } from '../facts.js';
import type { JudgedLaunch } from '../launches/launches.js';
import type { Making } from './makers.js';
import type { History } from './origins.js';
import type { Taint } from '../credentials/taint.js';

/** What has been worked out of the facts when resources are classed. */
export interface Case {
  facts: Facts;
  graph: CredentialGraph;
  key: string;
  /** The misused key; or the misused credentials of the user or role that `key` names. */
  roots: ReadonlySet<string>;
  family: ReadonlySet<string>;
  /** Null where nothing shows when misuse began. */
  taint: Taint | null;
  start: MisuseStart;
  baseline: Baseline;
  histories: ReadonlyMap<string, History>;
  makers: ReadonlyMap<string, Making>;
  /** By the key of their event. */
  launches: ReadonlyMap<string, JudgedLaunch>;
}

/** Whose act an event was. family: the key's or a session's of its, outside the misuse. */
export function whoDid(event: TrailEvent, its: Case): 'tainted' | 'family' | 'other' {
  if (its.taint?.of(event) != null) return 'tainted';
  const signer = signerOf(event);
  return signer !== null && its.family.has(signer) ? 'family' : 'other';
}

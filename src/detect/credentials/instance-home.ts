import { isTemporary } from '../../facts/index.js';
import type { TrailEvent } from '../../model/index.js';
import { type CredentialGraph } from './credential-graph.js';
import { actOf, addressPrefix, agentFamily, isForwarded } from '../records/record-fields.js';

/** Where an instance whose session was stolen calls from itself. */
export interface InstanceHome {
  instance: string;
  /** The call came from elsewhere: whoever took the session. */
  isStranger(event: TrailEvent): boolean;
  /** What the instance did itself in earlier sessions. */
  life: readonly TrailEvent[];
}

/** Calls that the instance's own agent makes (Systems Manager user guide, "SSM Agent"). */
const ofAgent = /^(UpdateInstanceInformation|UpdateInstanceAssociationStatus|PutInventory)$/;

/**
 * The home of the instance whose session `key` is: where its earlier sessions, and its agent, called from. Null where
 * it is no instance's, or nothing tells where the instance is.
 */
export function homeOf(graph: CredentialGraph, key: string): InstanceHome | null {
  const calls = graph.bySigner.get(key) ?? [];
  const instance = graph.mints.get(key)?.sessionName ?? calls[0]?.actor.sessionName ?? '';
  if (!isTemporary(key) || !/^m?i-/.test(instance)) return null;
  const first = calls.find(({ time }) => time !== null)?.time ?? 0;
  const others = [...(graph.signersOfSession.get(instance) ?? [])].filter((signer) => signer !== key);
  const earlier = others.map((signer) =>
    (graph.bySigner.get(signer) ?? []).filter(({ time }) => time !== null && time < first),
  );
  const places = placesOf(
    earlier,
    calls.filter(({ name }) => ofAgent.test(name)),
  );
  if (places.size === 0) return null;
  const isStranger = (event: TrailEvent): boolean => {
    const prefix = addressPrefix(event);
    return prefix !== null && !isForwarded(event) && !places.has(prefix);
  };
  return { instance, isStranger, life: earlier.flat().filter((event) => !isStranger(event)) };
}

/** Where sessions began, since an instance is the first to use its own, and where nothing else was done than there: an
 *  earlier session may have been stolen too. */
function placesOf(
  sessions: readonly (readonly TrailEvent[])[],
  ofItsAgent: readonly TrailEvent[],
): Set<string> {
  const beginnings = sessions.map((calls) => calls.find((event) => addressPrefix(event) !== null));
  const own = [...beginnings, ...ofItsAgent].flatMap((event) => (event === undefined ? [] : [event]));
  const places = new Set(own.flatMap((event) => addressPrefix(event) ?? []));
  const work = new Set<string>();
  const elsewhere = new Map<string, Set<string>>();
  for (const event of sessions.flat()) {
    const prefix = addressPrefix(event);
    if (prefix === null) continue;
    const act = `${actOf(event)}|${agentFamily(event) ?? ''}`;
    if (places.has(prefix)) work.add(act);
    else elsewhere.set(prefix, (elsewhere.get(prefix) ?? new Set()).add(act));
  }
  for (const [prefix, acts] of elsewhere) if ([...acts].every((act) => work.has(act))) places.add(prefix);
  return places;
}

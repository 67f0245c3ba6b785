import { isTemporary } from '../../facts/index.js';
import type { TrailEvent } from '../../model/index.js';
import { type CredentialGraph } from './credential-graph.js';
import { addressPrefix, isForwarded } from '../records/record-fields.js';

/** Where an instance whose session was stolen calls from itself. */
export interface InstanceHome {
  instance: string;
  /** The call came from elsewhere: whoever took the session. */
  isStranger(event: TrailEvent): boolean;
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
  const earlier = others
    .flatMap((signer) => graph.bySigner.get(signer) ?? [])
    .filter(({ time }) => time !== null && time < first);
  const own = [...earlier, ...calls.filter(({ name }) => ofAgent.test(name))];
  const places = new Set(own.map(addressPrefix).filter((prefix) => prefix !== null));
  if (places.size === 0) return null;
  return {
    instance,
    isStranger: (event) => {
      const prefix = addressPrefix(event);
      return prefix !== null && !isForwarded(event) && !places.has(prefix);
    },
  };
}

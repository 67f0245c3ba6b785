import { isTemporary } from '../../facts/index.js';
import { buildGraph, mintBehind, signerOf, userKey, type CredentialGraph } from './credential-graph.js';
import { evidenceOf } from '../records/evidence.js';
import { type Evidence, type TrailEvent, worked } from '../../model/index.js';
import { launchRequestOf } from '../records/launch-request.js';
import type { Mint } from '../records/mints.js';
import { isService, requestOf, valueOf } from '../records/record-fields.js';

export type TraceTarget = { instance: string } | { session: string } | { user: string };

/** From an orphan up to the credential that it descends from. */
export interface Trace {
  /** The long-term key at the root; null where a mint event is missing: no key is invented. */
  key: string | null;
  /** Who to contain where there is no key: user, role or session, as an ARN or a name. */
  principal: string | null;
  /** Each step up: credential ids and instance ids, the target first. */
  path: string[];
  /** The events that the steps rest on. */
  chain: Evidence[];
  /** In words, where the way up ends without a key. */
  note: string | null;
}

/** Follows the mints up from an instance, a session or a user, as far as the events tell. */
export function traceUp(events: Iterable<TrailEvent>, target: TraceTarget): Trace {
  const graph = buildGraph(events);
  const trace: Trace = { key: null, principal: null, path: [], chain: [], note: null };
  if ('instance' in target) return fromInstance(graph, target.instance, trace);
  if ('user' in target) return fromUser(graph, target.user, trace);
  return fromSession(graph, target.session, trace);
}

function fromInstance(graph: CredentialGraph, instance: string, trace: Trace): Trace {
  if (trace.path.includes(instance))
    return { ...trace, note: `${instance} descends from itself: the records contradict each other` };
  trace.path.push(instance);
  const launch = graph.events.find(
    (event) => launchRequestOf(event)?.instanceIds.includes(instance) === true,
  );
  if (launch === undefined) return { ...trace, note: `no event names who launched ${instance}` };
  trace.chain.push(evidenceOf(launch));
  const signer = signerOf(launch);
  if (signer === null) {
    return {
      ...trace,
      principal: launch.actor.invokedBy,
      note: `${instance} was launched by ${launch.actor.invokedBy ?? 'a service'}: look at what it was launched for`,
    };
  }
  return fromSession(graph, signer, trace, launch);
}

function fromUser(graph: CredentialGraph, user: string, trace: Trace): Trace {
  trace.path.push(user);
  const made = graph.events.find(
    (event) => event.name === 'CreateUser' && worked(event) && valueOf(requestOf(event).userName) === user,
  );
  const maker = made === undefined ? null : signerOf(made);
  if (made === undefined || maker === null) {
    const seen = graph.events.find(({ actor }) => actor.userName === user);
    if (seen === undefined) return { ...trace, note: `no event tells of user ${user}` };
    const { account } = seen.actor;
    const keys = [...(graph.signersOfUser.get(userKey(account, user)) ?? [])].filter(
      (id) => !isTemporary(id) && !id.startsWith('arn:'),
    );
    return {
      ...trace,
      key: keys.length === 1 ? (keys[0] ?? null) : null,
      principal: user,
      note: `no event tells who made user ${user}${keys.length > 1 ? `; its keys: ${keys.join(', ')}` : ''}`,
    };
  }
  trace.chain.push(evidenceOf(made));
  return fromSession(graph, maker, trace, made);
}

function fromSession(graph: CredentialGraph, session: string, trace: Trace, by?: TrailEvent): Trace {
  for (let here = session; ; ) {
    if (trace.path.includes(here))
      return { ...trace, note: `${here} descends from itself: the records contradict each other` };
    trace.path.push(here);
    const used = graph.bySigner.get(here)?.[0] ?? by;
    const principal = used?.actor.arn ?? used?.actor.userName ?? null;
    const mint = mintBehind(graph, here);
    if (mint === null) {
      if (!isTemporary(here) && !here.startsWith('arn:')) return { ...trace, key: here, principal };
      return {
        ...trace,
        principal,
        note: `no event tells what minted ${here}: parent unknown, contain ${principal ?? 'its user'}`,
      };
    }
    trace.chain.push(evidenceOf(mint.event));
    if (isService(mint.event)) {
      const instance = mint.sessionName?.startsWith('i-') === true ? mint.sessionName : null;
      if (instance !== null) return { ...fromInstance(graph, instance, trace), principal };
      return {
        ...trace,
        principal: mint.principal ?? principal,
        note: `${here} was minted by ${mint.event.actor.invokedBy ?? 'a service'} for ${mint.roleName ?? 'a role'}`,
      };
    }
    const parent = signerOf(mint.event);
    if (parent === null) {
      return {
        ...trace,
        principal: mint.principal,
        note: `${here} was let in from outside by ${mint.through.join(', ') || 'an unnamed caller'}${openerOf(graph, mint)}`,
      };
    }
    here = parent;
  }
}

/** Who made the role, or set its trust last before the session: not its parent, but who opened the door. */
function openerOf(graph: CredentialGraph, { roleName, event }: Mint): string {
  const opened = graph.events.findLast(
    (other) =>
      /^(CreateRole|UpdateAssumeRolePolicy)$/.test(other.name) &&
      worked(other) &&
      roleName !== null &&
      valueOf(requestOf(other).roleName) === roleName &&
      (other.time ?? Infinity) <= (event.time ?? -Infinity),
  );
  const by = opened === undefined ? null : signerOf(opened);
  return by === null ? '' : `; ${opened?.name ?? ''} of ${roleName ?? ''} was by ${by}`;
}

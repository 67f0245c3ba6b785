import { isTemporary } from '../../facts/index.js';
import type { TrailEvent } from '../../model/index.js';
import { forwardedFor } from './forwarded.js';
import { mintOf, type Mint } from '../records/mints.js';
import { withProperNames } from '../records/proper-names.js';
import { isService } from '../records/record-fields.js';

/** Who signed what, and what made whom: CloudTrail's events as a graph. Facts only; taint is another file's. */
export interface CredentialGraph {
  /** Each event once, oldest first. */
  events: TrailEvent[];
  /** By signer (see `signerOf`), oldest first. */
  bySigner: Map<string, TrailEvent[]>;
  /** The mint of each key id. Where several events claim it, the earliest that says who signed. */
  mints: Map<string, Mint>;
  /** What each signer minted, oldest first. */
  minted: Map<string, Mint[]>;
  /** The mint behind each session ARN; null where sessions of that name came from several hands. */
  mintOfArn: Map<string, Mint | null>;
  /** Mints that a service made for itself or for an instance, and by outsiders. */
  unsigned: Mint[];
  signersOfUser: Map<string, Set<string>>;
  signersOfRole: Map<string, Set<string>>;
  signersOfArn: Map<string, Set<string>>;
  signersOfSession: Map<string, Set<string>>;
}

/** The credential behind a call: its key id, else (console, sign-in) its principal. Null for services. */
export function signerOf(event: TrailEvent): string | null {
  if (isService(event)) return null;
  return event.actor.accessKeyId ?? event.actor.arn;
}

/** `account|user name`: user names repeat between accounts. */
export function userKey(account: string | null, userName: string): string {
  return `${account ?? ''}|${userName}`;
}

/** The earliest record, but one that says who signed before its copy in the other account, which does not
 *  (CloudTrail user guide, `sharedEventID`). */
function isFirst(mint: Mint, known: Mint | undefined): boolean {
  return known === undefined || (signerOf(known.event) === null && signerOf(mint.event) !== null);
}

function isOneHand(mint: Mint, other: Mint): boolean {
  return (mint.id !== null && mint.id === other.id) || signerOf(mint.event) === signerOf(other.event);
}

/**
 * What made a session: its own mint; for one without (the console's, a service's that passes calls on), the mint of
 * the session whose name it carries, where all sessions of that name came from one hand.
 */
export function mintBehind(graph: CredentialGraph, signer: string): Mint | null {
  const mint = graph.mints.get(signer);
  if (mint !== undefined) return mint;
  if (!isTemporary(signer) && !signer.includes(':sts:')) return null;
  const first = graph.bySigner.get(signer)?.[0];
  const named = graph.mintOfArn.get(first?.actor.arn ?? signer) ?? null;
  // What was made after its first call is its child, not its parent.
  const isBefore = (named?.event.time ?? Infinity) <= (first?.time ?? -Infinity);
  return named !== null && isBefore && signerOf(named.event) !== signer ? named : null;
}

/** Sorted by time and key, each event once: any order and any duplication of the same events gives the same. */
export function inOrderOnce(events: Iterable<TrailEvent>): TrailEvent[] {
  const once = new Map<string, TrailEvent>();
  for (const event of events) {
    const known = once.get(event.key);
    // A record that was cut and the same record whole: the whole one tells more.
    if (known === undefined || (known.truncated && !event.truncated)) once.set(event.key, event);
  }
  return [...once.values()].sort(
    (a, b) => (a.time ?? 0) - (b.time ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}

export function buildGraph(all: Iterable<TrailEvent>): CredentialGraph {
  const graph: CredentialGraph = {
    events: inOrderOnce(all).map(withProperNames),
    bySigner: new Map(),
    mints: new Map(),
    minted: new Map(),
    mintOfArn: new Map(),
    unsigned: [],
    signersOfUser: new Map(),
    signersOfRole: new Map(),
    signersOfArn: new Map(),
    signersOfSession: new Map(),
  };
  for (const event of graph.events) {
    const signer = signerOf(event);
    if (signer !== null) index(graph, event, signer);
    const mint = mintOf(event);
    if (mint === null) continue;
    if (mint.id !== null && isFirst(mint, graph.mints.get(mint.id))) graph.mints.set(mint.id, mint);
    if (signer === null) graph.unsigned.push(mint);
    else push(graph.minted, signer, mint);
    if (mint.principal?.includes(':sts:') !== true) continue;
    const other = graph.mintOfArn.get(mint.principal);
    const isOther = other === null || (other !== undefined && !isOneHand(mint, other));
    if (isOther) graph.mintOfArn.set(mint.principal, null);
    else if (isFirst(mint, other)) graph.mintOfArn.set(mint.principal, mint);
  }
  return graph;
}

function index(graph: CredentialGraph, event: TrailEvent, signer: string): void {
  const { arn, userName, issuerArn, sessionName, type } = event.actor;
  const mine = graph.bySigner.get(signer);
  if (mine === undefined) graph.bySigner.set(signer, [event]);
  else mine.push(event);
  if (userName !== null && type !== 'AssumedRole') {
    add(graph.signersOfUser, userKey(event.actor.account ?? event.account, userName), signer);
  }
  if (issuerArn !== null) add(graph.signersOfRole, issuerArn, signer);
  if (arn !== null) add(graph.signersOfArn, arn, signer);
  if (sessionName !== null) add(graph.signersOfSession, sessionName, signer);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

/** The key and the sessions that descend from it by mint events, whenever they were minted, with what services do for
 *  them: one life. Keys that it made for others are lives of their own. */
export function familyOf(graph: CredentialGraph, key: string): Set<string> {
  const family = new Set([key]);
  for (const signer of family) {
    for (const mint of graph.minted.get(signer) ?? []) {
      if (mint.id !== null && mint.kind !== 'access-key') family.add(mint.id);
    }
    for (const passedOn of forwardedFor(graph, signer)) family.add(passedOn);
  }
  return family;
}

import { isTemporary, longestRoleSession, roleOfArn } from '../../facts/index.js';
import { leadOf, type TrailEvent } from '../../model/index.js';
import type { Signal } from '../behaviour/signal.js';
import { signalsOf } from '../behaviour/signals.js';
import {
  familyOf,
  mintBehind,
  signerOf,
  userKey,
  type CredentialGraph,
} from '../credentials/credential-graph.js';
import { homeOf } from '../credentials/instance-home.js';
import type { RootCredential } from '../credentials/tainted.js';
import type { Facts } from '../facts.js';
import { timeInWords } from '../records/evidence.js';
import { addressPrefix, isForwarded } from '../records/record-fields.js';
import { type Cluster, clustersOf, estimateStart } from './misuse-start.js';
import { lifeOf } from './suspects.js';
import { suspicionOf } from './suspicion.js';

/** `places`: the address prefixes that its signs of misuse came from. */
type Root = RootCredential & { places?: ReadonlySet<string> };

/** The credentials of one user or role, parted. */
export interface Misused {
  /** The earliest first. */
  roots: Root[];
  /** All of them. */
  all: string[];
  /** Those that the trail shows no misuse of, and that may work still, the latest used first. */
  spared: string[];
  /** What shows what is normal, oldest first: all that sessions of the role, or of the user's console, did; and what the
   *  user's misused keys did. */
  life: TrailEvent[];
}

const hour = 3600_000;
const day = 24 * hour;
/** Signals of one kind are told once in so long a slot (signals.ts): a life that reaches into it could hide them. */
const slot = 6 * hour;
/** Loud signs of so much, from a place that is new, say what either alone does not. */
const loudEnough = 0.3;
/** What whoever builds does, from wherever: see suspicion.ts. */
const builders = 0.2;
/** A life is compared with so many of its newest events: more tell nothing more. */
const mostOfLife = 20_000;

/**
 * Which credentials of the user or role are misused. A session is, where it calls from elsewhere than its instance, bears
 * as many signs as make a suspect of a key that nobody named, or calls from where only the misuse does: each of the
 * others is innocent until the person names it. Pure.
 */
export function misusedOf(graph: CredentialGraph, name: string, facts: Facts): Misused {
  const ids = credentialsOf(graph, name, facts);
  const families = new Map(ids.map((id) => [id, eventsOf(graph, familyOf(graph, id))]));
  const roots = new Map<string, Root>();
  // Keys live beside each other; sessions of a role, or of a console, follow each other.
  const sessions = ids.filter(isSession);
  const peers = inTime(sessions.flatMap((id) => families.get(id) ?? []));
  const newPlaces = newPlacesOf(peers);
  for (const id of byFirstCall(ids, families)) {
    const own = families.get(id) ?? [];
    if (facts.notMisused?.includes(id) === true) continue;
    const root =
      onPersonsWord(id, own, name, facts) ??
      fromElsewhere(graph, id) ??
      bySigns(id, own, { peers, roots, families, newPlaces }, facts);
    if (root !== null) roots.set(id, root);
  }
  for (const root of fromTheSamePlace(graph, ids, roots, facts.notMisused ?? [])) roots.set(root.id, root);
  const ofUser = leadOf(name).kind === 'user';
  // A user's other key has a life of its own: what is normal for it excuses nothing of this one.
  const lived = ofUser
    ? inTime([...new Set([...peers, ...[...roots.keys()].flatMap((id) => families.get(id) ?? [])])])
    : peers;
  const found = [...roots.values()]
    .map((root): Root => (ofUser && isSession(root.id) ? { ...root, kind: 'console' } : root))
    .sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
  const last = (id: string): number => families.get(id)?.at(-1)?.time ?? 0;
  const works = (id: string): boolean => !isSession(id) || last(id) > facts.now - longestRoleSession;
  const spared = ids
    .filter((id) => !roots.has(id) && works(id))
    .sort((a, b) => last(b) - last(a) || (a < b ? -1 : 1));
  return { roots: found, all: ids, spared, life: lived };
}

/** Keys and sessions of its own: what they minted in turn, and what a service passes on for them, goes with them. */
function credentialsOf(graph: CredentialGraph, name: string, facts: Facts): string[] {
  const { kind, id } = leadOf(name);
  const { account, inventory } = facts;
  const ids = new Set<string>();
  if (kind === 'user') {
    for (const { play, id: key, properties } of inventory)
      if (play === 'access-keys' && properties['userName'] === id) ids.add(key);
    for (const signer of graph.signersOfUser.get(userKey(account, id)) ?? []) ids.add(signer);
  } else {
    for (const [arn, signers] of graph.signersOfRole) {
      const role = roleOfArn(arn);
      if (role?.name === id && (account === null || role.account === account))
        for (const signer of signers) ids.add(signer);
    }
  }
  return [...ids]
    .filter((one) => kind === 'role' || isOwn(graph, one))
    .filter((one) => !isPassedOn(graph, one))
    .sort();
}

function isSession(id: string): boolean {
  return isTemporary(id) || id.startsWith('arn:');
}

/** A long-term key, or a session that none of them minted: the console's. */
function isOwn(graph: CredentialGraph, id: string): boolean {
  return !isTemporary(id) || mintBehind(graph, id) === null;
}

function isPassedOn(graph: CredentialGraph, id: string): boolean {
  return !graph.mints.has(id) && isTemporary(id) && (graph.bySigner.get(id) ?? []).every(isForwarded);
}

function onPersonsWord(id: string, own: readonly TrailEvent[], name: string, facts: Facts): Root | null {
  const { compromisedAt, now } = facts;
  const first = own.find(({ time }) => time !== null)?.time ?? null;
  if (facts.named?.includes(id) === true) {
    const since = compromisedAt ?? first ?? now;
    return { id, since, how: 'misused on the person’s word', home: null };
  }
  // A password that leaked gives sessions, and no key that was there before.
  const isConsole = leadOf(name).kind === 'user' && isTemporary(id);
  if (!isConsole || compromisedAt === null || first === null || first < compromisedAt) return null;
  const how = `a session of the user, begun after the misuse did on the person’s word`;
  return { id, since: compromisedAt, how, home: null };
}

/** An instance's session that is used where its instance never called from. */
function fromElsewhere(graph: CredentialGraph, id: string): Root | null {
  const home = homeOf(graph, id);
  const first = home === null ? undefined : graph.bySigner.get(id)?.find((event) => home.isStranger(event));
  if (home === null || first?.time == null) return null;
  const how = `${timeInWords(first.time)}: first call from ${first.sourceIp ?? ''}, where ${home.instance} never called from`;
  return { id, since: first.time, how, home, places: new Set([addressPrefix(first) ?? '']) };
}

interface Known {
  /** What its sessions did, oldest first. */
  peers: readonly TrailEvent[];
  roots: ReadonlyMap<string, Root>;
  families: ReadonlyMap<string, readonly TrailEvent[]>;
  /** By address prefix that was not there from the beginning: when a session called from there first. */
  newPlaces: ReadonlyMap<string, number>;
}

/** The signs of its own events, against the life of the whole user or role before it; without what was misused. */
function bySigns(id: string, own: readonly TrailEvent[], known: Known, { accelerators }: Facts): Root | null {
  const first = own.find(({ time }) => time !== null)?.time ?? null;
  if (first === null || !isWorthALook(id, own, known, accelerators)) return null;
  const before = isSession(id) ? lifeBefore(first - slot, id, known) : [];
  const signers = new Set(own.map(signerOf));
  const events = [...before, ...own];
  const signals = signalsOf(events, accelerators).filter(({ signer }) => signers.has(signer));
  const newPlaces = isSession(id) ? known.newPlaces : newPlacesOf(own);
  const began = before.find(({ time }) => time !== null)?.time ?? first;
  const last = own.at(-1)?.time ?? first;
  const suspicious = clustersOf(signals).filter((cluster) => {
    const life = lifeOf(cluster, own, { began, longLived: !isTemporary(id) });
    const { sum, bar } = suspicionOf(cluster, life);
    return sum >= bar || isLoudFromStrangePlace(cluster, newPlaces);
  });
  const [cluster] = suspicious;
  if (cluster === undefined) return null;
  const start = estimateStart(signals, {
    before: (time) => Math.max(0, time - began),
    first: null,
    span: last - began,
    busySince: (time) => Math.max(first, time - hour),
    mintedAt: () => null,
  });
  const strongest = [...cluster.signals].sort((a, b) => b.weight - a.weight || (a.words < b.words ? -1 : 1));
  const since = Math.min(start.at ?? cluster.time, cluster.time);
  const places = new Set(cluster.signals.flatMap(({ place, absolute }) => (absolute ? (place ?? []) : [])));
  return { id, since, how: `${timeInWords(cluster.time)}: ${wordsOf(strongest)}`, home: null, places };
}

/** Its signs come from where neither the key nor, for a session, any other called from until that day. */
function isLoudFromStrangePlace({ signals, time }: Cluster, newPlaces: Known['newPlaces']): boolean {
  const loud = signals.filter(
    ({ place, absolute, kind, weight }) =>
      absolute &&
      (newPlaces.get(place ?? '') ?? 0) > time - day &&
      !(kind.startsWith('act:') && weight <= builders),
  );
  return loud.reduce((sum, { weight }) => sum + weight, 0) >= loudEnough;
}

function wordsOf(signals: readonly Signal[]): string {
  return signals
    .slice(0, 3)
    .map(({ words }) => words)
    .join('; ');
}

/** A key; or a session that bears a sign by itself, or comes from where no other came from until that day: few do. */
function isWorthALook(
  id: string,
  own: readonly TrailEvent[],
  { newPlaces }: Known,
  table: Facts['accelerators'],
): boolean {
  const isNew = (event: TrailEvent): boolean =>
    (newPlaces.get(addressPrefix(event) ?? '') ?? 0) > (event.time ?? 0) - day;
  return !isSession(id) || own.some(isNew) || signalsOf(own, table).length > 0;
}

function lifeBefore(until: number, id: string, { peers, roots, families }: Known): TrailEvent[] {
  const misused = new Set([...roots.keys(), id].flatMap((one) => families.get(one) ?? []));
  return peers
    .filter((event) => event.time !== null && event.time < until && !misused.has(event))
    .slice(-mostOfLife);
}

/** What calls from an address that signs of misuse came from, and nobody before it, nor anybody else. */
function fromTheSamePlace(
  graph: CredentialGraph,
  ids: readonly string[],
  roots: ReadonlyMap<string, Root>,
  notMisused: readonly string[],
): Root[] {
  const mine = new Set([...ids, ...[...roots.keys()].flatMap((id) => [...familyOf(graph, id)])]);
  const strangers = new Map<string, string>();
  for (const { id, since, places } of roots.values()) {
    for (const event of graph.bySigner.get(id) ?? []) {
      const isTheirs = event.time !== null && event.time >= since && places?.has(addressPrefix(event) ?? '');
      if (isTheirs === true) strangers.set(event.sourceIp ?? '', id);
    }
  }
  const began = Math.min(...[...roots.values()].map(({ since }) => since));
  for (const event of graph.events) {
    const ip = event.sourceIp ?? '';
    if (!strangers.has(ip)) continue;
    const signer = signerOf(event);
    const isBefore = event.time !== null && event.time < began;
    const isOfOthers = signer !== null && !mine.has(signer);
    if (isBefore || isOfOthers) strangers.delete(ip);
  }
  return ids.flatMap((id): Root[] => {
    if (roots.has(id) || notMisused.includes(id)) return [];
    const first = graph.bySigner.get(id)?.find(({ sourceIp }) => strangers.has(sourceIp ?? ''));
    if (first?.time == null) return [];
    const ip = first.sourceIp ?? '';
    const how = `${timeInWords(first.time)}: first call from ${ip}, as ${strangers.get(ip) ?? ''} of the misuse`;
    return [{ id, since: first.time, how, home: null }];
  });
}

function newPlacesOf(peers: readonly TrailEvent[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const event of peers) {
    const prefix = addressPrefix(event);
    if (prefix !== null && event.time !== null && !first.has(prefix)) first.set(prefix, event.time);
  }
  const began = Math.min(...first.values());
  return new Map([...first].filter(([, time]) => time > began));
}

function eventsOf(graph: CredentialGraph, family: ReadonlySet<string>): TrailEvent[] {
  return inTime([...family].flatMap((signer) => graph.bySigner.get(signer) ?? []));
}

function inTime(events: TrailEvent[]): TrailEvent[] {
  return events.sort((a, b) => (a.time ?? 0) - (b.time ?? 0) || (a.key < b.key ? -1 : 1));
}

function byFirstCall(ids: readonly string[], families: ReadonlyMap<string, readonly TrailEvent[]>): string[] {
  const first = (id: string): number => families.get(id)?.[0]?.time ?? 0;
  return [...ids].sort((a, b) => first(a) - first(b) || (a < b ? -1 : 1));
}

/** Of a role's session: its `aws:userid` (IAM user guide, "aws:userid"). Pure. */
export function whoseSession(graph: CredentialGraph, id: string): { userId: string | null } {
  return { userId: graph.mints.get(id)?.userId ?? graph.bySigner.get(id)?.[0]?.actor.principalId ?? null };
}

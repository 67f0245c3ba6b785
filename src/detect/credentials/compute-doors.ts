import { lastPart } from '../../facts/index.js';
import { type TrailEvent, worked } from '../../model/index.js';
import { signerOf, type CredentialGraph } from './credential-graph.js';
import { thingOf, taggedStack } from './door-records.js';
import { launchRequestOf } from '../records/launch-request.js';
import { habitOf } from '../behaviour/baseline.js';
import { actOf, addressPrefix, isForwarded, isService, valueOf } from '../records/record-fields.js';
import { plainName, sensitivityOf } from '../records/sensitive-acts.js';
import type { Tainted } from './tainted.js';
import { targetOf } from '../records/targets.js';

/** A way into a role's rights through what runs with it: a function, a task, a build, a stack, an instance. */
export interface Way {
  event: TrailEvent;
  from: Tainted;
  /** Epoch milliseconds. */
  since: number;
  /** The service that runs it, as `invokedBy` names it without its domain: `lambda`, `ecs-tasks`; null: whichever. */
  service: string | null;
  /** The names that its sessions carry; empty where the service gives none of its own. */
  sessions: readonly string[];
  /** No two runs have the same session name. */
  unique: boolean;
  /** The roles that it runs with, by name; empty where the records do not say. */
  roles: readonly string[];
  /** The same by ARN. */
  roleArns: readonly string[];
  /** What runs goes on: sessions that began earlier count as well. */
  goesOn: boolean;
  /** Calls on the same thing that put something else in its place. */
  closedBy: readonly string[];
  /** In words: `function f, whose code X replaced`. */
  what: string;
}

const hour = 3600_000;
/** How long after the call a session is tied to it where no name says so: a role session lives for 12 hours at most
 *  (IAM user guide, "Update the maximum session duration for a role"). */
const longest = 12 * hour;

/** Who else calls in the records, and when: the ways are asked anew after each round of taint. */
export class Ways {
  private readonly ways: Way[] = [];
  /** By role: the first time of each act, and the addresses, of its sessions. */
  private readonly lives = new Map<string, Life>();
  private readonly things = new Map<string, TrailEvent[]>();
  private opened = new Map<string, number>();

  constructor(private readonly graph: CredentialGraph) {
    for (const event of graph.events) {
      if (event.readOnly === true || !worked(event)) continue;
      const thing = thingOf(event);
      if (thing === null) continue;
      const known = this.things.get(thing);
      if (known === undefined) this.things.set(thing, [event]);
      else known.push(event);
    }
  }

  /** What was done to the thing that `event` is about, oldest first. */
  of(event: TrailEvent): readonly TrailEvent[] {
    return this.things.get(thingOf(event) ?? '') ?? [];
  }

  add(way: Way): void {
    this.ways.push(way);
  }

  /** Everybody who came in, as far as `isTainted` is known by now: a deployment by an untainted principal closes. */
  entered(isTainted: (event: TrailEvent) => boolean): Tainted[] {
    this.opened = new Map();
    for (const { roles, since } of this.ways)
      for (const role of roles) this.opened.set(role, Math.min(since, this.opened.get(role) ?? Infinity));
    return this.ways.flatMap((way) => {
      const closed = this.closedAt(way, isTainted);
      return this.candidates(way).flatMap((signer) => this.enter(way, signer, closed) ?? []);
    });
  }

  private closedAt(way: Way, isTainted: (event: TrailEvent) => boolean): number {
    const closing = this.of(way.event).find(
      (event) =>
        (event.time ?? 0) > way.since &&
        way.closedBy.includes(plainName(event.name)) &&
        signerOf(event) !== null &&
        !isTainted(event),
    );
    return closing?.time ?? Infinity;
  }

  private candidates({ sessions, roles, service, event }: Way): string[] {
    const { graph } = this;
    if (sessions.length > 0) return sessions.flatMap((name) => [...(graph.signersOfSession.get(name) ?? [])]);
    if (roles.length === 0 && service !== 'cloudformation')
      return [...graph.mints].flatMap(([id, mint]) => (isService(mint.event) ? id : []));
    if (roles.length === 0) return [...(graph.signersOfArn.get(event.actor.arn ?? '') ?? [])];
    return [...graph.signersOfRole]
      .filter(([arn]) => roles.includes(lastPart(arn)))
      .flatMap(([, signers]) => [...signers]);
  }

  private enter(way: Way, signer: string, closed: number): Tainted | null {
    const { from, since, sessions, unique, goesOn, roles } = way;
    const events = this.graph.bySigner.get(signer) ?? [];
    const mint = this.graph.mints.get(signer) ?? null;
    const first = events[0];
    if (first === undefined || signer === from.id || !this.runsThere(way, events, mint?.event ?? null))
      return null;
    const began = mint?.event.time ?? first.time;
    if (began === null || began >= closed || (!goesOn && began < since)) return null;
    const role = roleOf(first);
    if (!unique && roles.length > 0 && (role === null || !roles.includes(role))) return null;
    const routine = this.routineOf(role, since, goesOn);
    const act = events.find(
      (event) => (event.time ?? 0) >= since && (event.time ?? 0) < closed && !routine(event),
    );
    if (act === undefined) return null;
    const stack = sessions.length > 0 ? null : stackTie(way, events);
    if (stack === 'other') return null;
    const late = (act.time ?? 0) > since + longest;
    if (late && sessions.length === 0) return null;
    const named =
      stack === 'this' || (sessions.length > 0 && (unique || roles.length > 0 || mint !== null) && !late);
    const strength = named ? from.strength : 'likely';
    return {
      id: signer,
      kind:
        mint?.kind === 'instance-role' || goesOn
          ? 'instance-role'
          : role === null
            ? 'unknown'
            : 'role-session',
      parent: from.id,
      mint,
      since: Math.max(since, goesOn ? since : began),
      strength,
      fresh: true,
      samePrincipal: strength === 'certain',
      how: `${strength === 'certain' ? 'runs' : 'may run'} in ${way.what}`,
      inside: true,
      spares: routine,
    };
  }

  /** It is a session of what runs there, not of a person or another service that has the same name or role. */
  private runsThere(
    { service, event, unique, sessions, goesOn }: Way,
    events: readonly TrailEvent[],
    mint: TrailEvent | null,
  ): boolean {
    if (mint !== null) {
      if (!isService(mint)) return false;
      const by = mint.actor.invokedBy?.split('.')[0] ?? '';
      if (service !== null && !by.startsWith(service) && !(unique || goesOn)) return false;
      return unique || goesOn || mint.region === event.region;
    }
    if (unique || goesOn) return true;
    const [first] = events;
    if (first === undefined) return false;
    if (sessions.length > 0) return true;
    // Without a mint and a name, only what the service itself sends is known to be its own.
    return (
      isForwarded(first) &&
      first.region === event.region &&
      first.actor.invokedBy?.split('.')[0] === (service ?? event.source.split('.')[0])
    );
  }

  private routineOf(role: string | null, since: number, byPlace: boolean): (event: TrailEvent) => boolean {
    if (role === null) return () => false;
    const life = this.lives.get(role) ?? lifeOf(this.graph, role);
    this.lives.set(role, life);
    const opened = Math.min(since, this.opened.get(role) ?? since);
    const before = (time: number | undefined): boolean => time !== undefined && time < opened;
    return (event) => {
      const prefix = addressPrefix(event);
      if (byPlace && prefix !== null && !before(life.places.get(prefix))) return false;
      return before(life.acts.get(routineAct(event)));
    };
  }
}

interface Life {
  acts: Map<string, number>;
  places: Map<string, number>;
}

function lifeOf(graph: CredentialGraph, role: string): Life {
  const life: Life = { acts: new Map(), places: new Map() };
  const earliest = (map: Map<string, number>, name: string, time: number): void => {
    map.set(name, Math.min(time, map.get(name) ?? Infinity));
  };
  for (const [arn, signers] of graph.signersOfRole) {
    if (lastPart(arn) !== role) continue;
    for (const event of [...signers].flatMap((signer) => graph.bySigner.get(signer) ?? [])) {
      if (event.time === null) continue;
      earliest(life.acts, routineAct(event), event.time);
      const prefix = addressPrefix(event);
      if (prefix !== null) earliest(life.places, prefix, event.time);
    }
  }
  return life;
}

/** What makes two calls the same routine: what gives rights away must be on the same thing, a launch of the same size. */
function routineAct(event: TrailEvent): string {
  const launch = launchRequestOf(event);
  if (launch !== null) return `${habitOf(launch)}|${launch.asked}`;
  return sensitivityOf(event) > 0 ? `${actOf(event)}|${targetOf(event) ?? ''}` : actOf(event);
}

function roleOf({ actor }: TrailEvent): string | null {
  return actor.issuerArn === null ? null : lastPart(actor.issuerArn);
}

/** Which stack a session works for, by the tags in its requests: this one, another, or nothing says (null). */
function stackTie({ event }: Way, events: readonly TrailEvent[]): 'this' | 'other' | null {
  const mine = thingOf(event)?.split('|').at(-1) ?? null;
  const id = event.source === 'cloudformation.amazonaws.com' ? (valueOf(event.response?.stackId) ?? '') : '';
  let other = false;
  for (const one of events) {
    const stack = taggedStack(one);
    if (stack === null || event.source !== 'cloudformation.amazonaws.com') continue;
    if (stack.id !== null && id !== '' ? stack.id === id : stack.name === mine) return 'this';
    other = true;
  }
  return other ? 'other' : null;
}

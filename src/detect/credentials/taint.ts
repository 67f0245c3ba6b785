import { longestConsoleSession } from '../../facts/index.js';
import { type TrailEvent, worked } from '../../model/index.js';
import type { Baseline } from '../behaviour/baseline.js';
import { signerOf, userKey, type CredentialGraph } from './credential-graph.js';
import { Ways } from './compute-doors.js';
import { openedBy } from './doors.js';
import { kindWithoutMint, orphansOf } from './orphans.js';
import { type Mint } from '../records/mints.js';
import type { Tainted } from './tainted.js';

export type { Tainted } from './tainted.js';

/**
 * Taint: it flows from the key, from the moment of misuse on, along every edge that makes a credential: mints (this
 * file), what lets somebody in (doors.ts), and sessions that no event minted (orphans.ts).
 */
export class Taint {
  readonly credentials = new Map<string, Tainted>();
  /** Users and roles that tainted credentials made, by name: nothing that they do is innocent. */
  readonly madeUsers = new Map<string, { since: number; by: string }>();
  readonly madeRoles = new Map<string, { since: number; by: string }>();
  /** Long-term keys that call from where only the misuse does: somebody has to look at them. */
  readonly neighbours: readonly string[];
  private readonly queue: Tainted[] = [];
  private readonly ways: Ways;
  /** Instances that tainted credentials reached into: their role's sessions may be stolen. */
  readonly reached = new Map<string, { since: number; by: string }>();

  constructor(
    private readonly graph: CredentialGraph,
    readonly key: string,
    /** Epoch milliseconds: nothing before it is tainted. */
    readonly start: number,
    /** What the key did before, and from where. */
    private readonly life: Pick<Baseline, 'isAtHome' | 'isRoutine'> | null,
    /** The misused key; or the misused credentials of the user or role that `key` names. */
    roots: readonly Tainted[],
  ) {
    this.ways = new Ways(graph);
    for (const root of roots) this.taint(root);
    this.enterAll();
    const ids = roots.map(({ id }) => id);
    const { orphans, neighbours } = orphansOf(graph, this.credentials, this.reached, ids, start);
    this.neighbours = neighbours;
    for (const orphan of orphans) this.taint(orphan);
    this.enterAll();
  }

  /** The tainted credential behind this call, if any. Null also before its taint began. */
  of(event: TrailEvent): Tainted | null {
    const signer = signerOf(event);
    const tainted = signer === null ? undefined : this.credentials.get(signer);
    if (tainted === undefined) return null;
    if (event.time !== null && tainted.since !== null && event.time < tainted.since) return null;
    return tainted.spares?.(event) === true ? null : tainted;
  }

  /** The sessions of an instance that a tainted credential launched (role session name = instance id). */
  addInstances(ids: Iterable<string>, since: number, by: string): void {
    for (const id of ids) {
      for (const signer of this.graph.signersOfSession.get(id) ?? []) {
        this.taint({
          id: signer,
          kind: 'instance-role',
          parent: by,
          mint: this.graph.mints.get(signer) ?? null,
          since,
          strength: 'certain',
          fresh: true,
          samePrincipal: true,
          how: `role session of ${id}, which ${by} launched`,
        });
      }
    }
    this.enterAll();
  }

  /** Until nobody new comes in: more taint opens more ways, and closes fewer. */
  private enterAll(): void {
    for (let known = -1; known !== this.credentials.size; ) {
      this.drain();
      known = this.credentials.size;
      for (const one of this.ways.entered((event) => this.of(event) !== null)) this.taint(one);
      this.drain();
    }
  }

  private taint(next: Tainted): void {
    const known = this.credentials.get(next.id);
    if (known !== undefined && (known.strength === 'certain' || next.strength === 'likely')) return;
    this.credentials.set(next.id, next);
    this.queue.push(next);
  }

  private drain(): void {
    for (let next = this.queue.pop(); next !== undefined; next = this.queue.pop()) this.spread(next);
  }

  private spread(from: Tainted): void {
    const since = from.since ?? this.start;
    for (const mint of this.graph.minted.get(from.id) ?? []) {
      const spared = from.spares?.(mint.event) === true;
      if ((mint.event.time ?? since) >= since && !spared) this.tieMint(mint, from);
    }
    for (const event of this.graph.bySigner.get(from.id) ?? []) {
      const spared = from.spares?.(event) === true;
      if (worked(event) && (event.time ?? since) >= since && !spared) this.tieOpened(event, from);
    }
    if (from.mint?.principal?.includes(':sts:') === true) this.tieArn(from.mint.principal, from, since);
  }

  private tieMint(mint: Mint, from: Tainted): void {
    const since = mint.event.time ?? this.start;
    if (mint.id === null) {
      // The record hides what it made: the session is known by its name.
      if (mint.principal?.includes(':sts:') === true) this.tieArn(mint.principal, from, since);
      return;
    }
    this.taint({
      id: mint.id,
      kind: mint.kind,
      parent: from.id,
      mint,
      since,
      strength: from.strength,
      fresh: from.fresh || (mint.kind === 'access-key' && !this.isRotation(mint, from)),
      samePrincipal: from.strength === 'certain' || from.samePrincipal,
      how: `minted by ${from.id} with ${mint.event.name}`,
    });
  }

  /** Sessions without a mint of their own that carry the name of a tainted one: the console, or a service that
   *  passes calls on. */
  private tieArn(arn: string, from: Tainted, since: number): void {
    for (const signer of this.graph.signersOfArn.get(arn) ?? []) {
      if (this.graph.mints.has(signer) || !this.startsWithin(signer, since, since + longestConsoleSession))
        continue;
      this.taint({
        id: signer,
        kind: kindWithoutMint(this.graph, signer),
        parent: from.id,
        mint: null,
        since,
        strength: 'likely',
        fresh: from.fresh,
        samePrincipal: true,
        how: `acts as ${arn}, the session of ${from.id}, without a mint event of its own`,
      });
    }
  }

  private tieOpened(event: TrailEvent, from: Tainted): void {
    const made = { since: event.time ?? this.start, by: from.id };
    const { graph, ways } = this;
    const opened = openedBy({ event, from, since: made.since, graph, ways });
    const { user, role, instances, letIn } = opened;
    if (opened.ways.length > 0 && !this.isOwnWork(event, from)) for (const way of opened.ways) ways.add(way);
    if (user !== null) this.madeUsers.set(userKey(event.account ?? event.actor.account, user), made);
    if (role !== null) this.madeRoles.set(role, made);
    for (const id of instances) if (!this.reached.has(id)) this.reached.set(id, made);
    for (const tainted of letIn) this.taint(tainted);
  }

  /** The key does so anyway, from where it lives; what it replaces it worked on before the misuse. */
  private isOwnWork(event: TrailEvent, by: Tainted): boolean {
    const worked = ({ time, actor }: TrailEvent): boolean =>
      time !== null && time < this.start && actor.arn === event.actor.arn;
    return (
      !by.fresh &&
      this.life?.isRoutine(event) === true &&
      (!event.name.startsWith('Update') || this.ways.of(event).some(worked))
    );
  }

  /** A key that the key made for its own user, from where it lives, goes on with its life. */
  private isRotation({ event, userName }: Mint, by: Tainted): boolean {
    return !by.fresh && userName === event.actor.userName && this.life?.isAtHome(event) === true;
  }

  private startsWithin(signer: string, from: number, to: number): boolean {
    const events = this.graph.bySigner.get(signer) ?? [];
    return events.some(({ time }) => time !== null && time >= from && time <= to);
  }
}

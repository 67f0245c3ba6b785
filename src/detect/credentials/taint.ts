import { isTemporary } from '../../facts/identifiers.js';
import { longestConsoleSession } from '../../facts/delays.js';
import { worked, type TrailEvent } from '../../model/trail-event.js';
import { signerOf, userKey, type CredentialGraph } from './credential-graph.js';
import { openedBy } from './opened-doors.js';
import { kindWithoutMint, orphansOf } from './orphans.js';
import { type Mint } from '../records/mints.js';
import type { Tainted } from './tainted.js';

export type { Tainted } from './tainted.js';

/**
 * Taint: it flows from the key, from the moment of misuse on, along every edge that makes a credential: mints (this
 * file), what lets somebody in (opened-doors.ts), and sessions that no event minted (orphans.ts).
 */
export class Taint {
  readonly credentials = new Map<string, Tainted>();
  /** Users and roles that tainted credentials made, by name: nothing that they do is innocent. */
  readonly madeUsers = new Map<string, { since: number; by: string }>();
  readonly madeRoles = new Map<string, { since: number; by: string }>();
  /** Long-term keys that call from where only the misuse does: somebody has to look at them. */
  readonly neighbours: readonly string[];
  private readonly queue: Tainted[] = [];
  /** Instances that tainted credentials reached into: their role's sessions may be stolen. */
  readonly reached = new Map<string, { since: number; by: string }>();

  constructor(
    private readonly graph: CredentialGraph,
    readonly key: string,
    /** Epoch milliseconds: nothing before it is tainted. */
    readonly start: number,
  ) {
    const mint = graph.mints.get(key) ?? null;
    this.taint({
      id: key,
      kind: mint?.kind ?? (isTemporary(key) ? 'unknown' : 'access-key'),
      parent: null,
      mint,
      since: start,
      strength: 'certain',
      fresh: false,
      samePrincipal: true,
      how: 'the misused key itself',
    });
    this.drain();
    const { orphans, neighbours } = orphansOf(graph, this.credentials, this.reached, key, start);
    this.neighbours = neighbours;
    for (const orphan of orphans) this.taint(orphan);
    this.drain();
  }

  /** The tainted credential behind this call, if any. Null also before its taint began. */
  of(event: TrailEvent): Tainted | null {
    const signer = signerOf(event);
    const tainted = signer === null ? undefined : this.credentials.get(signer);
    if (tainted === undefined) return null;
    if (event.time !== null && tainted.since !== null && event.time < tainted.since) return null;
    return tainted;
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
    this.drain();
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
      if ((mint.event.time ?? since) >= since) this.tieMint(mint, from);
    }
    for (const event of this.graph.bySigner.get(from.id) ?? []) {
      if (worked(event) && (event.time ?? since) >= since) this.tieOpened(event, from);
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
      fresh: mint.kind === 'access-key' || from.fresh,
      samePrincipal: true,
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
    const { user, role, instances, letIn } = openedBy(event, from, made.since, this.graph);
    if (user !== null) this.madeUsers.set(userKey(event.account ?? event.actor.account, user), made);
    if (role !== null) this.madeRoles.set(role, made);
    for (const id of instances) if (!this.reached.has(id)) this.reached.set(id, made);
    for (const tainted of letIn) this.taint(tainted);
  }

  private startsWithin(signer: string, from: number, to: number): boolean {
    const events = this.graph.bySigner.get(signer) ?? [];
    return events.some(({ time }) => time !== null && time >= from && time <= to);
  }
}

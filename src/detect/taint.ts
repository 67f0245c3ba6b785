import { asObject, asText } from '../json.js';
import { worked, type TrailEvent } from '../trail/event.js';
import { isTemporary, signerOf, userKey, type CredentialGraph } from './credential-graph.js';
import { consoleHours, type Mint } from './mints.js';
import type { TaintedCredential } from './incident.js';
import {
  isConsole,
  isForwarded,
  isService,
  lastPart,
  requestOf,
  responseOf,
  valueOf,
} from './record-fields.js';

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
}

/** Taint: it flows from the key, from the moment of misuse on, along every edge that makes a credential. */
export class Taint {
  readonly credentials = new Map<string, Tainted>();
  /** Users and roles that tainted credentials made, by name: nothing that they do is innocent. */
  readonly madeUsers = new Map<string, { since: number; by: string }>();
  readonly madeRoles = new Map<string, { since: number; by: string }>();
  /** Long-term keys that call from where only the misuse does: somebody has to look at them. */
  readonly neighbours: string[] = [];
  private readonly queue: Tainted[] = [];
  /** Instances that tainted credentials reached into: their role's sessions may be stolen. */
  private readonly touched = new Map<string, { since: number; by: string }>();

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
    this.tieOrphans();
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
      if (worked(event) && (event.time ?? since) >= since) this.tieMade(event, from);
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
      if (this.graph.mints.has(signer) || !this.startsWithin(signer, since, since + consoleHours)) continue;
      this.taint({
        id: signer,
        kind: this.kindOfOrphan(signer),
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

  /** What a tainted call made that lets somebody in. */
  private tieMade(event: TrailEvent, from: Tainted): void {
    const request = requestOf(event);
    const response = responseOf(event);
    const since = event.time ?? this.start;
    switch (event.name) {
      case 'CreateUser': {
        const name = valueOf(request.userName) ?? valueOf(asObject(response.user)?.userName);
        if (name !== null) this.tieUser(event, name, from, true);
        break;
      }
      case 'CreateLoginProfile':
      case 'UpdateLoginProfile': {
        const name = valueOf(request.userName) ?? valueOf(asObject(response.loginProfile)?.userName);
        if (name !== null && event.source === 'iam.amazonaws.com') this.tieUser(event, name, from, false);
        break;
      }
      case 'CreateRole': {
        const arn = valueOf(asObject(response.role)?.arn);
        const name = valueOf(request.roleName) ?? (arn === null ? null : lastPart(arn));
        if (name !== null) this.tieRole(name, event, from);
        break;
      }
      case 'CreateTrustAnchor':
      case 'CreateSAMLProvider':
      case 'UpdateSAMLProvider':
      case 'CreateOpenIDConnectProvider':
      case 'UpdateOpenIDConnectProviderThumbprint':
      case 'AddClientIDToOpenIDConnectProvider':
        this.tieThrough(event, from);
        break;
      case 'UpdateAssumeRolePolicy': {
        const role = valueOf(request.roleName);
        if (role !== null) this.tieTrust(role, event, from);
        break;
      }
      case 'SendCommand':
      case 'StartSession':
      case 'SendSSHPublicKey':
      case 'SendSerialConsoleSSHPublicKey':
      case 'ModifyInstanceAttribute':
        for (const id of instancesIn(request))
          if (!this.touched.has(id)) this.touched.set(id, { since, by: from.id });
        break;
      default:
    }
  }

  private tieUser(event: TrailEvent, name: string, from: Tainted, made: boolean): void {
    const since = event.time ?? this.start;
    const key = userKey(event.account ?? event.actor.account, name);
    if (made) this.madeUsers.set(key, { since, by: from.id });
    for (const signer of this.graph.signersOfUser.get(key) ?? []) {
      if (!this.usedAfter(signer, since)) continue;
      // A password opens the console only: an innocent user's own keys are spared.
      const console = (isTemporary(signer) || signer.startsWith('arn:')) && !this.graph.mints.has(signer);
      if (!made && !console) continue;
      this.taint({
        id: signer,
        kind: console ? 'console' : (this.graph.mints.get(signer)?.kind ?? 'access-key'),
        parent: from.id,
        mint: this.graph.mints.get(signer) ?? null,
        since,
        strength: made ? 'certain' : 'likely',
        fresh: true,
        samePrincipal: true,
        how: made
          ? `belongs to ${name}, a user that ${from.id} made`
          : `signed in as ${name} after ${from.id} set the password`,
      });
    }
  }

  private tieRole(name: string, event: TrailEvent, from: Tainted): void {
    const since = event.time ?? this.start;
    this.madeRoles.set(name, { since, by: from.id });
    for (const [arn, signers] of this.graph.signersOfRole) {
      if (lastPart(arn) !== name) continue;
      for (const signer of signers)
        this.tieSession(signer, since, from, `a session of ${name}, a role that ${from.id} made`);
    }
  }

  /** An opened trust lets outsiders in; who assumed the role from inside before goes on as before. */
  private tieTrust(role: string, event: TrailEvent, from: Tainted): void {
    const since = event.time ?? this.start;
    for (const mint of this.graph.unsigned.concat(...this.outsiders())) {
      if (
        mint.id === null ||
        mint.roleName !== role ||
        (mint.event.time ?? 0) < since ||
        isService(mint.event)
      )
        continue;
      this.tieSession(mint.id, since, from, `let in by the trust of ${role} that ${from.id} changed`);
    }
  }

  private outsiders(): Mint[][] {
    return [...this.graph.minted.values()].map((mints) => mints.filter(({ event }) => fromOutside(event)));
  }

  private tieThrough(event: TrailEvent, from: Tainted): void {
    const since = event.time ?? this.start;
    const names = new Set<string>();
    for (const part of [requestOf(event), responseOf(event)]) {
      for (const name of [
        'sAMLProviderArn',
        'SAMLProviderArn',
        'openIDConnectProviderArn',
        'OpenIDConnectProviderArn',
      ]) {
        const arn = valueOf(part[name]);
        if (arn !== null) names.add(arn);
      }
      const anchor = valueOf(asObject(part.trustAnchor)?.trustAnchorArn);
      if (anchor !== null) names.add(anchor);
    }
    if (names.size === 0) return;
    for (const mint of this.graph.mints.values()) {
      if (mint.id === null || (mint.event.time ?? 0) < since) continue;
      const let_in = mint.through.find((name) =>
        [...names].some((made) => name === made || name.includes(lastPart(made))),
      );
      if (let_in === undefined) continue;
      this.tieSession(mint.id, since, from, `let in through ${let_in}, which ${from.id} made or changed`);
    }
  }

  private tieSession(id: string, since: number, from: Tainted, how: string): void {
    if (!this.usedAfter(id, since) && !this.graph.mints.has(id)) return;
    const mint = this.graph.mints.get(id) ?? null;
    this.taint({
      id,
      kind: mint?.kind ?? 'role-session',
      parent: from.id,
      mint,
      since,
      strength: from.strength,
      fresh: true,
      samePrincipal: true,
      how,
    });
  }

  /**
   * Sessions without a mint event (over 90 % of them in real trails) that call from where the tainted ones do: as the
   * same user, or from an address that only tainted credentials used. Likely, never certain, and no parent is named.
   */
  private tieOrphans(): void {
    const here = new Set<string>();
    for (const tainted of this.credentials.values()) {
      for (const event of this.graph.bySigner.get(tainted.id) ?? []) {
        if (event.time === null || event.time < this.start || isForwarded(event)) continue;
        here.add(placeOf(event));
      }
    }
    const others = this.placesOfOthers();
    const usual = this.usualPlaces();
    for (const [signer, events] of this.graph.bySigner) {
      if (this.credentials.has(signer)) continue;
      if (!isTemporary(signer) && !signer.startsWith('arn:')) {
        const same = events.some(
          (event) => this.isDuring(event) && here.has(placeOf(event)) && !usual.has(placeOf(event)),
        );
        if (same) this.neighbours.push(signer);
        continue;
      }
      if (this.isMinted(signer)) continue;
      const first = events.find((event) => event.time !== null && event.time >= this.start);
      if (first === undefined) continue;
      const touched = this.touched.get(first.actor.sessionName ?? '');
      // A record that hides its key id (masked, or left out) still says whose call it was.
      const masked =
        signer.startsWith('arn:') && first.source !== 'signin.amazonaws.com' && !isConsole(first);
      const mine =
        this.isOwner(first) &&
        (masked || (isForwarded(first) ? !isConsole(first) : here.has(placeOf(first))));
      const foreign = here.has(placeOf(first)) && (touched !== undefined || !others.has(placeOf(first)));
      if (!mine && !foreign) continue;
      this.taint({
        id: signer,
        kind: touched === undefined ? (isConsole(first) ? 'console' : 'unknown') : 'instance-role',
        parent: touched?.by ?? null,
        mint: this.graph.mints.get(signer) ?? null,
        since: Math.max(this.start, touched?.since ?? 0),
        strength: 'likely',
        fresh: false,
        samePrincipal: mine && here.has(placeOf(first)),
        how:
          touched !== undefined
            ? `role session of ${first.actor.sessionName ?? ''}, which ${touched.by} reached into, used from the same place`
            : mine
              ? `acts as the same user${masked ? ', and the records hide the key id' : ' from the same place'}; no event minted it, so its parent is unknown`
              : `calls from an address and program that only tainted credentials used; no event minted it`,
      });
    }
    this.drain();
  }

  private isDuring({ time }: TrailEvent): boolean {
    return time !== null && time >= this.start;
  }

  /** Where the key called from before the misuse. */
  private usualPlaces(): Set<string> {
    const mine = this.graph.bySigner.get(this.key) ?? [];
    return new Set(mine.filter((event) => event.time !== null && event.time < this.start).map(placeOf));
  }

  /** Places where anybody else was, or the key itself before the misuse: they tie nobody. */
  private placesOfOthers(): Set<string> {
    const places = new Set<string>();
    for (const [signer, events] of this.graph.bySigner) {
      const tainted = this.credentials.get(signer);
      if (tainted === undefined && isTemporary(signer) && !this.isMinted(signer)) continue;
      for (const event of events) {
        if (tainted !== undefined && (event.time === null || event.time >= this.start)) continue;
        places.add(placeOf(event));
      }
    }
    return places;
  }

  private isMinted(id: string): boolean {
    const mint = this.graph.mints.get(id);
    return mint !== undefined && !isService(mint.event);
  }

  private isOwner(event: TrailEvent): boolean {
    const mine = this.graph.bySigner.get(this.key)?.find(({ actor }) => actor.arn !== null)?.actor.arn;
    return mine !== undefined && event.actor.arn === mine;
  }

  private kindOfOrphan(signer: string): TaintedCredential['kind'] {
    const first = this.graph.bySigner.get(signer)?.[0];
    return first !== undefined && isForwarded(first) && !isConsole(first) ? 'unknown' : 'console';
  }

  private usedAfter(signer: string, since: number): boolean {
    return this.graph.bySigner.get(signer)?.some(({ time }) => time === null || time >= since) ?? false;
  }

  private startsWithin(signer: string, from: number, to: number): boolean {
    const events = this.graph.bySigner.get(signer) ?? [];
    return events.some(({ time }) => time !== null && time >= from && time <= to);
  }
}

function placeOf(event: TrailEvent): string {
  return `${event.sourceIp ?? ''}|${event.userAgent ?? ''}`;
}

/** The caller belongs to another account, or to none. */
function fromOutside(event: TrailEvent): boolean {
  const { account, type } = event.actor;
  return type === 'AWSAccount' || (account !== null && event.account !== null && account !== event.account);
}

function instancesIn(request: ReturnType<typeof requestOf>): string[] {
  const list = Array.isArray(request.instanceIds) ? request.instanceIds : [];
  return [...list, request.target ?? null, request.instanceId ?? null]
    .map((id) => asText(id))
    .filter((id) => id?.startsWith('i-') === true) as string[];
}

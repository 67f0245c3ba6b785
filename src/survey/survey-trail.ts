import { eventHistory, longestRoleSession, trailDelay } from '../facts/index.js';
import type { Reader } from '../aws/index.js';
import {
  asText,
  type Cell,
  type Emit,
  type Identity,
  type Incident,
  type Json,
  type OriginRule,
  leadOf,
  type Resource,
  type SkippedRecords,
  type TaintedCredential,
  textAt,
  type TrailEvent,
  isVolume,
} from '../model/index.js';
import { asksBefore, buildGraph, candidatesOf, letInBy, modelInvocations } from '../detect/index.js';
import { accessKeys, type Play } from '../plays/index.js';
import {
  type AthenaAddress,
  AthenaLookup,
  type KeySource,
  readTrail,
  type TrailAccess,
  TrailLookup,
  type TrailQuery,
} from '../trail/index.js';

/** The account that is looked at, and who looks. */
export interface Caller {
  reader: Reader;
  identity: Identity;
}

/** Whose trail is read, and how far back. Times are epoch milliseconds, periods milliseconds. */
export interface TrailScope {
  session: Caller | null;
  emit: Emit;
  /** The name of the lead: see model/lead.ts. */
  key: string | null;
  since: number;
  compromisedAt: number | null;
  /** Regions that were chosen; null: all. */
  regions: readonly string[] | null;
  /** CloudTrail log files, directories or addresses of buckets, instead of the event history. */
  trail: readonly string[] | null;
  /** A table of Athena that is asked instead of the event history. */
  athena?: { address: AthenaAddress; maxScan: number; signal: AbortSignal } | null;
  /** Where CloudTrail's public keys are had from, to prove the files by its digests; null: they are not proven. */
  validate: KeySource | null;
}

/** first-hand: the launches, and what the key did · followed: what its user and minted credentials did too. */
export type TrailDepth = 'first-hand' | 'followed';

/** How far back to look for roles assumed where no key was given, milliseconds: a session lives for up to 12 hours, and
 *  was perhaps minted by another. */
const assumeRolePeriod = 2 * 24 * 3600_000;
/** Of whoever assumes a role, at most so many pages. */
const assumePages = 10;
/** Without a key, so many of those who stand out by their launches have their whole life read: it acquits most. */
const maxCandidates = 4;
/** Without a key, of model invocations at least so much is read, milliseconds, and at most so many pages. */
const invocationsPeriod = 3600_000;
const invocationsPages = 40;
/** Without a key, whose sessions launched what shows in what was minted, and in what launches by itself. */
export const launchesAndMints = [
  'GetSessionToken',
  'GetFederationToken',
  'RequestSpotInstances',
  'CreateFleet',
  'CreateAutoScalingGroup',
];
export const newUsers = ['AttachUserPolicy', 'CreateAccessKey', 'CreateUser'];
/** A first look reads so many pages of a key's own events in a region, ten seconds' worth: what is normal for it shows
 *  in its launches, of which all are read. The look that follows reads the rest. */
const firstLookPages = 20;
/** Of calls by the same name before the incident, so many pages at most. */
const beforePages = 20;
/** Of who came in by a door, so long before it, milliseconds, and so many pages at most. */
const routinePeriod = 14 * 24 * 3600_000;
const letInPages = 40;
const letInAttributes = { who: 'Username', role: 'ResourceName', call: 'EventName' } as const;
/** Of one instance, in the half hour around its launch. */
const launchPages = 4;
/** Of a role that was named, so many of its newest sessions' making, and the lives of so many of their names. */
const roleMintPages = 40;
const roleSessionNames = 60;
/** Rounds of following minted credentials: each finds those that the last one's credentials minted, or whose sessions
 *  came in by a door. */
const mintRounds = 8;
/** Credentials whose events are looked up one by one. Beyond them the incident says that there are more. */
const maxFollowed = 60;

/** Which questions CloudTrail is asked for one incident, or the files that are read instead. */
export class SurveyTrail {
  private readonly lookup: TrailLookup | AthenaLookup | null;
  private files: Awaited<ReturnType<typeof readTrail>> | null = null;
  private readonly queries = new Map<string, TrailQuery>();
  /** What a first look has read: the look that follows at once does not read it again. */
  private readonly justRead = new Set<TrailQuery>();
  /** Read by a first look; another one follows in a moment. */
  private readonly readFirst = new Set<TrailQuery>();
  private roleArn: string | null = null;
  /** Names of a named role's sessions whose lives are read. */
  private readonly sessionNames = new Set<string>();

  constructor(private readonly scope: TrailScope) {
    const { session, emit, athena = null } = scope;
    if (session === null) {
      this.lookup = null;
      return;
    }
    const { reader, identity } = session;
    const { account, homeRegion } = identity;
    this.lookup =
      athena === null
        ? new TrailLookup({ reader, account, emit })
        : new AthenaLookup({ reader, account, homeRegion, emit, ...athena });
  }

  /** files: what somebody could have put there, in a bucket or table too. */
  get source(): 'event-history' | 'files' {
    return this.files === null && (this.scope.athena ?? null) === null ? 'event-history' : 'files';
  }

  /** Every event read so far. */
  events(): TrailEvent[] {
    return this.files?.events ?? this.lookup?.all() ?? [];
  }

  skippedRecords(): SkippedRecords[] {
    return this.files?.skipped ?? this.lookup?.skippedRecords() ?? [];
  }

  /** Reads the files, once. */
  async readFiles(): Promise<Cell[]> {
    const { trail, emit, validate } = this.scope;
    this.files ??= await readTrail(trail ?? [], emit, validate, this.bucketAccess());
    return this.files.cells;
  }

  /** Who reads trail files from a bucket; null without credentials. */
  private bucketAccess(): TrailAccess | null {
    const { session, since, regions } = this.scope;
    if (session === null) return null;
    const { reader, identity } = session;
    const { account, homeRegion } = identity;
    return { reader, account, homeRegion, regions, from: reader.now() - since };
  }

  /** What CloudTrail's digests say of the files. */
  notes(): readonly string[] {
    return this.files?.notes ?? [];
  }

  /** The accounts that the files speak of. */
  accounts(): Set<string> {
    return new Set((this.files?.events ?? []).flatMap((event) => event.account ?? []));
  }

  /**
   * Reads what is new for this incident, in every region at once; `owner` is the key's user, where known, and
   * `credentialsOf` says which credentials the events so far taint: those are followed in turn.
   */
  async read(
    regions: readonly string[],
    depth: TrailDepth,
    owner: string | null,
    credentialsOf: (cells: Cell[]) => readonly TaintedCredential[],
  ): Promise<Cell[]> {
    const { session, lookup } = this;
    if (this.scope.trail !== null || lookup === null || session === null) return this.readFiles();
    const { reader, identity } = session;
    const from = this.from(reader);
    // Global services (IAM, STS's global endpoint) log in the home region, whichever regions were chosen.
    const everywhere = [...new Set([...regions, identity.homeRegion])].sort();
    this.askFirst(everywhere, session, from);
    if (depth === 'first-hand') {
      const queries = [...this.queries.values()].filter((query) => !this.readFirst.has(query));
      for (const query of queries) this.readFirst.add(query);
      const isOwn = ({ attribute }: TrailQuery): boolean =>
        attribute === 'AccessKeyId' || attribute === 'Username';
      for (const query of queries) if (!isOwn(query)) this.justRead.add(query);
      await lookup.read(
        queries.map((query) =>
          // Cut short before the period's beginning is truncated, whenever misuse began: the next look reads on.
          isOwn(query) ? { ...query, maxPages: firstLookPages, enoughFrom: query.from } : query,
        ),
      );
      return [...lookup.cells(), ...(await this.readSessions(lookup, everywhere, from))];
    }
    if (owner !== null) this.ask('Username', owner, everywhere, from);
    await lookup.read([...this.queries.values()].filter((query) => !this.justRead.has(query)));
    this.justRead.clear();
    const unread = await this.readSessions(lookup, everywhere, from);
    if (this.scope.key === null) await this.readCandidates(lookup, everywhere, from);
    const unfollowed = await this.follow(lookup, everywhere, from, credentialsOf);
    if (unfollowed === 0) return [...lookup.cells(), ...unread];
    // What they did is not known: a gap like any other, and never a success.
    const detail = `the events of ${unfollowed} minted credentials were not looked up one by one`;
    return [
      ...lookup.cells(),
      ...unread,
      { subject: 'trail', region: identity.homeRegion, status: 'truncated', count: 0, detail },
    ];
  }

  /** The ARN of the role that was named: its sessions' making is found by it. */
  setRole(arn: string): void {
    this.roleArn = arn;
  }

  /** The lives of a named role's sessions, by the names that they go by: what is not read is said. */
  private async readSessions(
    lookup: TrailLookup | AthenaLookup,
    everywhere: readonly string[],
    from: number,
  ): Promise<Cell[]> {
    const { roleArn } = this;
    if (roleArn === null) return [];
    const last = new Map<string, number>();
    for (const event of lookup.all()) {
      const name = sessionOf(event, roleArn);
      if (name !== null) last.set(name, Math.max(event.time ?? 0, last.get(name) ?? 0));
    }
    const names = [...last].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
    const before = this.queries.size;
    const room = roleSessionNames - this.sessionNames.size;
    for (const name of names.filter((one) => !this.sessionNames.has(one)).slice(0, Math.max(0, room))) {
      this.sessionNames.add(name);
      this.ask('Username', name, everywhere, from, { maxPages: letInPages });
    }
    await lookup.read([...this.queries.values()].slice(before));
    const unread = names.filter((one) => !this.sessionNames.has(one)).length;
    if (unread === 0) return [];
    const detail = `the sessions of ${unread} more names were not read one by one`;
    return [{ subject: 'trail', region: everywhere[0] ?? 'global', status: 'truncated', count: 0, detail }];
  }

  /** Reads every event that names `value`: the id of a credential or of an instance, or the name of a user. */
  async readAbout(value: string, regions: readonly string[]): Promise<void> {
    const { session, lookup } = this;
    if (session === null || lookup === null) return;
    const attributes = value.startsWith('i-')
      ? (['ResourceName'] as const)
      : (['ResourceName', 'AccessKeyId', 'Username'] as const);
    const from = this.from(session.reader);
    await lookup.read(attributes.map((attribute) => ({ attribute, value, from, regions })));
  }

  /** Asks who launched these instances, each by its own name, around its time: a bounded number of pages each. */
  async askLaunches(instances: readonly Resource[]): Promise<void> {
    const queries = instances.map(({ id, region, createdAt }): TrailQuery => {
      const made = createdAt ?? 0;
      const around = { from: made - trailDelay, to: made + trailDelay, maxPages: launchPages };
      return { attribute: 'ResourceName', value: id, regions: [region], ...around };
    });
    await this.lookup?.read(queries);
  }

  /** How far back everything is asked for, epoch milliseconds. */
  since(now: number): number {
    const { since, athena = null } = this.scope;
    return now - (athena === null ? Math.min(since, eventHistory) : since);
  }

  /**
   * What is too young to be judged may have a maker that CloudTrail knows already, only not by the key: its maker's
   * event is asked for by name, by the plays' own rules. Of what was tampered with, its own people's events are asked
   * for in the same way: they say what it was before. And of roles that the incident assumed, who else did so: a cut
   * of the whole role ends their sessions. False where there is nothing to ask.
   */
  async askWhoMade(incident: Incident, plays: readonly Play[], enabled: readonly string[]): Promise<boolean> {
    const { session, lookup } = this;
    if (this.scope.trail !== null || session === null || lookup === null) return false;
    const { reader, identity } = session;
    const queries = incident.findings.flatMap(({ class: judged, before, resource, evidence }) => {
      const { play: id, region, createdAt } = resource;
      // Tied by the second and size of a launch: somebody else's own event of the same second would clear it.
      const isInferred = isVolume(resource) && judged === 'rogue' && evidence[0]?.name !== 'CreateVolume';
      const rules = (plays.find((play) => play.id === id)?.origin ?? []).filter((rule) => {
        if (rule.prefix === true || this.queries.has(`EventName=${rule.name}`)) return false;
        if (judged === 'settling' || isInferred)
          return rule.effect === 'made' || rule.name.startsWith('Create');
        return (
          judged === 'tampered' && rule.sets !== undefined && (before === null || isAskedWhole(rule, before))
        );
      });
      const from =
        judged === 'settling' || isInferred ? (createdAt ?? 0) - trailDelay : reader.now() - eventHistory;
      return rules.map(({ name, region: global }): TrailQuery => {
        const regions = [global === 'global' || region === 'global' ? identity.homeRegion : region];
        return { attribute: 'EventName', value: name, from, regions };
      });
    });
    const regions = [...new Set([...enabled, identity.homeRegion])].sort();
    const now = reader.now();
    queries.push(...this.askHowItWas(incident, plays, regions, { reader, identity }));
    // The newest show that it is in use, and by whom.
    const newest = { from: now - longestRoleSession, enoughFrom: now, maxPages: assumePages };
    for (const { otherSessions, resource } of incident.findings) {
      const value = asText(resource.properties['arn']);
      if (otherSessions !== undefined && value !== null)
        queries.push({ attribute: 'ResourceName', value, regions, ...newest });
    }
    const distinct = new Map<string, TrailQuery>();
    for (const query of queries) {
      const id = `${query.value}|${query.regions.join()}|${query.to === undefined ? '' : 'before'}`;
      const known = distinct.get(id);
      // Of several that ask how it was, the one that reaches latest answers all.
      if (known === undefined || (query.to ?? 0) > (known.to ?? 0)) distinct.set(id, query);
    }
    if (distinct.size === 0) return false;
    await lookup.read([...distinct.values()]);
    return true;
  }

  /** A call that changes nothing leaves the record of a change: how the thing was before is asked of earlier events by
   *  the same names, and of a key's own use. The newest before the incident decide. */
  private askHowItWas(
    { findings }: Incident,
    plays: readonly Play[],
    regions: readonly string[],
    { reader, identity }: Caller,
  ): TrailQuery[] {
    const from = reader.now() - eventHistory;
    return findings.flatMap((finding): TrailQuery[] => {
      const { play: id, region } = finding.resource;
      const asks = asksBefore(finding, plays.find((play) => play.id === id)?.origin ?? []);
      if (asks === null) return [];
      const limits = { from, to: asks.since, enoughFrom: asks.since, maxPages: beforePages };
      const where = region === 'global' ? [identity.homeRegion] : [region];
      const named = asks.names.map(
        (value): TrailQuery => ({ attribute: 'EventName', value, regions: where, ...limits }),
      );
      if (id !== accessKeys.id) return named;
      const use = { ...limits, maxPages: 1 };
      return [...named, { attribute: 'AccessKeyId', value: finding.resource.id, regions, ...use }];
    });
  }

  /** By event name: from when on every event of a global service was read, of the names that `plays` have rules of; by
   *  `REGION|name`, the same of what no list shows, in each of `regions`. */
  readSince(plays: readonly Play[], homeRegion: string, regions: Iterable<string>): Map<string, number> {
    const rules = plays.flatMap(({ origin }) => origin);
    const read = new Map<string, number>();
    const note = (key: string, name: string, region: string): void => {
      const since = this.files === null ? this.lookup?.readSince(name, region) : this.wholeSince(region);
      if (since !== undefined && since !== null) read.set(key, since);
    };
    for (const name of new Set(rules.map((rule) => rule.name))) note(name, name, homeRegion);
    const named = new Set(rules.flatMap((rule) => (rule.named === true ? rule.name : [])));
    for (const region of regions) for (const name of named) note(`${region}|${name}`, name, region);
    return read;
  }

  /** From when on the files have all of a region. */
  private wholeSince(region: string): number | null | undefined {
    const cells = this.files?.cells.filter((one) => one.region === region && one.subject === 'trail');
    return cells?.every(({ status }) => status === 'complete') === true ? cells[0]?.from : undefined;
  }

  /** What is known without any event: the launches, and the key; without a key, what points to one. */
  private askFirst(everywhere: readonly string[], { reader, identity }: Caller, from: number): void {
    this.ask('EventName', 'RunInstances', everywhere, from);
    if (this.scope.key !== null) {
      const { kind, id } = leadOf(this.scope.key);
      if (kind === 'user') this.ask('Username', id, everywhere, from);
      else if (kind !== 'role') this.ask('AccessKeyId', id, everywhere, from);
      else if (this.roleArn !== null)
        this.ask('ResourceName', this.roleArn, everywhere, from, { maxPages: roleMintPages });
      return;
    }
    for (const name of launchesAndMints) this.ask('EventName', name, everywhere, from);
    // An application invokes models by the thousand: the newest show who else does.
    const newest = { enoughFrom: reader.now() - invocationsPeriod, maxPages: invocationsPages };
    for (const name of modelInvocations) this.ask('EventName', name, everywhere, from, newest);
    // AssumeRole is written by the thousand: only as far back as sessions may live and be renewed.
    this.ask('EventName', 'AssumeRole', everywhere, Math.max(from, reader.now() - assumeRolePeriod));
    for (const name of newUsers) this.ask('EventName', name, [identity.homeRegion], from);
  }

  /** The whole life of those who stand out, in the order of how much: what is normal for them shows only in it. */
  private async readCandidates(
    lookup: TrailLookup | AthenaLookup,
    everywhere: readonly string[],
    from: number,
  ): Promise<void> {
    const before = this.queries.size;
    const candidates = candidatesOf(buildGraph(lookup.all()), undefined).slice(0, maxCandidates);
    for (const { accessKeyId, sessionName, since } of candidates) {
      if (/^[A-Z0-9]{16,}$/.test(accessKeyId))
        this.ask('AccessKeyId', accessKeyId, everywhere, from, { enoughFrom: since });
      // A role's sessions are many: its life goes by their name.
      if (sessionName !== null) this.ask('Username', sessionName, everywhere, from, { enoughFrom: since });
    }
    await lookup.read([...this.queries.values()].slice(before));
  }

  /** Follows what tainted credentials minted, until nothing new comes up: also where a key stood out by itself. Returns
   *  how many were not followed. */
  private async follow(
    lookup: TrailLookup | AthenaLookup,
    everywhere: readonly string[],
    from: number,
    credentialsOf: (cells: Cell[]) => readonly TaintedCredential[],
  ): Promise<number> {
    for (let round = 0; ; round += 1) {
      const credentials = credentialsOf(lookup.cells());
      const before = this.queries.size;
      const follow = credentials.filter(
        ({ id, otherAccount }) => otherAccount === null && /^[A-Z0-9]{16,}$/.test(id),
      );
      const letIn = letInBy(lookup.all(), credentials);
      const unfollowed =
        follow.filter(({ id }) => !this.queries.has(`AccessKeyId=${id}`)).length +
        letIn.filter(({ by, name }) => !this.queries.has(`${letInAttributes[by]}=${name}`)).length;
      if (round === mintRounds) return unfollowed;
      for (const { id, since } of follow.slice(0, maxFollowed))
        this.ask('AccessKeyId', id, everywhere, since ?? from);
      // Users that the incident made sign in without any key id in the record.
      for (const { kind, userName, since } of credentials) {
        if (kind === 'console' && userName !== null)
          this.ask('Username', userName, everywhere, since ?? from);
      }
      // A service's own taking of a role names no key that is known: it is found by what it made.
      for (const { id, roleName, mintedBy, since } of follow.slice(0, maxFollowed))
        if (roleName !== null && mintedBy === null)
          this.ask('ResourceName', id, everywhere, (since ?? from) - longestRoleSession, { maxPages: 1 });
      // Sessions of what it runs as somebody else: which of their acts are routine shows before the door was opened.
      for (const { by, name, since, before: isLong } of letIn.slice(0, maxFollowed)) {
        const limits = { enoughFrom: since, maxPages: letInPages };
        const period = !isLong ? 0 : by === 'call' ? since - from : routinePeriod;
        this.ask(letInAttributes[by], name, everywhere, since - period, limits);
      }
      if (this.queries.size === before) return unfollowed;
      await lookup.read([...this.queries.values()].slice(before));
    }
  }

  private ask(
    attribute: TrailQuery['attribute'],
    value: string,
    regions: readonly string[],
    from: number,
    limits: Pick<TrailQuery, 'enoughFrom' | 'maxPages'> = {},
  ): void {
    const id = `${attribute}=${value}`;
    if (this.queries.has(id)) return;
    const { compromisedAt } = this.scope;
    const enough = compromisedAt === null ? {} : { enoughFrom: compromisedAt };
    this.queries.set(id, { attribute, value, from, regions, ...enough, ...limits });
  }

  private get session(): Caller | null {
    return this.scope.session;
  }

  private from(reader: Reader): number {
    return this.since(reader.now());
  }
}

/** The name of the session of this role that the event is by, or the making of; null for any other. */
function sessionOf({ actor, name, request }: TrailEvent, roleArn: string): string | null {
  if (actor.issuerArn === roleArn) return actor.sessionName;
  const isMint = name.startsWith('AssumeRole') && textAt(request, 'roleArn') === roleArn;
  return isMint ? textAt(request, 'roleSessionName') : null;
}

/** A value before is known, and others may have set a newer one: of calls that may change nothing, `askHowItWas` reads what
 *  came before; whether a whole text was put anew since, what came after says. */
function isAskedWhole({ effect, mayChangeNothing }: OriginRule, before: Json): boolean {
  return effect === 'changed' && (mayChangeNothing === undefined || asText(before) !== null);
}

import { describeAccelerators, type AcceleratorInfo } from './aws/accelerators.js';
import type { Reader } from './aws/reader.js';
import { listRegions, type Region } from './aws/regions.js';
import type { Cell } from './coverage.js';
import { instanceType } from './data/instance-types.js';
import { detect } from './detect/detect.js';
import type { Incident } from './detect/incident.js';
import { traceUp, type Trace, type TraceTarget } from './detect/trace-up.js';
import type { Emit, Identity } from './events.js';
import { takeInventory } from './playbook/inventory.js';
import { asText } from './json.js';
import { notExamined } from './playbook/not-examined.js';
import type { Play } from './playbook/play.js';
import type { Resource } from './playbook/resource.js';
import { readTrail } from './trail/files.js';
import { TrailLookup, historyMs, settlingMs, type TrailQuery } from './trail/lookup.js';
import type { SkippedRecords, TrailEvent } from './trail/event.js';

/** What to look at, and how far back. Times are epoch milliseconds. */
export interface SurveyOptions {
  /** Null: there are no credentials, and only trail files are read. */
  session: { reader: Reader; identity: Identity } | null;
  emit: Emit;
  plays: readonly Play[];
  key: string | null;
  /** The user of the key, where known: sessions without a mint event are found by name. */
  owner: string | null;
  /** How far back to read the trail, milliseconds. */
  since: number;
  compromisedAt: number | null;
  /** Regions to look at; null for all that are enabled. */
  regions: readonly string[] | null;
  /** CloudTrail log files or directories, instead of the event history. */
  trail: readonly string[] | null;
  include: readonly string[];
}

/** first-hand: the launches, and what the key did · followed: what its user and minted credentials did too. */
type TrailDepth = 'first-hand' | 'followed';

const onlyFirst: Cell = {
  subject: 'inventory',
  region: 'global',
  status: 'truncated',
  count: 0,
  detail: 'a first look, at EC2 and its sessions only: all else comes next',
};

/** How far back to look for roles assumed where no key was given, milliseconds: a session lives for up to 12 hours, and
 *  was perhaps minted by another. */
const assumeRolePeriod = 2 * 24 * 3600_000;
/** Rounds of following minted credentials: each finds those that the last one's credentials minted. */
const mintRounds = 5;
/** Credentials whose events are looked up one by one. Beyond them the incident says that there are more. */
const maxFollowed = 60;

/**
 * Facts in, one incident out: reads the trail and the inventory of every region at once, and lets detect/ decide.
 * It may be asked again: the trail is then read on from where it ended, the inventory anew.
 */
export class Survey {
  private regions: Region[] | null = null;
  private readonly lookup: TrailLookup | null;
  private files: Awaited<ReturnType<typeof readTrail>> | null = null;
  private readonly queries = new Map<string, TrailQuery>();
  private owner: string | null;
  /** What the quick first look has read: the look that follows at once does not read it again. */
  private readonly justRead = new Set<TrailQuery>();
  private readonly accelerators = new Map<string, AcceleratorInfo>();
  private readonly askedTypes = new Set<string>();

  constructor(private readonly options: SurveyOptions) {
    const { session, emit } = options;
    this.owner = options.owner;
    this.lookup =
      session === null
        ? null
        : new TrailLookup({ reader: session.reader, account: session.identity.account, emit });
  }

  /**
   * From an orphan up to the key behind it, as far as the trail tells: each step up is looked up by the name of the
   * credential or instance that the last one ended at (LookupEvents' ResourceName), so that few events are read.
   */
  async trace(target: TraceTarget): Promise<Trace> {
    const { session, trail, emit, since } = this.options;
    if (trail !== null) this.files ??= await readTrail([...trail], emit);
    let trace = traceUp(this.events(), target);
    if (session === null || this.lookup === null || trail !== null) return trace;
    const { reader, identity } = session;
    this.regions ??= await listRegions(reader, identity.homeRegion);
    const regions = this.regions.filter((region) => region.enabled).map(({ name }) => name);
    const from = reader.now() - Math.min(since, historyMs);
    const asked = new Set<string>();
    for (;;) {
      const value = trace.path.at(-1) ?? Object.values(target)[0] ?? '';
      if (asked.has(value)) return trace;
      asked.add(value);
      const attributes = value.startsWith('i-')
        ? (['ResourceName'] as const)
        : (['ResourceName', 'AccessKeyId', 'Username'] as const);
      await this.lookup.read(attributes.map((attribute) => ({ attribute, value, from, regions })));
      trace = traceUp(this.events(), target);
    }
  }

  /** The user of the key, once it is known. */
  setOwner(owner: string | null): void {
    this.owner = owner;
  }

  /** Every event read so far. */
  events(): TrailEvent[] {
    return this.files?.events ?? this.lookup?.all() ?? [];
  }

  skippedRecords(): SkippedRecords[] {
    return this.files?.skipped ?? this.lookup?.skippedRecords() ?? [];
  }

  /** Looks at everything once. @throws AwsFailure where not even the list of regions can be read. */
  async look(): Promise<Incident> {
    return this.lookAt(this.options.plays, 'followed');
  }

  /**
   * A first, quick look at what `plays` find, with the launches and the key's own events only: what is tied by them
   * stays tied, since what minted credentials did can only add to it. The next look goes on from there.
   */
  async lookFirst(plays: readonly Play[]): Promise<Incident> {
    return this.lookAt(plays, 'first-hand');
  }

  private async lookAt(plays: readonly Play[], depth: TrailDepth): Promise<Incident> {
    const { session, emit } = this.options;
    const incident =
      session === null ? await this.lookOffline() : await this.lookOnline(session, plays, depth);
    emit({ type: 'incident', incident });
    return incident;
  }

  private async lookOnline(
    session: { reader: Reader; identity: Identity },
    plays: readonly Play[],
    depth: TrailDepth,
  ): Promise<Incident> {
    const { reader, identity } = session;
    const { emit, trail } = this.options;
    if (trail !== null && (await this.filesOfAnotherAccount(identity.account))) return this.lookOffline();
    this.regions ??= await listRegions(reader, identity.homeRegion);
    const chosen = this.options.regions;
    const enabled = this.regions.filter((region) => region.enabled).map(({ name }) => name);
    const scope = {
      regions: chosen === null ? enabled : enabled.filter((name) => chosen.includes(name)),
      notEnabled: this.regions.filter((region) => !region.enabled).map(({ name }) => name),
    };
    const inventory = takeInventory(plays, reader, scope, emit);
    const [{ resources, cells }, trailCells] = await Promise.all([
      inventory,
      this.readTrail(session, scope.regions, depth),
    ]);
    const leftOut = enabled.filter((name) => !scope.regions.includes(name));
    const coverage: Cell[] = [
      ...cells,
      ...trailCells,
      ...leftOut.map(
        (region): Cell => ({
          subject: 'region',
          region,
          status: 'truncated',
          count: 0,
          detail: 'left out by --region',
        }),
      ),
      ...(depth === 'followed' ? [] : [onlyFirst]),
      ...notExamined(),
    ];
    await this.learnTypes(resources, reader, identity.homeRegion);
    const incident = this.detect(resources, coverage, reader.now());
    if (trail !== null || !(await this.askWhoMade(incident, identity.homeRegion))) return incident;
    return this.detect(resources, coverage, reader.now());
  }

  /** The account that the trail files are of; null where they are of several, or of none. */
  accountOfFiles(): string | null {
    const accounts = new Set((this.files?.events ?? []).flatMap((event) => event.account ?? []));
    return accounts.size === 1 ? ([...accounts][0] ?? null) : null;
  }

  /**
   * What is too young to be judged may have a maker that CloudTrail knows already, only not by the key: its maker's
   * event is asked for by name, by the plays' own rules. Of what was tampered with, its own people's events are asked
   * for in the same way: they say what it was before. False where there is nothing to ask.
   */
  private async askWhoMade(incident: Incident, homeRegion: string): Promise<boolean> {
    const now = this.options.session?.reader.now() ?? 0;
    const queries = incident.findings.flatMap(({ class: judged, before, resource }) => {
      const { play: id, region, createdAt } = resource;
      const rules = (this.options.plays.find((play) => play.id === id)?.origin ?? []).filter((rule) => {
        if (rule.prefix === true || this.queries.has(`EventName=${rule.name}`)) return false;
        if (judged === 'settling') return rule.effect === 'made';
        return judged === 'tampered' && before === null && rule.sets !== undefined;
      });
      const from = judged === 'settling' ? (createdAt ?? 0) - settlingMs : now - historyMs;
      return rules.map(({ name, region: global }): TrailQuery => {
        const regions = [global === 'global' || region === 'global' ? homeRegion : region];
        return { attribute: 'EventName', value: name, from, regions };
      });
    });
    const distinct = new Map(queries.map((query) => [`${query.value}|${query.regions.join()}`, query]));
    if (distinct.size === 0 || this.lookup === null) return false;
    await this.lookup.read([...distinct.values()]);
    return true;
  }

  /** Instance types that the built-in table does not have yet: EC2 is asked for their accelerators, once. */
  private async learnTypes(resources: readonly Resource[], reader: Reader, region: string): Promise<void> {
    const types = new Set(resources.flatMap(({ properties }) => asText(properties['instanceType']) ?? []));
    const unknown = [...types]
      .filter((type) => instanceType(type) === null && !this.askedTypes.has(type))
      .sort();
    for (const type of unknown) this.askedTypes.add(type);
    for (const [type, device] of await describeAccelerators(unknown, reader, region))
      this.accelerators.set(type, device);
  }

  /** The inventory of one account says nothing about the trail of another. */
  private async filesOfAnotherAccount(account: string): Promise<boolean> {
    this.files ??= await readTrail([...(this.options.trail ?? [])], this.options.emit);
    const accounts = new Set(this.files.events.flatMap((event) => event.account ?? []));
    if (accounts.size === 0 || accounts.has(account)) return false;
    this.options.emit({
      type: 'warning',
      message: `The trail files are of account ${[...accounts].slice(0, 3).join(', ')}, and you are in ${account}: only the files are read.`,
    });
    return true;
  }

  /** Trail files alone: what they show happened; what runs now is not known, and the coverage says so. */
  private async lookOffline(): Promise<Incident> {
    this.files ??= await readTrail([...(this.options.trail ?? [])], this.options.emit);
    const inventory: Cell = {
      subject: 'inventory',
      region: 'global',
      status: 'failed',
      count: 0,
      detail: 'only the trail files were read: what runs now is not known',
    };
    return this.detect([], [...this.files.cells, inventory], Date.now());
  }

  private detect(inventory: readonly Resource[], coverage: Cell[], now: number): Incident {
    const { session, plays, key, compromisedAt, include } = this.options;
    return detect({
      events: this.events(),
      inventory,
      plays,
      coverage,
      key,
      keyOwner: this.owner,
      account: session?.identity.account ?? this.accountOfFiles(),
      compromisedAt,
      now,
      include: [...include],
      accelerators: this.accelerators,
      trailFrom: this.files === null ? 'event-history' : 'files',
    });
  }

  private async readTrail(
    session: { reader: Reader; identity: Identity },
    regions: readonly string[],
    depth: TrailDepth,
  ): Promise<Cell[]> {
    const { reader, identity } = session;
    const { trail, emit, key, since, compromisedAt } = this.options;
    const lookup = this.lookup;
    if (trail !== null || lookup === null) {
      this.files ??= await readTrail([...(trail ?? [])], emit);
      return this.files.cells;
    }
    const from = reader.now() - Math.min(since, historyMs);
    // Global services (IAM, STS's global endpoint) log in the home region, whichever regions were chosen.
    const everywhere = [...new Set([...regions, identity.homeRegion])].sort();
    const enoughFrom = compromisedAt ?? undefined;
    const ask = (
      attribute: TrailQuery['attribute'],
      value: string,
      where: readonly string[],
      start = from,
    ): void => {
      const id = `${attribute}=${value}`;
      if (this.queries.has(id)) return;
      this.queries.set(id, {
        attribute,
        value,
        from: start,
        regions: where,
        ...(enoughFrom === undefined ? {} : { enoughFrom }),
      });
    };
    ask('EventName', 'RunInstances', everywhere);
    if (key === null) {
      // Without a key, whose sessions launched what shows in what was minted; AssumeRole is written by the thousand,
      // so only as far back as sessions may live and be renewed.
      for (const name of [
        'GetSessionToken',
        'GetFederationToken',
        'RequestSpotInstances',
        'CreateFleet',
        'CreateAutoScalingGroup',
      ]) {
        ask('EventName', name, everywhere);
      }
      ask('EventName', 'AssumeRole', everywhere, Math.max(from, reader.now() - assumeRolePeriod));
      for (const name of ['AttachUserPolicy', 'CreateAccessKey', 'CreateUser'])
        ask('EventName', name, [identity.homeRegion]);
    } else ask('AccessKeyId', key, everywhere);
    if (depth === 'first-hand') {
      for (const query of this.queries.values()) this.justRead.add(query);
      await lookup.read([...this.queries.values()]);
      return lookup.cells();
    }
    if (this.owner !== null) ask('Username', this.owner, everywhere);
    await lookup.read([...this.queries.values()].filter((query) => !this.justRead.has(query)));
    this.justRead.clear();

    // Follow what tainted credentials minted, until nothing new comes up.
    let unfollowed = 0;
    for (let round = 0; key !== null && round <= mintRounds; round += 1) {
      const { credentials } = this.detect([], lookup.cells(), reader.now());
      const before = this.queries.size;
      const follow = credentials.filter(
        ({ id, otherAccount }) => otherAccount === null && /^[A-Z0-9]{16,}$/.test(id),
      );
      unfollowed = follow.filter(({ id }) => !this.queries.has(`AccessKeyId=${id}`)).length;
      if (round === mintRounds) break;
      for (const { id, since: start } of follow.slice(0, maxFollowed))
        ask('AccessKeyId', id, everywhere, start ?? from);
      // Users that the incident made sign in without any key id in the record.
      for (const { kind, userName, since: start } of credentials) {
        if (kind === 'console' && userName !== null) ask('Username', userName, everywhere, start ?? from);
      }
      if (this.queries.size === before) break;
      await lookup.read([...this.queries.values()].slice(before));
    }
    if (unfollowed === 0) return lookup.cells();
    // What they did is not known: a gap like any other, and never a success.
    const detail = `the events of ${unfollowed} minted credentials were not looked up one by one`;
    return [
      ...lookup.cells(),
      { subject: 'trail', region: identity.homeRegion, status: 'truncated', count: 0, detail },
    ];
  }
}

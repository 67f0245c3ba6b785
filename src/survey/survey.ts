import { instanceType, isRootName, isTemporary } from '../facts/index.js';
import {
  type AcceleratorInfo,
  AwsFailure,
  describeAccelerators,
  listRegions,
  type Reader,
  type Region,
} from '../aws/index.js';
import {
  asText,
  type Cell,
  type CellStatus,
  hasMany,
  type Incident,
  type PersonsWords,
  type Resource,
  resourceKey,
  type SkippedRecords,
  type TrailEvent,
} from '../model/index.js';
import {
  cellsOfUnlogged,
  dearestFirst,
  Hidden,
  type LastUse,
  launchesAsked,
  useNotLogged,
} from './contradictions.js';
import {
  asksBefore,
  buildGraph,
  detect,
  isUnlogged,
  misusedOf,
  protectionsIn,
  type Trace,
  type TraceTarget,
  traceUp,
  whoseSession,
} from '../detect/index.js';
import { accessKeys, cloudControl, ec2Instances, notExamined, type Play } from '../plays/index.js';
import { AskMade } from './ask-made.js';
import { askNamed } from './ask-named.js';
import { absentAmong } from './ask-by-id.js';
import { takeInventory } from './inventory.js';
import { measured } from './measured.js';
import { cellStatusOf } from '../trail/index.js';
import { foldClosed } from './closed-regions.js';
import { touchedPlays } from './touched.js';
import { Validation } from './validation.js';
import { Words } from './words.js';
import { SurveyTrail, type Caller, type TrailDepth, type TrailScope } from './survey-trail.js';

/** What to look at. Without a session there are no credentials, and only trail files are read. */
export interface SurveyOptions extends TrailScope, PersonsWords {
  plays: readonly Play[];
  /** The user of the key, where known: sessions without a mint event are found by name. */
  owner: string | null;
  /** Regions to look at; null for all that are enabled. */
  regions: readonly string[] | null;
  /** The person answers for the trail files: they need not be confirmed by the event history. */
  trustTrail: boolean;
  /** Regions that a policy of the organisation closes to everybody, on the person's word. */
  closedRegions: readonly string[];
}

/** A credential of the user or role that was named; `userId`: of a role's session, its `aws:userid`. */
interface NamedCredential {
  id: string;
  userId: string | null;
}

/** What the trail says of a user or role that was named. */
export interface LeadWord {
  /** The earliest first; `since`: epoch milliseconds. */
  misused: (NamedCredential & { since: number; why: string })[];
  spared: NamedCredential[];
  /** What of the trail could not be read. */
  unread: Cell[];
}

/** How far a look goes. first: what launches and runs on EC2 alone · again: what the incident touched · whole: everything. */
type Extent = 'first' | 'again' | 'whole';

const leftOutBy: Record<Extent, string | null> = {
  first: 'a first look, at EC2 and its sessions only: all else comes next',
  again: 'a look at what the incident touched only: all else is looked at once more at the end',
  whole: null,
};

function unlooked(extent: Extent): Cell[] {
  const detail = leftOutBy[extent];
  if (detail === null) return [];
  return [{ subject: 'inventory', region: 'global', status: 'truncated', count: 0, detail }];
}

function unseenRegion(region: string, status: CellStatus, detail: string): Cell {
  return { subject: 'region', region, status, count: 0, detail };
}

/**
 * Facts in, one incident out: reads the trail and the inventory of every region at once, and lets detect/ decide.
 * It may be asked again: the trail is then read on from where it ended, the inventory anew.
 */
export class Survey {
  private readonly trail: SurveyTrail;
  private regions: Region[] | null = null;
  private owner: string | null;
  private readonly accelerators = new Map<string, AcceleratorInfo>();
  private readonly askedTypes = new Set<string>();

  private validation: Validation | null = null;
  /** Keys of what AWS, asked by id, does not know: of the last look. */
  private absent: ReadonlySet<string> = new Set();
  private lastUse: LastUse | null = null;
  /** Of the look before. */
  private last: Incident | null = null;
  private readonly hidden = new Hidden();
  private readonly made = new AskMade();
  /** Keys of instances; null before any was looked for in the trail by its name. */
  private launchesAsked: Set<string> | null = null;

  private readonly words: Words;
  /** Judges anew what the last look saw, and what it found. */
  private again: (() => Promise<Incident>) | null = null;

  constructor(private readonly options: SurveyOptions) {
    this.owner = options.owner;
    this.trail = new SurveyTrail(options);
    this.words = new Words(options);
  }

  /**
   * From an orphan up to the key behind it, as far as the trail tells: each step up is looked up by the name of the
   * credential or instance that the last one ended at (LookupEvents' ResourceName), so that few events are read.
   */
  async trace(target: TraceTarget): Promise<Trace> {
    const { session, trail: files } = this.options;
    if (files !== null) await this.trail.readFiles();
    let trace = traceUp(this.trail.events(), target);
    if (session === null || files !== null) return trace;
    const { enabled } = await this.listRegions(session);
    const asked = new Set<string>();
    for (;;) {
      const value = trace.path.at(-1) ?? Object.values(target)[0] ?? '';
      if (asked.has(value)) return trace;
      asked.add(value);
      await this.trail.readAbout(value, enabled);
      trace = traceUp(this.trail.events(), target);
    }
  }

  /**
   * Which credentials of the user or role that the key names are misused, from the trail alone, before anything is
   * listed; and of what it could not be read. `arn`: of the role.
   */
  async misused(arn: string | null): Promise<LeadWord> {
    const { session, key, trail: files } = this.options;
    if (session === null || key === null)
      throw new Error('only a named user or role of an account has credentials');
    const { reader } = session;
    if (arn !== null) this.trail.setRole(arn);
    const { enabled } = await this.listRegions(session);
    const { regions: chosen } = this.options;
    const regions = chosen === null ? enabled : enabled.filter((name) => chosen.includes(name));
    const cells =
      files !== null
        ? await this.trail.readFiles()
        : await this.trail.read(regions, 'first-hand', this.owner, () => []);
    const facts = this.factsOf([], cells, reader.now(), this.trail.events());
    const graph = buildGraph(facts.events);
    const { roots, spared, all } = misusedOf(graph, key, facts);
    this.words.answer(all);
    const whose = (id: string) => whoseSession(graph, id);
    return {
      misused: roots.map(({ id, since, how }) => ({ id, since, why: how, ...whose(id) })),
      spared: spared.map((id) => ({ id, ...whose(id) })),
      unread: cells.filter(({ status }) => status !== 'complete' && status !== 'not-enabled'),
    };
  }

  /** The user of the key, once it is known. */
  setOwner(owner: string | null): void {
    this.owner = owner;
  }

  /** Ids that the person wants to have acted on too, as far as they have been seen: filled by each look. */
  get included(): ReadonlySet<string> {
    return this.words.included;
  }

  /** Words of the person that name nothing in what was looked at so far. */
  namesNothing(): PersonsWords {
    return this.words.namesNothing();
  }

  /**
   * Later words of the person, and what the last look saw, judged anew by them: nothing is listed or read again. Where a
   * word names nothing, nothing changes: then the incident is null.
   */
  async amend(
    more: PersonsWords,
  ): Promise<{ words: PersonsWords; nothing: PersonsWords; incident: Incident | null }> {
    if (this.again === null || this.last === null) throw new Error('Nothing was looked at yet.');
    const nothing = this.words.amend(more, this.last.findings);
    const words = this.words.asTheyStand;
    if (nothing.include.length + nothing.exclude.length > 0) return { words, nothing, incident: null };
    return { words, nothing, incident: this.told(await this.again()) };
  }

  skippedRecords(): SkippedRecords[] {
    return this.trail.skippedRecords();
  }

  /** The account that the trail files are of; null where they are of several, or of none. */
  accountOfFiles(): string | null {
    const accounts = this.trail.accounts();
    return accounts.size === 1 ? ([...accounts][0] ?? null) : null;
  }

  /** Looks at everything once. @throws AwsFailure where not even the list of regions can be read. */
  async look(): Promise<Incident> {
    return this.lookAt(this.options.plays, 'whole');
  }

  /** Looks again at what the incident touched, as far as it is known: most services never saw it (touched.ts). */
  async lookAgain(): Promise<Incident> {
    const { plays } = this.options;
    if (this.last === null) return this.look();
    return this.lookAt(touchedPlays(plays, this.last, this.trail.events()), 'again');
  }

  /**
   * A first, quick look at what `plays` find, with the launches and the key's own events only: what is tied by them
   * stays tied, since what minted credentials did can only add to it. The next look goes on from there in the trail; the
   * inventory it reads anew, since what was stopped in between has changed it, and what came in between must not wait.
   */
  async lookFirst(plays: readonly Play[]): Promise<Incident> {
    return this.lookAt(plays, 'first');
  }

  private async lookAt(plays: readonly Play[], extent: Extent): Promise<Incident> {
    const { session } = this.options;
    const seen = session === null ? await this.lookOffline() : await this.lookOnline(session, plays, extent);
    return this.told(seen);
  }

  private told(seen: Incident): Incident {
    const coverage = foldClosed(seen.coverage, this.options.closedRegions);
    const incident = { ...seen, coverage, notes: [...seen.notes, ...this.trail.notes()] };
    this.last = incident;
    this.options.emit({ type: 'incident', incident });
    return incident;
  }

  private async lookOnline(session: Caller, plays: readonly Play[], extent: Extent): Promise<Incident> {
    const { reader, identity } = session;
    const depth: TrailDepth = extent === 'first' ? 'first-hand' : 'followed';
    const { emit, trail: files, regions: chosen } = this.options;
    if (files !== null && (await this.filesOfAnotherAccount(identity.account))) return this.lookOffline();
    const { enabled, notEnabled } = await this.listRegions(session);
    const regions = chosen === null ? enabled : enabled.filter((name) => chosen.includes(name));
    // Whose the key is comes first; when it was used last serves the whole look alone.
    const ownerCells =
      this.owner !== null && depth !== 'followed' ? [] : await this.learnKey(reader, identity.account);
    this.absent = new Set();
    const [{ resources, cells }, trailCells] = await Promise.all([
      takeInventory(plays, reader, { regions, notEnabled }, emit),
      this.trail.read(
        regions,
        depth,
        this.owner,
        (known) => this.detect([], known, reader.now()).credentials,
      ),
    ]);
    const leftOut = enabled.filter((name) => !regions.includes(name));
    const absent = (chosen ?? []).filter((name) => !enabled.includes(name) && !notEnabled.includes(name));
    // Of a key that is nobody's here, IAM says no more than that it may not tell.
    const unknownKey = this.unknownKey(resources, cells, identity.account);
    const coverage: Cell[] = [
      ...cells,
      ...trailCells,
      ...leftOut.map((region) => unseenRegion(region, 'truncated', 'left out by --region')),
      ...absent.map((region) => unseenRegion(region, 'failed', 'the account has no region of this name')),
      ...unlooked(extent),
      ...(unknownKey.length > 0 ? unknownKey : ownerCells),
      ...notExamined(),
    ];
    coverage.push(...(await this.learnTypes(resources, reader, identity.homeRegion)));
    this.foresee(resources);
    let incident = this.detect(resources, coverage, reader.now());
    const found = await this.hidden.find(ec2Instances, reader, incident, resources, this.trail.events());
    resources.push(...found.resources);
    coverage.push(...found.cells);
    this.absent = this.hidden.gone;
    if (found.resources.length + found.cells.length + this.absent.size > 0)
      incident = this.detect(resources, coverage, reader.now());
    if (depth === 'followed' && files === null)
      incident = await this.contradict(incident, resources, coverage, session);
    if (extent !== 'first') incident = await this.askMade(incident, resources, coverage, reader);
    const unread = await this.learnLastUse(incident, reader);
    coverage.push(...unread);
    const learned = resources.some(({ properties }) => properties['lastUsedAt'] !== undefined);
    const asked = await this.trail.askWhoMade(incident, this.options.plays, regions);
    const isSame = !learned && !asked && unread.length === 0;
    const judged = isSame ? incident : this.detect(resources, coverage, reader.now());
    const sure = (of: Incident): Promise<Incident> =>
      this.confirmFiles(of, session, (events) => this.detect(resources, coverage, reader.now(), events));
    const anew = (): Promise<Incident> => sure(this.detect(resources, coverage, reader.now()));
    this.again = anew;
    const first = await sure(judged);
    if (this.options.key !== null && hasMany(this.options.key))
      this.words.answer(first.credentials.map(({ id }) => id));
    const heard = this.words.hear(first.findings) ? await anew() : first;
    if (extent !== 'whole') return heard;
    const notThere = await absentAmong(heard.fromTrail ?? [], reader);
    if (notThere.size === 0) return heard;
    this.absent = new Set([...this.hidden.gone, ...notThere]);
    return anew();
  }

  /** What keeps instances from being terminated, as the trail tells: their lists do not say it. */
  private foresee(resources: readonly Resource[]): void {
    const protections = protectionsIn(this.trail.events());
    for (const { play, id, properties } of resources)
      if (play === ec2Instances.id && protections.has(id))
        properties['protection'] = protections.get(id) ?? [];
  }

  /** The incident after what no list shows was asked for: what its own events name, and of what it made and no play
   *  looks at, Cloud Control. */
  private async askMade(
    incident: Incident,
    resources: Resource[],
    coverage: Cell[],
    reader: Reader,
  ): Promise<Incident> {
    const { plays } = this.options;
    const events = this.trail.events();
    const answers = [await askNamed(plays, incident, events, reader)];
    if (plays.includes(cloudControl)) answers.push(await this.made.ask(incident, events, reader));
    const found = answers.flatMap((one) => one.resources);
    const cells = answers.flatMap((one) => one.cells);
    if (found.length + cells.length === 0) return incident;
    resources.push(...found);
    coverage.push(...cells);
    return this.detect(resources, coverage, reader.now());
  }

  /** What only files tie to the incident is held, unless the person answers for the files. */
  private async confirmFiles(
    incident: Incident,
    session: Caller,
    detectOf: (events: readonly TrailEvent[]) => Incident,
  ): Promise<Incident> {
    const { emit, plays, trustTrail } = this.options;
    if (this.trail.source !== 'files' || trustTrail) return incident;
    this.validation ??= new Validation(session, emit, plays);
    return this.validation.judge(incident, this.trail.events(), this.words.included, detectOf);
  }

  /**
   * The incident after what contradicts a trail that leaves out events: a use of the key that IAM saw, and instances that
   * nobody in it launched, each asked for by its name, the dearest first.
   */
  private async contradict(
    incident: Incident,
    resources: readonly Resource[],
    coverage: Cell[],
    { reader, identity: { homeRegion } }: Caller,
  ): Promise<Incident> {
    const { key } = this.options;
    const now = reader.now();
    const trail = { events: this.trail.events(), coverage, now, from: this.trail.since(now), homeRegion };
    const contradiction = key === null || hasMany(key) ? null : useNotLogged(this.lastUse, key, trail);
    if (contradiction !== null) coverage.push(contradiction);
    const asked = (this.launchesAsked ??= new Set());
    const suspects = dearestFirst(incident.findings.filter(isUnlogged));
    if (suspects.length === 0)
      return contradiction === null ? incident : this.detect(resources, coverage, now);
    const next = suspects.filter((one) => !asked.has(resourceKey(one))).slice(0, launchesAsked);
    await this.trail.askLaunches(next);
    for (const one of next) asked.add(resourceKey(one));
    const judged = this.detect(resources, coverage, now);
    const cells = cellsOfUnlogged(
      judged.findings.filter(isUnlogged).map(({ resource }) => resource),
      asked,
    );
    coverage.push(...cells);
    return cells.length === 0 ? judged : { ...judged, coverage: [...judged.coverage, ...cells] };
  }

  /** Whose the key is: sessions of its user that no event minted are found by the user's name. And when IAM saw it used
   *  last. */
  private async learnKey(reader: Reader, account: string): Promise<Cell[]> {
    const { key } = this.options;
    if (key === null || isTemporary(key) || hasMany(key)) return [];
    try {
      const { UserName: user, AccessKeyLastUsed: last } = await reader.call(
        'iam',
        'GetAccessKeyLastUsed',
        'global',
        { AccessKeyId: key },
      );
      const at = last?.LastUsedDate?.getTime();
      this.lastUse =
        at === undefined ? null : { at, service: last?.ServiceName ?? '', region: last?.Region ?? '' };
      if (this.owner !== null) return [];
      // Root's keys are of no user.
      this.owner = isRootName(user ?? '', account) ? null : asText(user);
      return [];
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      if (error.kind === 'gone') return [];
      const detail = `whose key ${key} is could not be read: ${error.describe()}`;
      return [{ subject: 'key', region: 'global', status: cellStatusOf(error), count: 0, detail }];
    }
  }

  /** A key that nothing here knows is mistyped, deleted long ago or another account's: nothing can be said of it. */
  private unknownKey(resources: readonly Resource[], cells: readonly Cell[], account: string): Cell[] {
    const { key } = this.options;
    // Where the keys could not be read, or were not asked for, their own cell says so.
    const listed = cells.some(({ subject, status }) => subject === accessKeys.id && status === 'complete');
    const known =
      key === null ||
      hasMany(key) ||
      !listed ||
      this.owner !== null ||
      resources.some(({ play, id }) => play === accessKeys.id && id === key) ||
      this.trail.events().some(({ actor }) => actor.accessKeyId === key);
    if (known) return [];
    const detail = `account ${account} has no key ${key}, and the trail no call by it: is the id right, and the account?`;
    return [{ subject: 'key', region: 'global', status: 'failed', count: 0, detail }];
  }

  private async listRegions({
    reader,
    identity,
  }: Caller): Promise<Record<'enabled' | 'notEnabled', string[]>> {
    this.regions ??= await listRegions(reader, identity.homeRegion);
    const names = (enabled: boolean): string[] =>
      (this.regions ?? []).filter((region) => region.enabled === enabled).map(({ name }) => name);
    return { enabled: names(true), notEnabled: names(false) };
  }

  /** Instance types that the built-in table does not have yet: EC2 is asked for their accelerators, each once. */
  private async learnTypes(resources: readonly Resource[], reader: Reader, region: string): Promise<Cell[]> {
    const types = new Set(resources.flatMap(({ properties }) => asText(properties['instanceType']) ?? []));
    const unknown = [...types]
      .filter((type) => instanceType(type) === null && !this.askedTypes.has(type))
      .sort();
    const { found, refused } = await describeAccelerators(unknown, reader, region);
    for (const [type, device] of found) this.accelerators.set(type, device);
    if (refused === null) {
      for (const type of unknown) this.askedTypes.add(type);
      return [];
    }
    const names = unknown.filter((type) => !found.has(type));
    const detail = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}: whether they have accelerators is told by their names alone. ${refused.describe()}`;
    return [{ subject: 'instance-types', region, status: cellStatusOf(refused), count: found.size, detail }];
  }

  /** IAM's own word on when a key was used last, where a call on it may have changed nothing. */
  private async learnLastUse({ findings }: Incident, reader: Reader): Promise<Cell[]> {
    const cells: Cell[] = [];
    for (const finding of findings) {
      const { id, play, properties } = finding.resource;
      if (play !== accessKeys.id || asksBefore(finding, accessKeys.origin) === null) continue;
      try {
        const { AccessKeyLastUsed: last } = await reader.call('iam', 'GetAccessKeyLastUsed', 'global', {
          AccessKeyId: id,
        });
        properties['lastUsedAt'] = last?.LastUsedDate?.getTime() ?? null;
      } catch (error) {
        if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
        const detail = `when ${id} was used last is not known: ${error.describe()}`;
        cells.push({ subject: play, region: 'global', status: cellStatusOf(error), count: 0, detail });
      }
    }
    return cells;
  }

  /** The inventory of one account says nothing about the trail of another. */
  private async filesOfAnotherAccount(account: string): Promise<boolean> {
    await this.trail.readFiles();
    const accounts = this.trail.accounts();
    if (accounts.size === 0 || accounts.has(account)) return false;
    this.options.emit({
      type: 'warning',
      message: `The trail files are of account ${[...accounts].slice(0, 3).join(', ')}, and you are in ${account}: only the files are read.`,
    });
    return true;
  }

  /** Trail files alone: what they show happened; what runs now is not known, and the coverage says so. */
  private async lookOffline(): Promise<Incident> {
    const cells = await this.trail.readFiles();
    const inventory: Cell = {
      subject: 'inventory',
      region: 'global',
      status: 'failed',
      count: 0,
      detail: 'only the trail files were read: what runs now is not known',
    };
    this.again = () => Promise.resolve(this.detect([], [...cells, inventory], Date.now()));
    return this.again();
  }

  private detect(
    inventory: readonly Resource[],
    coverage: Cell[],
    now: number,
    events: readonly TrailEvent[] = this.trail.events(),
  ): Incident {
    return measured('detect', () => detect(this.factsOf(inventory, coverage, now, events)));
  }

  private factsOf(
    inventory: readonly Resource[],
    coverage: Cell[],
    now: number,
    events: readonly TrailEvent[],
  ): Parameters<typeof detect>[0] {
    const { session, plays, key, compromisedAt } = this.options;
    const { include, exclude } = this.words.asTheyStand;
    return {
      events,
      inventory,
      plays,
      coverage,
      key,
      named: include,
      notMisused: exclude,
      keyOwner: this.owner,
      account: session?.identity.account ?? this.accountOfFiles(),
      compromisedAt,
      now,
      include: [...this.words.included],
      protect: [...this.words.spared],
      accelerators: this.accelerators,
      absent: this.absent,
      trailFrom: this.trail.source,
      ...(this.launchesAsked === null ? {} : { launchesAsked: this.launchesAsked }),
      readSince: this.trail.readSince(
        plays,
        session?.identity.homeRegion ?? 'us-east-1',
        new Set(inventory.map(({ region }) => region)),
      ),
    };
  }
}

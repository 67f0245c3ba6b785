import type { Reader } from './aws/reader.js';
import { listRegions, type Region } from './aws/regions.js';
import { AwsFailure } from './aws/errors.js';
import type { Cell } from './coverage.js';
import { detect } from './detect/detect.js';
import type { Incident } from './detect/incident.js';
import type { Emit, Identity } from './events.js';
import { takeInventory } from './playbook/inventory.js';
import type { Play } from './playbook/play.js';
import { readTrail } from './trail/files.js';
import { TrailLookup, historyMs, type TrailQuery } from './trail/lookup.js';
import type { SkippedRecords, TrailEvent } from './trail/event.js';

/** What to look at, and how far back. Times are epoch milliseconds. */
export interface SurveyOptions {
  reader: Reader;
  identity: Identity;
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
  private readonly lookup: TrailLookup;
  private files: Awaited<ReturnType<typeof readTrail>> | null = null;
  private readonly queries = new Map<string, TrailQuery>();
  private owner: string | null;

  constructor(private readonly options: SurveyOptions) {
    const { reader, identity, emit } = options;
    this.owner = options.owner;
    this.lookup = new TrailLookup({ reader, account: identity.account, emit });
  }

  /** The user of the key, once it is known. */
  setOwner(owner: string | null): void {
    this.owner = owner;
  }

  /** Every event read so far. */
  events(): TrailEvent[] {
    return this.files?.events ?? this.lookup.all();
  }

  skippedRecords(): SkippedRecords[] {
    return this.files?.skipped ?? this.lookup.skippedRecords();
  }

  /** Looks at everything once. @throws AwsFailure where not even the list of regions can be read. */
  async look(): Promise<Incident> {
    const { reader, identity, emit, plays } = this.options;
    this.regions ??= await listRegions(reader, identity.homeRegion);
    const chosen = this.options.regions;
    const enabled = this.regions.filter((region) => region.enabled).map(({ name }) => name);
    const scope = {
      regions: chosen === null ? enabled : enabled.filter((name) => chosen.includes(name)),
      notEnabled: this.regions.filter((region) => !region.enabled).map(({ name }) => name),
    };
    const inventory = takeInventory(plays, reader, scope, emit);
    const [{ resources, cells }, trailCells] = await Promise.all([inventory, this.readTrail(scope.regions)]);
    const leftOut = enabled.filter((name) => !scope.regions.includes(name));
    const coverage: Cell[] = [
      ...cells,
      ...trailCells,
      ...leftOut.map(
        (region): Cell => ({
          subject: 'region',
          region,
          status: 'not-examined',
          count: 0,
          detail: 'left out by --region',
        }),
      ),
    ];
    const incident = this.detect(resources, coverage);
    emit({ type: 'incident', incident });
    return incident;
  }

  private detect(inventory: Parameters<typeof detect>[0]['inventory'], coverage: Cell[]): Incident {
    const { reader, identity, plays, key, compromisedAt, include } = this.options;
    return detect({
      events: this.events(),
      inventory,
      plays,
      coverage,
      key,
      keyOwner: this.owner,
      account: identity.account,
      compromisedAt,
      now: reader.now(),
      include: [...include],
    });
  }

  private async readTrail(regions: readonly string[]): Promise<Cell[]> {
    const { trail, emit, identity, reader, key, since, compromisedAt } = this.options;
    if (trail !== null) {
      this.files ??= await readTrail([...trail], emit);
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
    if (key === null) ask('EventName', 'AttachUserPolicy', [identity.homeRegion]);
    else ask('AccessKeyId', key, everywhere);
    if (this.owner !== null) ask('Username', this.owner, everywhere);
    await this.lookup.read([...this.queries.values()]);

    // Follow what tainted credentials minted, until nothing new comes up.
    for (let round = 0; key !== null && round < mintRounds; round += 1) {
      const { credentials } = this.detect([], this.lookup.cells());
      const before = this.queries.size;
      const follow = credentials.filter(
        ({ id, otherAccount }) => otherAccount === null && /^[A-Z0-9]{16,}$/.test(id),
      );
      for (const { id, since: start } of follow.slice(0, maxFollowed))
        ask('AccessKeyId', id, everywhere, start ?? from);
      // Users that the incident made sign in without any key id in the record.
      for (const { kind, userName, since: start } of credentials) {
        if (kind === 'console' && userName !== null) ask('Username', userName, everywhere, start ?? from);
      }
      if (this.queries.size === before) break;
      await this.lookup.read([...this.queries.values()].slice(before));
      if (follow.length > maxFollowed) {
        emit({
          type: 'warning',
          message: `${follow.length} minted credentials; the events of the first ${maxFollowed} were looked up one by one.`,
        });
        break;
      }
    }
    return this.lookup.cells();
  }
}

/** True where AWS would not even list the account's regions: then nothing can be said of any. */
export function isBlind(error: unknown): error is AwsFailure {
  return error instanceof AwsFailure && error.operation.endsWith('Regions');
}

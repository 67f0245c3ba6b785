import { actOf } from '../records/record-fields.js';
import type { TrailEvent } from '../../model/index.js';
import { Recent } from './recent.js';
import { plainName } from '../records/sensitive-acts.js';
import { LevelBaseline } from './level-baseline.js';

/** One way in which a key was busier than it ever was before. */
export interface Busyness {
  kind: string;
  /** Epoch milliseconds: when the burst began. */
  since: number;
  weight: number;
  words: string;
}

const levels = ['reads', 'refusals', 'sweep', 'spread', 'computing'] as const;
type Level = Record<(typeof levels)[number], number>;

const minute = 60_000;
const hour = 60 * minute;

/** What runs others' code or rents machines, beside EC2: seen in published mining cases (AWS security blog on the 2025
 *  EC2 and ECS mining campaign; Sysdig on AMBERSQUID). */
const computing =
  /^(ecs\|(CreateCluster|RunTask|CreateService)|batch\|(CreateComputeEnvironment|SubmitJob)|sagemaker\|Create(NotebookInstance|TrainingJob|ProcessingJob|Endpoint|Cluster)|codebuild\|(CreateProject|StartBuild)|lightsail\|CreateInstances|amplify\|(CreateApp|CreateBranch)|apprunner\|CreateService|gamelift\|CreateFleet)$/;

/**
 * How busy a key is, as its events stream by: bursts of reads and refusals, reads and changes over many regions,
 * computing power asked for in quantity. Each against its own highest level of up to a day before.
 */
export class Activity {
  private readonly reads = new Recent<TrailEvent>(minute, actOf);
  private readonly sources = new Recent<TrailEvent>(minute, (event) => event.source);
  private readonly sweeps = new Recent<TrailEvent>(10 * minute, (event) => event.region);
  private readonly changes = new Recent<TrailEvent>(10 * minute, (event) => event.region);
  private readonly refusals = new Recent<TrailEvent>(minute, actOf);
  private readonly computing = new Recent<TrailEvent>(hour, actOf);
  private readonly past = new LevelBaseline(levels);
  private readonly usual = this.past.level;

  /** What was reached before `until` is usual. */
  learn(until: number): void {
    this.past.learn(until);
  }

  look(event: TrailEvent, time: number): Busyness[] {
    this.count(event, time);
    const level: Level = {
      reads: this.reads.distinct,
      refusals: this.refusals.size,
      sweep: this.sweeps.distinct,
      spread: this.changes.distinct,
      computing: this.computing.size,
    };
    this.past.reached(time, level);
    return [
      this.reconnaissance(level, time),
      this.manyRefusals(level, time),
      this.overRegions(level, time),
      this.changesOverRegions(level, time),
      this.muchComputing(level, time),
    ].filter((found) => found !== null);
  }

  private count(event: TrailEvent, time: number): void {
    if (/AccessDenied|Unauthorized/i.test(event.errorCode ?? '')) this.refusals.add(time, event);
    else this.refusals.forget(time);
    if (/^(Get|List|Describe|Search|Lookup|BatchGet)/.test(event.name)) {
      this.reads.add(time, event);
      this.sources.add(time, event);
      this.sweeps.add(time, event);
    } else if (
      /^(Create|Put|Run|Start|Register|Import|Modify|Update|Attach|Enable|Request)/.test(event.name)
    ) {
      this.changes.add(time, event);
      const service = event.source.replace('.amazonaws.com', '');
      if (computing.test(`${service}|${plainName(event.name)}`)) this.computing.add(time, event);
    }
    this.changes.forget(time);
    this.computing.forget(time);
  }

  private reconnaissance({ reads, refusals }: Level, time: number): Busyness | null {
    if (reads < 15 || reads <= this.usual.reads * 1.5) return null;
    const services = this.sources.distinct;
    const refused = refusals / Math.max(1, this.reads.size) > 0.3;
    return {
      kind: 'reconnaissance',
      since: this.reads.since ?? time,
      weight:
        (reads >= 40 ? 0.5 : reads >= 20 ? 0.4 : 0.3) + (services >= 12 ? 0.3 : 0) + (refused ? 0.2 : 0),
      words: `a burst of reads: ${reads} different calls to ${services} services within a minute`,
    };
  }

  private manyRefusals({ refusals }: Level, time: number): Busyness | null {
    if (refusals < 10 || refusals <= this.usual.refusals * 2) return null;
    const words = `${refusals} calls refused within a minute`;
    return { kind: 'refusals', since: this.refusals.since ?? time, weight: 0.3, words };
  }

  private overRegions({ sweep }: Level, time: number): Busyness | null {
    if (sweep < 5 || sweep <= this.usual.sweep + 2) return null;
    const words = `reads in ${sweep} regions within ten minutes`;
    return { kind: 'sweep', since: this.sweeps.since ?? time, weight: 0.35, words };
  }

  private changesOverRegions({ spread }: Level, time: number): Busyness | null {
    if (spread < 5 || spread <= this.usual.spread + 2) return null;
    const words = `changes in ${spread} regions within ten minutes`;
    return { kind: 'spread', since: this.changes.since ?? time, weight: 0.3, words };
  }

  private muchComputing({ computing: asked }: Level, time: number): Busyness | null {
    if (asked < 20 || asked <= this.usual.computing * 2) return null;
    const words = `${asked} calls within an hour that ask for computing power outside of EC2`;
    return {
      kind: 'computing',
      since: this.computing.since ?? time,
      weight: asked >= 60 ? 0.5 : 0.35,
      words,
    };
  }
}

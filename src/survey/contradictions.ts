import { eventHistory, instanceType, regionFactor, trailDelay } from '../facts/index.js';
import { AwsFailure, type Reader } from '../aws/index.js';
import {
  asText,
  type Cell,
  type Finding,
  type Incident,
  type Resource,
  resourceKey,
  type TrailEvent,
} from '../model/index.js';
import type { Play } from '../plays/index.js';
import { cellStatusOf } from '../trail/index.js';

/** Of services that log every call as a management event (CloudTrail user guide, "Logging management events"); of the
 *  others data events, which no event history keeps, are a use of the key too. */
const loggedWhole = new Set(['ec2', 'iam', 'autoscaling']);

/** When and where IAM saw a key used last. */
export interface LastUse {
  at: number;
  service: string;
  region: string;
}

/**
 * IAM has seen the key in a region whose trail has no call of it at that time: the trail leaves out events. Null where
 * they agree, or where the trail does not speak of that time. Pure.
 */
export function useNotLogged(
  use: LastUse | null,
  key: string,
  { events, coverage, now, from, homeRegion }: Trail,
): Cell | null {
  if (use === null || !loggedWhole.has(use.service)) return null;
  // Too young to have been delivered, or older than what was read.
  if (use.at > now - trailDelay || use.at < Math.max(from, now - eventHistory) + trailDelay) return null;
  const region = use.service === 'iam' ? homeRegion : use.region;
  const cell = coverage.find((one) => one.subject === 'trail' && one.region === region);
  if (cell?.status !== 'complete' || (cell.from ?? 0) > use.at) return null;
  const isLogged = events.some(
    (event) =>
      event.actor.accessKeyId === key &&
      event.region === region &&
      event.source === `${use.service}.amazonaws.com` &&
      event.time !== null &&
      Math.abs(event.time - use.at) <= trailDelay,
  );
  if (isLogged) return null;
  const detail = `IAM says that ${key} was used in ${use.service} at ${utc(use.at)}, and the trail of ${region} has no call of it then: it leaves out events`;
  return { ...cell, status: 'failed', detail };
}

interface Trail {
  events: readonly TrailEvent[];
  coverage: readonly Cell[];
  now: number;
  /** How far back was asked. */
  from: number;
  homeRegion: string;
}

/** Launches that are asked for by an instance's name in one look: two a second in each region. */
export const launchesAsked = 20;

/** The dearest first: what is asked for by name is bounded. */
export function dearestFirst(findings: readonly Finding[]): Resource[] {
  const price = ({ properties, region }: Resource): number => {
    const type = instanceType(asText(properties['instanceType']) ?? '');
    return type === null ? Infinity : type.usdPerHour * regionFactor(region, type.accelerators > 0).factor;
  };
  return findings
    .map(({ resource }) => resource)
    .sort((a, b) => price(b) - price(a) || (resourceKey(a) < resourceKey(b) ? -1 : 1));
}

/** What the launches that nobody logged do to the trail of their regions. Pure. */
export function cellsOfUnlogged(unlogged: readonly Resource[], asked: ReadonlySet<string>): Cell[] {
  const byRegion = new Map<string, Resource[]>();
  for (const one of unlogged) byRegion.set(one.region, [...(byRegion.get(one.region) ?? []), one]);
  return [...byRegion].map(([region, some]) => {
    const missing = some.filter((one) => asked.has(resourceKey(one)));
    const open = some.length - missing.length;
    const names = missing.slice(0, 5).map(({ id }) => id);
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
    const said =
      missing.length > 0 ? [`it has no launch of ${names.join(', ')}${more}: it leaves out events`] : [];
    // The first so many, by price, are asked for in each look.
    if (open > 0) said.push(`the launches of ${open} instances were not asked for by name yet`);
    const status = missing.length > 0 ? 'failed' : 'truncated';
    return { subject: 'trail', region, status, count: some.length, detail: said.join('; ') };
  });
}

/** What the trail says was launched, and no listing shows: as it is, asked for by id. */
export class Hidden {
  private readonly ended = new Set<string>();
  /** Keys of what AWS, asked by id, says has ended. */
  readonly gone = new Set<string>();

  /** @returns what is there, and a cell for each region in which something is not known */
  async find(
    play: Play,
    reader: Reader,
    incident: Incident,
    inventory: readonly Resource[],
    events: readonly TrailEvent[],
  ): Promise<{ resources: Resource[]; cells: Cell[] }> {
    const listed = new Set(inventory.filter((one) => one.play === play.id).map(({ id }) => id));
    const missing = this.missing(incident, listed, endsOf(play, events));
    const resources: Resource[] = [];
    const cells: Cell[] = [];
    await Promise.all(
      [...missing].map(async ([region, ids]) => {
        try {
          const found = (await play.findById?.(reader, region, ids)) ?? [];
          for (const resource of found.filter(({ live }) => !live)) {
            this.ended.add(resource.id);
            this.gone.add(resourceKey(resource));
          }
          resources.push(...found.filter(({ live }) => live));
          const silent = ids.filter((id) => !found.some((one) => one.id === id));
          if (silent.length > 0)
            cells.push(unseen(play, region, silent, 'it was asked for by id, and is not in the answer'));
        } catch (error) {
          if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
          cells.push({ ...unseen(play, region, ids, error.describe()), status: cellStatusOf(error) });
        }
      }),
    );
    return { resources, cells: cells.sort((a, b) => (a.region < b.region ? -1 : 1)) };
  }

  private missing(
    { launches, coverage }: Incident,
    listed: ReadonlySet<string>,
    ended: ReadonlySet<string>,
  ): Map<string, string[]> {
    const missing = new Map<string, string[]>();
    for (const { class: judged, region, instanceIds } of launches) {
      if (judged === 'own' || judged === 'not-tied') continue;
      // A region that could not be listed, or was left out, has a cell of its own.
      const cell = coverage.find((one) => one.subject === 'ec2-instances' && one.region === region);
      if (cell?.status !== 'complete') continue;
      const ids = instanceIds.filter((id) => !listed.has(id) && !ended.has(id) && !this.ended.has(id));
      if (ids.length > 0) missing.set(region, [...(missing.get(region) ?? []), ...ids]);
    }
    return missing;
  }
}

function unseen(play: Play, region: string, ids: readonly string[], why: string): Cell {
  const names = `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`;
  const detail = `the incident launched ${names}; no listing shows it, and the trail has no end of it: ${why}`;
  return { subject: play.id, region, status: 'failed', count: 0, detail };
}

/** Ids whose end the trail has. */
function endsOf(play: Play, events: readonly TrailEvent[]): Set<string> {
  const rules = play.origin.filter(({ effect }) => effect === 'undone');
  return new Set(
    events.flatMap((event) =>
      event.errorCode === null
        ? rules.flatMap((rule) =>
            rule.source === event.source && rule.name === event.name ? rule.ids(event) : [],
          )
        : [],
    ),
  );
}

function utc(time: number): string {
  return new Date(time).toISOString();
}

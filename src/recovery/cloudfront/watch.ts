import { stateWords, type CloudFrontCheck } from './state.js';

/** Time as the watch needs it, so that tests can turn it. Milliseconds. */
interface WatchClock {
  /** May end early when the watch is stopped. */
  sleep(milliseconds: number): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

/** What became of one distribution, or of the API (`host` is then `API`). */
export interface StateChange {
  /** ISO 8601, UTC. */
  at: string;
  host: string;
  /** Null on the first look. */
  from: string | null;
  to: string;
}

/** A time in which a host did not serve, as far as the checks saw it. */
export interface Outage {
  host: string;
  /** ISO 8601: the first check that saw it not serving. It may have begun earlier. */
  from: string;
  /** ISO 8601: the first check after it that saw it serving; null where it lasts. */
  until: string | null;
}

export interface WatchResult {
  last: CloudFrontCheck;
  back: boolean;
  looks: number;
  changes: StateChange[];
  outages: Outage[];
}

export interface WatchRequest {
  look: () => Promise<CloudFrontCheck>;
  clock: WatchClock;
  /** Awaited before the next look: what it writes down is on disk. */
  onLook: (check: CloudFrontCheck, changes: readonly StateChange[]) => Promise<void>;
  stopped: () => boolean;
  /** The shortest wait, milliseconds; 15 s where absent. */
  shortestWait?: number;
}

/** Waits between looks, milliseconds: from the shortest to the longest, and the shortest again after a change. */
const defaultShortestWait = 15_000;
const longestWait = 300_000;
const growth = 1.5;
/** Up to this part of the wait is added or taken away, so that many watchers do not ask together. */
const jitter = 0.2;

/**
 * Looks until everything serves, or until it is stopped. A look that sees nothing (the network is away) is a look like
 * any other: it is written down, and the next one follows.
 */
export async function watchCloudFront(request: WatchRequest): Promise<WatchResult> {
  const { look, clock, onLook, stopped, shortestWait = defaultShortestWait } = request;
  const changes: StateChange[] = [];
  const states = new Map<string, string>();
  const outages = new Map<string, Outage>();
  const ended: Outage[] = [];
  let wait = shortestWait;
  for (let looks = 1; ; looks += 1) {
    const check = await look();
    const news = changesOf(check, states);
    changes.push(...news);
    for (const outage of follow(check, outages)) ended.push(outage);
    await onLook(check, news);
    const back = isBack(check);
    if (back || stopped()) {
      return { last: check, back, looks, changes, outages: [...ended, ...outages.values()] };
    }
    wait = news.length > 0 ? shortestWait : Math.min(Math.max(longestWait, shortestWait), wait * growth);
    await clock.sleep(wait * (1 + jitter * (2 * clock.random() - 1)));
  }
}

/** Everything serves, and there is something to serve. Pure. */
function isBack({ distributions }: CloudFrontCheck): boolean {
  return distributions.length > 0 && distributions.every(({ judgement }) => judgement.state === 'serving');
}

function changesOf(check: CloudFrontCheck, states: Map<string, string>): StateChange[] {
  const now: [string, string][] = [
    ['API', check.api.state.replace('-', ' ')],
    ...check.distributions.map(({ host, judgement }): [string, string] => [
      host.name,
      stateWords[judgement.state],
    ]),
  ];
  const changes: StateChange[] = [];
  for (const [host, to] of now) {
    const from = states.get(host) ?? null;
    states.set(host, to);
    if (from !== to) changes.push({ at: check.at, host, from, to });
  }
  return changes;
}

/** Keeps the outages that last; returns those that have just ended. What cannot be told neither begins nor ends one. */
function follow(check: CloudFrontCheck, open: Map<string, Outage>): Outage[] {
  const ended: Outage[] = [];
  for (const { host, judgement } of check.distributions) {
    const outage = open.get(host.name);
    if (judgement.serving === false && outage === undefined) {
      open.set(host.name, { host: host.name, from: check.at, until: null });
    } else if (judgement.serving === true && outage !== undefined) {
      open.delete(host.name);
      ended.push({ ...outage, until: check.at });
    }
  }
  return ended;
}

/** Nothing could be seen: the network is away, or no resolver works. Pure. */
export function sawNothing({ distributions, resolvers }: CloudFrontCheck): boolean {
  return (
    resolvers.every(({ working }) => !working) &&
    distributions.every(({ judgement }) => judgement.state === 'cannot-tell')
  );
}

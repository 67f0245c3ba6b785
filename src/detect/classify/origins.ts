import {
  asObject,
  type Json,
  type JsonObject,
  type OriginRule,
  resourceKey,
  type TrailEvent,
  worked,
} from '../../model/index.js';
import type { Facts } from '../facts.js';

/** What the trail says of one resource, oldest first. */
export interface History {
  made: Origin[];
  changed: Origin[];
  undone: TrailEvent[];
  started: TrailEvent[];
  stopped: TrailEvent[];
}

export interface Origin {
  event: TrailEvent;
  rule: OriginRule;
}

/** The plays whose rules speak of an event, by `source|name`: exact names and prefixes, each looked up once. */
export class OriginRules {
  private readonly exact = new Map<string, { play: string; rule: OriginRule }[]>();
  private readonly prefixed: { play: string; rule: OriginRule }[] = [];
  private readonly sources: ReadonlySet<string>;

  constructor(plays: Facts['plays']) {
    this.sources = new Set(plays.flatMap(({ origin }) => origin.map(({ source }) => source)));
    for (const { id, origin } of plays) {
      for (const rule of origin) {
        if (rule.prefix === true) this.prefixed.push({ play: id, rule });
        else this.put(`${rule.source}|${rule.name}`, { play: id, rule });
      }
    }
    for (const [act, list] of this.exact) list.push(...this.prefixesOf(act));
  }

  /** Some play speaks of this event source. */
  examines(source: string): boolean {
    return this.sources.has(source);
  }

  /** An event of which several rules speak is of several plays. */
  of(event: TrailEvent): readonly { play: string; rule: OriginRule }[] {
    const act = `${event.source}|${event.name}`;
    const known = this.exact.get(act);
    if (known !== undefined || this.prefixed.length === 0) return known ?? [];
    const found = this.prefixesOf(act);
    this.exact.set(act, found);
    return found;
  }

  /** The rules of the plays that answer for the event: none where nothing lists what it was about, and its record does
   *  not name that. */
  answering(event: TrailEvent): readonly { play: string; rule: OriginRule }[] {
    return this.of(event).filter(
      ({ rule }) => rule.tellsOnly !== true && (rule.named !== true || rule.ids(event).length > 0),
    );
  }

  private prefixesOf(act: string): { play: string; rule: OriginRule }[] {
    return this.prefixed.filter(({ rule }) => act.startsWith(`${rule.source}|${rule.name}`));
  }

  private put(act: string, entry: { play: string; rule: OriginRule }): void {
    const list = this.exact.get(act);
    if (list === undefined) this.exact.set(act, [entry]);
    else list.push(entry);
  }
}

/** Every resource's history, by resource key. */
export function historiesOf(events: readonly TrailEvent[], rules: OriginRules): Map<string, History> {
  const histories = new Map<string, History>();
  for (const event of events) {
    if (!worked(event)) continue;
    for (const { play, rule } of rules.of(event)) {
      for (const id of new Set(rule.ids(event))) {
        const key = resourceKey({ play, region: rule.region ?? event.region, id });
        const history = histories.get(key) ?? { made: [], changed: [], undone: [], started: [], stopped: [] };
        if (rule.effect === 'made' || rule.effect === 'changed') history[rule.effect].push({ event, rule });
        else history[rule.effect].push(event);
        histories.set(key, history);
      }
    }
  }
  return histories;
}

/**
 * What the resource was before the first tainted change: what that event's own record says, else the latest value
 * that an untainted event set.
 */
export function valueBefore(
  history: History,
  changes: readonly Origin[],
  isTainted: (event: TrailEvent) => boolean,
): Json {
  const first = changes[0];
  if (first === undefined) return null;
  return first.rule.before?.(first.event) ?? valueSetBefore(history, changes, isTainted);
}

/** The latest value that an untainted event set before the first of `changes`, and that nobody else took away since. */
export function valueSetBefore(
  history: History,
  changes: readonly Origin[],
  isTainted: (event: TrailEvent) => boolean,
): Json {
  const until = changes[0]?.event.time ?? 0;
  const isEarlier = (event: TrailEvent): boolean => (event.time ?? 0) <= until && !isTainted(event);
  const gone = Math.max(-1, ...history.undone.filter(isEarlier).map(({ time }) => time ?? 0));
  const mine = new Set(changes.map(({ event }) => event));
  const earlier = [...history.made, ...history.changed]
    .filter(({ event }) => !mine.has(event) && isEarlier(event) && (event.time ?? 0) > gone)
    .sort((a, b) => (b.event.time ?? 0) - (a.event.time ?? 0));
  const values: JsonObject = {};
  for (const { event, rule } of earlier) {
    const set = rule.sets?.(event) ?? null;
    if (set === null) continue;
    const object = asObject(set);
    if (object === null) return set;
    for (const [name, value] of Object.entries(object))
      if (!Object.hasOwn(values, name)) values[name] = value;
  }
  return Object.keys(values).length === 0 ? null : values;
}

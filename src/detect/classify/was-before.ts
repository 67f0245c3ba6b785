import {
  asObject,
  asText,
  type Finding,
  type Json,
  type OriginRule,
  type Resource,
  resourceKey,
  stableStringify,
  type TrailEvent,
} from '../../model/index.js';
import { whoDid, type Case } from './case.js';
import { timeInWords } from '../records/evidence.js';
import { valueSetBefore, type History, type Origin } from './origins.js';

/**
 * How a thing stood before the incident's first call on it. Calls that change nothing leave the record of a change:
 * what is taken "back" on such a record alone does the attacker's work.
 * so: it was as the call set it, and nothing is taken back · otherwise: the call changed it · unknown: nothing shows it.
 */
export interface Earlier {
  was: 'so' | 'otherwise' | 'unknown';
  /** What shows it, in words. */
  why: string;
  /** The event that shows it. */
  proof: TrailEvent | null;
}

/**
 * What shows how `resource` stood before: the trail's earlier events, its own use, dates, a principal whose whole life
 * was read, a credential that was refused before and let in after. Null where the calls of the incident on it
 * leave no doubt: one that would fail where nothing changes. Pure.
 */
export function earlierOf(resource: Resource, history: History, its: Case): Earlier | null {
  const touches = [...history.made, ...history.changed].filter(
    ({ event }) => whoDid(event, its) === 'tainted',
  );
  const first = touches[0];
  if (first === undefined || !touches.every(({ rule }) => rule.mayChangeNothing !== undefined)) return null;
  const since = sinceOf(history, first, its);
  return (
    fromUse(resource, history, since, its) ??
    fromHistory(history, touches, since, its) ??
    fromDates(resource, touches, its) ??
    fromRefusal(resource, first, since, its) ??
    withoutProof(first)
  );
}

/** The incident's first call on it of any kind: who switches off and on again finds it as it was before both. */
function sinceOf(history: History, first: Origin, its: Case): number {
  const times = history.undone.filter((event) => whoDid(event, its) === 'tainted').map(({ time }) => time);
  return Math.min(first.event.time ?? Infinity, ...times.map((time) => time ?? Infinity));
}

const so = (why: string, proof: TrailEvent | null): Earlier => ({ was: 'so', why, proof });
const otherwise = (why: string, proof: TrailEvent | null): Earlier => ({ was: 'otherwise', why, proof });

/** The last word of the trail before the incident. */
function fromHistory(history: History, touches: readonly Origin[], since: number, its: Case): Earlier | null {
  const isBefore = (event: TrailEvent): boolean =>
    event.time !== null && event.time < since && whoDid(event, its) !== 'tainted';
  const set = [...history.made, ...history.changed].filter(({ event }) => isBefore(event));
  const on = latest(set.map(({ event }) => event));
  const off = latest(history.undone.filter(isBefore));
  if (off !== null && (off.time ?? 0) >= (on?.time ?? 0)) return otherwise(inWords(off), off);
  if (on === null) return null;
  const now = setBy(touches);
  if (now === null) return so(inWords(on), on);
  const before = valueSetBefore(history, touches, (event) => whoDid(event, its) === 'tainted');
  const [was, is] = [asObject(before), asObject(now)];
  if (was === null || is === null) {
    if (before === null) return null;
    return isSame(before, now) ? so(inWords(on), on) : otherwise(`${inWords(on)} set it otherwise`, on);
  }
  const names = Object.keys(is);
  const isDifferent = (name: string): boolean =>
    Object.hasOwn(was, name) && !isSame(was[name] ?? null, is[name] ?? null);
  const moves = new Set(touches.flatMap(({ rule }) => rule.mayChangeNothing?.moves ?? []));
  if (names.some((name) => isDifferent(name) && !moves.has(name)))
    return otherwise(`${inWords(on)} set it otherwise`, on);
  // A part of it that nobody is known to have set, or that AWS moves: whether it is the same cannot be told.
  const isKnown = names.every((name) => Object.hasOwn(was, name) && !isDifferent(name));
  return isKnown ? so(inWords(on), on) : null;
}

/** What all of `touches` together set it to. */
function setBy(touches: readonly Origin[]): Json {
  return touches.reduce<Json>((all, { rule, event }) => {
    const [before, set] = [asObject(all), rule.sets?.(event) ?? null];
    const object = asObject(set);
    return before !== null && object !== null ? { ...before, ...object } : (set ?? all);
  }, null);
}

/** A key that signed a call was on: also one that was refused, since AWS knew who called. */
function fromUse(resource: Resource, { undone }: History, since: number, its: Case): Earlier | null {
  if (resource.play === 'roles-anywhere') return fromSessions(resource, since, its);
  if (resource.play !== 'access-keys') return null;
  const off = Math.max(0, ...undone.flatMap(({ time }) => (time !== null && time < since ? time : [])));
  const used = its.graph.bySigner.get(resource.id) ?? [];
  const event = used.filter(({ time }) => time !== null && time < since && time > off).at(-1);
  if (event !== undefined) return so(`used for ${event.name} at ${timeInWords(event.time)}`, event);
  // IAM's own word, of services too that log no calls; older than the trail, it may have been put off since.
  const last = resource.properties['lastUsedAt'];
  const from = its.facts.readSince?.get('UpdateAccessKey');
  const isShown =
    typeof last === 'number' && last < since && last > off && from !== undefined && last >= from;
  return isShown ? so(`last used at ${timeInWords(last)}, and nobody put it off since`, null) : null;
}

/** A trust anchor or profile through which somebody came in was on. */
function fromSessions({ id }: Resource, since: number, its: Case): Earlier | null {
  const event = [...its.graph.mints.values()]
    .filter(({ through }) => through.some((arn) => arn.endsWith(`/${id}`)))
    .map((mint) => mint.event)
    .filter((mint) => mint.time !== null && mint.time < since && whoDid(mint, its) !== 'tainted')
    .at(-1);
  return event === undefined ? null : so(`used for a session at ${timeInWords(event.time)}`, event);
}

/** What was made by the incident, or after it began, was not there before; nor what nobody ever gave to a principal
 *  whose whole life was read. */
function fromDates(resource: Resource, touches: readonly Origin[], its: Case): Earlier | null {
  for (const key of touches.flatMap(({ rule, event }) => rule.mayChangeNothing?.needs?.(event) ?? [])) {
    const making = its.histories.get(key)?.made.find(({ event }) => whoDid(event, its) === 'tainted');
    if (making !== undefined)
      return otherwise(`of what the incident made itself: ${making.event.name}`, making.event);
  }
  const born = resource.properties['holderSince'];
  if (typeof born !== 'number') return null;
  const place = resource.region === 'global' ? '' : `${resource.region}|`;
  const froms = touches.map(({ event }) => its.facts.readSince?.get(`${place}${event.name}`));
  if (froms.some((from) => from === undefined || born < from)) return null;
  return otherwise(`nobody did so before, from its making at ${timeInWords(born)} on`, null);
}

/** The same credential was refused a call before, and let in after: so something was granted in between. */
function fromRefusal(resource: Resource, { event: first }: Origin, since: number, its: Case): Earlier | null {
  const holder = asText(resource.properties['holder']);
  const name = asText(
    resource.properties[holder === 'Group' && resource.properties['kind'] === 'member' ? 'what' : 'name'],
  );
  if (name === null || resource.play !== 'iam-grants') return null;
  const refused = new Map<string, TrailEvent>();
  for (const event of its.graph.events) {
    const { actor, time } = event;
    const theirs =
      holder === 'Role' ? actor.issuerArn?.endsWith(`/${name}`) === true : actor.userName === name;
    if (!theirs || time === null) continue;
    const act = `${event.source}|${event.name}|${event.region}|${stableStringify(event.request)}`;
    if (time < since && isDenied(event)) refused.set(act, event);
    const before = time > (first.time ?? since) && event.errorCode === null ? refused.get(act) : undefined;
    if (before !== undefined)
      return otherwise(
        `${event.name} was refused to it at ${timeInWords(before.time)}, and let through after`,
        before,
      );
  }
  return null;
}

function withoutProof({ event, rule }: Origin): Earlier {
  const stated = rule.mayChangeNothing?.unproven;
  if (stated !== undefined) return otherwise(stated, null);
  return { was: 'unknown', why: `nothing shows how it was before ${event.name}`, proof: null };
}

/** Nothing shows whether the incident changed it, and it was not made by it: a person who decides that it did wants it
 *  as it was, never gone. */
export function isUnprovenChange(resource: Resource, its: Case): boolean {
  const history = its.histories.get(resourceKey(resource));
  if (history === undefined || earlierOf(resource, history, its)?.was !== 'unknown') return false;
  return history.made.every(({ event }) => whoDid(event, its) !== 'tainted');
}

function isDenied({ errorCode }: TrailEvent): boolean {
  return /AccessDenied|UnauthorizedOperation|NotAuthorized/i.test(errorCode ?? '');
}

function inWords(event: TrailEvent): string {
  const { accessKeyId, arn, invokedBy } = event.actor;
  return `${event.name} by ${accessKeyId ?? arn ?? invokedBy ?? 'an unnamed caller'} at ${timeInWords(event.time)}`;
}

function latest(events: readonly TrailEvent[]): TrailEvent | null {
  return events.reduce<TrailEvent | null>(
    (last, event) => (last === null || (event.time ?? 0) >= (last.time ?? 0) ? event : last),
    null,
  );
}

/** Equal, whatever the spacing and the order of names inside a policy. */
export function isSame(a: Json, b: Json): boolean {
  return stableStringify(parsed(a)) === stableStringify(parsed(b));
}

function parsed(value: Json): Json {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    // Not a document: compared as it stands.
    return value;
  }
}

/** The rules that speak of what this finding's calls were about, where those may have changed nothing: their earlier
 *  events decide. `since`: epoch milliseconds of the incident's first call. Pure. */
export function asksBefore(
  { evidence, class: judged }: Finding,
  rules: readonly OriginRule[],
): { names: string[]; since: number } | null {
  if (judged === 'own') return null;
  const doubtful = evidence.filter(({ name }) =>
    rules.some(
      (rule) => speaksOf(rule, name) && (rule.mayChangeNothing !== undefined || rule.effect === 'started'),
    ),
  );
  const times = doubtful.flatMap(({ time }) => time ?? []);
  if (times.length === 0) return null;
  const about = new Set(doubtful.map(({ name }) => aboutOf(name)));
  const names = rules
    .filter((rule) => rule.prefix !== true && about.has(aboutOf(rule.name)))
    .map(({ name }) => name);
  const used = rules.flatMap((rule) =>
    doubtful.some(({ name }) => speaksOf(rule, name)) ? (rule.mayChangeNothing?.usedBy ?? []) : [],
  );
  return { names: [...new Set([...names, ...used])], since: Math.min(...times) };
}

const speaksOf = ({ name, prefix }: OriginRule, event: string): boolean =>
  prefix === true ? event.startsWith(name) : event === name;

/** `AttachUserPolicy` and `DetachUserPolicy`, `AddUserToGroup` and `RemoveUserFromGroup` are about the same. */
function aboutOf(name: string): string {
  return name
    .replace(/^(Attach|Detach|Put|Delete|Add|Remove|Enable|Disable|Update|Create|SetDefault|Start|Stop)/, '')
    .replace(/(To|From)Group$/, 'Group')
    .replace(/^(AccountSending)(Attributes|Enabled)$/, '$1');
}

import { asObject, asText, type JsonObject } from '../model/index.js';
import { fromForeign, fromLakeRow } from './foreign-records.js';

/** Fields in which a list of events stands: log files, LookupEvents, log streams, search results. */
const lists = ['Records', 'Events', 'events', 'records', 'hits', 'results', 'logEvents'];

/** Wrappers in wrappers: an export of an EventBridge envelope of a record. */
const maxDepth = 8;

/**
 * The records in any container that CloudTrail events are found in: `{"Records": […]}`, a bare array or object,
 * EventBridge envelopes (`detail`), LookupEvents answers (`CloudTrailEvent`, a JSON string), exports of search and log
 * services that hold the record in a field of any name, as an object or as a JSON string, or that rewrote it
 * (foreign-records.ts). What holds no record at all
 * is given back as it is: `normaliseRecord` says why it cannot be read. Digest files and empty logs hold no records.
 */
export function* unwrap(json: unknown, depth = 0): Iterable<unknown> {
  if (Array.isArray(json) && depth < maxDepth) {
    for (const item of json) yield* unwrap(item, depth + 1);
    return;
  }
  const object = asObject(json);
  if (object !== null && !isRecord(object)) {
    if (isDigest(object)) return;
    const list = lists
      .map((name) => object[name])
      .find((value) => typeof value === 'object' && value !== null);
    if (list !== undefined && depth < maxDepth) {
      yield* unwrap(list, depth + 1);
      return;
    }
  }
  const found = [...recordsIn(json, depth)];
  if (found.length > 0) yield* found;
  else yield json;
}

/** Records anywhere inside, in the fields of whatever name. */
function* recordsIn(value: unknown, depth: number): Iterable<unknown> {
  if (depth > maxDepth) return;
  if (typeof value === 'string') {
    const parsed = parseStructure(value);
    if (parsed !== null) yield* recordsIn(parsed, depth + 1);
    return;
  }
  if (Array.isArray(value)) {
    const row = fromLakeRow(value);
    if (row !== null) yield row;
    else for (const item of value) yield* recordsIn(item, depth + 1);
    return;
  }
  const object = asObject(value);
  if (object === null) return;
  const record = isPlain(object)
    ? (rawOf(object) ?? object)
    : (fromForeign(object) ?? (isRecord(object) ? object : null));
  if (record !== null) {
    yield record;
    return;
  }
  for (const inner of Object.values(object)) yield* recordsIn(inner, depth + 1);
}

/** By an event's name and one more of its fields, in any spelling. LookupEvents repeats some of a record's fields beside
 *  the record itself. */
function isRecord(object: JsonObject): boolean {
  if (isPlain(object)) return true;
  if (asText(object.CloudTrailEvent) !== null || Object.hasOwn(object, 'detail')) return false;
  const names = new Set(Object.keys(object).map((name) => name.toLowerCase().replace(/[_.]/g, '')));
  const has = (...some: string[]): boolean => some.some((name) => names.has(name));
  if (has('eventversion')) return has('eventname', 'eventsource');
  return (
    has('eventname') &&
    has('eventsource', 'eventtime', 'useridentity', 'useridentitytype', 'requestparameters')
  );
}

/** The record itself, where a search product put it beside the fields that it took out of it. */
function rawOf({ _raw: raw }: JsonObject): JsonObject | null {
  const record = typeof raw === 'string' ? asObject(parseStructure(raw)) : null;
  return record !== null && isPlain(record) ? record : null;
}

function isPlain(object: JsonObject): boolean {
  return Object.hasOwn(object, 'eventName') && Object.hasOwn(object, 'eventSource');
}

/** CloudTrail user guide, "CloudTrail digest file structure". */
function isDigest(object: JsonObject): boolean {
  return (
    Object.hasOwn(object, 'digestS3Bucket') ||
    (Object.hasOwn(object, 'logFiles') && Object.hasOwn(object, 'digestStartTime'))
  );
}

function parseStructure(text: string): unknown {
  if (!/^\s*[{["]/.test(text)) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

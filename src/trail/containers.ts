import { asObject, asText, type JsonObject } from '../json.js';

/** Fields in which exporters put one event, as an object or as a JSON string. */
const wrappers = ['CloudTrailEvent', 'detail', 'event', '_raw', '_source', 'message', '@message', 'original'];
/** Fields in which a list of events stands: log files, LookupEvents, search results. */
const lists = ['Records', 'Events', 'events', 'records', 'hits'];

/** Wrappers in wrappers: an export of an EventBridge envelope of a record. */
const maxDepth = 6;

/**
 * The records in any container that CloudTrail events are found in: `{"Records": […]}`, a bare array or object,
 * EventBridge envelopes (`detail`), LookupEvents answers (`CloudTrailEvent`, a JSON string), exports whose event is
 * a JSON string. What is no record at all is given back as it is: `normaliseRecord` says why it cannot be read.
 * Digest files and empty logs hold no records.
 */
export function* unwrap(json: unknown, depth = 0): Iterable<unknown> {
  if (Array.isArray(json)) {
    for (const item of json) yield* unwrap(item, depth + 1);
    return;
  }
  if (typeof json === 'string' && depth < maxDepth) {
    const parsed = parseObject(json);
    if (parsed === null) yield json;
    else yield* unwrap(parsed, depth + 1);
    return;
  }
  const object = asObject(json);
  if (object === null || depth >= maxDepth || isRecord(object)) {
    yield json;
    return;
  }
  if (isDigest(object)) return;
  for (const name of lists) {
    const list = object[name];
    if (Array.isArray(list)) {
      yield* unwrap(list, depth + 1);
      return;
    }
    if (name === 'hits' && asObject(list) !== null) {
      yield* unwrap(asObject(list)?.hits, depth + 1);
      return;
    }
  }
  for (const name of wrappers) {
    const inner = object[name];
    if (asObject(inner) !== null || (asText(inner) !== null && parseObject(inner as string) !== null)) {
      yield* unwrap(inner, depth + 1);
      return;
    }
  }
  yield json;
}

function isRecord(object: JsonObject): boolean {
  if (Object.hasOwn(object, 'eventName') && Object.hasOwn(object, 'eventSource')) return true;
  return (
    Object.keys(object).some((name) => /^event_?(name|version)$/i.test(name)) &&
    !Object.hasOwn(object, 'detail')
  );
}

/** CloudTrail user guide, "CloudTrail digest file structure". */
function isDigest(object: JsonObject): boolean {
  return (
    Object.hasOwn(object, 'digestS3Bucket') ||
    (Object.hasOwn(object, 'logFiles') && Object.hasOwn(object, 'digestStartTime'))
  );
}

function parseObject(text: string): unknown {
  if (!/^\s*[{["]/.test(text)) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

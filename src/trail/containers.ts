import { asObject, asText, type Json, type JsonObject } from '../model/index.js';
import { brokenRow, fromColumns } from './column-tables.js';
import { fromAthenaAnswer, fromLakeRow } from './foreign-records.js';
import { objectsIn, parsedJson, unpackedText } from './packed-text.js';
import {
  asRecord,
  isBulkAction,
  isDigest,
  isPartOfRecord,
  isPlain,
  lookAlike,
  plainName,
} from './record-shape.js';

/** Something that should hold a record and holds none that can be read. */
export class Unread {
  constructor(readonly reason: string) {}
}

const brokenRecord = new Unread('a record that is not JSON');

/** Wrappers in wrappers, more than any pipeline has: a hostile text must not exhaust the stack. */
const maxDepth = 40;

/**
 * The records in any container that CloudTrail events are found in: `{"Records": […]}` or a list of any other name, a bare
 * array or object, EventBridge envelopes, LookupEvents answers, exports of search and log services and messages of
 * pipelines that hold the record in a field of any name, as an object, a JSON string or packed, or that rewrote it
 * (foreign-records.ts). What stands beside records and is none is given as it is or as `Unread`, and so is the whole where
 * it holds none: `normaliseRecord` says why it cannot be read. Digest files and empty logs hold no records.
 */
export function unwrap(json: unknown): unknown[] {
  const found = recordsWithin(json);
  return found === null ? [json] : found;
}

/** The same; null where nothing is in it that is or should be a record. */
export function recordsWithin(json: unknown): unknown[] | null {
  const found: unknown[] = [];
  return collect(json, 0, found) || isEmptyLog(json) ? found : null;
}

/** Names of lists in logs and official answers: where they are empty, nothing happened that was logged. */
const logLists = ['Records', 'Events', 'events', 'records', 'logEvents'];

function isEmptyLog(json: unknown): boolean {
  if (Array.isArray(json)) return isEmptyList(json);
  const object = asObject(json);
  return (
    object !== null &&
    logLists.some((name) => isEmptyList(object[name])) &&
    Object.values(object).every((value) => !Array.isArray(value) || value.length === 0)
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Puts what is in `value` into `found`. False where it holds nothing that is a record or should be one. */
function collect(value: unknown, depth: number, found: unknown[]): boolean {
  if (typeof value === 'string') return collectText(value, depth, found);
  if (typeof value !== 'object' || value === null) return false;
  if (depth > maxDepth) {
    found.push(new Unread('a value that is nested too deeply'));
    return true;
  }
  return Array.isArray(value)
    ? collectList(value, depth, found)
    : collectObject(value as JsonObject, depth, found);
}

function collectObject(object: JsonObject, depth: number, found: unknown[]): boolean {
  // Most are records as CloudTrail writes them.
  if (isPlain(object)) {
    found.push(innerRecord(object, object, depth) ?? object);
    return true;
  }
  if (isDigest(object) || object.messageType === 'CONTROL_MESSAGE' || isBulkAction(object)) return true;
  const rows = fromAthenaAnswer(object);
  if (rows !== null) return collectList(rows, depth, found);
  const record = asRecord(object);
  if (record !== null) {
    found.push(innerRecord(object, record, depth) ?? record);
    return true;
  }
  const table = fromColumns(object);
  if (table !== null) {
    const isBroken = (row: unknown): boolean => row === brokenRow;
    for (const _row of table.filter(isBroken)) found.push(new Unread(brokenRow));
    return collectList(
      table.filter((row) => !isBroken(row)),
      depth,
      found,
    );
  }
  let some = false;
  for (const inner of Object.values(object)) if (collect(inner, depth + 1, found)) some = true;
  if (some) return true;
  const kind = lookAlike(object);
  if (kind === null && !isPartOfRecord(object)) return false;
  found.push(kind === null ? object : new Unread(`${kind}, no CloudTrail record`));
  return true;
}

/** What callers choose stands in these: a record in there is none of CloudTrail's. */
const chosenByCallers =
  /^(requestparameters|responseelements|additionaleventdata|serviceeventdetails|useridentity|useragent|errormessage|resources|tags|tlsdetails|eventcontext|edgedevicedetails|addendum|insightdetails)/;

/**
 * The record itself, where a product put it, in a field of any name, beside some of its fields. It is of the same call:
 * else, and where it is broken, what the row says of it alone is not enough, and it is `Unread`. Null where there is none.
 */
function innerRecord(object: JsonObject, shell: JsonObject, depth: number): unknown {
  const found: unknown[] = [];
  for (const name in object) {
    const value = object[name];
    const mayHold =
      typeof value === 'object' ? value !== null : typeof value === 'string' && value.length > 40;
    if (mayHold && !chosenByCallers.test(plainName(name))) collect(value, depth + 1, found);
  }
  if (found.length === 0) return null;
  const records = found.map(asObject).filter((one) => one !== null && isPlain(one));
  const same = records.find((record) => record !== null && isSameCall(record, shell));
  if (same !== undefined) return same;
  const isWhole = isPlain(object) && Object.hasOwn(object, 'userIdentity');
  if (isWhole) return null;
  if (records.length > 0) return new Unread('a row beside the record of another call');
  return found.includes(brokenRecord) ? brokenRecord : null;
}

function isSameCall(record: JsonObject, shell: JsonObject): boolean {
  const agrees = (proper: string): boolean => {
    const name = Object.keys(shell).find((one) => plainName(one) === plainName(proper));
    const told = name === undefined ? null : asText(shell[name]);
    return told === null || told === record[proper];
  };
  return agrees('eventName') && agrees('eventID');
}

/** Where one entry of a list is a record, the others should be: each that is none is told. */
function collectList(list: unknown[], depth: number, found: unknown[]): boolean {
  const row = fromLakeRow(list) ?? fromPairs(list);
  if (row !== null) return collectObject(row, depth + 1, found);
  let some = false;
  const others: unknown[] = [];
  for (const item of list) {
    if (collect(item, depth + 1, found)) some = true;
    else if ((typeof item === 'object' || looksStructured(item)) && !isEmptyLog(item)) others.push(item);
  }
  if (some) for (const other of others) found.push(other ?? new Unread('null in place of a record'));
  return some;
}

const structured = /^\s*[{[]/;

function looksStructured(item: unknown): boolean {
  return typeof item === 'string' && (structured.test(item) || unpackedText(item) !== null);
}

/** A list of names and values, as Logs Insights and OpenTelemetry write an object. */
function fromPairs(list: unknown[]): JsonObject | null {
  const object: JsonObject = {};
  for (const item of list) {
    const pair = asObject(item);
    const name = asText(pair?.field) ?? asText(pair?.key) ?? asText(pair?.name);
    if (pair === null || name === null || !Object.hasOwn(pair, 'value') || name === '__proto__') return null;
    object[name] = ofAnyValue(pair.value ?? null);
  }
  return list.length === 0 ? null : object;
}

/** OpenTelemetry's AnyValue (opentelemetry-proto, common.proto), as the value that it says. */
function ofAnyValue(value: Json, depth = 0): Json {
  const object = asObject(value);
  if (object === null || depth > maxDepth) return value;
  const [kind = '', ...more] = Object.keys(object);
  const inner = object[kind] ?? null;
  if (more.length > 0) return value;
  if (/^(string|int|double|bool|bytes)Value$/.test(kind)) return inner;
  const values = asObject(inner)?.values;
  if (kind === 'arrayValue' && Array.isArray(values)) return values.map((one) => ofAnyValue(one, depth + 1));
  return kind === 'kvlistValue' && Array.isArray(values) ? (fromPairs(values) ?? value) : value;
}

/** Names of a record's fields in any spelling: a text that has one of them and cannot be read is a record lost. */
const ofRecord = /event_?(name|source|version)\\*["']/i;

function collectText(text: string, depth: number, found: unknown[]): boolean {
  if (/^\s*[{["]/.test(text)) {
    // Some log services escape what they hold, and put no quotes around it.
    const value = parsedJson(text) ?? (/^\s*[[{]+\\"/.test(text) ? parsedJson(`"${text}"`) : undefined);
    if (value !== undefined) return collect(value, depth + 1, found);
  } else {
    const unpacked = unpackedText(text);
    if (unpacked !== null) return depth > maxDepth ? false : collectText(unpacked, depth + 1, found);
  }
  if (!ofRecord.test(text)) return false;
  const before = found.length;
  for (const value of objectsIn(text)) {
    if (value === undefined) found.push(brokenRecord);
    else collect(value, depth + 1, found);
  }
  if (found.length === before) found.push(brokenRecord);
  return true;
}

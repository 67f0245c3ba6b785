import { isRoot, keyIdOf, userOfArn } from '../facts/index.js';
import { createHash } from 'node:crypto';
import {
  type Actor,
  asObject,
  asText,
  type Json,
  type JsonObject,
  stableStringify,
  textAt,
  type TrailEvent,
} from '../model/index.js';
import { Unread } from './containers.js';
import { properName } from './record-shape.js';
import { redactObject } from './redact.js';

export { unwrap } from './containers.js';

/**
 * One CloudTrail record, in whatever spelling, as the one shape that leakguard works on; or why it cannot be read.
 * Never throws. Secrets are taken out here.
 */
export function normaliseRecord(raw: unknown, _where: string): TrailEvent | { skipped: string } {
  if (raw instanceof Unread) return { skipped: raw.reason };
  const record = spelt(nested(typeof raw === 'string' ? parsed(raw) : raw));
  if (record === null) return { skipped: 'not a record' };
  const name = asText(record.eventName);
  if (record.insightDetails !== undefined || record.eventType === 'AwsCloudTrailInsight') {
    return { skipped: 'an Insights record' };
  }
  if (record.eventCategory === 'Aggregated') return { skipped: 'an aggregated record' };
  if (name === null) return { skipped: 'no eventName' };
  // Every source of CloudTrail's is a host of AWS's (CloudTrail user guide, "CloudTrail record contents", eventSource).
  const source = asText(record.eventSource) ?? '';
  if (!source.endsWith('.amazonaws.com') && source !== '' && !/\bamazonaws\.|\.aws$/i.test(source))
    return { skipped: 'an event of another source than AWS, no CloudTrail record' };
  // Identity Center's own events hold what was asked for in `serviceEventDetails` (IAM Identity Center user guide,
  // "CloudTrail use cases for IAM Identity Center").
  const request = redactObject(structure(record.requestParameters ?? record.serviceEventDetails));
  const response = redactObject(structure(record.responseElements)) ?? launchedOf(name, record);
  const actor = actorOf(record);
  const event: TrailEvent = {
    key: '',
    eventId: asText(record.eventID),
    requestId: asText(record.requestID),
    time: timeOf(record.eventTime) ?? timeOf(record['@timestamp']),
    name,
    source,
    region: asText(record.awsRegion) ?? '',
    account: asText(record.recipientAccountId) ?? actor.account,
    actor,
    sourceIp: asText(record.sourceIPAddress),
    userAgent: asText(record.userAgent),
    readOnly: truth(record.readOnly),
    errorCode: errorOf(record, response),
    errorMessage: asText(record.errorMessage),
    request,
    response,
    truncated: wasCut(request) || wasCut(response) || truth(record._truncated) === true,
  };
  // CloudTrail user guide, "Logging network activity events".
  if (record.eventCategory === 'NetworkActivity' || record.eventType === 'AwsVpceEvent')
    event.seenByEndpoint = true;
  // CloudTrail user guide, "CloudTrail record contents": vpcEndpointId, and from version 1.09 on vpcEndpointAccountId.
  if (asText(record.vpcEndpointId) !== null) event.endpointAccount = asText(record.vpcEndpointAccountId);
  event.key = keyOf(event);
  return event;
}

/**
 * Null for a call that worked. Sign-ins say so in the response alone (CloudTrail user guide, "AWS Management Console
 * sign-in events"); the Splunk add-on for AWS writes `success` where CloudTrail writes nothing.
 */
function errorOf(record: JsonObject, response: JsonObject | null): string | null {
  const code = asText(record.errorCode);
  if (code !== null) return code.toLowerCase() === 'success' ? null : code;
  const name = asText(record.eventName) ?? '';
  return response?.[name] === 'Failure' ? (asText(record.errorMessage) ?? 'Failure') : null;
}

/** CloudTrail's console, and LookupEvents without the record, name what a launch made among its resources alone. */
function launchedOf(name: string, record: JsonObject): JsonObject | null {
  const resources = record.Resources ?? record.resources;
  if (name !== 'RunInstances' || resources === undefined || record.requestParameters !== undefined)
    return null;
  const ids = new Set(JSON.stringify(resources).match(/\bi-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/g));
  if (ids.size === 0) return null;
  return { instancesSet: { items: [...ids].map((instanceId) => ({ instanceId })) } };
}

/** eventID alone repeats in real data sets; without any id the content is the identity. */
function keyOf(event: TrailEvent): string {
  if (event.eventId !== null || event.requestId !== null) {
    return `${event.eventId ?? ''}|${event.time ?? ''}|${event.name}|${event.requestId ?? ''}`;
  }
  return createHash('sha256').update(stableStringify(event)).digest('base64url');
}

function actorOf(record: JsonObject): Actor {
  // Lists of events without the records themselves still say who called.
  const identity = spelt(structure(record.userIdentity)) ?? record;
  const context = spelt(structure(identity.sessionContext));
  const issuer = spelt(context?.sessionIssuer);
  const arn = asText(identity.arn);
  const principalId = asText(identity.principalId) ?? textAt(identity, 'onBehalfOf', 'userId');
  const type = asText(identity.type);
  return {
    type,
    arn,
    principalId,
    account: asText(identity.accountId),
    accessKeyId: keyIdOf(identity.accessKeyId),
    userName: asText(identity.userName) ?? userOfArn(arn) ?? (isRoot(arn) ? 'root' : null),
    issuerArn: asText(issuer?.arn),
    sessionName: sessionNameOf(arn, type, principalId),
    invokedBy: asText(identity.invokedBy),
  };
}

function sessionNameOf(arn: string | null, type: string | null, principalId: string | null): string | null {
  const match = /:assumed-role\/.+\/([^/]+)$/.exec(arn ?? '');
  if (match?.[1] !== undefined) return match[1];
  if (type !== 'AssumedRole') return null;
  const colon = principalId?.indexOf(':') ?? -1;
  return colon > 0 ? asText(principalId?.slice(colon + 1)) : null;
}

const clock = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/;

/** Epoch milliseconds of the spellings seen: ISO with or without T, Z and fractions; epoch seconds or milliseconds.
 *  What has no zone is UTC. Null for anything else (`redacted`). */
function timeOf(value: unknown): number | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value <= 0) return null;
    return value < 1e11 ? Math.round(value * 1000) : Math.round(value);
  }
  const text = asText(value)?.trim() ?? '';
  const match = clock.exec(text);
  if (match === null) return spokenTimeOf(text);
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const iso = `${day}T${time}${fraction.slice(0, 4)}${zone === 'UTC' ? 'Z' : zone}`;
  const at = Date.parse(iso);
  return Number.isNaN(at) ? null : at;
}

/** As CloudTrail's console shows it: `November 20, 2026, 02:00:00 (UTC+09:00)`. */
function spokenTimeOf(text: string): number | null {
  const match = /^([A-Z][a-z]+ \d{1,2}, \d{4}), (\d\d:\d\d:\d\d) \(UTC([+-]\d\d):?(\d\d)\)$/.exec(text);
  const at = match === null ? NaN : Date.parse(`${match[1]} ${match[2]} GMT${match[3]}${match[4]}`);
  return Number.isNaN(at) ? null : at;
}

/** CloudTrail leaves out parameters above 100 KB and says `omitted`; other writers say `_truncated`
 *  (CloudTrail user guide, "CloudTrail record contents", requestParameters). */
function wasCut(part: JsonObject | null): boolean {
  if (part === null) return false;
  return ['_truncated', 'omitted', 'requestParametersOmitted', 'responseElementsOmitted'].some(
    (name) => truth(part[name]) === true,
  );
}

function truth(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : null;
}

/** Exports of tables hold inner objects as JSON strings, or in the way in which Athena writes rows. */
function structure(value: unknown): unknown {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return value;
  return parsed(value) ?? rowOf(value.trim());
}

/** Callers have three levels; a hostile text must not exhaust the stack. */
const maxRowDepth = 10;

/** `{type=IAMUser, arn=…, sessioncontext={attributes=null}}`: Athena's, CloudTrail Lake's and Elastic's text of a struct. */
function rowOf(text: string, level = 0): JsonObject {
  const row: JsonObject = {};
  for (const pair of partsOf(text, /^, [\w.:-]+=/)) {
    const equals = pair.indexOf('=');
    if (equals > 0) row[pair.slice(0, equals).trim()] = cellOf(pair.slice(equals + 1), level + 1);
  }
  return row;
}

function cellOf(text: string, level: number): Json {
  if (text === 'null' || level > maxRowDepth) return null;
  const list = text.startsWith('[{');
  if (!list && !text.startsWith('{')) return text;
  const json = parsed(text);
  if (json !== null) return json as Json;
  return list ? partsOf(text, /^, \{/).map((part) => cellOf(part.trim(), level + 1)) : rowOf(text, level);
}

/** What stands between the outer brackets, cut at commas that `separator` matches outside of inner brackets. */
function partsOf(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 1;
  for (let index = 1; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') depth -= 1;
    const ends =
      depth < 0 || (depth === 0 && letter === ',' && separator.test(text.slice(index, index + 80)));
    if (!ends) continue;
    parts.push(text.slice(from, index));
    if (depth < 0) break;
    from = index + 1;
  }
  return parts;
}

/** Exports that flatten a record: `userIdentity.arn`, `useridentity_arn` or `UserIdentityArn` as names at its top. */
function nested(value: unknown): unknown {
  const object = asObject(value);
  if (object === null || !Object.keys(object).some((name) => flattened.test(name))) return value;
  const copy: JsonObject = {};
  for (const [name, inner] of Object.entries(object)) {
    const [, part = '', rest = ''] = flattened.exec(name) ?? [];
    const whole = properName(part);
    if (whole === null || rest.includes('__proto__')) {
      copy[name] = inner;
      continue;
    }
    const path = [whole, ...(whole === 'userIdentity' ? identityPath(rest) : rest.split('.'))];
    put(copy, path, inner);
  }
  return copy;
}

const flattened = /^(user_?identity|request_?parameters|response_?elements)[._]?(?=[a-z])(.+)$/i;

/** `sessionContext.sessionIssuer.arn`, however it is written. */
function identityPath(rest: string): string[] {
  const plain = rest.toLowerCase().replace(/[._]/g, '');
  const issuer = /^(?:sessioncontext)?sessionissuer(.+)$/.exec(plain);
  return issuer?.[1] === undefined ? [plain] : ['sessionContext', 'sessionIssuer', issuer[1]];
}

/** A step `items{}` is a list of which each line of the value is an entry: Splunk's names. */
function put(object: JsonObject, path: readonly string[], value: Json): void {
  const at = path.findIndex((step) => step.endsWith('{}'));
  if (at < 0) {
    const last = path.at(-1);
    if (last !== undefined) inside(object, path.slice(0, -1))[last] = value;
    return;
  }
  const name = path[at]?.slice(0, -2) ?? '';
  const rest = path.slice(at + 1);
  const holder = inside(object, path.slice(0, at));
  const lines = typeof value === 'string' ? value.split('\n').slice(0, mostLines) : [value];
  if (rest.length === 0) {
    holder[name] = lines;
    return;
  }
  const known = Object.hasOwn(holder, name) ? holder[name] : null;
  const list = Array.isArray(known) ? known : (holder[name] = []);
  lines.forEach((line, index) => {
    const entry = asObject(list[index]) ?? {};
    list[index] = entry;
    put(entry, rest, line);
  });
}

/** More than any call's instances (EC2 launches at most thousands at once). */
const mostLines = 10_000;

/** The object at `path` in `object`, made where it is missing. */
function inside(object: JsonObject, path: readonly string[]): JsonObject {
  let here = object;
  for (const step of path) {
    const inner = Object.hasOwn(here, step) ? asObject(here[step]) : null;
    const next = inner ?? {};
    here[step] = next;
    here = next;
  }
  return here;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The object with its fields spelt as AWS spells them; the same object where they are. */
function spelt(value: unknown): JsonObject | null {
  const object = asObject(value);
  if (object === null) return null;
  let copy: JsonObject | null = null;
  for (const name in object) {
    const proper = properName(name);
    if (proper === null || proper === name || Object.hasOwn(object, proper)) continue;
    copy ??= { ...object };
    copy[proper] = object[name] ?? null;
  }
  return copy ?? object;
}

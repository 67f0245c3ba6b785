import { createHash } from 'node:crypto';
import { asObject, asText, stableStringify, type JsonObject } from '../json.js';
import type { Actor, TrailEvent } from './event.js';
import { redactObject } from './redact.js';

export { unwrap } from './containers.js';

/** Field names as AWS writes them (CloudTrail user guide, "CloudTrail record contents"); others are compared
 *  without case and underscores, since exports misspell them (`accesskeyid`, `event_time`). */
const fields = new Map(
  (
    'eventTime eventSource eventName eventID eventType eventVersion requestID awsRegion sourceIPAddress userAgent ' +
    'userIdentity errorCode errorMessage requestParameters responseElements readOnly recipientAccountId ' +
    'insightDetails eventCategory type principalId arn accountId accessKeyId userName sessionContext sessionIssuer ' +
    'invokedBy'
  )
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);
const canonical = new Set(fields.values());

/**
 * One CloudTrail record, in whatever spelling, as the one shape that leakguard works on; or why it cannot be read.
 * Never throws. Secrets are taken out here.
 */
export function normaliseRecord(raw: unknown, _where: string): TrailEvent | { skipped: string } {
  const record = spelt(typeof raw === 'string' ? parsed(raw) : raw);
  if (record === null) return { skipped: 'not a record' };
  const name = asText(record.eventName);
  if (record.insightDetails !== undefined || record.eventType === 'AwsCloudTrailInsight') {
    return { skipped: 'an Insights record' };
  }
  if (name === null) return { skipped: 'no eventName' };
  const request = redactObject(structure(record.requestParameters));
  const response = redactObject(structure(record.responseElements));
  const actor = actorOf(record.userIdentity);
  const event: TrailEvent = {
    key: '',
    eventId: asText(record.eventID),
    requestId: asText(record.requestID),
    time: timeOf(record.eventTime) ?? timeOf(record['@timestamp']),
    name,
    source: asText(record.eventSource) ?? '',
    region: asText(record.awsRegion) ?? '',
    account: asText(record.recipientAccountId) ?? actor.account,
    actor,
    sourceIp: asText(record.sourceIPAddress),
    userAgent: asText(record.userAgent),
    readOnly: truth(record.readOnly),
    errorCode: asText(record.errorCode),
    errorMessage: asText(record.errorMessage),
    request,
    response,
    truncated: wasCut(request) || wasCut(response) || truth(record._truncated) === true,
  };
  event.key = keyOf(event);
  return event;
}

/** eventID alone repeats in real data sets; without any id the content is the identity. */
function keyOf(event: TrailEvent): string {
  if (event.eventId !== null || event.requestId !== null) {
    return `${event.eventId ?? ''}|${event.time ?? ''}|${event.name}|${event.requestId ?? ''}`;
  }
  return createHash('sha256').update(stableStringify(event)).digest('base64url');
}

function actorOf(value: unknown): Actor {
  const identity = spelt(structure(value)) ?? {};
  const context = spelt(structure(identity.sessionContext));
  const issuer = spelt(context?.sessionIssuer);
  const arn = asText(identity.arn);
  const principalId = asText(identity.principalId);
  const type = asText(identity.type);
  return {
    type,
    arn,
    principalId,
    account: asText(identity.accountId),
    accessKeyId: keyIdOf(identity.accessKeyId),
    userName: asText(identity.userName) ?? userOfArn(arn),
    issuerArn: asText(issuer?.arn),
    sessionName: sessionNameOf(arn, type, principalId),
    invokedBy: asText(identity.invokedBy),
  };
}

/** Null for what is no key id: absent, empty, or masked (`AKIA****`, `AKIAXXXXXXXX`), since a mask is not one key. */
export function keyIdOf(value: unknown): string | null {
  const id = asText(value)?.trim() ?? '';
  if (!/^\w{5,128}$/.test(id) || /redact|hidden|mask/i.test(id) || /^(?:A[KS]IA)?([X_])\1+$/i.test(id))
    return null;
  return id;
}

function userOfArn(arn: string | null): string | null {
  const match = /^arn:[^:]*:iam::\d*:user\/(?:.*\/)?([^/]+)$/.exec(arn ?? '');
  if (match?.[1] !== undefined) return match[1];
  return /^arn:[^:]*:iam::\d*:root$/.test(arn ?? '') ? 'root' : null;
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
export function timeOf(value: unknown): number | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value <= 0) return null;
    return value < 1e11 ? Math.round(value * 1000) : Math.round(value);
  }
  const match = clock.exec(asText(value)?.trim() ?? '');
  if (match === null) return null;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const iso = `${day}T${time}${fraction.slice(0, 4)}${zone === 'UTC' ? 'Z' : zone}`;
  const at = Date.parse(iso);
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

/** Exports of tables hold inner objects as JSON strings. */
function structure(value: unknown): unknown {
  return typeof value === 'string' && value.trimStart().startsWith('{') ? parsed(value) : value;
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
    if (canonical.has(name)) continue;
    const proper = fields.get(name.toLowerCase().replaceAll('_', ''));
    if (proper === undefined || Object.hasOwn(object, proper)) continue;
    copy ??= { ...object };
    copy[proper] = object[name] ?? null;
  }
  return copy ?? object;
}

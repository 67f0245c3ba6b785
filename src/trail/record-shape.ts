import { asObject, asText, type JsonObject } from '../model/index.js';
import { fromForeign } from './foreign-records.js';

/** Names seen: a file's records have the same few. Whoever wrote the file chose them, so it holds no more than these. */
const plainNames = new Map<string, string>();
const mostNames = 1000;

/** A field's name in whatever spelling: exports write `eventName` as `event_name`, `Event name` or `eventname`. */
export function plainName(name: string): string {
  let plain = plainNames.get(name);
  if (plain !== undefined) return plain;
  plain = name.toLowerCase().replace(/[_. -]/g, '');
  if (plainNames.size < mostNames) plainNames.set(name, plain);
  return plain;
}

/** Field names as AWS writes them (CloudTrail user guide, "CloudTrail record contents"), by their plain names; with those
 *  that CloudTrail's console has. */
const fields = new Map<string, string>([
  ...(
    'eventTime eventSource eventName eventID eventType eventVersion requestID awsRegion sourceIPAddress userAgent ' +
    'userIdentity errorCode errorMessage requestParameters responseElements readOnly recipientAccountId ' +
    'vpcEndpointId vpcEndpointAccountId insightDetails eventCategory type principalId arn accountId accessKeyId ' +
    'userName sessionContext sessionIssuer invokedBy'
  )
    .split(' ')
    .map((name): [string, string] => [plainName(name), name]),
  ['awsaccesskey', 'accessKeyId'],
]);
const canonical = new Set(fields.values());

/** The field that a name means; null where it is none of a record's. */
export function properName(name: string): string | null {
  return canonical.has(name) ? name : (fields.get(plainName(name)) ?? null);
}

/** Written as CloudTrail writes it. */
export function isPlain(object: JsonObject): boolean {
  return Object.hasOwn(object, 'eventName') && Object.hasOwn(object, 'eventSource') && !isMessage(object);
}

/**
 * The record that an object is: as it stands there, or rewritten by a product to a schema of its own; null where it is
 * none. By an event's name and one more of its fields.
 */
export function asRecord(object: JsonObject): JsonObject | null {
  if (isPlain(object)) return object;
  if (isMessage(object) || Object.hasOwn(object, 'detail')) return null;
  return fromForeign(object) ?? (isSpeltOtherwise(object) ? object : null);
}

function isSpeltOtherwise(object: JsonObject): boolean {
  // Records of other kinds that CloudTrail writes: they are told by name.
  if (Object.hasOwn(object, 'insightDetails') || object.eventCategory === 'Aggregated') return true;
  const names = new Set(Object.keys(object).map(plainName));
  const has = (...some: string[]): boolean => some.some((name) => names.has(name));
  if (has('eventversion')) return has('eventname', 'eventsource');
  return (
    has('eventname') &&
    has('eventsource', 'eventtime', 'useridentity', 'useridentitytype', 'requestparameters')
  );
}

/** Something of a record is there, and too little to read it by. */
export function isPartOfRecord(object: JsonObject): boolean {
  const names = new Set(Object.keys(object).map(plainName));
  const has = (...some: string[]): boolean => some.some((name) => names.has(name));
  return has('cloudtrailevent') || (has('eventversion', 'useridentity') && has('eventtime', 'eventid'));
}

/** CloudTrail user guide, "CloudTrail digest file structure". */
export function isDigest(object: JsonObject): boolean {
  return (
    Object.hasOwn(object, 'digestS3Bucket') ||
    (Object.hasOwn(object, 'logFiles') && Object.hasOwn(object, 'digestStartTime'))
  );
}

/** A line that says what to do with the next one (Elasticsearch guide, "Bulk API"). */
export function isBulkAction(object: JsonObject): boolean {
  const [action = '', ...more] = Object.keys(object);
  const where = asObject(object[action]);
  const isPlace =
    where !== null && Object.keys(where).every((name) => /^(_\w+|routing|require_alias)$/.test(name));
  return more.length === 0 && /^(index|create)$/.test(action) && isPlace;
}

/** Lambda developer guide, "Invoking Lambda with events from other AWS services": what carries `aws:s3` and the like is a
 *  message of that service. CloudTrail's sources are host names. */
function isMessage(object: JsonObject): boolean {
  return messageSource(object) !== null;
}

function messageSource(object: JsonObject): string | null {
  const source = asText(object.eventSource) ?? asText(object.EventSource);
  return source !== null && /^aws:\w+$/i.test(source) ? source : null;
}

/** Words of AWS and of whoever sends events: told only where they are plain. */
function quoted(words: string | null): string {
  return words !== null && /^[\w .:/-]{1,80}$/.test(words) ? ` (${words})` : '';
}

/** What an object is that looks like a record or its wrapper and is none; null where nobody knows. */
export function lookAlike(object: JsonObject): string | null {
  const source = messageSource(object);
  const has = (...names: string[]): boolean => names.every((name) => Object.hasOwn(object, name));
  const its = (name: string, inner: string): string | null => asText(asObject(object[name])?.[inner]);
  if (source !== null) return `a message of ${source}`;
  if (object.Event === 's3:TestEvent') return 'a test message of S3';
  if (its('service', 'serviceName') === 'guardduty' || its('Service', 'ServiceName') === 'guardduty')
    return 'a GuardDuty finding';
  if (has('ProductArn', 'GeneratorId')) return 'a Security Hub finding';
  if (has('configurationItem') || has('configurationItems') || has('configurationItemStatus'))
    return 'an item of AWS Config';
  if (has('detail-type', 'source'))
    return `an EventBridge event of another kind${quoted(asText(object['detail-type']))}`;
  if (has('Type', 'TopicArn')) return 'an SNS notification';
  if (has('ReceiptHandle') || has('receiptHandle')) return 'an SQS message';
  if (has('class_uid')) return `an OCSF event of another kind${quoted(asText(object.class_name))}`;
  if (has('protoPayload')) return 'a record of Google Cloud';
  if (has('operationName', 'resourceId')) return 'a record of Azure';
  if (has('Version', 'Statement')) return 'a policy';
  return null;
}

import type { Region } from './world.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A CloudTrail record, in the field order of AWS's (CloudTrail user guide, "CloudTrail record contents"). */
export interface CloudTrailRecord {
  eventVersion: string;
  userIdentity: JsonObject;
  eventTime: string;
  eventSource: string;
  eventName: string;
  awsRegion: string;
  sourceIPAddress: string;
  userAgent: string;
  errorCode?: string;
  errorMessage?: string;
  requestParameters: Json;
  responseElements: Json;
  serviceEventDetails?: JsonObject;
  requestID: string;
  eventID: string;
  readOnly: boolean;
  eventType: string;
  managementEvent: boolean;
  recipientAccountId: string;
  eventCategory: string;
}

/** A record, and when it can be looked up. */
export interface TrailRecord {
  record: CloudTrailRecord;
  /** Epoch milliseconds. */
  at: number;
  visibleAt: number;
}

/**
 * Writes an event into the region's history, to be seen after CloudTrail's delay; now and then twice, where the
 * settings say so. `at`: epoch milliseconds; events of the past are visible at once.
 */
export function writeEvent(
  region: Region,
  at: number,
  event: Partial<CloudTrailRecord> & Pick<CloudTrailRecord, 'eventName' | 'eventSource' | 'userIdentity'>,
): TrailRecord {
  const { world } = region;
  const record: CloudTrailRecord = {
    eventVersion: '1.11',
    userIdentity: event.userIdentity,
    eventTime: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    eventSource: event.eventSource,
    eventName: event.eventName,
    awsRegion: event.awsRegion ?? region.name,
    sourceIPAddress: event.sourceIPAddress ?? '127.0.0.1',
    userAgent: event.userAgent ?? 'aws-cli/2.31.0',
    ...(event.errorCode === undefined ? {} : { errorCode: event.errorCode }),
    ...(event.errorMessage === undefined ? {} : { errorMessage: event.errorMessage }),
    requestParameters: event.requestParameters ?? null,
    responseElements: event.responseElements ?? null,
    ...(event.serviceEventDetails === undefined ? {} : { serviceEventDetails: event.serviceEventDetails }),
    requestID: event.requestID ?? world.random.uuid(),
    eventID: event.eventID ?? world.random.uuid(),
    readOnly: event.readOnly ?? isReadOnly(event.eventName),
    eventType: event.eventType ?? 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: event.recipientAccountId ?? region.account.id,
    eventCategory: 'Management',
  };
  const [least, most] = world.settings.trailDelayMs;
  const past = at < world.clock.now();
  const kept = { record, at, visibleAt: past ? at : at + least + world.random.next() * (most - least) };
  insert(region.events, kept);
  if (world.random.next() < world.settings.trailDuplicates) insert(region.events, { ...kept });
  return kept;
}

/** CloudTrail's readOnly, by the verb; AssumeRole and the other minting calls count as reads. */
export function isReadOnly(operation: string): boolean {
  return /^(Describe|List|Get|Lookup|BatchGet|Search|Select|Query|Scan|Simulate|Head|Check|Validate|AssumeRole)/.test(
    operation,
  );
}

/** Keeps the events in order of time; the past may be written after the present. */
function insert(events: TrailRecord[], kept: TrailRecord): void {
  let index = events.length;
  while (index > 0 && events[index - 1]!.at > kept.at) index--;
  events.splice(index, 0, kept);
}

/** The events of a region that can be looked up now, newest first. */
export function visibleEvents(region: Region): TrailRecord[] {
  const now = region.world.clock.now();
  const oldest = now - 90 * 86_400_000;
  return region.events.filter(({ at, visibleAt }) => visibleAt <= now && at >= oldest).reverse();
}

let dates: Intl.DateTimeFormat | null = null;

/** `Aug 1, 2024, 11:45:22 AM`: the way CloudTrail writes the dates inside IAM's and STS's answers. */
export function trailDate(at: number): string {
  // Made when it is first needed: it is dear, and a range must start at once.
  dates ??= new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'medium' });
  return dates.format(at);
}

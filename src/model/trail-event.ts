import type { JsonObject } from './json.js';

/** Who made a call, as CloudTrail's `userIdentity` says. Every field may be missing in real records. */
export interface Actor {
  /** IAMUser, AssumedRole, Root, FederatedUser, AWSService, … or whatever else stands there; null when absent. */
  type: string | null;
  arn: string | null;
  principalId: string | null;
  account: string | null;
  /** The access key that signed the call. Null when absent, empty or masked (`AKIA****`): those are not one key. */
  accessKeyId: string | null;
  userName: string | null;
  /** For sessions: the role or user that issued them (`sessionContext.sessionIssuer.arn`). */
  issuerArn: string | null;
  /** The role session's name: the part of the assumed-role ARN after the role. */
  sessionName: string | null;
  /** The AWS service that called on somebody's behalf, such as `autoscaling.amazonaws.com`. */
  invokedBy: string | null;
}

/**
 * One CloudTrail event in the one shape that leakguard works on, whatever container it came in
 * (cloudtrail-schema: LookupEvents, log files, EventBridge envelopes, JSON lines).
 * Secrets are taken out on the way in: session tokens, secret keys and passwords never get this far.
 */
export interface TrailEvent {
  /** Identity for de-duplication: eventID + eventTime + eventName + requestID, since eventID alone repeats in
   *  real data sets. */
  key: string;
  eventId: string | null;
  requestId: string | null;
  /** Epoch milliseconds, UTC; null where the record has no readable time. */
  time: number | null;
  name: string;
  /** Event source, such as `ec2.amazonaws.com`; empty where missing. */
  source: string;
  region: string;
  /** The account that received the event, else the caller's. */
  account: string | null;
  actor: Actor;
  sourceIp: string | null;
  /** The call came through a VPC endpoint of this account; null where the record does not say whose. Absent: it did not. */
  endpointAccount?: string | null;
  userAgent: string | null;
  readOnly: boolean | null;
  /** Null when the call worked. */
  errorCode: string | null;
  errorMessage: string | null;
  request: JsonObject | null;
  response: JsonObject | null;
  /** The record was cut (`requestParametersOmitted`, `_truncated`): what it made must be found another way. */
  truncated: boolean;
  /** A VPC endpoint's record of the call (NetworkActivity), which AWS writes beside the call's own: it says that the call
   *  was made and from where, never what came of it. */
  seenByEndpoint?: true;
  /** Of the file that it stands in: CloudTrail's digests prove it (and it is of their account and region), or it does not
   *  match them. Absent: nothing is known. */
  proof?: 'proven' | 'changed';
}

/** Records that could not be read, counted and told: they are a gap in the coverage, not nothing. */
export interface SkippedRecords {
  where: string;
  count: number;
  reason: string;
}

/** The call worked: CloudTrail leaves `errorCode` out (responseElements is null on many calls that worked). */
export function worked(event: TrailEvent): boolean {
  return event.errorCode === null;
}

/** The call was a dry run that would have worked: nothing was made. */
export function wasDryRun(event: TrailEvent): boolean {
  return event.errorCode?.endsWith('DryRunOperation') ?? false;
}

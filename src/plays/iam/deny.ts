import { asObject, asText, at, type Json, type JsonObject } from '../../model/index.js';

/** The inline policy on users that leakguard puts and owns. */
export const denyPolicyName = 'LeakguardRevokeSessions';

/** The inline policy on roles, by the name that the IAM console's "Revoke active sessions" uses, so that whoever
 *  looks at the role recognises it (IAM user guide, "Revoking IAM role temporary security credentials"). */
export const roleDenyPolicyName = 'AWSRevokeOlderSessions';

/** The inline policy on roles that are shared: it names the sessions of the incident and spares the others. */
export const sessionDenyPolicyName = 'LeakguardRevokeNamedSessions';

/** How far ahead of AWS's clock a Deny is dated: a change of IAM takes seconds to be enforced, and a session minted
 *  meanwhile is cut too (IAM user guide, "Changes that I make are not always immediately visible"). Milliseconds. */
export const denyAhead = 3 * 60_000;

/** What one of our Deny policies does, read from its document alone: attackers choose policy names too. */
export type Deny =
  | { kind: 'all' }
  /** Every temporary credential issued before `issuedBefore` (epoch milliseconds). */
  | { kind: 'dated'; issuedBefore: number }
  /** The sessions whose `aws:userid` is named; those issued before `issuedBefore` only, where that is not null. */
  | { kind: 'sessions'; userIds: string[]; issuedBefore: number | null };

/**
 * Denies everything to the temporary credentials issued before `issuedBefore` (epoch milliseconds), or to everything
 * where that is null. `aws:TokenIssueTime` stands only in requests made with temporary credentials, so a dated Deny
 * spares the user's long-term keys (IAM user guide, "AWS global condition context keys").
 */
export function datedDeny(issuedBefore: number | null): string {
  return denyDocument(issuedBefore === null ? null : issuedEarlier(issuedBefore));
}

/**
 * Denies everything to the role sessions whose `aws:userid` (`AROA…:session-name`) is named and that were issued before
 * `issuedBefore` (epoch milliseconds): whoever has the name again tomorrow (a function, an instance, CI's next run, which
 * an attacker may have chosen for that) goes on.
 */
export function sessionsDeny(userIds: readonly string[], issuedBefore: number): string {
  const named = { StringEquals: { 'aws:userid': [...new Set(userIds)].sort() } };
  return denyDocument({ ...named, ...issuedEarlier(issuedBefore) });
}

/** Whole seconds, rounded up: IAM's examples have no fraction, and rounding down would spare a session. */
function issuedEarlier(issuedBefore: number): JsonObject {
  return { DateLessThan: { 'aws:TokenIssueTime': isoSeconds(Math.ceil(issuedBefore / 1000) * 1000) } };
}

/** The Deny that `document` is, or null where it is anything else, or anything more, or not readable. */
export function readDeny(document: string | null): Deny | null {
  const policy = parsed(document);
  const statements = at(policy, 'Statement');
  const statement = asObject(
    Array.isArray(statements) && statements.length === 1 ? statements[0] : statements,
  );
  if (statement === null || statement['Effect'] !== 'Deny') return null;
  if (!isEverything(statement['Action']) || !isEverything(statement['Resource'])) return null;
  const extra = Object.keys(statement).filter(
    (name) => !['Sid', 'Effect', 'Action', 'Resource', 'Condition'].includes(name),
  );
  if (extra.length > 0) return null;
  if (statement['Condition'] === undefined) return { kind: 'all' };
  const condition = asObject(statement['Condition']);
  if (condition === null) return null;
  const { DateLessThan: date, StringEquals: equals, ...others } = condition;
  if (Object.keys(others).length > 0) return null;
  const issuedBefore = date === undefined ? null : onlyDate(date);
  if (Number.isNaN(issuedBefore)) return null;
  if (equals === undefined) return issuedBefore === null ? null : { kind: 'dated', issuedBefore };
  const ids = at(equals, 'aws:userid');
  const userIds = (Array.isArray(ids) ? ids : [ids]).map(asText).filter((id) => id !== null);
  const isOnly = Object.keys(asObject(equals) ?? {}).length === 1;
  return userIds.length === 0 || !isOnly ? null : { kind: 'sessions', userIds, issuedBefore };
}

/** NaN where it is anything but one date of issue. */
function onlyDate(date: Json): number {
  if (Object.keys(asObject(date) ?? {}).length !== 1) return Number.NaN;
  return Date.parse(asText(at(date, 'aws:TokenIssueTime')) ?? '');
}

/**
 * True where `document` already denies every session issued up to `issuedBefore` (epoch milliseconds; null: whichever
 * date stands is enough), or with `all` denies everything.
 */
export function denyStands(document: string | null, issuedBefore: number | null, all: boolean): boolean {
  const deny = readDeny(document);
  if (deny?.kind === 'all') return true;
  return deny?.kind === 'dated' && !all && (issuedBefore === null || deny.issuedBefore >= issuedBefore);
}

/** Whether a Deny of ours that stands on a principal, by whichever policy, reaches so far: see denyStands. */
export function denied(properties: JsonObject, issuedBefore: number | null, all: boolean): boolean {
  const documents = [asText(properties['deny']), ...elsewhereOf(properties)];
  return documents.some((document) => denyStands(document, issuedBefore, all));
}

/** Denies of ours that stand on a principal by another policy than an inline one. */
export function elsewhereOf(properties: JsonObject): string[] {
  const { elsewhere } = properties;
  return Array.isArray(elsewhere) ? elsewhere.flatMap((one) => asText(one) ?? []) : [];
}

/** IAM hands policy documents out URL-encoded (RFC 3986; IAM API reference, GetUserPolicy); other servers do not. */
export function decodedDocument(document: string | undefined): string | null {
  if (document === undefined || document === '') return null;
  try {
    return decodeURIComponent(document);
  } catch {
    // A bare `%` in a document that was not encoded: it is the document.
    return document;
  }
}

function denyDocument(condition: Json): string {
  const statement = { Effect: 'Deny', Action: ['*'], Resource: ['*'] };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [condition === null ? statement : { ...statement, Condition: condition }],
  });
}

function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

function isEverything(value: Json | undefined): boolean {
  return value === '*' || (Array.isArray(value) && value.includes('*'));
}

function parsed(document: string | null): unknown {
  if (document === null) return null;
  try {
    return JSON.parse(document);
  } catch {
    // Not a policy of ours.
    return null;
  }
}

import { asText, idInKey, type JournalRecord, type TrailEvent } from '../../model/index.js';

/** How far CloudTrail confirms a journal. */
export interface JournalProof {
  /** Place in the chain up to which the journal is as its writer left it: the run anchored that line. -1: no line. */
  provenTo: number;
  /** Who anchored it, as CloudTrail says; null where nobody did. */
  by: string | null;
  /** Ids of actions that CloudTrail shows: the call was made, on that target. What was before it does not show. */
  made: ReadonlySet<string>;
  /** Actions that CloudTrail shows otherwise, in words: the journal says something else than was done. */
  contradicted: string[];
  /** Why CloudTrail could not be read in full, in words; null where it was. */
  unread: string | null;
}

/** A run leaves the hash of its last line in the user agent of a GetCallerIdentity. */
const anchorEvent = 'GetCallerIdentity';
const anchored = /\bjournal\/([0-9a-f]{64})\b/g;

/** Credentials that the journal says it was written with. What misused the key proves nothing. Pure. */
export function writersOf(records: readonly JournalRecord[]): string[] {
  const writers = new Set<string>();
  const tainted = new Set<string>();
  for (const record of records) {
    if (record.kind === 'opened' && record.key !== null) tainted.add(record.key);
    if (record.kind === 'opened' || record.kind === 'resumed') writers.add(record.identity.accessKeyId);
    if (record.kind === 'incident') for (const { id } of record.incident.credentials) tainted.add(id);
  }
  return [...writers].filter((id) => typeof id === 'string' && !tainted.has(id));
}

/** What these events prove of the journal. Pure. */
export function proofOf(
  records: readonly JournalRecord[],
  events: readonly TrailEvent[],
  unread: string | null,
): JournalProof {
  const bySeal = new Map(records.map(({ hash, seq }) => [hash, seq]));
  const writers = writersOf(records);
  const proof: JournalProof = { provenTo: -1, by: null, made: new Set(), contradicted: [], unread };
  const made = new Set<string>();
  for (const { name, source, actor, userAgent } of events) {
    if (name !== anchorEvent || source !== 'sts.amazonaws.com') continue;
    if (actor.accessKeyId === null || !writers.includes(actor.accessKeyId)) continue;
    for (const [, hash = ''] of (userAgent ?? '').matchAll(anchored)) {
      const seq = bySeal.get(hash) ?? -1;
      if (seq > proof.provenTo) Object.assign(proof, { provenTo: seq, by: actor.arn });
    }
  }
  const byRequest = new Map(
    events.flatMap((event) => (event.requestId === null ? [] : [[event.requestId, event]])),
  );
  const actions = new Map(
    records.flatMap((record) => (record.kind === 'intent' ? [[record.action.id, record.action]] : [])),
  );
  for (const record of records) {
    if (record.kind !== 'outcome' || record.outcome.requestId === null) continue;
    const action = actions.get(record.outcome.action);
    const event = byRequest.get(record.outcome.requestId);
    if (action === undefined || event === undefined) continue;
    const request = JSON.stringify(event.request ?? {});
    const same = action.targets.every((target) => partsOf(target).some((part) => request.includes(part)));
    if (event.name.startsWith(action.operation) && (same || event.truncated)) made.add(action.id);
    else proof.contradicted.push(`${action.operation} was ${event.name} (${asText(event.requestId)})`);
  }
  return { ...proof, made };
}

function partsOf(target: string): string[] {
  return idInKey(target)
    .split(/[|/:]/)
    .filter((part) => part !== '');
}

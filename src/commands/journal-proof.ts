import type { Session } from '../aws/index.js';
import {
  JournalRefused,
  type JournalProof,
  proofOf,
  type Signer,
  signedTo,
  strangeActions,
  writersOf,
} from '../contain/index.js';
import { type Emit, isComplete, type JournalRecord, type TrailEvent } from '../model/index.js';
import { TrailLookup } from '../trail/index.js';

/** An anchor is sent when a line is on disk; the clocks may differ a little. Milliseconds. */
const [before, after] = [60_000, 120_000];
/** Pages of one look-up: a question about a minute or two. */
const maxPages = 10;
/** Kinds of calls that are looked up one by one where nothing anchors the journal. */
const mostAsked = 40;

/**
 * What confirms a journal: that this machine wrote its lines; else CloudTrail, by the lines that its run anchored, and
 * where they are not known, by each call.
 * @throws JournalRefused where it holds what no play does, or CloudTrail shows that something else was done.
 */
export async function proveJournal(
  records: readonly JournalRecord[],
  path: string,
  signer: Signer | null,
  session: Session,
  emit: Emit,
): Promise<JournalProof> {
  const strange = strangeActions(records);
  if (strange.length > 0) throw forged(path, 'holds what no containment does', strange);
  const signed = signedTo(records, signer);
  if (signed === records.length - 1)
    return { provenTo: signed, by: null, made: new Set(), contradicted: [], unread: null };
  const events: TrailEvent[] = [];
  const unread: string[] = [];
  const ask = async (
    attribute: 'AccessKeyId' | 'EventName',
    value: string,
    region: string,
    from: number,
    to: number,
  ) => {
    const { reader, identity } = session;
    const lookup = new TrailLookup({ reader, account: identity.account, emit, maxPages });
    await lookup.read([{ attribute, value, from, to, regions: [region] }]);
    if (!isComplete(lookup.cells())) unread.push(...lookup.cells().map(({ detail }) => detail ?? region));
    events.push(...lookup.all());
  };
  const home = session.identity.homeRegion;
  const times = records.flatMap(({ kind, at }) =>
    kind === 'closed' || kind === 'agreed' ? [Date.parse(at)] : [],
  );
  await Promise.all(
    writersOf(records).flatMap((id) =>
      times.slice(-6).map((at) => ask('AccessKeyId', id, home, at - before, at + after)),
    ),
  );
  const provenTo = Math.max(signed, proofOf(records, events, null).provenTo);
  const open = records.filter((record) => record.kind === 'intent' && record.seq > provenTo);
  const asked = new Map<string, [name: string, region: string, at: number]>();
  for (const record of open) {
    if (record.kind !== 'intent' || record.undoes !== undefined) continue;
    const { operation, region } = record.action;
    const where = region === 'global' ? home : region;
    if (!asked.has(`${operation}|${where}`))
      asked.set(`${operation}|${where}`, [operation, where, Date.parse(record.at)]);
  }
  const last = Date.parse(records.at(-1)?.at ?? '');
  await Promise.all(
    [...asked.values()]
      .slice(0, mostAsked)
      .map(([name, region, at]) => ask('EventName', name, region, at - before, last + after)),
  );
  const proof = proofOf(records, events, unread.length === 0 ? null : [...new Set(unread)].join('; '));
  if (proof.contradicted.length > 0)
    throw forged(path, 'says something else than CloudTrail', proof.contradicted);
  return { ...proof, provenTo: Math.max(signed, proof.provenTo) };
}

function forged(path: string, what: string, why: readonly string[]): JournalRefused {
  const shown = why.slice(0, 5).join('; ');
  const more = why.length > 5 ? ` and ${why.length - 5} more` : '';
  return new JournalRefused(
    `The journal ${path} ${what}: ${shown}${more}. It was changed or made by somebody else. Nothing was done with it.`,
  );
}

import { trailDelay } from '../../facts/index.js';
import {
  type Evidence,
  type Finding,
  type Incident,
  resourceKey,
  type TrailEvent,
} from '../../model/index.js';
import type { Facts } from '../facts.js';
import { timeInWords } from '../records/evidence.js';
import { historiesOf, OriginRules } from './origins.js';

/** What AWS says of a record that a file has. `ahead`: the event history may not have come to it yet; `changed`: nor does the
 *  file match its digest. */
export type Standing = 'known' | 'ahead' | 'unknown' | 'too-old' | 'not-asked' | 'unread' | 'changed';

/** From the beginning of the misuse on, so many of its calls are looked at: they are what shows it. */
const ofTheStart = 100;

/**
 * The records that something is to be changed for, the dearest first: what shows when the misuse began, who was minted by
 * whom, what each rogue or tampered thing is tied by, and what it was before. Pure.
 */
export function restsOn(
  incident: Incident,
  events: readonly TrailEvent[],
  plays: Facts['plays'],
): { start: TrailEvent[]; ties: TrailEvent[] } {
  const acted = incident.findings.filter((finding) => isActed(finding, incident));
  const wanted = new Set<string>();
  for (const { mintedBy } of incident.credentials) if (mintedBy !== null) wanted.add(printOf(mintedBy));
  for (const { evidence } of acted) for (const one of evidence) wanted.add(printOf(one));
  const tampered = new Set(
    acted.filter((one) => one.class === 'tampered').map(({ resource }) => resourceKey(resource)),
  );
  const before = new Set<TrailEvent>();
  if (tampered.size > 0) {
    for (const [key, history] of historiesOf(events, new OriginRules(plays))) {
      if (!tampered.has(key)) continue;
      for (const { event } of [...history.made, ...history.changed]) before.add(event);
      for (const event of history.undone) before.add(event);
    }
  }
  const { at, source } = incident.misuse;
  const mine = new Set(incident.credentials.map(({ id }) => id));
  const start = events.filter(
    ({ actor, time }) =>
      source === 'estimated' && at !== null && (time ?? 0) >= at && mine.has(actor.accessKeyId ?? ''),
  );
  const ties = events.filter((event) => before.has(event) || wanted.has(printOf(pointTo(event))));
  return { start: start.slice(0, ofTheStart), ties };
}

/**
 * `incident` as the files tell it, where nothing is changed for a file's word alone: what is rogue or tampered only by
 * records that AWS does not confirm is held, or settling where AWS may not have come to them yet. `proven`: the incident
 * of the confirmed records alone, whose credentials and findings count; `refuted`: AWS has not some of those that show when
 * the misuse began. Pure.
 */
export function heldUnlessProven(
  incident: Incident,
  proven: Incident,
  standing: (evidence: Evidence) => Standing,
  refuted: boolean,
  include: ReadonlySet<string>,
): Incident {
  const sure = new Map(
    proven.findings.flatMap((finding) =>
      isActed(finding, proven) && finding.evidence.every((one) => standing(one) === 'known')
        ? [[resourceKey(finding.resource), finding]]
        : [],
    ),
  );
  let doubted = 0;
  const findings = incident.findings.map((finding): Finding => {
    const known = sure.get(resourceKey(finding.resource));
    if (known !== undefined) return known;
    if (!isActed(finding, incident)) return finding;
    doubted += 1;
    const doubts = finding.evidence.filter((one) => standing(one) !== 'known');
    const young = doubts.length > 0 && doubts.every((one) => standing(one) === 'ahead');
    const doubt = inWords(doubts[0], doubts[0] === undefined ? 'unknown' : standing(doubts[0]));
    const reasons = [doubt, ...finding.reasons];
    if (include.has(finding.resource.id)) return { ...finding, judged: 'held', reasons };
    if (!young) return { ...finding, class: 'held', rule: 'file.not-validated', reasons };
    const settlesAt = Math.max(...doubts.map(({ time }) => time ?? 0)) + trailDelay;
    return { ...finding, class: 'settling', rule: 'file.settling', reasons, settlesAt };
  });
  const misuse = refuted ? proven.misuse : incident.misuse;
  const judged = { ...incident, misuse, credentials: proven.credentials, findings };
  if (doubted === 0 && !refuted) return judged;
  const what =
    doubted === 0
      ? 'the files have records of the key'
      : `${doubted} resources are tied by records of the files`;
  const note = `Not validated: ${what} that CloudTrail’s event history does not confirm. Nothing is changed on a file’s word alone; --trust-trail says that you answer for the files.`;
  return { ...judged, notes: [...incident.notes, note] };
}

/** The named key is the person's word, whatever a file says of it. */
function isActed({ class: classed, resource }: Finding, { key }: Incident): boolean {
  return (classed === 'rogue' || classed === 'tampered') && resource.id !== key;
}

function inWords(evidence: Evidence | undefined, standing: Standing): string {
  const what =
    evidence === undefined
      ? 'what ties it'
      : `${evidence.name} of ${timeInWords(evidence.time)} in ${evidence.region}`;
  switch (standing) {
    case 'ahead':
      return `not validated yet: ${what} stands in the files alone; CloudTrail’s event history lags by up to 15 minutes`;
    case 'too-old':
      return `not validated: ${what} is older than CloudTrail’s event history, which holds 90 days`;
    case 'changed':
      return `not validated: ${what} stands in a file that does not match its digest (changed after delivery), and CloudTrail’s event history does not show it`;
    case 'unread':
      return `not validated: CloudTrail’s event history could not be asked about ${what}`;
    case 'not-asked':
      return `not validated: there was too much to ask CloudTrail’s event history about ${what}`;
    default:
      return `not validated: ${what} stands in the files, and CloudTrail’s event history does not show it`;
  }
}

function pointTo({
  eventId,
  name,
  region,
  time,
  actor,
}: TrailEvent): Pick<Evidence, 'eventId' | 'name' | 'region' | 'time' | 'accessKeyId'> {
  return { eventId, name, region, time, accessKeyId: actor.accessKeyId };
}

/** Tells a record from others, with its id and without. */
export function printOf({
  eventId,
  name,
  region,
  time,
  accessKeyId,
}: Pick<Evidence, 'eventId' | 'name' | 'region' | 'time' | 'accessKeyId'>): string {
  return [eventId, name, region, time, accessKeyId].join('|');
}

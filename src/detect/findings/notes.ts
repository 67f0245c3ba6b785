import { isIamName, isTemporary } from '../../facts/index.js';
import type { Signal } from '../behaviour/signal.js';
import { type Finding, textAt, type TrailEvent, worked } from '../../model/index.js';
import type { Birth } from '../onset/birth.js';
import type { Misused } from '../onset/misused.js';
import type { Case } from '../classify/case.js';
import { changedNothing, principalOf } from '../classify/classify.js';
import { timeInWords } from '../records/evidence.js';

/** Of what goes on, so many are named. */
const mostSpared = 5;

/** Doubts and facts that hold for the whole incident, in words. */
export function notesOf(
  its: Case,
  quarantines: readonly Signal[],
  tampered: readonly TrailEvent[],
  owner: string | null,
  findings: readonly Finding[],
  birth: Birth | null,
): string[] {
  const notes: string[] = [];
  const { key, start, taint, graph } = its;
  notes.push(...quarantineNotes(quarantines));
  if (start.at === null)
    notes.push('Nothing in the trail shows when the misuse began. If you know it: --compromised-at TIME.');
  else if (start.source === 'estimated' && start.confidence === 'uncertain') {
    notes.push('When the misuse began is a rough estimate. If you know it: --compromised-at TIME.');
  }
  if (birth !== null) {
    const goesOn = birth.ofIncident ? ': that lives on; contain it too' : '';
    notes.push(`${key} was ${birth.words}${goesOn}.`);
  }
  if (isTemporary(key) && !graph.mints.has(key)) {
    notes.push(`The trail does not show what issued ${key}: ${containUser(owner)}.`);
  }
  const orphans = [...(taint?.credentials.values() ?? [])].filter(
    ({ id, strength, parent }) => id !== key && strength === 'likely' && parent === null,
  );
  if (orphans.length > 0) {
    notes.push(
      `The trail does not show what issued ${orphans.length === 1 ? '1 session' : `${orphans.length} sessions`}: ${containUser(owner)}.`,
    );
  }
  notes.push(...keysThatAreOff(graph.events, new Set([key, ...(taint?.credentials.keys() ?? [])])));
  notes.push(...leftAlone(findings));
  const outside = [...(taint?.credentials.values() ?? [])]
    .map(({ mint }) => mint?.otherAccount ?? null)
    .filter((one) => one !== null);
  if (outside.length > 0)
    notes.push(
      `Roles were taken in other accounts (${[...new Set(outside)].sort().join(', ')}): not contained outside this account.`,
    );
  const neighbours = [...(taint?.neighbours ?? [])].sort();
  if (neighbours.length > 0) {
    notes.push(
      `${neighbours.slice(0, 10).join(', ')} called from the same place as the misuse, and nothing else ties them: look at them too.`,
    );
  }
  const names = [...(taint?.madeUsers.keys() ?? [])].map((user) => user.slice(user.indexOf('|') + 1));
  if (names.length > 0) notes.push(`Users made by the misuse: ${names.sort().join(', ')}.`);
  for (const event of tampered.slice(0, 5))
    notes.push(
      `${event.name} by ${principalOf(event)} at ${timeInWords(event.time)}: trail files may leave out what came after.`,
    );
  const timeless = graph.events.filter(({ time }) => time === null).length;
  if (timeless > 0)
    notes.push(
      `${timeless} events have no readable time: before or after the misuse cannot be told of them.`,
    );
  return notes;
}

/** What of the user or role goes on, since nothing shows that it is misused, and how to say otherwise. */
export function sparedNotes(name: string, { spared, roots }: Misused): string[] {
  if (spared.length === 0) return [];
  const ids = spared.slice(0, mostSpared).join(', ');
  const more = spared.length > mostSpared ? ` and ${spared.length - mostSpared} more` : '';
  const of = roots.length === 0 ? 'no credential' : `${roots.length}`;
  return [
    `Of ${name.replace('/', ' ')}, the trail shows ${of} misused. No sign of misuse, and going on: ${ids}${more}. To cut one of them too: --include ID`,
  ];
}

/** What the incident called on and found so already: nothing is taken back, and it is said why. */
function leftAlone(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ class: judged, reasons: [why = ''], resource: { type, id } }) =>
    judged === 'not-tied' && why.includes(` ${changedNothing}: `)
      ? [`${type} ${id} is left alone: ${why}.`]
      : [],
  );
}

/** What the records show of keys that somebody put off already: the last change of each counts. */
function keysThatAreOff(events: readonly TrailEvent[], keys: ReadonlySet<string>): string[] {
  const last = new Map<string, string>();
  for (const event of events) {
    if (event.source !== 'iam.amazonaws.com' || !worked(event)) continue;
    const id = textAt(event.request, 'accessKeyId') ?? '';
    const status = event.name === 'DeleteAccessKey' ? 'deleted' : textAt(event.request, 'status');
    if (!keys.has(id) || status === null || !/^(Update|Delete)AccessKey$/.test(event.name)) continue;
    const by = `by ${event.actor.arn ?? principalOf(event)} at ${timeInWords(event.time)}`;
    if (status === 'Active') last.delete(id);
    else
      last.set(
        id,
        `${id} was ${status === 'deleted' ? 'deleted' : 'made inactive'} ${by}; what it minted before lives on.`,
      );
  }
  return [...last.values()];
}

/** AWS's own word, once. */
export function quarantineNotes([first]: readonly Signal[]): string[] {
  return first === undefined ? [] : [`${first.words} (${timeInWords(first.time)})`];
}

/** A command only where the name, which a record chose, is safe in it. */
function containUser(owner: string | null): string {
  return owner !== null && isIamName(owner)
    ? `leakguard contain --user ${owner}`
    : 'contain the user behind it';
}

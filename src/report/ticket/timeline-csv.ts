import type { Report } from '../../model/index.js';
import { deedText } from '../index.js';
import { csvLine } from '../terminal/index.js';

const header = ['time_utc', 'side', 'what', 'on', 'region', 'result', 'by', 'id'];

interface Row {
  /** Epoch milliseconds; null: not known. */
  time: number | null;
  cells: [side: string, what: string, on: string, region: string, result: string, by: string, id: string];
}

/**
 * Both sides over time, as CSV (RFC 4180): what the misuse did, with the ids of CloudTrail's events, and what was done
 * against it, with AWS's request ids. What has no known time stands last. Pure.
 */
export function timelineCsv(report: Report): string {
  const rows = [...misuse(report), ...response(report), ...milestones(report)];
  rows.sort((a, b) => (a.time ?? Infinity) - (b.time ?? Infinity));
  const marked = report.simulated ? ['SIMULATED: not AWS'] : [];
  const lines = rows.map(({ time, cells }) => [
    time === null ? 'unknown' : new Date(time).toISOString(),
    ...cells,
    ...marked,
  ]);
  return [[...header, ...(report.simulated ? ['simulated'] : [])], ...lines].map(csvLine).join('');
}

function misuse({ incident }: Report): Row[] {
  if (incident === null) return [];
  const launches = incident.launches
    .filter(({ class: cls }) => cls === 'rogue')
    .map(({ evidence, instanceIds, instanceTypes, region, result, errorCode }): Row => {
      const what = `launch of ${instanceTypes.join(', ') || 'unknown type'}`;
      const told = errorCode === null ? result : `${result}: ${errorCode}`;
      const by = evidence.accessKeyId ?? '';
      return {
        time: evidence.time,
        cells: ['misuse', what, instanceIds.join(' '), region, told, by, evidence.eventId ?? ''],
      };
    });
  const deeds = incident.deeds.map((deed): Row => {
    const { evidence, target, result } = deed;
    const times = deed.count > 1 ? ` (${deed.count} times)` : '';
    const what = `${evidence.name}${times}: ${deedText(deed)}`;
    const by = evidence.accessKeyId ?? '';
    return {
      time: evidence.time,
      cells: ['misuse', what, target ?? '', evidence.region, result, by, evidence.eventId ?? ''],
    };
  });
  return [...launches, ...deeds];
}

function response({ actions }: Report): Row[] {
  return actions.map(({ endedAt, at, title, targets, call, result, error, actor, requestId }) => {
    const told = error === null ? result : `${result}: ${error.code}`;
    return {
      time: Date.parse(endedAt ?? at),
      cells: ['response', title, targets.join(' '), call.region, told, actor, requestId ?? ''],
    };
  });
}

function milestones({ milestones: when, closed }: Report): Row[] {
  const told: [string, string | null][] = [
    ['the misuse begins', when.misuseBegan],
    ['leakguard starts', when.opened],
    ['the key is off', when.keyOff],
    ['contained', when.contained],
    [closed === null ? '' : `closed with exit code ${closed.exitCode}`, closed?.at ?? null],
  ];
  return told.flatMap(([what, at]) =>
    at === null ? [] : [{ time: Date.parse(at), cells: ['milestone', what, '', '', '', '', ''] }],
  );
}

import type { LogEntry } from '../../range/index.js';
import { changes, worked } from './score-facts.js';

/** What both sides did and when, from the range's own log. Times: virtual epoch milliseconds. */
export interface Timeline {
  from: number;
  to: number;
  /** The responder's first call of `contain`, or of `scan` where that was all; null where it made none. */
  respondedAt: number | null;
  attacker: { time: number; call: string; worked: boolean }[];
  /** Its changes only: of reads there are thousands. */
  responder: { time: number; call: string }[];
  marks: { time: number; label: string }[];
}

export interface TimelineFacts {
  log: readonly LogEntry[];
  responder: ReadonlySet<string>;
  marks: { scan: number | null; contain: number | null; end: number };
  misuseAt: number | null;
  endedAt: number;
  /** Seconds from the responder's first call: the score's own. */
  keyOff: number | null;
  lastRogueStopped: number | null;
}

/** Draws both sides' calls out of the log. Pure. */
export function timelineOf(facts: TimelineFacts): Timeline {
  const { marks, misuseAt, endedAt, keyOff, lastRogueStopped } = facts;
  const log = facts.log.filter(({ sequence }) => sequence < marks.end);
  const call = ({ service, operation, region }: LogEntry) => `${service}:${operation} in ${region}`;
  const attacks = log.filter(({ label }) => label === 'attacker');
  const responses = log.filter(
    ({ accessKeyId, label }) => label === null && accessKeyId !== null && facts.responder.has(accessKeyId),
  );
  const first = (mark: number | null): number | null =>
    mark === null ? null : (responses.find(({ sequence }) => sequence >= mark)?.time ?? null);
  const respondedAt = first(marks.contain) ?? first(marks.scan);
  const after = (seconds: number | null): number | null =>
    seconds === null || respondedAt === null ? null : respondedAt + seconds * 1000;
  const all: [label: string, time: number | null][] = [
    ['misuse begins', misuseAt],
    ['scan', first(marks.scan)],
    ['contain', first(marks.contain)],
    ['key off', after(keyOff)],
    ['last rogue stopped', after(lastRogueStopped)],
  ];
  return {
    from: misuseAt ?? respondedAt ?? endedAt,
    to: endedAt,
    respondedAt,
    attacker: attacks.map((entry) => ({ time: entry.time, call: call(entry), worked: worked(entry) })),
    responder: responses.filter(changes).map((entry) => ({ time: entry.time, call: call(entry) })),
    marks: all.flatMap(([label, time]) => (time === null ? [] : [{ label, time }])),
  };
}

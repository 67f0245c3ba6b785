import { ExitCode } from '../model/index.js';
import { CommandError } from './context.js';

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const day = 86_400_000;
const minute = 60_000;

interface Moment {
  /** Epoch milliseconds. */
  time: number;
  /** Where it comes from: a zone that was said, UTC where none was, this machine's, or a period before now. */
  zone: 'said' | 'utc' | 'local' | 'ago';
}

/** `90d`, `36h`, `45m`, also with `ago` behind: a period in milliseconds; null for what is none. */
export function periodOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([dhms])(?:\s+ago)?$/i.exec(text.trim());
  const period = Number(match?.[1]) * (units[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN);
  return period > 0 ? period : null;
}

/**
 * A moment in the past, as a tired person writes it: `2026-11-27`, `2026-11-27 14:00`, `yesterday 14:00`, `2h`; UTC,
 * unless `local` or an offset stands behind. What can be read in two ways is refused, with what works. Pure but for the
 * zone that `local` is.
 * @param now epoch milliseconds
 * @throws CommandError with exit code 2
 */
export function parseMoment(text: string, now: number): Moment {
  const said = text.trim().replace(/\s+/g, ' ');
  const period = periodOf(said);
  if (period !== null) return { time: now - period, zone: 'ago' };
  const match =
    /^(\d{4}-\d\d-\d\d|yesterday|today)(?:[T ](\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?)?( ?(?:Z|UTC|local|[+-]\d\d:?\d\d))?$/i.exec(
      said,
    );
  if (match === null) throw notAMoment(text, now);
  const [, date = '', hours, minutes = '0', seconds = '0', fraction = '0', zoneWord = ''] = match;
  const zone = zoneWord.trim().toLowerCase();
  const relative = !/^\d/.test(date);
  // Which hour of yesterday matters; that of a date without one is its first.
  if (relative && hours === undefined) throw notAMoment(text, now);
  const local = zone === 'local';
  const offset = local ? null : offsetOf(zone);
  const on = relative
    ? dayOf(now, date.toLowerCase() === 'yesterday' ? 1 : 0, offset)
    : (date.split('-').map(Number) as [number, number, number]);
  const [year, month, dayOfMonth] = on;
  const clock = [
    Number(hours ?? 0),
    Number(minutes),
    Number(seconds),
    Math.floor(Number(`0${fraction}`) * 1000),
  ] as const;
  if (clock[0] > 23 || clock[1] > 59 || clock[2] > 59) throw notAMoment(text, now);
  const utc = Date.UTC(year, month - 1, dayOfMonth, ...clock);
  if (new Date(utc).getUTCMonth() !== month - 1 || new Date(utc).getUTCDate() !== dayOfMonth)
    throw notAMoment(text, now);
  if (offset !== null) return { time: utc - offset, zone: zone === '' ? 'utc' : 'said' };
  return { time: localTime(text, [year, month - 1, dayOfMonth, ...clock]), zone: 'local' };
}

/** Milliseconds ahead of UTC. */
function offsetOf(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * minute;
  return sign === '-' ? -ahead : ahead;
}

/** The calendar day that it is there, or was `before` days earlier. */
function dayOf(
  now: number,
  before: number,
  offset: number | null,
): [year: number, month: number, day: number] {
  if (offset !== null) {
    const there = new Date(now + offset - before * day);
    return [there.getUTCFullYear(), there.getUTCMonth() + 1, there.getUTCDate()];
  }
  // By the calendar: a day on which the clocks change has 23 or 25 hours.
  const here = new Date(now);
  const then = new Date(here.getFullYear(), here.getMonth(), here.getDate() - before, 12);
  return [then.getFullYear(), then.getMonth() + 1, then.getDate()];
}

type Parts = readonly [number, number, number, number, number, number, number];

/** Where the clocks change a local time may not exist, or exist twice: then it is asked for in UTC. */
function localTime(text: string, parts: Parts): number {
  const time = new Date(...parts).getTime();
  const shown = (at: number): string =>
    [new Date(at).getHours(), new Date(at).getMinutes(), new Date(at).getDate()].join();
  const twice = [-60, -30, 30, 60].some((shift) => shown(time + shift * minute) === shown(time));
  if (new Date(time).getHours() === parts[3] && new Date(time).getMinutes() === parts[4] && !twice)
    return time;
  throw new CommandError(
    ExitCode.usage,
    `${JSON.stringify(text.slice(0, 40))}: the clocks change here then, and that time is not one moment. Write it in UTC, for example ${new Date(time).toISOString().slice(0, 16)}Z.`,
  );
}

function notAMoment(text: string, now: number): CommandError {
  const iso = new Date(now).toISOString().slice(0, 10);
  const shown = JSON.stringify(text.slice(0, 40));
  const why = /^\d{1,2}[/.-]\d{1,2}([/.-]\d{2,4})?\b/.test(text.trim())
    ? `${shown} can be read in two ways, day or month first.`
    : /^\d{1,2}(:\d\d)/.test(text.trim())
      ? `${shown} is a time without a day.`
      : `Not a time: ${shown}.`;
  return new CommandError(
    ExitCode.usage,
    `${why} Expected for example ${iso}T14:00Z, "${iso} 14:00 local", "yesterday 14:00", 2h or 90d (UTC unless a zone is said).`,
  );
}

/** The moment in UTC and in local time, and which zone was taken, for the person to see that it is the one that was meant. */
export function momentInWords({ time, zone }: Moment): string {
  const behind = -new Date(time).getTimezoneOffset();
  const at = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const offset = `${behind < 0 ? '-' : '+'}${String(Math.floor(Math.abs(behind) / 60)).padStart(2, '0')}:${String(Math.abs(behind) % 60).padStart(2, '0')}`;
  const taken = zone === 'utc' ? '; no zone was said: UTC' : '';
  return `${at(time)} UTC, here ${at(time + behind * minute)} (${offset})${taken}`;
}

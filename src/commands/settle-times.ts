import { eventHistory } from '../facts/index.js';
import { ExitCode } from '../model/index.js';
import { CommandError } from './context.js';
import { momentInWords, parseMoment, periodOf } from './moment.js';

interface TimeFlags {
  since?: string;
  compromisedAt?: string;
  trail?: string[];
}

/**
 * From here on `2h` or `yesterday 14:00` is the moment that it was when it was typed: a resumed run means the same. Says
 * each moment in UTC and local time. Changes the flags.
 * @param now AWS's clock, epoch milliseconds
 * @throws CommandError with exit code 2 for a moment to come
 */
export function settleTimes(all: object, now: number, tell: (message: string) => void): void {
  const flags: TimeFlags = all;
  const { since, compromisedAt, trail = [] } = flags;
  const untold =
    trail.length > 0 ? '' : '; CloudTrail’s event history holds 90 days, and cannot tell of what is older';
  if (compromisedAt !== undefined) {
    const moment = parseMoment(compromisedAt, now);
    if (moment.time > now) throw stillToCome('--compromised-at', moment.time, now);
    const older = moment.time < now - eventHistory ? untold : '';
    tell(`--compromised-at ${compromisedAt.trim()}: ${momentInWords(moment)}${older}`);
    flags.compromisedAt = new Date(moment.time).toISOString();
  }
  // A period that is no shorter than the whole history is the whole history, whenever it is read.
  if (since !== undefined && (periodOf(since) ?? 0) < eventHistory) {
    const moment = parseMoment(since, now);
    if (moment.time >= now) throw stillToCome('--since', moment.time, now);
    tell(`--since ${since.trim()}: from ${momentInWords(moment)}`);
    flags.since = new Date(moment.time).toISOString();
  }
}

/** A moment to come would make the whole misuse the key's own life. */
export function stillToCome(flag: string, time: number, now: number): CommandError {
  return new CommandError(
    ExitCode.usage,
    `${flag} ${new Date(time).toISOString()} is still to come: AWS's clock says ${new Date(now).toISOString()}. Nothing was done.`,
    'Times are UTC unless a zone is said: "2026-11-27 14:00 local", 2026-11-27T14:00+09:00.',
  );
}

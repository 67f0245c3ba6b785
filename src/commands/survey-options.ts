import { eventHistory } from '../facts/index.js';
import type { Session } from '../aws/index.js';
import { ExitCode } from '../model/index.js';
import { plays } from '../plays/index.js';
import { Survey } from '../survey/index.js';
import { parsePeriod, parseRegions, parseTime, wordsOf } from './arguments.js';
import { CommandError, type CommandContext } from './context.js';

/** The flags that say what to look at; the same for scan, contain and verify. */
export interface SurveyFlags {
  since: string;
  compromisedAt?: string;
  region: string[];
  closedRegion?: string[];
  trail?: string[];
  trustTrail?: boolean;
  include?: string[];
  exclude?: string[];
}

/** A survey of the account, by the flags. @throws CommandError with exit code 2 for flags that do not parse */
export function surveyOf(
  flags: SurveyFlags,
  key: string | null,
  session: Session | null,
  context: CommandContext,
): Survey {
  const since = parsePeriod(flags.since);
  const trail = flags.trail === undefined || flags.trail.length === 0 ? null : flags.trail;
  if (since > eventHistory && trail === null) {
    const message = `CloudTrail's event history holds 90 days: --since ${flags.since} reads those. What is older only --trail can show, from log files.`;
    context.emit({ type: 'warning', message });
  }
  return new Survey({
    session,
    emit: context.emit,
    plays,
    key,
    owner: null,
    since,
    compromisedAt: compromisedAt(flags, session?.reader.now() ?? Date.now()),
    regions: parseRegions(flags.region),
    trail,
    include: wordsOf(flags.include),
    exclude: wordsOf(flags.exclude),
    trustTrail: flags.trustTrail === true,
    closedRegions: wordsOf(flags.closedRegion),
  });
}

/** @throws CommandError with exit code 2: a moment to come would make the whole misuse the key's own life */
function compromisedAt({ compromisedAt: text }: SurveyFlags, now: number): number | null {
  if (text === undefined) return null;
  const time = parseTime(text);
  if (time <= now) return time;
  throw new CommandError(
    ExitCode.usage,
    `--compromised-at ${new Date(time).toISOString()} is still to come: AWS's clock says ${new Date(now).toISOString()}. Nothing was done.`,
  );
}

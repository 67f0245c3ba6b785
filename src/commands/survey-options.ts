import type { Session } from '../aws/session.js';
import { plays } from '../playbook/index.js';
import { Survey } from '../survey/survey.js';
import { parsePeriod, parseRegions, parseTime } from './arguments.js';
import type { CommandContext } from './context.js';

/** The flags that say what to look at; the same for scan, contain and verify. */
export interface SurveyFlags {
  since: string;
  compromisedAt?: string;
  region: string[];
  trail?: string[];
  include?: string[];
}

/** A survey of the account, by the flags. @throws CommandError with exit code 2 for flags that do not parse */
export function surveyOf(
  flags: SurveyFlags,
  key: string | null,
  session: Session | null,
  context: CommandContext,
): Survey {
  return new Survey({
    session,
    emit: context.emit,
    plays,
    key,
    owner: null,
    since: parsePeriod(flags.since),
    compromisedAt: flags.compromisedAt === undefined ? null : parseTime(flags.compromisedAt),
    regions: parseRegions(flags.region),
    trail: flags.trail === undefined || flags.trail.length === 0 ? null : flags.trail,
    include: flags.include ?? [],
  });
}

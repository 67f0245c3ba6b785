import { ExitCode, leadInWords, type ListedIncident, shellCommand } from '../model/index.js';
import { readJournal } from '../contain/index.js';
import { visible } from '../report/terminal/index.js';
import { asTyped } from './as-typed.js';
import { CommandError, type CommandContext } from './context.js';
import { incidentsIn } from './incidents.js';
import { journalPath, reportDirectory } from './report-directory.js';

export interface IncidentFlags {
  /** Its journal or report. */
  report?: string;
  key?: string;
  reportDir?: string;
}

type Command = 'resume' | 'undo' | 'report' | 'case' | 'explain';

/** What changes things takes no incident of several for the one that is meant. */
const changing: readonly Command[] = ['resume', 'undo'];

/**
 * The journal that a command works on: the one that was named, else the last of the state directory (for resume: the
 * one that is unfinished), which is said first.
 * @throws CommandError with exit code 2 where there is none, or it is not plain which is meant
 */
export async function chosenJournal(
  flags: IncidentFlags,
  command: Command,
  context: CommandContext,
): Promise<string> {
  if (flags.report !== undefined) return named(flags.report, flags.key);
  const directory = reportDirectory(flags.reportDir, context.env);
  const ofKey = flags.key === undefined ? '' : ` of key ${flags.key}`;
  const all = (await incidentsIn(directory, context.env, context.carried)).filter(
    // What cannot be read may be any key's, unless its name says whose.
    ({ key }) => flags.key === undefined || key === null || key === flags.key,
  );
  const readable = all.filter(({ work }) => work !== null);
  const unfinished = readable.filter(isUnfinished);
  const wanted = command === 'resume' ? unfinished.filter(({ work }) => work === 'contain') : readable;
  const [chosen] = wanted;
  if (chosen === undefined) {
    throw new CommandError(
      ExitCode.usage,
      `There is no ${command === 'resume' ? 'unfinished containment' : 'incident that can be read'}${ofKey} in ${directory}. Nothing was done.`,
      all.length === 0
        ? 'Name its journal (.jsonl) or report, or its directory with --report-dir.'
        : (shellCommand(['leakguard', 'list', '--report-dir', directory]) ?? 'leakguard list'),
    );
  }
  const unread = all.filter(({ work, at }) => work === null && at > chosen.at);
  if (changing.includes(command) && (unfinished.length > 1 || unread.length > 0)) {
    const open = [...new Set([...unfinished, chosen])];
    throw new CommandError(
      ExitCode.usage,
      [
        unread.length === 0
          ? `${unfinished.length} incidents${ofKey} in ${directory} are unfinished, and it is not plain which is meant. Nothing was done.`
          : `What is newer than the last incident${ofKey} in ${directory} cannot be read: it is not plain which is meant. Nothing was done.`,
        ...open.map((row) => `  ${row.at}  ${inWords(row)}: ${typed(row, context) ?? row.journal}`),
        ...unread.map((row) => `  ${row.at}  ${row.state}: ${row.detail ?? ''}`),
      ].join('\n'),
      'One of the commands above, as it stands there.',
    );
  }
  const what = command === 'resume' ? 'the unfinished containment' : 'the last incident';
  context.stderr.write(
    `${visible(`Taken: ${what}${ofKey}: ${inWords(chosen)}, since ${chosen.at}: ${chosen.journal}`, 1000)}\n`,
  );
  for (const { detail, journal } of unread)
    context.emit({ type: 'warning', message: `${journal} is newer, and was not taken: ${detail ?? ''}` });
  return chosen.journal;
}

async function named(report: string, key: string | undefined): Promise<string> {
  const path = journalPath(report);
  if (key === undefined) return path;
  const opened = (await readJournal(path))[0];
  if (opened?.kind === 'opened' && opened.key === key) return path;
  throw new CommandError(ExitCode.usage, `${path} is not the journal of key ${key}. Nothing was done.`);
}

function isUnfinished({ state, work }: ListedIncident): boolean {
  return work !== null && (state === 'unfinished' || state === 'torn');
}

function inWords({ key, account, state, simulated }: ListedIncident): string {
  return `${key === null ? 'key none' : leadInWords(key)}, account ${account ?? 'unknown'}${simulated === true ? ', SIMULATED' : ''}, ${state}`;
}

/** The command as it was typed, with the journal named. Null where no quoting makes that safe. */
function typed({ journal, simulated }: ListedIncident, context: CommandContext): string | null {
  return asTyped(context, ...(simulated === true ? [['--simulated'] as const] : []), [journal]);
}

import { ExitCode, type ListDocument, type ListedIncident, listVersion } from '../model/index.js';
import { visible } from '../report/terminal/index.js';
import type { CommandContext } from './context.js';
import { incidentsIn } from './incidents.js';
import { reportDirectory } from './report-directory.js';

interface ListFlags {
  key?: string;
  reportDir?: string;
}

/** The incidents of the state directory, newest first, each with the next command. Reads files, never AWS. */
export async function run(flags: ListFlags, context: CommandContext): Promise<ExitCode> {
  const directory = reportDirectory(flags.reportDir, context.env);
  const incidents = (await incidentsIn(directory, context.env, context.carried)).filter(
    ({ key }) => flags.key === undefined || key === null || key === flags.key,
  );
  if (context.json) {
    const document: ListDocument = { schemaVersion: listVersion, command: 'list', directory, incidents };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return ExitCode.ok;
  }
  const none = `There is no incident in ${directory}${flags.key === undefined ? '' : ` of key ${flags.key}`}.`;
  const lines = incidents.length === 0 ? [none] : incidents.flatMap(linesOf);
  context.stdout.write(`${lines.map((line) => visible(line, 2000)).join('\n')}\n`);
  return ExitCode.ok;
}

/** Commands stand whole on a line of their own, to be copied. */
function linesOf({ at, state, key, account, simulated, journal, detail, next }: ListedIncident): string[] {
  const when = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  const whose = `key ${key ?? 'unknown'}  account ${account ?? 'unknown'}`;
  return [
    `${when}  ${state.padEnd(10)}  ${whose}${simulated === true ? '  SIMULATED' : ''}`,
    ...(simulated === null ? [`    ${journal}`] : []),
    ...(detail === null ? [] : [`    ${detail}`]),
    `    next: ${next}`,
  ];
}

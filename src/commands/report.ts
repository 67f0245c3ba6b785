import { readJournal } from '../contain/index.js';
import { ExitCode } from '../model/index.js';
import { foldReport } from '../outcome/index.js';
import { reportDocument } from '../report/index.js';
import { chosenJournal, type IncidentFlags } from './choose-incident.js';
import type { CommandContext } from './context.js';
import { saveFile } from './output-file.js';

interface ReportFlags extends IncidentFlags {
  /** Also write one self-contained page. */
  html?: string;
}

/** Shows a containment again from its journal: on the screen, as JSON, or as one page. Never calls AWS. */
export async function run(flags: ReportFlags, context: CommandContext): Promise<ExitCode> {
  const path = await chosenJournal(flags, 'report', context);
  const report = foldReport(await readJournal(path));
  let exitCode: ExitCode = ExitCode.ok;
  if (flags.html !== undefined) {
    const { reportHtml } = await import('../report/html/index.js');
    exitCode = await saveFile(flags.html, reportHtml(report, path), context.emit);
    if (exitCode === ExitCode.ok) context.emit({ type: 'journal', path: flags.html, message: 'page' });
  }
  if (context.json) {
    context.stdout.write(`${JSON.stringify(reportDocument(report), null, 2)}\n`);
  } else if (flags.html === undefined || exitCode !== ExitCode.ok) {
    const { outcomeScreen } = await import('../report/screens/index.js');
    const { width, color, verbose, carried } = context;
    context.stdout.write(`${outcomeScreen(report, { width, color, verbose, carried }, path)}\n`);
  }
  return exitCode;
}

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
  /** Markdown, for a ticket, in place of the screen. */
  markdown?: boolean;
  /** Also write both sides over time. */
  csv?: string;
}

/** Shows a containment again from its journal: on the screen, as JSON, Markdown, one page or CSV. Never calls AWS. */
export async function run(flags: ReportFlags, context: CommandContext): Promise<ExitCode> {
  const path = await chosenJournal(flags, 'report', context);
  const report = foldReport(await readJournal(path));
  const files: [string | undefined, string, () => Promise<string>][] = [
    [flags.html, 'page', async () => (await import('../report/html/index.js')).reportHtml(report, path)],
    [flags.csv, 'timeline', async () => (await import('../report/ticket/index.js')).timelineCsv(report)],
  ];
  let exitCode: ExitCode = ExitCode.ok;
  let written = 0;
  for (const [file, message, textOf] of files) {
    if (file === undefined) continue;
    const code = await saveFile(file, await textOf(), context.emit);
    if (code === ExitCode.ok) context.emit({ type: 'journal', path: file, message });
    else exitCode = code;
    written += code === ExitCode.ok ? 1 : 0;
  }
  if (context.json) context.stdout.write(`${JSON.stringify(reportDocument(report), null, 2)}\n`);
  else if (flags.markdown === true)
    context.stdout.write((await import('../report/ticket/index.js')).reportMarkdown(report, path));
  else if (written === 0) {
    const { outcomeScreen } = await import('../report/screens/index.js');
    const { width, color, verbose, carried, lang } = context;
    context.stdout.write(`${outcomeScreen(report, { width, color, verbose, carried, lang }, path)}\n`);
  }
  return exitCode;
}

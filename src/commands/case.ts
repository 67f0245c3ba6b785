import { readJournal } from '../contain/index.js';
import { instanceType, regionFactor } from '../facts/index.js';
import { ExitCode } from '../model/index.js';
import { caseText } from '../report/case/index.js';
import { foldReport } from '../outcome/index.js';
import { chosenJournal, type IncidentFlags } from './choose-incident.js';
import type { CommandContext } from './context.js';
import { saveFile } from './output-file.js';

interface CaseFlags extends IncidentFlags {
  credit?: boolean;
  /** Where the instances' CSV goes; else beside the journal. */
  csv?: string;
}

/** Prints the reply for the support case, and with --credit writes the CSV to attach. Reads the journal, never AWS. */
export async function run(flags: CaseFlags, context: CommandContext): Promise<ExitCode> {
  const { lang } = context;
  const path = await chosenJournal(flags, 'case', context);
  const report = foldReport(await readJournal(path));
  const { parts, csv } = caseText(report, { lang, credit: flags.credit === true, price });
  let exitCode: ExitCode = ExitCode.ok;
  if (flags.credit === true || flags.csv !== undefined) {
    const file = flags.csv ?? path.replace(/\.jsonl$/, '.instances.csv');
    exitCode = await saveFile(file, csv, context.emit);
    if (exitCode === ExitCode.ok) context.emit({ type: 'journal', path: file, message: 'to attach:' });
  }
  if (parts.length > 1) {
    context.emit({
      type: 'warning',
      message: `The reply is ${parts.length} parts: send them one after the other.`,
    });
  }
  if (context.json) {
    const { simulated } = report;
    context.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, command: 'case', simulated, lang, verdict: report.verdict, parts, csv }, null, 2)}\n`,
    );
  } else {
    context.stdout.write(`${parts.join('\n\n')}\n`);
  }
  return exitCode;
}

/** On-demand dollars an hour, as the scan's estimate counts them; null for types that its table does not have. */
function price(type: string, region: string): number | null {
  const known = instanceType(type);
  return known === null ? null : known.usdPerHour * regionFactor(region, known.accelerators > 0).factor;
}

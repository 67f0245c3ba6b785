import { readJournal } from '../contain/index.js';
import { ExitCode, type Report, rules, shellCommand } from '../model/index.js';
import { foldReport } from '../outcome/index.js';
import { some } from '../report/messages/index.js';
import { chosenJournal, type IncidentFlags } from './choose-incident.js';
import { CommandError, type CommandContext } from './context.js';

interface ExplainFlags extends IncidentFlags {
  id: string;
}

/** How many ids are named where the one that was asked for is not among them. */
const namedAtMost = 10;

/** Why a thing has its class, from the journal alone: rule, reasons, events, and what would change it. */
export async function run(flags: ExplainFlags, context: CommandContext): Promise<ExitCode> {
  const path = await chosenJournal(flags, 'explain', context);
  const report = foldReport(await readJournal(path));
  const { explainScreen, findingsNamed } = await import('../report/screens/index.js');
  const findings = findingsNamed(report, flags.id);
  if (findings.length === 0) throw notInReport(flags.id, report, path);
  if (context.json) {
    const explained = findings.map((finding) => ({ ...finding, ruleMeans: rules.get(finding.rule) ?? null }));
    const document = {
      schemaVersion: 1,
      command: 'explain',
      simulated: report.simulated,
      findings: explained,
    };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const { width, color, verbose } = context;
    context.stdout.write(`${explainScreen(report, flags.id, { width, color, verbose }, path)}\n`);
  }
  return ExitCode.ok;
}

function notInReport(id: string, report: Report, path: string): CommandError {
  const ids = (report.incident?.findings ?? [])
    .filter((finding) => finding.class !== 'not-tied')
    .map(({ resource }) => resource.id);
  return new CommandError(
    ExitCode.usage,
    `${id} is nothing that ${path} speaks of. It speaks of: ${some(ids, namedAtMost) || 'nothing yet'}.`,
    `Everything in it: ${shellCommand(['leakguard', 'report', path, '--verbose']) ?? 'leakguard report JOURNAL --verbose'}`,
  );
}

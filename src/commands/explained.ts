import { ExitCode, outcomeRules, type Reason } from '../model/index.js';
import { visible } from '../report/terminal/index.js';
import type { CommandContext } from './context.js';

/** Says on stderr, in one line, why the exit code is not 0: the reasons that ask for it. Returns the code. */
export function explained(exitCode: ExitCode, reasons: readonly Reason[], context: CommandContext): ExitCode {
  if (exitCode === ExitCode.ok) return exitCode;
  const asking = reasons.filter(({ rule }) => outcomeRules[rule].exit === exitCode);
  const words = [...new Set((asking.length > 0 ? asking : reasons).map((reason) => reason.words))];
  if (words.length > 0) context.stderr.write(`Exit code ${exitCode}: ${visible(words.join('; '), 400)}.\n`);
  return exitCode;
}

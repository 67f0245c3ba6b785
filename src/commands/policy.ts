import { ExitCode } from '../model/index.js';
import { plays, responderPolicies } from '../plays/index.js';
import { CommandError, type CommandContext } from './context.js';

interface PolicyFlags {
  readOnly?: boolean;
  plays?: string[];
}

/** Prints the responder's IAM policy: the document, or where it takes several, a list of names and documents. */
export async function run(flags: PolicyFlags, context: CommandContext): Promise<ExitCode> {
  const wanted = (flags.plays ?? []).flatMap((names) => names.split(',')).filter((name) => name !== '');
  const unknown = wanted.filter((name) => !plays.some(({ id }) => id === name));
  if (unknown.length > 0) {
    throw new CommandError(
      ExitCode.usage,
      `No such play: ${unknown.join(', ').slice(0, 200)}.`,
      `There are: ${plays.map(({ id }) => id).join(', ')}`,
    );
  }
  const chosen = wanted.length === 0 ? plays : plays.filter(({ id }) => wanted.includes(id));
  const policies = responderPolicies(chosen, flags.readOnly === true);
  const [only, ...more] = policies;
  const printed = context.json ? { version: 1, policies } : more.length === 0 ? only?.document : policies;
  context.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
  return ExitCode.ok;
}

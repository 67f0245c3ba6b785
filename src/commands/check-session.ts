import type { Session } from '../aws/index.js';
import { ExitCode } from '../model/index.js';
import { CommandError } from './context.js';

/** Simulated is never mistaken for real, nor the other way round; and the account is the one that was meant.
 *  @throws CommandError with exit code 6 */
export function checkSession(flags: { simulated?: boolean; account?: string }, { identity }: Session): void {
  if (identity.simulated && flags.simulated !== true) {
    throw new CommandError(
      ExitCode.refused,
      `The endpoint is not AWS (${Object.values(identity.endpoints)[0] ?? ''}). Nothing was done.`,
      'Add --simulated if a rehearsal is meant; else unset AWS_ENDPOINT_URL.',
    );
  }
  if (!identity.simulated && flags.simulated === true) {
    throw new CommandError(
      ExitCode.refused,
      'You said --simulated, but the endpoint is AWS: this is a real account. Nothing was done.',
      'Set AWS_ENDPOINT_URL, or leave --simulated out.',
    );
  }
  if (flags.account !== undefined && flags.account !== identity.account) {
    throw new CommandError(
      ExitCode.refused,
      `You are in account ${identity.account}, not in ${flags.account}. Nothing was done.`,
      'Choose the credentials of the account that is meant, with --profile or AWS_PROFILE.',
    );
  }
}

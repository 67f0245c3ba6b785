import type { CloudFrontCheck } from '../recovery/cloudfront/index.js';
import { ExitCode, exitCodeOfLook } from '../model/index.js';

/** `changesUnknown`: the changes were asked for and could not be read.
 *  3 where a distribution is known not to serve, 5 where it cannot be told or nothing was looked at, else 0. */
export function exitCodeOf(check: CloudFrontCheck, changesUnknown = false): ExitCode {
  const codes = new Set<ExitCode>();
  for (const { judgement } of check.distributions) {
    if (judgement.state === 'serving') continue;
    codes.add(judgement.state === 'cannot-tell' ? ExitCode.incomplete : ExitCode.findings);
  }
  if (check.api.state === 'restricted') codes.add(ExitCode.findings);
  if (changesUnknown) codes.add(ExitCode.incomplete);
  // An account without distributions serves all of them; a list that could not be read does not.
  if (check.distributions.length === 0 && check.api.state !== 'answers') codes.add(ExitCode.incomplete);
  return exitCodeOfLook(codes);
}

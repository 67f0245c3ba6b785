import type { Reason } from '../model/index.js';
import type { CloudFrontCheck } from '../recovery/cloudfront/index.js';

/** Why a check of CloudFront does not end with 0. `changesUnknown`: the changes were asked for and could not be read.
 *  Pure. */
export function reasonsOfServing(check: CloudFrontCheck, changesUnknown = false): Reason[] {
  const reasons: Reason[] = [];
  for (const { judgement, id } of check.distributions) {
    if (judgement.state === 'serving') continue;
    reasons.push(
      judgement.state === 'cannot-tell'
        ? { rule: 'serving.unknown', words: `whether ${id} serves cannot be told` }
        : { rule: 'serving.not', words: `${id} does not serve` },
    );
  }
  if (check.api.state === 'restricted')
    reasons.push({ rule: 'serving.not', words: 'AWS has locked CloudFront’s API' });
  if (changesUnknown) reasons.push({ rule: 'serving.unknown', words: 'its changes could not be read' });
  // An account without distributions serves all of them; a list that could not be read does not.
  if (check.distributions.length === 0 && check.api.state !== 'answers')
    reasons.push({ rule: 'serving.unknown', words: 'the distributions could not be listed' });
  return reasons;
}

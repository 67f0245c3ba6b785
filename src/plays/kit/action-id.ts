import { createHash } from 'node:crypto';
import { type AwsCall, stableStringify } from '../../model/index.js';

/** An action's id: the same call by the same play has the same id in every run, so that what is done already can
 *  be recognised. Short enough to be read aloud. */
export function actionId(play: string, call: AwsCall): string {
  const { service, operation, region, input } = call;
  const digest = createHash('sha256')
    .update(stableStringify({ service, operation, region, input }))
    .digest('hex');
  return `${play}:${digest.slice(0, 12)}`;
}

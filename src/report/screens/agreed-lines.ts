import type { JournalRecord } from '../../model/index.js';
import { utc } from '../messages/index.js';
import { visible } from '../terminal/index.js';

const words: Record<string, string> = { cut: 'the cut', rest: 'the rest: stop, terminate and evict' };

/**
 * What was agreed to before an interruption, by whom, when and how, a line for each. Of lines behind `provenTo` the
 * journal alone says so. Pure.
 */
export function agreedLines(records: readonly JournalRecord[], provenTo: number): string[] {
  let who = 'somebody';
  return records.flatMap((record) => {
    if (record.kind === 'opened' || record.kind === 'resumed') who = record.identity.arn;
    if (record.kind !== 'agreed') return [];
    const how = record.by === 'prompt' ? 'at the prompt' : `with ${record.by}`;
    const doubt = record.seq > provenTo ? ' (the journal alone says so)' : '';
    const what = words[record.what] ?? record.what;
    return [visible(`agreed: ${what}, ${utc(Date.parse(record.at))}, ${how}, by ${who}${doubt}`, 300)];
  });
}

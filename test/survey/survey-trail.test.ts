import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/aws/reader.js';
import { SurveyTrail } from '../../src/survey/survey-trail.js';
import { account, History, hour, minute, night } from '../detect/history.js';
import { attacker } from '../detect/lives.js';

interface Input {
  LookupAttributes: { AttributeKey: string; AttributeValue: string }[];
  StartTime: Date;
  EndTime?: Date;
}

/** An event history that answers for one key, in pages of 50, the newest first. */
function readerOf(history: History): Reader {
  const events = history.records
    .map((record) => ({
      EventTime: new Date(record.eventTime as string),
      CloudTrailEvent: JSON.stringify(record),
    }))
    .reverse();
  return {
    now: () => night + hour,
    async *pages(_service: string, _operation: string, _region: string, input: Input) {
      const [attribute] = input.LookupAttributes;
      const found = events.filter(
        ({ EventTime: time }) =>
          attribute?.AttributeKey === 'AccessKeyId' &&
          attribute.AttributeValue === attacker.key &&
          time >= input.StartTime &&
          (input.EndTime === undefined || time <= input.EndTime),
      );
      for (let at = 0; at < found.length; at += 50) {
        const NextToken = at + 50 < found.length ? String(at) : undefined;
        yield await Promise.resolve({ Events: found.slice(at, at + 50), NextToken });
      }
    },
  } as unknown as Reader;
}

describe('the first look at a busy key', () => {
  it.each([
    ['is told when misuse began', night],
    ['is not told when misuse began', null],
  ])('leaves the rest of its life to the next look where it %s', async (_, compromisedAt) => {
    const history = new History();
    for (let index = 1500; index > 0; index -= 1)
      history.call(attacker, { time: night - index * 10 * minute, name: 'GetObject', source: 's3' });
    const identity = {
      account,
      arn: `arn:aws:iam::${account}:role/responder`,
      userId: '',
      partition: 'aws',
      accessKeyId: 'ASIARESPONDER0000001',
      profile: null,
      homeRegion: 'us-east-1',
      simulated: true,
      endpoints: {},
    };
    const trail = new SurveyTrail({
      session: { reader: readerOf(history), identity },
      emit: () => undefined,
      key: attacker.key,
      since: 90 * 24 * hour,
      compromisedAt,
      trail: null,
      validate: null,
      regions: null,
    });
    await trail.read(['us-east-1'], 'first-hand', null, () => []);
    expect(trail.events().length).toBeLessThan(1500);
    const cells = await trail.read(['us-east-1'], 'followed', null, () => []);
    expect(trail.events()).toHaveLength(1500);
    expect(cells).toMatchObject([{ status: 'complete' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { AwsFailure } from '../../src/aws/errors.js';
import type { Reader } from '../../src/aws/reader.js';
import { TrailLookup } from '../../src/trail/lookup.js';
import { account, History, hour, minute, night } from '../detect/history.js';
import { ci } from '../detect/lives.js';

interface Asked {
  StartTime: Date;
  EndTime?: Date;
}

/** An event history of one event a minute, in pages of 50, newest first, whose page number `breaksAt` fails once. */
function historyOf(minutes: number, breaksAt: number) {
  const history = new History();
  for (let index = 0; index < minutes; index += 1)
    history.call(ci, { time: night - index * minute, name: 'DescribeInstances' });
  const asked: Asked[] = [];
  let pages = 0;
  const reader = {
    now: () => night + minute,
    async *pages(_service: string, _operation: string, region: string, input: Asked) {
      asked.push(input);
      const found = history.records.filter((record) => {
        const time = Date.parse(record.eventTime as string);
        return time >= input.StartTime.getTime() && time <= (input.EndTime?.getTime() ?? Infinity);
      });
      for (let at = 0; at < found.length; at += 50) {
        pages += 1;
        if (pages === breaksAt) {
          await Promise.resolve();
          throw new AwsFailure(
            'throttled',
            'ThrottlingException',
            'Rate exceeded',
            'cloudtrail',
            'LookupEvents',
            region,
            null,
            400,
            null,
          );
        }
        yield {
          Events: found.slice(at, at + 50).map((record) => ({
            EventTime: new Date(record.eventTime as string),
            CloudTrailEvent: JSON.stringify(record),
          })),
          ...(at + 50 < found.length ? { NextToken: 'more' } : {}),
        };
      }
    },
  };
  return { reader: reader as unknown as Reader, asked, pages: () => pages };
}

const query = {
  attribute: 'AccessKeyId' as const,
  value: ci.key,
  from: night - 10 * hour,
  regions: ['us-east-1'],
};

describe('reading the event history again', () => {
  it('goes on where a read was cut short, and reads no page twice', async () => {
    const { reader, asked, pages } = historyOf(500, 7);
    const lookup = new TrailLookup({ reader, account, emit: () => undefined });
    await lookup.read([query]);
    expect(lookup.cells()).toMatchObject([{ status: 'failed', from: night - 299 * minute }]);
    expect(lookup.all()).toHaveLength(300);
    await lookup.read([query]);
    expect(lookup.cells()).toMatchObject([{ status: 'complete', from: query.from }]);
    expect(lookup.all()).toHaveLength(500);
    // The newest minutes again, for late delivery; then from where it ended.
    expect(asked.slice(1).map(({ EndTime }) => EndTime?.getTime())).toEqual([
      undefined,
      night - 299 * minute + 1000,
    ]);
    expect(pages()).toBeLessThanOrEqual(7 + 1 + 5);
  });

  it('begins anew where nothing was read', async () => {
    const { reader } = historyOf(60, 1);
    const lookup = new TrailLookup({ reader, account, emit: () => undefined });
    await lookup.read([query]);
    expect(lookup.all()).toEqual([]);
    await lookup.read([query]);
    expect(lookup.all()).toHaveLength(60);
    expect(lookup.cells()).toMatchObject([{ status: 'complete' }]);
  });

  it('says how far back the query came that was cut short, whichever was asked first', async () => {
    const { reader } = historyOf(500, Infinity);
    for (const cut of [0, 1]) {
      const lookup = new TrailLookup({ reader, account, emit: () => undefined });
      const queries = [query, { ...query, value: 'AKIAEXAMPLEOTHER0000' }];
      await lookup.read(queries.map((one, n) => (n === cut ? { ...one, maxPages: 2 } : one)));
      expect(lookup.cells()).toMatchObject([{ status: 'truncated', from: night - 99 * minute }]);
    }
  });
});

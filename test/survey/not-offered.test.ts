import { describe, expect, it } from 'vitest';
import { AwsFailure, type FailureKind } from '../../src/aws/errors.js';
import type { Play } from '../../src/plays/kit/play.js';
import { plays } from '../../src/plays/index.js';
import { takeInventory } from '../../src/survey/inventory.js';
import type { Reader } from '../../src/aws/reader.js';

const amplify = plays.find(({ id }) => id === 'amplify-apps')!;
const offered = 'eu-west-1';
const listed = 'af-south-1';

async function statusOf(play: Play, region: string, answer: FailureKind | null): Promise<string | undefined> {
  const pages = (): AsyncIterable<object> => ({
    async *[Symbol.asyncIterator]() {
      if (answer !== null)
        throw new AwsFailure(answer, 'NoAnswer', 'none', 'amplify', 'ListApps', region, null, null, null);
      yield { apps: [] };
    },
  });
  const reader = { pages, call: () => Promise.resolve({}), now: () => 0 } as unknown as Reader;
  const { cells } = await takeInventory(
    [play],
    reader,
    { regions: [region], notEnabled: [] },
    () => undefined,
  );
  return cells[0]?.status;
}

describe('a service that AWS’s list has no endpoint of in a region', () => {
  it.each([
    // The list ages.
    [listed, null, 'complete'],
    [listed, 'denied', 'denied'],
    [listed, 'throttled', 'failed'],
    // Its name resolves, and nothing answers: who stands in between decides that.
    [listed, 'unreachable', 'failed'],
    [listed, 'not-offered', 'not-enabled'],
    [offered, 'unreachable', 'failed'],
    [offered, 'not-offered', 'not-enabled'],
  ] as const)('is looked at in %s where it answers: %s is %s', async (region, answer, status) => {
    expect(await statusOf(amplify, region, answer)).toBe(status);
  });
});

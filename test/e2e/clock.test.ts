import { describe, expect, it } from 'vitest';
import { inScene, logOf, respondBy, scenarioCalled, withDirectory } from './scene.js';

const hour = 3_600_000;
const longest = 240_000;

interface Seen {
  exitCode: number | null;
  /** Every change that was made, without its dates. */
  changes: string[];
  /** The moment up to which the Deny cuts sessions, minus AWS's time at the call. Milliseconds. */
  denyAhead: number;
  rogueAlive: number;
  innocentsTouched: number;
  principalsOpen: number;
}

/** A containment while AWS's clock is ahead of the machine's by so much: behind it, where that is negative. */
async function containWhile(clockAhead: number): Promise<Seen> {
  const named = await scenarioCalled('sessions', (text) => text.replace('mode: sly', 'mode: asleep'));
  const scenario = { ...named.scenario, aws: { ...named.scenario.aws, clockAhead } };
  return withDirectory(async (directory) => {
    const seen: Pick<Seen, 'exitCode' | 'changes' | 'denyAhead'>[] = [];
    const { score } = await respondBy({ ...named, scenario }, async (scene) => {
      const { key, account, endpoint, environment } = scene;
      const args = ['contain', '--key', key, '--yes', '--account', account, '--simulated', '--json'];
      const { exitCode } = await inScene(scene, args, directory);
      const mine = (await logOf(endpoint)).filter(
        ({ accessKeyId, readOnly, error }) =>
          accessKeyId === environment['AWS_ACCESS_KEY_ID'] && !readOnly && error === null,
      );
      const deny = mine.find(({ operation }) => operation === 'PutUserPolicy');
      const document = deny?.input['PolicyDocument'];
      const text = typeof document === 'string' ? document : '';
      const date = /"aws:TokenIssueTime":\s*"([^"]+)"/.exec(text)?.[1];
      seen.push({
        exitCode,
        changes: mine
          .map(({ operation, region, input }) => `${operation ?? ''} in ${region}: ${JSON.stringify(input)}`)
          .map((call) => call.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE'))
          .sort(),
        denyAhead: Date.parse(date ?? '') - (deny?.time ?? NaN),
      });
    });
    const [run] = seen;
    if (run === undefined) throw new Error('nothing was seen');
    const { rogueAlive, innocentsTouched, principalsOpen } = score;
    return {
      ...run,
      rogueAlive: rogueAlive.length,
      innocentsTouched: innocentsTouched.length,
      principalsOpen: principalsOpen.length,
    };
  });
}

describe('a machine whose clock is hours off', () => {
  it('cuts, ties and contains as one whose clock is right', { timeout: longest }, async () => {
    const [right, behind, ahead] = await Promise.all([0, 7 * hour, -7 * hour].map(containWhile));
    expect(right).toMatchObject({ exitCode: 0, rogueAlive: 0, innocentsTouched: 0, principalsOpen: 0 });
    for (const off of [behind, ahead]) {
      // The Deny is dated by AWS's clock: a few minutes ahead of it, whatever the machine believes.
      expect(off?.denyAhead).toBeGreaterThan(0);
      expect(off?.denyAhead).toBeLessThan(hour / 4);
      expect({ ...off, denyAhead: 0 }).toEqual({ ...right, denyAhead: 0 });
    }
  });
});

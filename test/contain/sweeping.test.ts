import { describe, expect, it } from 'vitest';
import type { Sweep } from '../../src/contain/confirm/confirm.js';
import { defaultLimits, Sweeping, type SweepSeen } from '../../src/contain/confirm/sweeping.js';
import { patience } from '../../src/model/index.js';

const nothing: Sweep = {
  clean: true,
  left: [],
  fresh: 0,
  settling: 0,
  settlesAt: null,
  message: '',
  waits: false,
};

/** Sweeps until the end, each as `seen` tells; what was looked at, and when. */
function sweep(seen: (round: number, now: number) => Partial<SweepSeen>, limits = defaultLimits) {
  const sweeping = new Sweeping(limits, 0);
  const looks: { at: number; whole: boolean }[] = [];
  let now = 0;
  for (let next = sweeping.first(); next !== null; ) {
    now += next.wait;
    looks.push({ at: now, whole: next.whole });
    const usual: SweepSeen = { sweep: nothing, cut: 'holds', coverage: [], now, denySeenAgain: 0 };
    next = sweeping.after({ ...usual, ...seen(next.round, now) });
  }
  return looks;
}

const stuck: Sweep = {
  ...nothing,
  clean: false,
  left: [{ play: 'p', region: 'r', id: 'i', cause: 'denied', detail: null } as never],
};

describe('sweeping', () => {
  it('ends with two clean looks, the last one at everything, where nothing comes back', () => {
    expect(sweep(() => ({}))).toEqual([
      { at: 1000, whole: false },
      { at: 2000, whole: true },
    ]);
  });

  it('waits for the second look at the Deny once, with a look at everything after it', () => {
    expect(sweep(() => ({ denySeenAgain: 15_000 }))).toEqual([
      { at: 1000, whole: false },
      { at: 15_000, whole: true },
    ]);
  });

  it.each<[string, Partial<SweepSeen>]>([
    ['it changes nothing more', { sweep: stuck }],
    ['the cut cannot be read', { cut: 'unknown' }],
    ['the time is over', { sweep: { ...nothing, clean: false, waits: true }, now: 11 * 60_000 }],
  ])('looks at everything before it ends, where %s', (_, seen) => {
    const looks = sweep(() => seen);
    expect(looks.at(-1)!.whole).toBe(true);
    expect(looks.length).toBeLessThan(8);
  });

  it('looks at everything in its last round, and makes no more than its rounds', () => {
    for (const rounds of [1, 2, 3]) {
      const looks = sweep(() => ({ sweep: { ...stuck, fresh: 1 } }), { ...defaultLimits, rounds });
      expect(looks.map(({ whole }) => whole)).toEqual([...Array<boolean>(rounds - 1).fill(false), true]);
    }
  });

  it('goes on where the look at everything finds what no other saw', () => {
    const looks = sweep((round) => (round === 2 ? { sweep: { ...nothing, clean: false, fresh: 1 } } : {}));
    expect(looks.map(({ whole }) => whole)).toEqual([false, true, false, true]);
  });

  it('never goes longer without a look at everything than it says', () => {
    const looks = sweep(() => ({}), { rounds: 400, time: 3_600_000, quiet: 1_800_000 });
    const whole = looks.filter((look) => look.whole).map(({ at }) => at);
    for (const [index, at] of whole.entries())
      expect(at - (whole[index - 1] ?? 0)).toBeLessThanOrEqual(patience.betweenWholeLooks + 20_000);
    expect(looks.at(-1)!.at).toBeGreaterThanOrEqual(1_800_000);
  });
});

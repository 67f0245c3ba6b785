import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Lanes } from '../../src/aws/lanes.js';

/** Reads that end when they are told to. */
function reads() {
  const open: { region: string; end: () => void }[] = [];
  let most = 0;
  const read = (region: string) => () =>
    new Promise<string>((resolve) => {
      open.push({ region, end: () => resolve(region) });
      most = Math.max(most, open.length);
    });
  return { open, read, most: () => most };
}

describe('lanes', () => {
  it('let so many reads of one region through at a time, in order, and all of them', async () => {
    const lanes = new Lanes({ region: 2, global: 5, placeLasts: 1_500 });
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const all = Array.from({ length: 9 }, (_, at) =>
      lanes.run('us-east-1', async () => {
        begun.push(at);
        most = Math.max(most, (running += 1));
        await sleep(1);
        running -= 1;
        return at;
      }),
    );
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(2);
  });

  it('hold back no other region where one hangs', async () => {
    const lanes = new Lanes({ region: 1, global: 5, placeLasts: 1_500 });
    const { read } = reads();
    void lanes.run('dark', read('dark'));
    expect(await lanes.run('us-east-1', () => Promise.resolve('answered'))).toBe('answered');
  });

  it('give a place away after a while, so that what hangs does not add up', async () => {
    vi.useFakeTimers();
    try {
      const lanes = new Lanes({ region: 1, global: 5, placeLasts: 1_500 });
      const { open, read } = reads();
      for (let at = 0; at < 3; at += 1) void lanes.run('dark', read('dark'));
      expect(open.length).toBe(1);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(open.length).toBe(2);
      // Its place was given away already: an answer frees no second one.
      open[0]!.end();
      await vi.advanceTimersByTimeAsync(100);
      expect(open.length).toBe(2);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(open.length).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('go on after a read that fails', async () => {
    const lanes = new Lanes({ region: 1, global: 5, placeLasts: 1_500 });
    await expect(lanes.run('r', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await lanes.run('r', () => Promise.resolve(1))).toBe(1);
  });
});

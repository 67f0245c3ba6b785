import { describe, expect, it } from 'vitest';
import { AwsClock } from '../../src/aws/aws-clock.js';

const at = (time: number) => new Date(time).toUTCString();
const start = Date.UTC(2026, 10, 23, 3, 10);

describe('AWS’s clock', () => {
  it('is the local one until AWS says otherwise, and then AWS’s, hours off or not', () => {
    let local = start;
    const clock = new AwsClock(() => local);
    expect(clock.now()).toBe(start);
    clock.heard(at(start + 5 * 3_600_000));
    local += 1000;
    expect(clock.now()).toBe(start + 5 * 3_600_000 + 1000);
  });

  it('is set back where the local clock is ahead, to within two seconds', () => {
    const clock = new AwsClock(() => start + 5 * 3_600_000);
    clock.heard(at(start));
    expect(Math.abs(clock.now() - start)).toBeLessThanOrEqual(2000);
  });

  it('never goes back, though the header is cut to whole seconds', () => {
    let local = start + 990;
    const clock = new AwsClock(() => local);
    let before = clock.now();
    for (let step = 0; step < 50; step += 1) {
      local += 130;
      clock.heard(at(Math.floor(local / 1000) * 1000));
      const now = clock.now();
      expect(now).toBeGreaterThanOrEqual(before);
      expect(Math.abs(now - local)).toBeLessThan(1000);
      before = now;
    }
  });

  it('takes no notice of a header that is no date', () => {
    const clock = new AwsClock(() => start);
    clock.heard('yesterday');
    clock.heard(undefined);
    expect(clock.now()).toBe(start);
  });
});

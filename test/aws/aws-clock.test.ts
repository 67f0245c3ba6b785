import { describe, expect, it } from 'vitest';
import { AwsClock } from '../../src/aws/aws-clock.js';

const at = (time: number) => new Date(time).toUTCString();
const start = Date.UTC(2026, 10, 23, 3, 10);

describe('AWS’s clock', () => {
  it('is the local one until AWS says otherwise, and then AWS’s, hours off or not', () => {
    let local = start;
    const clock = new AwsClock(() => local);
    expect(clock.now()).toBe(start);
    clock.heard(at(start + 5 * 3_600_000), 'sts');
    local += 1000;
    expect(clock.now()).toBe(start + 5 * 3_600_000 + 1000);
  });

  it('is set back where the local clock is ahead, to within two seconds', () => {
    const clock = new AwsClock(() => start + 5 * 3_600_000);
    clock.heard(at(start), 'sts');
    expect(Math.abs(clock.now() - start)).toBeLessThanOrEqual(2000);
  });

  it('never goes back, though the header is cut to whole seconds', () => {
    let local = start + 990;
    const clock = new AwsClock(() => local);
    let before = clock.now();
    for (let step = 0; step < 50; step += 1) {
      local += 130;
      clock.heard(at(Math.floor(local / 1000) * 1000), 'sts');
      const now = clock.now();
      expect(now).toBeGreaterThanOrEqual(before);
      expect(Math.abs(now - local)).toBeLessThan(1000);
      before = now;
    }
  });

  it('takes no notice of a header that is no date', () => {
    const clock = new AwsClock(() => start);
    clock.heard('yesterday', 'sts');
    clock.heard(undefined, 'sts');
    expect(clock.now()).toBe(start);
  });

  const years = 10 * 365 * 86_400_000;
  const hour = 3_600_000;
  it.each([
    ['first', ['ec2', 'sts', 'iam'], years],
    ['in the middle', ['sts', 'ec2', 'iam'], years],
    ['last', ['sts', 'iam', 'ec2'], years],
    ['hours ahead, within what may be', ['sts', 'ec2', 'iam'], 20 * hour],
    ['hours back', ['ec2', 'sts', 'iam'], -20 * hour],
  ])('is not moved by one answer that is dated wrongly, and tells it: %s', (_, services, byMs) => {
    const told: string[] = [];
    const clock = new AwsClock(
      () => start,
      (message) => told.push(message),
    );
    for (const service of services) {
      clock.heard(at(start + (service === 'ec2' ? byMs : 0)), service);
      // What is asked meanwhile does not make it stay.
      clock.now();
    }
    expect(Math.abs(clock.now() - start)).toBeLessThanOrEqual(2000);
    expect(told.length).toBeGreaterThan(0);
    if (byMs === years) expect(told[0]).toMatch(/^An answer of ec2 is dated 2036-.*is not believed/);
  });

  it('is believed years off where many services agree', () => {
    const clock = new AwsClock(() => start - years);
    for (const service of ['sts', 'iam']) clock.heard(at(start), service);
    expect(clock.now()).toBe(start - years);
    clock.heard(at(start), 'ec2');
    expect(Math.abs(clock.now() - start)).toBeLessThanOrEqual(2000);
  });
});

import { describe, expect, it } from 'vitest';
import { FollowedClock, tickEvery } from '../../src/rehearsal/followed-clock.js';

describe('the clock that another process follows', () => {
  it('goes at the rate that it was told, and at the wall’s once nothing is heard any more', () => {
    let wall = 0;
    const clock = new FollowedClock({ now: 1000, rate: 60 }, () => wall);
    wall = 10;
    expect(clock.now()).toBe(1000 + 10 * 60);
    wall = 2 * tickEvery + 500;
    expect(clock.now()).toBe(1000 + 2 * tickEvery * 60 + 500);
  });

  it('never goes back where a tick says that it went too far', () => {
    let wall = 0;
    const clock = new FollowedClock({ now: 0, rate: 60 }, () => wall);
    wall = 20;
    expect(clock.now()).toBe(1200);
    clock.hear({ now: 300, rate: 1 });
    expect(clock.now()).toBe(1200);
    wall = 1000;
    expect(clock.now()).toBe(1280);
  });

  it('tells how long the wall takes to a time', () => {
    const clock = new FollowedClock({ now: 0, rate: 60 }, () => 0);
    expect(clock.until(6000)).toBe(100);
    expect(clock.until(-1)).toBe(0);
  });
});

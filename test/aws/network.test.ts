import { describe, expect, it } from 'vitest';
import { httpHandler } from '../../src/aws/network.js';

/** Regions that every account has. */
const regions = 17;

async function widest(env: Record<string, string>): Promise<number> {
  const { requestHandler, lanes } = await httpHandler({ env, caBundle: undefined, simulated: false });
  requestHandler.destroy();
  return Math.min(regions * lanes.region + lanes.global, lanes.inAll ?? Infinity);
}

describe('the reads that go at a time in a look at every region', () => {
  it('take no more than a hundred connections', async () => {
    expect(await widest({})).toBeLessThanOrEqual(100);
  });

  it('fit through a proxy that allows 50', async () => {
    expect(await widest({ HTTPS_PROXY: 'http://127.0.0.1:9' })).toBeLessThanOrEqual(50);
  });
});

import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/recovery/cloudfront/judge.js';
import { changeLine, outageLine } from '../../../src/recovery/cloudfront/screen.js';
import { resetText } from '../../../src/recovery/cloudfront/support-text.js';
import type {
  ApiObservation,
  CloudFrontCheck,
  NameObservation,
} from '../../../src/recovery/cloudfront/state.js';
import { sawNothing, watchCloudFront, type StateChange } from '../../../src/recovery/cloudfront/watch.js';
import { answers, distribution, name, restricted, withdrawn } from './sample.js';

/** A look at one distribution, `minute` minutes into the outage. */
function check(
  minute: number,
  api: ApiObservation,
  host: Partial<NameObservation>,
  working = true,
): CloudFrontCheck {
  const observed = distribution({ host: name(host) });
  return {
    at: new Date(Date.UTC(2026, 10, 21, 3, minute)).toISOString(),
    simulated: false,
    api,
    resolvers: [{ name: 'one', working, detail: working ? null : 'it cannot be reached' }],
    distributions: [{ ...observed, judgement: judge(api, observed) }],
    notes: [],
  };
}
const lost: ApiObservation = { ...answers, state: 'failed', reason: 'no network' };

async function watch(checks: CloudFrontCheck[], random = 0.5) {
  const waits: number[] = [];
  const seen: { check: CloudFrontCheck; changes: readonly StateChange[] }[] = [];
  let looks = 0;
  const result = await watchCloudFront({
    look: async () => checks[looks++] as CloudFrontCheck,
    clock: {
      random: () => random,
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    },
    onLook: async (at, changes) => {
      seen.push({ check: at, changes });
    },
    stopped: () => looks >= checks.length,
  });
  return { result, waits, seen };
}

describe('the watch', () => {
  it('goes from locked over unlocked to serving, tells each change, and ends there', async () => {
    const { result } = await watch([
      check(0, restricted, withdrawn),
      check(1, restricted, withdrawn),
      check(2, answers, withdrawn),
      check(3, answers, { verdict: 'partly' }),
      check(4, answers, {}),
    ]);
    expect(result).toMatchObject({ back: true, looks: 5 });
    expect(result.changes.map(({ host, to }) => `${host}: ${to}`)).toEqual([
      'API: restricted',
      'd1.cloudfront.net: API locked and DNS withdrawn',
      'API: answers',
      'd1.cloudfront.net: unlocked, but DNS still withdrawn',
      'd1.cloudfront.net: DNS in place at some resolvers only',
      'd1.cloudfront.net: serving',
    ]);
    expect(result.outages).toEqual([
      { host: 'd1.cloudfront.net', from: '2026-11-21T03:00:00.000Z', until: '2026-11-21T03:04:00.000Z' },
    ]);
  });

  it('waits longer and longer up to five minutes, and briefly again after a change', async () => {
    const same = Array.from({ length: 14 }, (_, i) => check(i, restricted, withdrawn));
    const { waits } = await watch([...same, check(20, answers, withdrawn), check(21, answers, {})]);
    expect(waits.slice(0, 3)).toEqual([15_000, 22_500, 33_750]);
    expect(Math.max(...waits)).toBe(300_000);
    expect(waits.at(-1)).toBe(15_000);
  });

  it('spreads its waits by a fifth, both ways', async () => {
    const two = [check(0, restricted, withdrawn), check(1, restricted, withdrawn)];
    expect((await watch(two, 0)).waits).toEqual([12_000]);
    expect((await watch(two, 1)).waits).toEqual([18_000]);
  });

  it('survives the network going away, which neither begins nor ends an outage', async () => {
    const dark = (minute: number) => check(minute, lost, { verdict: 'unknown', answers: [] }, false);
    const { result, seen } = await watch([
      check(0, answers, withdrawn),
      dark(1),
      dark(2),
      check(3, answers, {}),
    ]);
    expect(result).toMatchObject({ back: true });
    expect(result.outages).toHaveLength(1);
    expect(sawNothing((seen[1] as (typeof seen)[0]).check)).toBe(true);
    expect(seen[2]?.changes).toEqual([]);
    const calm = await watch([dark(0), check(1, answers, {})]);
    expect(calm.result.outages).toEqual([]);
  });

  it('is not back while there is nothing to look at', async () => {
    const none = { ...check(0, answers, {}), distributions: [] };
    expect((await watch([none, none])).result.back).toBe(false);
  });

  it('keeps an outage open when it is stopped', async () => {
    const { result } = await watch([check(0, answers, withdrawn)]);
    expect(result).toMatchObject({ back: false, outages: [{ until: null }] });
  });
});

describe('what it prints', () => {
  it('is one line a change, with its time in UTC', () => {
    expect(
      changeLine({
        at: '2026-11-21T03:00:00.000Z',
        host: 'd1\u001b[2J',
        from: 'DNS withdrawn',
        to: 'serving',
      }),
    ).toBe('2026-11-21 03:00:00 UTC  d1\\e[2J: DNS withdrawn → serving');
  });
  it('is the length of an outage, and that it may have begun earlier', () => {
    const line = outageLine(
      { host: 'd1', from: '2026-11-21T03:00:00.000Z', until: '2026-11-21T06:20:00.000Z' },
      0,
    );
    expect(line).toContain('3 h 20 min');
    expect(line).toContain('may have begun earlier');
  });
  it('is the text for the reset, only where the API answers and the DNS does not', () => {
    expect(resetText(check(0, restricted, withdrawn), '123456789012')).toBeNull();
    expect(resetText(check(0, answers, {}), '123456789012')).toBeNull();
    const text = resetText(check(0, answers, withdrawn), '123456789012') ?? '';
    expect(text).toContain('Account 123456789012');
    expect(text).toContain('d1.cloudfront.net (distribution E1): no such name (NXDOMAIN) at one');
    const many = check(0, answers, withdrawn);
    many.distributions = Array.from({ length: 3_000 }, () => many.distributions[0]).filter(
      (one) => one !== undefined,
    );
    expect((resetText(many, '123456789012') ?? '').length).toBeLessThan(8_000);
  });
});

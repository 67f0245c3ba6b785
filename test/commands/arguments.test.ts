import { describe, expect, it } from 'vitest';
import { parseKeyId, parsePeriod, parseRegions, parseTime } from '../../src/commands/arguments.js';
import { CommandError } from '../../src/commands/context.js';

function refusal(run: () => unknown): CommandError {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error;
  }
  throw new Error('it was accepted');
}

describe('a key id', () => {
  it('is AKIA and sixteen more capitals and digits', () => {
    expect(parseKeyId('AKIAIOSFODNN7EXAMPLE', false)).toBe('AKIAIOSFODNN7EXAMPLE');
  });

  it.each(['akiaiosfodnn7example', 'AKIA', 'AKIAIOSFODNN7EXAMPL é', 'LKIAIOSFODNN7EXAMPLE'])(
    'is not %s',
    (text) => {
      expect(refusal(() => parseKeyId(text, false)).exitCode).toBe(2);
    },
  );

  it('may have another prefix on a server that is not AWS', () => {
    expect(parseKeyId('LKIAQAAAAAAAEXAMPLE0', true)).toBe('LKIAQAAAAAAAEXAMPLE0');
  });

  it('of a session says how a session is contained', () => {
    const error = refusal(() => parseKeyId('ASIAIOSFODNN7EXAMPLE', true));
    expect(error.exitCode).toBe(2);
    expect(`${error.message} ${error.next}`).toMatch(/temporary session.*--session ASIAIOSFODNN7EXAMPLE/);
  });

  it('that is a secret is never echoed', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const error = refusal(() => parseKeyId(secret, false));
    expect(error.exitCode).toBe(2);
    expect(`${error.message} ${error.next}`).not.toContain(secret);
    expect(error.message).toMatch(/looks like a secret/);
  });
});

describe('periods, times and regions', () => {
  it('are read', () => {
    expect(parsePeriod('90d')).toBe(90 * 86_400_000);
    expect(parsePeriod('30m')).toBe(1_800_000);
    expect(parseTime('2026-11-23T03:10:00Z')).toBe(Date.UTC(2026, 10, 23, 3, 10));
    expect(parseTime('2026-11-23 03:10')).toBe(Date.UTC(2026, 10, 23, 3, 10));
    expect(parseTime('2026-11-23T03:10:00+09:00')).toBe(Date.UTC(2026, 10, 22, 18, 10));
    expect(parseRegions(['eu-west-1,us-gov-west-1', 'ap-southeast-5'])).toEqual([
      'eu-west-1',
      'us-gov-west-1',
      'ap-southeast-5',
    ]);
    expect(parseRegions(['all'])).toBeNull();
    expect(parseRegions([])).toBeNull();
  });

  it.each([
    () => parsePeriod('soon'),
    () => parseTime('yesterday'),
    () => parseTime('11/23/2026'),
    () => parseRegions(['mars']),
  ])('that cannot be read end in usage', (read) => {
    expect(refusal(read).exitCode).toBe(2);
  });
});

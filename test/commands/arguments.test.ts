import { describe, expect, it } from 'vitest';
import { parseKeyId, parsePeriod, parseRegions } from '../../src/commands/arguments.js';
import { parseLead } from '../../src/commands/lead.js';
import { CommandError } from '../../src/commands/context.js';
import { mendIdentifiers } from '../../src/commands/identifiers.js';
import { targetOf } from '../../src/commands/scan-target.js';

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

  it.each([
    ['AKIAIOSFODNN7EXAMPL', /20 characters, and this has 19: cut off when pasting\?/],
    ['ASIAIOSFODNN7EXAMPL', /this has 19: cut off/],
    ['akia', /this has 4/],
    ['AKIAIOSFODNN7EXAMPLEE', /this has 21: pasted twice/],
    ['AKIAIOSFODNN7EXAMPLE'.repeat(3), /this has 60: pasted twice/],
  ])('of the wrong length is told so, on a simulated server too: %s', (text, expected) => {
    for (const simulated of [false, true])
      expect(refusal(() => parseKeyId(text, simulated)).message).toMatch(expected);
    expect(refusal(() => parseLead({ session: text }, true)).message).toMatch(expected);
    expect(refusal(() => targetOf({ session: text })).message).toMatch(expected);
  });

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

describe('what came along when it was copied', () => {
  const mended = (flags: object): [object, string[]] => {
    const told: string[] = [];
    mendIdentifiers(flags, (message) => told.push(message));
    return [flags, told];
  };

  it.each([
    'akiaiosfodnn7example',
    ' AKIAIOSFODNN7EXAMPLE ',
    '"AKIAIOSFODNN7EXAMPLE"',
    '“AKIAIOSFODNN7EXAMPLE”',
    'AKIA IOSF ODNN 7EXA MPLE',
    '\u200bAKIAIOSFODNN7EXAMPLE\u00a0',
  ])('is mended in a key, and said: %j', (text) => {
    for (const name of ['key', 'session']) {
      const [flags, told] = mended({ [name]: text });
      expect(flags).toEqual({ [name]: 'AKIAIOSFODNN7EXAMPLE' });
      expect(told).toEqual([expect.stringContaining(`--${name} is read as AKIAIOSFODNN7EXAMPLE`)]);
    }
    const [flags, told] = mended({ watchKey: [text, 'AKIAIOSFODNN7EXAMPLE'] });
    expect(flags).toEqual({ watchKey: ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'] });
    expect(told).toEqual([expect.stringContaining('--watch-key is read as AKIAIOSFODNN7EXAMPLE')]);
  });

  it.each(['1111-2222-3333', '1111 2222 3333', "'111122223333'", '1111–2222–3333'])(
    'is mended in an account: %s',
    (account) => {
      const [flags, told] = mended({ account });
      expect(flags).toEqual({ account: '111122223333' });
      expect(told).toHaveLength(1);
    },
  );

  it('is nothing where all is well', () => {
    const flags = { key: 'AKIAIOSFODNN7EXAMPLE', account: '111122223333', user: ' x ' };
    expect(mended({ ...flags })).toEqual([flags, []]);
  });

  it.each([
    ['11112222333', /has 11: cut off when pasting/],
    ['1111222233334', /has 13/],
    ['prod', /expected 12 digits/],
    ['', /expected 12 digits/],
  ])('does not make an account of %j', (account, expected) => {
    const error = refusal(() => mended({ account }));
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(expected);
  });

  it('of a secret is not looked at: it is never repeated', () => {
    const key = ' wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ';
    expect(mended({ key })).toEqual([{ key }, []]);
  });
});

describe('periods and regions', () => {
  it('are read', () => {
    expect(parsePeriod('90d')).toBe(90 * 86_400_000);
    expect(parsePeriod('30m')).toBe(1_800_000);
    expect(parseRegions(['eu-west-1,us-gov-west-1', 'ap-southeast-5'])).toEqual([
      'eu-west-1',
      'us-gov-west-1',
      'ap-southeast-5',
    ]);
    expect(parseRegions(['all'])).toBeNull();
    expect(parseRegions([])).toBeNull();
  });

  it.each([() => parsePeriod('soon'), () => parseRegions(['mars'])])(
    'that cannot be read end in usage',
    (read) => {
      expect(refusal(read).exitCode).toBe(2);
    },
  );
});

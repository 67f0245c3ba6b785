import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellCommand, shellWord } from '../../src/model/shell.js';
import { visible } from '../../src/report/terminal/escape.js';

const run = promisify(execFile);
/** What a real bash takes the line for: its words, each ended by a NUL. */
async function wordsOf(line: string): Promise<string[]> {
  const script = `show() { printf '%s\\0' "$@"; }\nshow ${line}`;
  const { stdout } = await run('bash', ['--noprofile', '--norc', '-c', script], {
    env: {},
    encoding: 'utf8',
  });
  return stdout.split('\0').slice(0, -1);
}

const nasty = fc.constantFrom(
  ...[
    "'",
    '"',
    '`',
    '$',
    '$(',
    ')',
    '\\',
    ';',
    '&',
    '|',
    '<',
    '>',
    '*',
    '?',
    '[',
    ']',
    '{a,b}',
    '~',
    '!',
    '#',
    '=',
    ' ',
  ],
  ...[
    '\n',
    '\t',
    '\u0000',
    '\u001b[2J',
    '\u009b',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u2028',
    '-',
    '--',
    '%',
    '^',
    'é',
    '日',
    'a',
    '0',
  ],
);
const foreign = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { maxLength: 12 })
  .map((all) => all.join(''));

describe('foreign text in a printed command', () => {
  it('is one word for a real bash, as it was, and looks on a terminal as it is typed', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(foreign, { minLength: 20, maxLength: 60 }), async (texts) => {
        const quotable = texts.filter((text) => shellWord(text) !== null);
        const line = shellCommand(quotable)!;
        expect(await wordsOf(line)).toEqual(quotable);
        for (const text of quotable) expect(visible(shellWord(text)!, 10_000)).toBe(shellWord(text));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    'a\nb',
    'a\u001b[2Jb',
    'a\u009bb',
    'a\u202eb',
    'a\u2066b',
    'a\u200bb',
    'a\u0000b',
    'a\u2028b',
    'a\ud800b',
  ])('is not quoted where it cannot be seen: %j', (text) => {
    expect(shellWord(text)).toBeNull();
    expect(shellCommand(['leakguard', text])).toBeNull();
  });

  it('stands as it is where a shell needs no quotes', () => {
    expect(shellWord('/var/lib/leakguard/1-AKIA.jsonl')).toBe('/var/lib/leakguard/1-AKIA.jsonl');
    expect(shellWord("a'b c")).toBe(`'a'\\''b c'`);
    expect(shellWord('')).toBe("''");
    expect(shellWord('-rf')).toBe("'-rf'");
  });
});

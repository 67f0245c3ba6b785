import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellCommand, shellWord, withFlags } from '../../src/model/shell.js';
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

describe('a printed command', () => {
  const flags = [['--simulated'], ['--profile', 'on call'], ['--report-dir', '/r']];

  it.each([
    ['leakguard scan --key AKIA1', "leakguard scan --key AKIA1 --simulated --profile 'on call'"],
    [
      'Then: leakguard verify --key A1, not before 3:00',
      "Then: leakguard verify --key A1 --simulated --profile 'on call', not before 3:00",
    ],
    [
      "leakguard undo '/a b/it'\\''s.jsonl' --only i-1 --simulated",
      "leakguard undo '/a b/it'\\''s.jsonl' --profile 'on call' --only i-1 --simulated",
    ],
    [
      'leakguard contain --key A1 --yes',
      "leakguard contain --key A1 --simulated --profile 'on call' --report-dir /r --yes",
    ],
    [
      'go on with: leakguard resume /r/1.jsonl\n',
      "go on with: leakguard resume /r/1.jsonl --simulated --profile 'on call'\n",
    ],
    ['leakguard resume /r/1.jsonl --profile NAME', 'leakguard resume /r/1.jsonl --simulated --profile NAME'],
    ['leakguard scan', "leakguard scan --simulated --profile 'on call'"],
    ['leakguard cloudfront --watch', "leakguard cloudfront --simulated --profile 'on call' --watch"],
  ])('has the flags that it needs: %s', (text, expected) => {
    expect(withFlags(text, flags)).toBe(expected);
    expect(withFlags(expected, flags)).toBe(expected);
    expect(withFlags(text, [])).toBe(text);
  });

  it.each([
    'leakguard verify cannot say clean while something is open',
    'leakguard report /r/1.jsonl',
    'leakguard policy prints all that it takes',
    'Nothing that leakguard contains is named so',
  ])('is told apart from words: %s', (text) => {
    expect(withFlags(text, flags)).toBe(text);
  });
});

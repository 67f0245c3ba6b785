import { describe, expect, it } from 'vitest';
import { languageOf } from '../../src/commands/language.js';
import { catalogue, languages } from '../../src/report/messages/index.js';
import { cutScreen } from '../../src/report/screens/index.js';
import { columnsOf, wrap } from '../../src/report/terminal/layout.js';
import { english } from '../../src/report/case/english.js';
import { japanese } from '../../src/report/case/japanese.js';
import { cutFacts } from '../contain/builders.js';

type Messages = { [name: string]: unknown };

/** Every message of a catalogue by its path; of those that take something, with something put in. */
function all(messages: Messages, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, message] of Object.entries(messages)) {
    const at = `${path}${name}`;
    if (typeof message === 'string') found.set(at, message);
    else if (typeof message === 'function') {
      const given = (sample: unknown) => {
        try {
          return String((message as (...args: unknown[]) => unknown)(...Array<unknown>(8).fill(sample)));
        } catch {
          return null;
        }
      };
      found.set(at, given(3) ?? given(['x', 'y', 'z']) ?? given({ kind: 'unknown' }) ?? '');
    } else for (const [deeper, text] of all(message as Messages, `${at}.`)) found.set(deeper, text);
  }
  return found;
}

/** Nothing but punctuation, a command, or the record's own sentence. */
const sameInBoth = new Set([
  'said',
  'fate',
  'cloudfront',
  'cut.undoSession',
  'gaps.status',
  'outcome.reason',
  'reason',
  'verdictReason',
  'verdict',
]);
const ofJapanese = /[\u3000-\u30ff\u4e00-\u9fff\uff00-\uff60]/;

describe.each<[string, Messages, Messages]>([
  ['screens', { ...catalogue.en }, { ...catalogue.ja }],
  ['letter', { ...english }, { ...japanese }],
])('the catalogue of messages: %s', (_, en, ja) => {
  it('has each message in each language', () => {
    const [inEnglish, inJapanese] = [all(en), all(ja)];
    expect([...inJapanese.keys()].sort()).toEqual([...inEnglish.keys()].sort());
    const lacking = [...inJapanese].filter(
      ([path, text]) =>
        !sameInBoth.has(path) && !ofJapanese.test(text) && /[a-z]{2}/i.test(inEnglish.get(path)!),
    );
    expect(lacking).toEqual([]);
    expect([...inEnglish].filter(([, text]) => ofJapanese.test(text))).toEqual([]);
  });
});

describe('Japanese on a screen', () => {
  it('has labels that fit into the margin', () => {
    for (const lang of languages) {
      const { cut, plan, outcome, left, gaps, next } = catalogue[lang];
      const labels = [
        ...[next, cut.label, cut.account, cut.lastUsed, cut.willStop, cut.goesOn, cut.byHand, cut.canUndo],
        ...[cut.stands, cut.quarantine, cut.unknown, cut.doubt, plan.label, plan.willEnd, plan.causes],
        ...[plan.inUse, plan.noUndo, outcome.label, outcome.keyOff, outcome.contained, outcome.done],
        ...[outcome.notDone, outcome.spared, outcome.included, outcome.byTrail, outcome.billed],
        ...[outcome.verify, outcome.journal, left.label, gaps.label, ...Object.values(plan.phase)],
      ];
      expect(labels.filter((label) => columnsOf(label) > 10)).toEqual([]);
    }
  });

  it.each([40, 60, 80])('is never wider than %i columns, commands apart', (width) => {
    const facts = cutFacts({ owner: { kind: 'user', name: 'ci-deployer' }, console: true });
    const screen = cutScreen(facts, [], { width, color: false, verbose: false, lang: 'ja' });
    expect(screen).toMatch(/停止する +このキーで署名する/);
    expect(screen.split('\n').filter((line) => columnsOf(line) > width)).toEqual([]);
  });

  it('is broken between its characters, never before a full stop or after a bracket, and no word is cut', () => {
    const text =
      'ユーザー ci-deployer のすべてのキーで発行済みの一時認証情報（コンソールのセッションを含む）。';
    for (let width = 14; width < 90; width += 1) {
      const lines = wrap(text, width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      for (const line of lines) {
        expect(columnsOf(line)).toBeLessThanOrEqual(width);
        expect(line.trim()).not.toMatch(/^[。、）]|（$/);
      }
      expect(lines.some((line) => line.includes('ci-deployer'))).toBe(true);
    }
  });
});

describe('the language', () => {
  it.each([
    ['ja', {}, 'ja'],
    ['en', { LANG: 'ja_JP.UTF-8', LEAKGUARD_LANG: 'ja' }, 'en'],
    [undefined, { LANG: 'ja_JP.UTF-8' }, 'ja'],
    [undefined, { LANG: 'ja_JP.UTF-8', LC_ALL: 'C.UTF-8' }, 'en'],
    [undefined, { LANG: 'en_US.UTF-8', LC_ALL: 'ja_JP' }, 'ja'],
    [undefined, { LANG: 'en_US.UTF-8', LEAKGUARD_LANG: 'ja' }, 'ja'],
    [undefined, { LEAKGUARD_LANG: 'fr', LANG: 'jam' }, 'en'],
    [undefined, {}, 'en'],
  ])('of --lang %s and %o is %s', (flag, env, lang) => {
    expect(languageOf(flag, env)).toBe(lang);
  });

  it('is refused where --lang names another', () => {
    expect(() => languageOf('de', {})).toThrow(/--lang takes en or ja/);
  });
});

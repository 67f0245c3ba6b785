import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, raw, visible } from '../../src/report/terminal/escape.js';

describe('visible', () => {
  it('writes ANSI escapes, newlines, bidi marks and zero-width characters out', () => {
    expect(visible('a\u001b[2Jb\r\nc\td')).toBe('a\\e[2Jb\\r\\nc\\td');
    expect(visible('exe\u202egpj')).toBe('exe\\u{202e}gpj');
    expect(visible('pay\u200bpal\ufeff\u2066x\u2028y\u009b31m')).toBe(
      'pay\\u{200b}pal\\u{feff}\\u{2066}x\\u{2028}y\\u{9b}31m',
    );
    expect(visible('\ud800 \u{e0041}\ufe0f\u00ad')).toBe('\\u{d800} \\u{e0041}\\u{fe0f}\\u{ad}');
  });

  it('leaves the writing of people as it is', () => {
    for (const text of ['株式会社リークガード', 'Zoë’s naïve façade', 'héllo 🙂', 'תמונה', 'i-0abc/ü']) {
      expect(visible(text)).toBe(text);
    }
  });

  it('does not let a tower of combining marks draw over other lines', () => {
    const tower = visible(`a${'\u0300'.repeat(50)}`, 1000);
    expect(tower.match(/\u0300/g)).toHaveLength(3);
  });

  it('bounds the length, ellipsis included, and never cuts an escape in two', () => {
    expect(visible('x'.repeat(10_000), 20)).toBe(`${'x'.repeat(19)}…`);
    expect(visible('abc\u202e', 6)).toBe('abc…');
    expect(visible('abc', 3)).toBe('abc');
    expect(visible('abc', 0)).toBe('');
  });

  it('for any text: one line, nothing invisible, within the bound, and stable when repeated', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 60 }), (text, max) => {
        const shown = visible(text, max);
        expect([...shown].length).toBeLessThanOrEqual(max);
        expect(shown).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
        );
        expect(visible(shown, max)).toBe(shown);
      }),
    );
  });
});

describe('html', () => {
  it('escapes text and attributes, and nests its own markup as it is', () => {
    const name = `"><script>alert('1')</script>\u202e`;
    const list = [1, 2].map((n) => html`<li title="${name}">${n}</li>`);
    expect(html`<ul>${list}</ul>${null}${false}${raw('<hr>')}`.markup).toBe(
      `<ul>${[1, 2]
        .map(
          (n) =>
            `<li title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\\u{202e}">${n.toString()}</li>`,
        )
        .join('')}</ul><hr>`,
    );
  });

  it('lets no text break out, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.markup).not.toMatch(/[<>"'`]|&(?!(amp|lt|gt|quot|#39|#96);)/);
      }),
    );
  });
});

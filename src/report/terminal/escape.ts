/**
 * Everything that an attacker may have named (tags, users, groups, user agents, mails, DNS answers, error texts)
 * goes through here before a person sees it.
 */

/** How much of a foreign text is shown where nothing else is said, in characters. */
const defaultLength = 200;

// Control characters (ANSI escapes begin with one), everything that is drawn as nothing (zero-width, bidi marks,
// variation selectors, tags, soft hyphen), line and paragraph separators, lone surrogates, private use.
const unseen =
  /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}]/u;
const mark = /\p{M}/u;
/** Real writing stacks few marks on one letter; a tower of them draws over the neighbouring lines. */
const marksOnOneLetter = 3;

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

function escaped(character: string): string {
  return named[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * `text` on one line, with everything invisible or harmful written out (`\e`, `\n`, `\u{202e}`), and at most `max`
 * characters long, the ellipsis included. Passing a text through twice changes nothing.
 */
export function visible(text: string, max: number = defaultLength): string {
  const pieces: string[] = [];
  let length = 0;
  let marks = 0;
  for (const character of text) {
    marks = mark.test(character) ? marks + 1 : 0;
    const piece = unseen.test(character) || marks > marksOnOneLetter ? escaped(character) : character;
    pieces.push(piece);
    length += [...piece].length;
    if (length > max) break;
  }
  if (length <= max) return pieces.join('');
  while (pieces.length > 0 && length > max - 1) length -= [...(pieces.pop() ?? '')].length;
  return max < 1 ? '' : `${pieces.join('')}…`;
}

/** Markup that is safe as it stands: only `html` and `raw` make it. */
export class Html {
  constructor(readonly markup: string) {}
  toString(): string {
    return this.markup;
  }
}

/** What may stand in `html`: nothing, text (escaped), numbers, markup, lists of these. */
export type HtmlPart = Html | string | number | null | undefined | false | readonly HtmlPart[];

/** How much of one text an HTML page shows, in characters. */
const htmlTextLength = 4000;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function markupOf(part: HtmlPart): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') {
    return visible(part, htmlTextLength).replace(/[&<>"'`]/g, (character) => entities[character] ?? '');
  }
  return part.map(markupOf).join('');
}

/**
 * A tagged template for HTML and SVG: every value is made visible and escaped for text and for quoted attributes;
 * markup made by `html` itself nests as it is. Values never stand in unquoted attributes, scripts, styles or URLs.
 */
export function html(strings: TemplateStringsArray, ...values: HtmlPart[]): Html {
  return new Html(strings.reduce((markup, string, i) => markup + markupOf(values[i - 1]) + string));
}

/** Markup of our own (a style sheet): never anything that came from outside. */
export function raw(markup: string): Html {
  return new Html(markup);
}

/** One line of CSV (RFC 4180): cells are quoted where needed, and never a formula to a spreadsheet (OWASP, "CSV Injection"). */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string): string {
  const shown = visible(value, 2000);
  const safe = /^[=+\-@]/.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

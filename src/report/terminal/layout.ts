import stringWidth from 'string-width';
import { visible } from './escape.js';

/** How many columns a terminal draws `text` in; colour counts as nothing, wide characters as two. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** `text`, made visible and cut to at most `columns`, the ellipsis included. For plain text: no colour codes. */
export function fit(text: string, columns: number): string {
  const shown = visible(text, Math.max(0, columns * 2));
  if (columnsOf(shown) <= columns) return shown;
  let kept = '';
  let used = 0;
  for (const character of shown) {
    const width = columnsOf(character);
    if (used + width > columns - 1) break;
    kept += character;
    used += width;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/** `text` followed by spaces up to `columns`; text that is longer stays as it is. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** `text` after spaces up to `columns`. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** Plain text broken between words into lines of at most `columns`; a longer word is cut where the line ends. */
export function wrap(text: string, columns: number): string[] {
  return rangesOf(text, columns, columns).map(([from, to]) => text.slice(from, to));
}

/**
 * Where the lines of `text` begin and end: at most `first` columns for the first one, `others` for the others. Broken
 * between words, and the spaces there left out; spaces elsewhere stay, since they may be the columns of a table.
 */
export function rangesOf(text: string, first: number, others: number): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (let from = 0; ; ) {
    const fitting = from + lengthOf(text.slice(from), Math.max(1, ranges.length === 0 ? first : others));
    if (fitting >= text.length) return [...ranges, [from, text.length]];
    // The space that ends a word may stand just beyond the line; spaces before the first word end none.
    const space = text.lastIndexOf(' ', fitting);
    const word = text.slice(from).search(/[^ ]/) + from;
    const to = Math.max(space > word ? space : 0, betweenWide(text, word, fitting)) || fitting;
    ranges.push([from, to]);
    from = to;
    while (text[from] === ' ') from += 1;
  }
}

const wide = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uff60]/;
/** What no Japanese line begins with, and what none ends with (JIS X 4051). */
const neverFirst = /[、。，．：；？！）」』】］ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々・]/;
const neverLast = /[（「『【［]/;

/** The last place up to `end` where Japanese text may be broken: before or after one of its characters; 0: nowhere. */
function betweenWide(text: string, from: number, end: number): number {
  for (let at = end; at > from; at -= 1) {
    const [before = '', after = ''] = [text[at - 1], text[at]];
    if ((wide.test(before) || wide.test(after)) && !neverFirst.test(after) && !neverLast.test(before))
      return at;
  }
  return 0;
}

/** How much of `text` is drawn in `columns`, in UTF-16 units, and one character at least. */
function lengthOf(text: string, columns: number): number {
  if (columnsOf(text) <= columns) return text.length;
  let length = 0;
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns && length > 0) return length;
    length += character.length;
  }
  return length;
}

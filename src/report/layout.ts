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
  const width = Math.max(1, columns);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    for (const [i, piece] of pieces(word, width).entries()) {
      const joined = i === 0 && line !== '' ? `${line} ${piece}` : piece;
      if (line !== '' && (i > 0 || columnsOf(joined) > width)) {
        lines.push(line);
        line = piece;
      } else {
        line = joined;
      }
    }
  }
  lines.push(line);
  return lines;
}

function pieces(word: string, columns: number): string[] {
  if (columnsOf(word) <= columns) return [word];
  const cut: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && columnsOf(piece + character) > columns) {
      cut.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...cut, piece];
}

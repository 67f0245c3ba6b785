import { plainName, properName } from './record-shape.js';

/** How a table is written. */
export interface TableForm {
  delimiter: ',' | ';' | '\t' | '|';
  /** Lines before its line of names: a tool's own words, `#TYPE`, `sep=;`. */
  skip: number;
  /** Whether a line of names is there. */
  named: boolean;
}

const delimiters = [',', '\t', ';', '|'] as const;

/** Names of columns that hold a whole record, or say by themselves that the table is one of records. */
const holders = new Set([
  'raw',
  '@message',
  'message',
  '@rawstring',
  'cloudtrailevent',
  'eventaction',
  'eventname',
  'eventversion',
]);

/** JSON in a cell as tables quote it. */
const quotedJson = /(^|[,;\t|])"\s*(\\*"")*[{[\s]+\\*""[\w@]/;

/** A tool writes so many lines before its table at most. */
const mostSkipped = 40;

/** The table that a text begins with: by the names in its first lines, or by JSON in its cells. Null where there is none. */
export function tableIn(text: string): TableForm | null {
  const lines = text.split(/\r?\n/);
  for (const [skip, line] of lines.slice(0, mostSkipped).entries()) {
    const bare = line.replace(/^\uFEFF/, '').trim();
    if (bare === '' || bare.startsWith('#TYPE')) continue;
    if (quotedJson.test(bare)) return { delimiter: delimiterBefore(bare), skip, named: false };
    // JSON has begun, or a cell that was cut: what was there before is no table's line of names.
    if (/^[{[]|\{"/.test(bare)) return null;
    const next = lines.slice(skip + 1).find((one) => one.trim() !== '') ?? '';
    for (const delimiter of delimiters) {
      const cells = cellsOf(bare, delimiter);
      const known = cells.filter((cell) => properName(cell) !== null).length;
      const alone = cells.some((cell) => holders.has(plainName(cell)));
      const isNames = cells.every((cell) => /^[@#\w .:(){}[\]/-]{1,80}$/.test(cell));
      if (isNames && (known > 1 || (alone && delimiter !== '|')))
        return { delimiter: cells.length > 1 ? delimiter : ',', skip, named: true };
    }
    if (quotedJson.test(next)) return { delimiter: delimiterBefore(bare), skip, named: true };
  }
  return null;
}

function cellsOf(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/** The one that stands outside of quotes most often. */
function delimiterBefore(line: string): TableForm['delimiter'] {
  const outside = line.replace(/"(""|[^"])*"?/g, '""');
  const counts = delimiters.map((one) => outside.split(one).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

import { constants, gunzipSync } from 'node:zlib';
import { tableIn, type TableForm } from './table-form.js';

/** How a file is to be read. */
export interface FileFormat {
  /** How often it was packed with gzip: downloads of `.gz` are sometimes packed again. */
  gzips: number;
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** `cli`: what the AWS CLI prints for people, with one record a line and words around it. */
  kind: 'json' | 'yaml' | 'cli' | TableForm;
  /** Its beginning, without the mark of its encoding. */
  text: string;
  /** Length of UTF-8's mark, bytes. */
  mark: 0 | 3;
}

/** So much of a file says what it is. */
export const headBytes = 1 << 16;

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** First bytes of what holds records in a way that cannot be read here. */
const sealed: [start: string, what: string, at?: number][] = [
  ['504b0304', 'a ZIP archive or an Excel workbook: unpack it, or save it as CSV, first'],
  ['7573746172', 'a tar archive: unpack it first', 257],
  ['425a68', 'packed with bzip2: unpack it first'],
  ['fd377a585a00', 'packed with xz: unpack it first'],
  ['28b52ffd', 'packed with zstd: unpack it first'],
  ['04224d18', 'packed with lz4: unpack it first'],
  ['ff060000734e61507059', 'packed with snappy: unpack it first'],
  ['377abcaf271c', 'a 7z archive: unpack it first'],
  ['526172211a07', 'a RAR archive: unpack it first'],
  ['50415231', 'a Parquet file: export it as JSON first'],
  ['4f5243', 'an ORC file: export it as JSON first'],
  ['4f626a01', 'an Avro file: export it as JSON first'],
  ['53514c69746520666f726d61742033', 'an SQLite database: export it as JSON first'],
  ['25504446', 'a PDF'],
];

/**
 * By a file's first bytes: names lie. UTF-16 is what PowerShell writes; tables come from Athena and search consoles.
 * @throws Error on what cannot be read here, saying what it is
 */
export function formatOf(firstBytes: Buffer): FileFormat {
  let head = firstBytes;
  let gzips = 0;
  for (; head[0] === 0x1f && head[1] === 0x8b && gzips < 3; gzips += 1) {
    // The head is cut anywhere: what is packed in it so far is enough.
    head = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  }
  const hex = head.toString('latin1');
  const known = sealed.find(([start, , at = 0]) =>
    hex.startsWith(Buffer.from(start, 'hex').toString('latin1'), at),
  );
  if (known !== undefined) throw new Error(known[1]);
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding).decode(head);
  const mark = head.subarray(0, 3).equals(utf8Mark) ? 3 : 0;
  return { gzips, encoding, kind: kindOf(text), text, mark };
}

function kindOf(text: string): FileFormat['kind'] {
  const start = text.trimStart();
  if (/^[{[]|^"\{\\"/.test(start)) return 'json';
  if (/^(EVENTS|NEXTTOKEN)\t|^-{3,}\r?\n\|\s+LookupEvents\s+\|/.test(start)) return 'cli';
  return isYaml(start) ? 'yaml' : (tableIn(text) ?? 'json');
}

/** A first line that YAML begins with, and a name of a record's field at a line's beginning. */
function isYaml(start: string): boolean {
  return (
    /^(---|%YAML|(- )*["']?\w[\w-]*["']?:(\s*$|\s+[^{[\s]))/m.exec(start)?.index === 0 &&
    /^[\s-]*["']?(event_?name|event_?version|event_?id|cloud_?trail_?event)["']?:(\s|$)/im.test(start)
  );
}

/** By its mark, else by where the zeros are. */
function encodingOf(head: Buffer): FileFormat['encoding'] {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] !== 0 && head[1] === 0 && head[3] === 0) return 'utf-16le';
  return head[0] === 0 && head[1] !== 0 && head[2] === 0 ? 'utf-16be' : 'utf-8';
}

import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';

/** How a file is to be read. */
export interface FileFormat {
  /** How often it was packed with gzip: downloads of `.gz` are sometimes packed again. */
  gzips: number;
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** The separator of a table with a line of names; null for JSON of any kind. */
  table: ',' | ';' | '\t' | null;
}

/** The first names of a record's fields, or of a field that holds a record, in the first line of a table. */
const tableNames =
  /(^|[,;\t"])(event_?name|event\.action|event_?version|_raw|@?message|cloudtrailevent)("|[,;\t\r\n]|$)/i;

const headBytes = 1 << 16;

/** By its first bytes: names lie. UTF-16 is what PowerShell writes; tables come from Athena and search consoles. */
export async function formatOf(file: string): Promise<FileFormat> {
  let head = await firstBytes(file);
  let gzips = 0;
  for (; head[0] === 0x1f && head[1] === 0x8b && gzips < 3; gzips += 1) {
    // The head is cut anywhere: what is packed in it so far is enough.
    head = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  }
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding).decode(head).trimStart();
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const isTable = !/^[{[]|{"/.test(line) && tableNames.test(line);
  const table = !isTable ? null : line.includes('\t') ? '\t' : line.includes(';') ? ';' : ',';
  return { gzips, encoding, table };
}

function encodingOf(head: Buffer): FileFormat['encoding'] {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

import { gunzipSync, inflateSync } from 'node:zlib';

/** More than any envelope carries, bytes: what unpacks to more is no log. */
const maxUnpacked = 64 * 1024 * 1024;
/** Downloads are packed twice at most. */
const maxLayers = 3;

/** First letters of base64 of gzip, of zlib, and of JSON's first bytes with and without white space. */
const packedStart = /^(H4sI|eJ|eN|eyJ|eyA|ew[ko0]|W3s|WyJ|WyB|Ww[ko0])/;
const base64 = /^[A-Za-z0-9+/_\s-]{16,}={0,2}\s*$/;

/** The text inside of base64, with or without gzip, as Kinesis, CloudWatch Logs and Firehose hand it on; null where the
 *  text is nothing of that kind. */
export function unpackedText(text: string): string | null {
  if (!packedStart.test(text) || !base64.test(text)) return null;
  let bytes: Buffer = Buffer.from(text, 'base64');
  try {
    for (let layer = 0; layer < maxLayers && bytes[0] === 0x1f && bytes[1] === 0x8b; layer += 1)
      bytes = gunzipSync(bytes, { maxOutputLength: maxUnpacked });
    if (bytes[0] === 0x78) bytes = inflateSync(bytes, { maxOutputLength: maxUnpacked });
  } catch {
    return null;
  }
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** JSON's value; undefined where the text is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const opening = /\{\s*"|\[\s*\{/g;

/**
 * The objects in a text, one after the other or one a line, with or without a logger's words around them; undefined for
 * each that is broken, which goes up to its line's end.
 */
export function* objectsIn(text: string): Iterable<unknown> {
  let from = 0;
  for (;;) {
    opening.lastIndex = from;
    const start = opening.exec(text)?.index;
    if (start === undefined) return;
    const end = endOfValue(text, start);
    const value = end < 0 ? undefined : parsedJson(text.slice(start, end));
    yield value;
    const line = text.indexOf('\n', start);
    if (value === undefined && line < 0) return;
    from = value === undefined ? line : end;
  }
}

/** Behind the bracket that closes the one at `start`; -1 where none does. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    } else if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

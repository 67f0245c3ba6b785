// AssemblyScript: compiled to WebAssembly by scripts/wasm.mjs.
//
// Strict JSON as in RFC 8259, told byte by byte: exactly what JSON.parse accepts. Each `after…` gives the place behind
// what begins at `at`, or 0 where none stands there. The byte behind the text's last is 0, which no rule accepts: so a
// text that is cut ends by itself, and nothing else looks for its end.

export const quote: u8 = 0x22;
export const comma: u8 = 0x2c;
export const colon: u8 = 0x3a;
export const openBrace: u8 = 0x7b;
export const closeBrace: u8 = 0x7d;
const backslash: u8 = 0x5c;
const openBracket: u8 = 0x5b;
const closeBracket: u8 = 0x5d;

/** As the bytes stand in memory, lowest first. */
const nullWord: u32 = 0x6c6c756e;
const trueWord: u32 = 0x65757274;
const alseWord: u32 = 0x65736c61;

/** Deeper than any record of AWS; a hostile one must not exhaust the stack. */
const maxDepth: i32 = 64;

export function afterSpace(from: usize): usize {
  let at = from;
  let byte = load<u8>(at);
  if (byte > 0x20) return at;
  while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) byte = load<u8>(++at);
  return at;
}

/** The first byte from here on that means something in a string: a quote, a backslash, or a control character. */
export function specialIn(from: usize): usize {
  let at = from;
  while (true) {
    const bytes = v128.load(at);
    const quotes = i8x16.eq(bytes, i8x16.splat(quote));
    const backslashes = i8x16.eq(bytes, i8x16.splat(backslash));
    const controls = i8x16.lt_u(bytes, i8x16.splat(0x20));
    const special = i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
    if (special != 0) return at + ctz(special);
    at += 16;
  }
}

function isHex(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
}

function afterEscape(at: usize): usize {
  switch (load<u8>(at + 1)) {
    case 0x75: // \u0000
      for (let digit: usize = 2; digit < 6; digit++) if (!isHex(load<u8>(at + digit))) return 0;
      return at + 6;
    case quote:
    case backslash:
    case 0x2f: // \/ \b \f \n \r \t
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at + 2;
    default:
      return 0;
  }
}

/** @param from behind the opening quote */
function afterString(from: usize): usize {
  let at = from;
  while (true) {
    at = specialIn(at);
    const byte = load<u8>(at);
    if (byte == quote) return at + 1;
    if (byte != backslash) return 0;
    at = afterEscape(at);
    if (at == 0) return 0;
  }
}

export function isDigit(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 10;
}

function afterDigits(from: usize): usize {
  let at = from;
  while (isDigit(at)) at++;
  return at == from ? 0 : at;
}

function afterNumber(from: usize): usize {
  let at = from;
  if (load<u8>(at) == 0x2d) at++;
  at = load<u8>(at) == 0x30 ? at + 1 : afterDigits(at);
  if (at == 0) return 0;
  if (load<u8>(at) == 0x2e) {
    at = afterDigits(at + 1);
    if (at == 0) return 0;
  }
  if ((load<u8>(at) | 0x20) != 0x65) return at;
  at++;
  const sign = load<u8>(at);
  return afterDigits(sign == 0x2b || sign == 0x2d ? at + 1 : at);
}

/** @param depth of the object or array around it */
export function afterValue(at: usize, depth: i32): usize {
  const byte = load<u8>(at);
  if (byte == quote) return afterString(at + 1);
  if (byte == openBrace) return afterObject(at, depth + 1);
  if (byte == openBracket) return afterArray(at, depth + 1);
  const word = load<u32>(at);
  if (word == nullWord || word == trueWord) return at + 4;
  if (byte == 0x66 && load<u32>(at + 1) == alseWord) return at + 5;
  return afterNumber(at);
}

function afterObject(from: usize, depth: i32): usize {
  if (depth > maxDepth) return 0;
  let at = afterSpace(from + 1);
  if (load<u8>(at) == closeBrace) return at + 1;
  while (true) {
    if (load<u8>(at) != quote) return 0;
    at = afterString(at + 1);
    if (at == 0) return 0;
    at = afterSpace(at);
    if (load<u8>(at) != colon) return 0;
    at = afterValue(afterSpace(at + 1), depth);
    if (at == 0) return 0;
    at = afterSpace(at);
    const byte = load<u8>(at);
    if (byte == closeBrace) return at + 1;
    if (byte != comma) return 0;
    at = afterSpace(at + 1);
  }
}

function afterArray(from: usize, depth: i32): usize {
  if (depth > maxDepth) return 0;
  let at = afterSpace(from + 1);
  if (load<u8>(at) == closeBracket) return at + 1;
  while (true) {
    at = afterValue(at, depth);
    if (at == 0) return 0;
    at = afterSpace(at);
    const byte = load<u8>(at);
    if (byte == closeBracket) return at + 1;
    if (byte != comma) return 0;
    at = afterSpace(at + 1);
  }
}

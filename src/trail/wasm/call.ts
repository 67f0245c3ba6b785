// AssemblyScript: compiled to WebAssembly by scripts/wasm.mjs.
import {
  afterSpace,
  afterValue,
  closeBrace,
  colon,
  comma,
  isDigit,
  openBrace,
  quote,
  specialIn,
} from './json';

// A record without the values that change from call to call is its call: who called what, from where, with what result.
// Whatever name is not known to change belongs to the call, in the spelling and order in which it stands there. So a
// call is told apart rather too often than too seldom, and any order of fields is as good as any other.

/** The pieces of the record that are its call, as pairs of place and length. */
const pieces = memory.data(64 * 8);
const maxPieces: i32 = 64;
let count: i32 = 0;

/** Where the value of `eventTime` begins, without its quote; 0 where it is not of the known form. */
export let timeAt: usize = 0;
/** `2026-11-20T03:10:00Z` */
export const timeLength: usize = 20;
/** The value of `requestParameters`; 0 where there is none. */
let requestAt: usize = 0;
let requestEnd: usize = 0;

/** How a name at the top of a record stands to its call. */
const partOfCall: i32 = 0;
const changing: i32 = 1;
const time: i32 = 2;
const request: i32 = 3;

/** Values that change are those that neither `normaliseRecord` nor `ThinningStore.putFirst` tells one call from another by. */
function kindOf(name: usize, length: usize): i32 {
  switch (<i32>length) {
    case 7:
      return is(name, 'eventID') ? changing : partOfCall;
    case 9:
      if (is(name, 'eventTime')) return time;
      return is(name, 'requestID') || is(name, 'resources') ? changing : partOfCall;
    case 10:
      return is(name, 'tlsDetails') ? changing : partOfCall;
    case 12:
      return is(name, 'errorMessage') ? changing : partOfCall;
    case 13:
      return is(name, 'sharedEventID') ? changing : partOfCall;
    case 16:
      return is(name, 'responseElements') ? changing : partOfCall;
    case 17:
      return is(name, 'requestParameters') ? request : partOfCall;
    case 19:
      return is(name, 'additionalEventData') ? changing : partOfCall;
    default:
      return partOfCall;
  }
}

function is(at: usize, name: string): bool {
  for (let index = 0; index < name.length; index++)
    if (load<u8>(at + index) != <u8>name.charCodeAt(index)) return false;
  return true;
}

/**
 * Reads the record that begins at `from`, and finds its call. Gives the place behind it; 0 where it is not whole or no
 * strict JSON.
 */
export function readRecord(from: usize): usize {
  count = 0;
  timeAt = 0;
  requestAt = 0;
  requestEnd = 0;
  let piece = from;
  let at = afterSpace(from + 1);
  while (true) {
    if (load<u8>(at) != quote) return 0;
    const name = at + 1;
    at = specialIn(name);
    // A name that holds an escape may be another than it seems.
    if (load<u8>(at) != quote) return 0;
    const kind = kindOf(name, at - name);
    at = afterSpace(at + 1);
    if (load<u8>(at) != colon) return 0;
    const value = afterSpace(at + 1);
    at = afterValue(value, 1);
    if (at == 0) return 0;
    if (kind != partOfCall) {
      addPiece(piece, value);
      piece = at;
      // Of a name that stands there twice, the last value counts.
      if (kind == time) timeAt = isTime(value) ? value + 1 : 0;
      else if (kind == request) {
        requestAt = value;
        requestEnd = at;
      }
    }
    at = afterSpace(at);
    const byte = load<u8>(at);
    if (byte == closeBrace) {
      addPiece(piece, at + 1);
      return at + 1;
    }
    if (byte != comma) return 0;
    at = afterSpace(at + 1);
  }
}

function addPiece(from: usize, to: usize): void {
  if (count < maxPieces) {
    store<u32>(pieces + count * 8, <u32>from);
    store<u32>(pieces + count * 8, <u32>(to - from), 4);
  }
  count++;
}

/** Whether the call and its time are known: a time in another form, or far too many fields, and they are not. */
export function isPlain(): bool {
  return timeAt != 0 && count <= maxPieces;
}

/** Makes what was asked for a part of the call. */
export function addRequest(): void {
  addPiece(requestAt, requestEnd);
}

/** A number of two digits; a large one where none stands there. */
function twoDigits(at: usize): u32 {
  if (!isDigit(at) || !isDigit(at + 1)) return 100;
  return (load<u8>(at) - 0x30) * 10 + load<u8>(at + 1) - 0x30;
}

/** `"2026-11-20T03:10:00Z"`, and nothing else: texts of this form, and of days that every month has, order as times do. */
function isTime(at: usize): bool {
  return (
    load<u8>(at) == quote &&
    twoDigits(at + 1) < 100 &&
    twoDigits(at + 3) < 100 &&
    load<u8>(at + 5) == 0x2d &&
    twoDigits(at + 6) - 1 < 12 &&
    load<u8>(at + 8) == 0x2d &&
    isDayOf(twoDigits(at + 6), twoDigits(at + 9)) &&
    load<u8>(at + 11) == 0x54 &&
    twoDigits(at + 12) < 24 &&
    load<u8>(at + 14) == colon &&
    twoDigits(at + 15) < 60 &&
    load<u8>(at + 17) == colon &&
    twoDigits(at + 18) < 60 &&
    load<u8>(at + 20) == 0x5a &&
    load<u8>(at + 21) == quote
  );
}

/** The 29th of February is taken for none: its records are merely read more slowly. */
function isDayOf(month: u32, day: u32): bool {
  const days: u32 = month == 2 ? 28 : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  return day - 1 < days;
}

/** Length of the call's pieces, bytes. */
export function callLength(): u32 {
  let length: u32 = 0;
  for (let index = 0; index < count; index++) length += load<u32>(pieces + index * 8, 4);
  return length;
}

/** So that calls spread well over a table; those of one hash are compared. */
export function callHash(): u64 {
  let hash: u64 = 0;
  for (let index = 0; index < count; index++)
    hash = hashOf(hash, load<u32>(pieces + index * 8), load<u32>(pieces + index * 8, 4));
  return hash;
}

/** Eight bytes at a time, in two lanes that the processor works on at once. */
export function hashOf(before: u64, from: usize, length: usize): u64 {
  let one = before;
  let other: u64 = length;
  let at = from;
  let rest = length;
  for (; rest >= 16; rest -= 16, at += 16) {
    one = mixed(one, load<u64>(at));
    other = mixed(other, load<u64>(at, 8));
  }
  if (rest >= 8) {
    one = mixed(one, load<u64>(at));
    at += 8;
    rest -= 8;
  }
  return mixed(one, mixed(other, load<u64>(at) & (((<u64>1) << (<u64>rest * 8)) - 1)));
}

/** By the golden ratio (Knuth, The Art of Computer Programming, 6.4). */
function mixed(hash: u64, word: u64): u64 {
  return rotl((hash ^ word) * 0x9e3779b97f4a7c15, 32);
}

/** Whether the call is the one that was copied to `copy`. */
export function isCallAt(copy: usize): bool {
  let at = copy;
  for (let index = 0; index < count; index++) {
    const length: usize = load<u32>(pieces + index * 8, 4);
    if (!isSame(at, load<u32>(pieces + index * 8), length)) return false;
    at += length;
  }
  return true;
}

export function isSame(one: usize, other: usize, length: usize): bool {
  let at: usize = 0;
  for (; at + 16 <= length; at += 16)
    if (v128.any_true(v128.xor(v128.load(one + at), v128.load(other + at)))) return false;
  for (; at < length; at++) if (load<u8>(one + at) != load<u8>(other + at)) return false;
  return true;
}

export function copyCall(to: usize): void {
  let at = to;
  for (let index = 0; index < count; index++) {
    const length: usize = load<u32>(pieces + index * 8, 4);
    memory.copy(at, load<u32>(pieces + index * 8), length);
    at += length;
  }
}

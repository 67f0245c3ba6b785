// AssemblyScript: compiled to WebAssembly by scripts/wasm.mjs, used by ../repeat-scanner.ts.
import {
  addRequest,
  callHash,
  callLength,
  copyCall,
  hashOf,
  isCallAt,
  isPlain,
  isSame,
  readRecord,
  timeAt,
  timeLength,
} from './call';
import { afterSpace, comma, openBrace } from './json';

export { readRecord };

// Memory: a table of places of entries, the entries one behind the other, the text to be read. An entry is a call that
// is known, in one span of time: `Entry`, the earliest time, the span, the call.

@unmanaged
class Entry {
  hash: u64;
  /** Bytes of the span and the call. */
  length: u32;
  /** Repeats tell nothing only where they ask for the same: each request has an entry of its own. */
  byRequest: bool;
}

const table: usize = __heap_base;
const places: u32 = 1 << 15;
const entries: usize = table + places * 4;
const entriesEnd: usize = entries + (4 << 20);
const text: usize = entriesEnd;

const timeOffset: usize = offsetof<Entry>();
const callOffset: usize = timeOffset + timeLength;

/** Places that are looked at for a call: a hostile trail whose calls all hash alike is read slowly, not for ever. */
const maxProbes: u32 = 16;
/** Bytes of a call that is remembered. */
const maxCall: u32 = 1 << 14;

/** Characters of a time that say in which span it is: 13 for the hour, 10 for the day, 0 where there is one span. */
let spanLength: u32 = 0;
let free: usize = entries;

/** Where the text to be read stands. */
export function textAt(): usize {
  return text;
}

/** Forgets all calls, and takes spans of another length. */
export function forget(length: u32): void {
  spanLength = length;
  if (free != entries) memory.fill(table, 0, places * 4);
  free = entries;
}

/** How many records `afterRepeats` has passed over. */
let passed: u32 = 0;
export function repeats(): u32 {
  return passed;
}

/** The place behind the last of the repeats that follow each other from here on; `from` where there is none. */
export function afterRepeats(from: usize): usize {
  passed = 0;
  let end = from;
  if (free == entries) return end;
  let at = from;
  while (load<u8>(at) == openBrace) {
    at = readRecord(at);
    if (at == 0 || !isRepeat()) break;
    end = at;
    passed++;
    at = afterSpace(at);
    if (load<u8>(at) == comma) at = afterSpace(at + 1);
  }
  return end;
}

/** Whether the call of the record that was read is known from an earlier time of the same span. */
function isRepeat(): bool {
  if (!isPlain()) return false;
  let entry = entryAt(placeOf(hash()));
  if (entry != 0 && changetype<Entry>(entry).byRequest) {
    addRequest();
    entry = isPlain() ? entryAt(placeOf(hash())) : 0;
  }
  return entry != 0 && isEarlier(entry + timeOffset, timeAt);
}

/** Remembers the call of the record that begins at `from`. */
export function remember(from: usize, byRequest: bool): void {
  if (readRecord(from) == 0 || !isPlain()) return;
  put(byRequest);
  if (!byRequest) return;
  addRequest();
  if (isPlain()) put(false);
}

function put(byRequest: bool): void {
  const hashed = hash();
  const place = placeOf(hashed);
  const known = entryAt(place);
  if (known != 0) {
    if (isEarlier(timeAt, known + timeOffset)) memory.copy(known + timeOffset, timeAt, timeLength);
    return;
  }
  const length = spanLength + callLength();
  if (place == 0 || length > maxCall) return;
  // One that is far past is seldom needed again.
  if (free + callOffset + length > entriesEnd) return forget(spanLength);
  store<u32>(place, <u32>free);
  const entry = changetype<Entry>(free);
  entry.hash = hashed;
  entry.length = length;
  entry.byRequest = byRequest;
  memory.copy(free + timeOffset, timeAt, timeLength);
  memory.copy(free + callOffset, timeAt, spanLength);
  copyCall(free + callOffset + spanLength);
  free = (free + callOffset + length + 7) & ~7;
}

function hash(): u64 {
  return hashOf(callHash(), timeAt, spanLength);
}

/** The place in the table of the call that was read, or the free one that it may have; 0 where there is none. */
function placeOf(hashed: u64): usize {
  const length = spanLength + callLength();
  for (let probe: u32 = 0; probe < maxProbes; probe++) {
    const place: usize = table + ((<u32>(hashed >> 32) + probe) & (places - 1)) * 4;
    const at: usize = load<u32>(place);
    if (at == 0) return place;
    const entry = changetype<Entry>(at);
    if (entry.hash != hashed || entry.length != length) continue;
    if (isSame(at + callOffset, timeAt, spanLength) && isCallAt(at + callOffset + spanLength)) return place;
  }
  return 0;
}

/** 0 where the place is free, or none. */
function entryAt(place: usize): usize {
  return place == 0 ? 0 : load<u32>(place);
}

function isEarlier(one: usize, other: usize): bool {
  for (let at: usize = 0; at < timeLength; at++) {
    const difference = <i32>load<u8>(one + at) - <i32>load<u8>(other + at);
    if (difference != 0) return difference < 0;
  }
  return false;
}

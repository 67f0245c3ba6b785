// Could a native search of the inflated bytes stand in for the scanner in WebAssembly (src/trail/wasm)? Both are given the
// same bytes in chunks, all of whose records but the first of each call repeat, and count those that they would spare the
// parser.
//
//   node --expose-gc bench/run.mjs prefilter [MEGABYTES] [ROUNDS]
//
// `search`   Buffer.indexOf for what stands around a call in AWS's own order of fields; the bytes between are the call.
//            The least that any native filter does, and too little: it believes that the order of fields never changes,
//            that no text within a record holds these words, and that every record is whole.
// `checked`  the same, and the end of each record by its quotes and braces, which takes two of these beliefs away.
// `scanner`  what is shipped: strict JSON, any order of fields, byte for byte.
//
// Seconds are of CPU; contenders take turns, and each round is paired with the first of it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RepeatScanner } from '../src/trail/repeat-scanner.js';

const [megabytes = 64, rounds = 7] = process.argv.slice(2).map(Number);
const chunkBytes = 1 << 18;

interface Contender {
  name: string;
  /** Records that it would spare the parser, in a chunk of whole records. */
  spared(chunk: Buffer): number;
}

/** Chunks of whole records, as between the brackets of a log file. */
async function chunks(): Promise<Buffer[]> {
  const root = 'fixtures/cloudtrail';
  const records: Record<string, unknown>[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
    if (!/^(stratus|flaws)/.test(entry.parentPath.slice(root.length + 1))) continue;
    const read = JSON.parse(await readFile(join(entry.parentPath, entry.name), 'utf8')) as unknown;
    const all = Array.isArray(read) ? read : ((read as { Records?: unknown[] }).Records ?? []);
    for (const one of all as Record<string, unknown>[])
      if (typeof one['eventTime'] === 'string' && one['eventName'] !== undefined) records.push(one);
  }
  const made: Buffer[] = [];
  for (let bytes = 0, index = 0; bytes < megabytes * 1e6; ) {
    const texts: string[] = [];
    for (let length = 0; length < chunkBytes - 4096; index += 1) {
      const {
        eventVersion,
        userIdentity,
        eventSource,
        eventName,
        awsRegion,
        sourceIPAddress,
        userAgent,
        ...rest
      } = records[index % records.length]!;
      const time = `${new Date(Date.UTC(2026, 7, 1) + index * 10).toISOString().slice(0, 19)}Z`;
      const call = { eventTime: time, eventSource, eventName, awsRegion, sourceIPAddress, userAgent };
      const ids = { requestID: `r-${index}`, eventID: `e-${index}` };
      const { requestParameters = null, responseElements = null, ...others } = { ...rest, ...ids };
      const ordered = { ...{ eventVersion, userIdentity }, ...call, requestParameters, responseElements };
      const text = JSON.stringify({ ...ordered, ...others, ...call, ...ids });
      texts.push(text);
      length += text.length + 1;
    }
    const chunk = Buffer.from(texts.join());
    made.push(chunk);
    bytes += chunk.length;
  }
  return made;
}

const [timeField, requestField] = ['"eventTime":"', '"requestParameters":'].map((text) => Buffer.from(text));
const timeLength = '2026-11-20T03:10:00Z","'.length;

/** The call of the record at `start`, as text: who, and what up to what was asked for; null where it is not found. */
function callAt(chunk: Buffer, start: number): { call: string; at: number } | null {
  const time = chunk.indexOf(timeField!, start);
  if (time < 0) return null;
  const from = time + timeField!.length + timeLength;
  const to = chunk.indexOf(requestField!, from);
  if (to < 0) return null;
  return { call: chunk.toString('latin1', start, time) + chunk.toString('latin1', from, to), at: to };
}

const nextRecord = Buffer.from('},{"eventVersion"');
const [quote, backslash, open, close] = [0x22, 0x5c, 0x7b, 0x7d];

/** Behind the object that begins at `start`. */
function endOf(chunk: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < chunk.length; at += 1) {
    const byte = chunk[at];
    if (byte === quote) {
      at = chunk.indexOf(quote, at + 1);
      while (at > 0 && chunk[at - 1] === backslash) at = chunk.indexOf(quote, at + 1);
      if (at < 0) return -1;
    } else if (byte === open) depth += 1;
    else if (byte === close && (depth -= 1) === 0) return at + 1;
  }
  return -1;
}

function search(): Contender {
  const known = new Set<string>();
  return {
    name: 'search',
    spared: (chunk) => {
      let spared = 0;
      for (let at = 0; at >= 0 && at < chunk.length; ) {
        const found = callAt(chunk, at);
        if (found === null) break;
        if (known.has(found.call)) spared += 1;
        else known.add(found.call);
        const next = chunk.indexOf(nextRecord, found.at);
        if (next < 0) break;
        at = next + 2;
      }
      return spared;
    },
  };
}

function checked(): Contender {
  const known = new Set<string>();
  return {
    name: 'checked',
    spared: (chunk) => {
      let spared = 0;
      for (let at = 0; at < chunk.length; ) {
        const end = endOf(chunk, at);
        const found = end < 0 ? null : callAt(chunk, at);
        if (found === null || found.at > end) break;
        if (known.has(found.call)) spared += 1;
        else known.add(found.call);
        at = end + 1;
      }
      return spared;
    },
  };
}

function scanning(): Contender {
  const scanner = new RepeatScanner();
  scanner.forget(Infinity);
  return {
    name: 'scanner',
    spared: (chunk) => {
      chunk.copy(scanner.room(chunk.length));
      let spared = 0;
      for (let at = 0; at < chunk.length; ) {
        const after = scanner.afterRepeats(at);
        if (after > at) {
          spared += scanner.repeats;
          at = after + 1;
          continue;
        }
        const end = scanner.endOfRecord(at);
        if (end === 0) break;
        scanner.remember(at, false);
        at = end + 1;
      }
      return spared;
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

const all = await chunks();
const bytes = all.reduce((sum, chunk) => sum + chunk.length, 0);
const seconds = new Map<string, number[]>();
const counts = new Map<string, number>();
for (let round = -1; round < rounds; round += 1) {
  for (const make of [scanning, search, checked]) {
    const contender = make();
    const { name } = contender;
    const before = process.cpuUsage();
    let count = 0;
    for (const chunk of all) count += contender.spared(chunk);
    const { user, system } = process.cpuUsage(before);
    counts.set(name, count);
    // The first round warms up.
    if (round >= 0) seconds.set(name, [...(seconds.get(name) ?? []), (user + system) / 1e6]);
  }
}
const scanned = seconds.get('scanner') ?? [];
for (const [name, own] of seconds) {
  const ratios = own.map((one, round) => one / (scanned[round] ?? one));
  console.log(
    `${name.padEnd(8)} ${median(own).toFixed(3)} s for ${(bytes / 1e6).toFixed(0)} MB, ${median(ratios).toFixed(2)} of the scanner (${ratios.map((one) => one.toFixed(2)).join(', ')}), ${counts.get(name)} records spared`,
  );
}

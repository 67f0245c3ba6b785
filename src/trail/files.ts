import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Cell } from '../coverage.js';
import type { Emit } from '../events.js';
import { unwrap } from './containers.js';
import type { SkippedRecords, TrailEvent } from './event.js';
import { normaliseRecord } from './normalise.js';

export interface Trail {
  /** Each event once, oldest first; equal times by key. */
  events: TrailEvent[];
  skipped: SkippedRecords[];
  /** One `trail` cell a region, and one for each file that could not be read to its end. */
  cells: Cell[];
}

/** Names that the log files of a trail have, and what people export them to. */
const logName = /\.(json|jsonl|ndjson|log|txt)?(\.gz|\.gzip)?$/i;

/**
 * Reads CloudTrail events from files and directory trees, plain or gzip, in any container. A file that cannot be
 * read (missing, empty, cut short, not JSON) is named in a cell of its own, and the others are read.
 */
export async function readTrail(paths: readonly string[], emit: Emit): Promise<Trail> {
  const events = new Map<string, TrailEvent>();
  const skipped: SkippedRecords[] = [];
  const failures: Cell[] = [];
  const files = await listFiles(paths, failures);
  let done = 0;
  for (const file of files) {
    const before = events.size;
    try {
      readText(await contentOf(file), file, events, skipped);
    } catch (error) {
      failures.push(failedFile(file, error, events.size - before));
    }
    done += 1;
    emit({ type: 'progress', subject: 'trail', region: null, done, total: files.length, message: file });
  }
  const all = [...events.values()].sort(inOrder);
  return { events: all, skipped, cells: [...regionCells(all, failures, skipped), ...failures] };
}

/** Oldest first; equal times by key; events without a time before all others. */
export function inOrder(a: TrailEvent, b: TrailEvent): number {
  return (a.time ?? 0) - (b.time ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

async function listFiles(paths: readonly string[], failures: Cell[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      if (!(await stat(path)).isDirectory()) {
        files.push(path);
        continue;
      }
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const inside = entries.filter((entry) => entry.isFile() && logName.test(entry.name));
      if (inside.length === 0)
        failures.push(failedFile(path, new Error('no log files in this directory'), 0));
      files.push(...inside.map((entry) => join(entry.parentPath, entry.name)));
    } catch (error) {
      failures.push(failedFile(path, error, 0));
    }
  }
  return [...new Set(files)].sort();
}

async function contentOf(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  const raw = createReadStream(file);
  let first: Buffer | null = null;
  for await (const chunk of raw) {
    first ??= chunk as Buffer;
    chunks.push(chunk as Buffer);
  }
  if (first?.[0] !== 0x1f || first[1] !== 0x8b) return Buffer.concat(chunks).toString('utf8');
  const gunzip = createGunzip();
  gunzip.end(Buffer.concat(chunks));
  const plain: Buffer[] = [];
  for await (const chunk of gunzip) plain.push(chunk as Buffer);
  return Buffer.concat(plain).toString('utf8');
}

function readText(
  text: string,
  file: string,
  events: Map<string, TrailEvent>,
  skipped: SkippedRecords[],
): void {
  const reasons = new Map<string, number>();
  const keep = (json: unknown): void => {
    for (const raw of unwrap(json)) {
      const event = normaliseRecord(raw, file);
      if ('skipped' in event) reasons.set(event.skipped, (reasons.get(event.skipped) ?? 0) + 1);
      else events.set(event.key, event);
    }
  };
  try {
    const plain = text.replace(/^\uFEFF/, '').trim();
    if (plain === '') throw new Error('the file is empty');
    try {
      keep(JSON.parse(plain));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      readLines(plain, keep, reasons, error);
    }
  } finally {
    for (const [reason, count] of reasons) skipped.push({ where: file, count, reason });
  }
}

/** JSON lines: each line by itself. A file of which no line is JSON is no log. */
function readLines(
  text: string,
  keep: (json: unknown) => void,
  reasons: Map<string, number>,
  whole: SyntaxError,
): void {
  let read = 0;
  let bad = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    try {
      keep(JSON.parse(line));
      read += 1;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      bad += 1;
    }
  }
  if (read === 0) throw new Error(`not JSON, or cut short: ${whole.message}`);
  if (bad > 0) reasons.set('a line that is not JSON', bad);
}

function failedFile(file: string, error: unknown, count: number): Cell {
  const message = error instanceof Error ? error.message : String(error);
  const status = count > 0 || /unexpected end of file/i.test(message) ? 'truncated' : 'failed';
  return { subject: 'trail', region: file, status, count, detail: `${file}: ${message}` };
}

/** What the files speak of: each region's first and last event. A file that was not read to its end may have held
 *  events of any region, so no region is complete then. */
function regionCells(events: TrailEvent[], failures: Cell[], skipped: SkippedRecords[]): Cell[] {
  const regions = new Map<string, Cell>();
  let from = Infinity;
  let to = 0;
  for (const { region, time } of events) {
    const cell = regions.get(region) ?? {
      subject: 'trail',
      region,
      status: 'complete',
      count: 0,
      detail: null,
    };
    cell.count += 1;
    regions.set(region, cell);
    if (time === null) continue;
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  const lost = skipped.reduce((sum, { count, reason }) => sum + (/Insights/.test(reason) ? 0 : count), 0);
  for (const cell of regions.values()) {
    if (from <= to) Object.assign(cell, { from, to });
    if (failures.length === 0 && lost === 0) continue;
    cell.status = 'truncated';
    cell.detail = [
      failures.length > 0 ? `${failures.length} files not read to their end` : '',
      lost > 0 ? `${lost} records not readable` : '',
    ]
      .filter((part) => part !== '')
      .join(', ');
  }
  return [...regions.values()].sort((a, b) => (a.region < b.region ? -1 : 1));
}

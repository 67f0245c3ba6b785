// How fast, and in how much memory, trail files are read: against only gunzipping the same files, and against DuckDB's
// read_json over them. The volume is made of the real records in fixtures/cloudtrail, with times and ids of their own.
//
//   node bench/run.mjs trail [--megabytes 1000] [--files 16] [--plain] [--sorted] [--duckdb]
//     [--before CHECKOUT]   another checkout in which this benchmark has been run once, in turn with this one
//
// Contenders take turns, and each round is paired: other load falls on all of them. Seen on two cores with other load of
// three times as many: 0.41 of the floor for one file of 1 GB (floor 1.45 s, 124 MB of memory), 0.43 for four of 300 MB
// (floor 1.64 s, 186 MB, of which gunzipping alone takes 106 and 159 MB in its own run); the order of fields makes no
// difference. The goal is 0.5. A record costs 1.2 µs of gunzipping, 0.8 µs of scanning, and, spread over all, 0.5 µs for
// the few that are parsed; starting up takes some tenths of a second more.
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createGunzip, createGzip } from 'node:zlib';
import { build } from 'esbuild';
import { asObject, type JsonObject } from '../src/model/json.js';
import { unwrap } from '../src/trail/containers.js';
import { readTrail } from '../src/trail/files.js';

const self = fileURLToPath(import.meta.url);
/** Where run.mjs puts this benchmark. */
const bundle = 'node_modules/.cache/bench/trail.mjs';

/** The real records, as CloudTrail writes them into log files. */
async function seeds(sorted: boolean): Promise<JsonObject[]> {
  const root = join(process.cwd(), 'fixtures/cloudtrail');
  const found: JsonObject[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/^(stratus|flaws|cloud-custodian)/.test(entry.parentPath.slice(root.length + 1)))
      continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    for (const raw of unwrap(JSON.parse(text))) {
      const record = asObject(raw);
      if (record?.eventName !== undefined && record.eventTime !== undefined)
        found.push(sorted ? inOrderOfNames(record) : inAwsOrder(record));
    }
  }
  return found;
}

/** AWS's own order of fields, as in its log files; some exports sort them. */
function inAwsOrder(record: JsonObject): JsonObject {
  const before =
    'eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent'.split(
      ' ',
    );
  const after = ['errorCode', 'errorMessage'].filter((name) => record[name] !== undefined);
  const ordered = [...before, ...after, 'requestParameters', 'responseElements', 'requestID', 'eventID'];
  return { ...Object.fromEntries(ordered.map((name) => [name, record[name] ?? null])), ...record };
}

/** As exports write them that sort the fields. */
function inOrderOfNames(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function* logFile(records: readonly JsonObject[], bytes: number, file: number): Generator<string> {
  yield '{"Records":[';
  for (let written = 0, index = 0; written < bytes; index += 1) {
    const seed = records[(index * 7 + file) % records.length] ?? {};
    // Most of a real trail is reads: a change among every few hundred records.
    const record =
      index % 200 !== 0 && seed.readOnly !== true
        ? { ...seed, eventName: 'DescribeInstances', readOnly: true }
        : seed;
    const time = new Date(Date.UTC(2026, 7, 1) + file * 86_400_000 + index * 700).toISOString().slice(0, 19);
    const text = JSON.stringify({
      ...record,
      eventTime: `${time}Z`,
      eventID: `${file}-${index}`,
      requestID: `r-${file}-${index}`,
    });
    written += text.length + 1;
    yield index === 0 ? text : `,${text}`;
  }
  yield ']}';
}

async function gunzipAll(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const end = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done();
      },
    });
    const source = createReadStream(file, { highWaterMark: 1 << 18 });
    if (file.endsWith('.gz')) await pipeline(source, createGunzip({ chunkSize: 1 << 18 }), end);
    else await pipeline(source, end);
  }
  return bytes;
}

/** The floor: every core gunzips its share and looks at nothing. */
async function floor(files: readonly string[]): Promise<void> {
  const threads = Math.min(availableParallelism(), files.length);
  await Promise.all(
    Array.from({ length: threads }, async (_, index) => {
      const share = files.filter((_file, at) => at % threads === index);
      await new Promise<void>((resolve, reject) => {
        new Worker(self, { workerData: share }).on('exit', () => resolve()).on('error', reject);
      });
    }),
  );
}

async function duckdb(files: readonly string[]): Promise<number> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(availableParallelism()),
    memory_limit: '6GB',
  });
  const connection = await instance.connect();
  const list = files.map((file) => `'${file}'`).join(',');
  const result = await connection.runAndReadAll(
    `select count(*) from (select unnest(Records) r from read_json([${list}], columns={Records: 'JSON[]'}, maximum_object_size=268435456)) where r->>'eventName' = 'RunInstances'`,
  );
  return Number(result.getRows()[0]?.[0]);
}

interface Run {
  seconds: number;
  /** Of all cores. */
  cpuSeconds: number;
  megabytes: number;
}

/** Each contender in a process of its own, so that memory is its own. */
function run(mode: string, directory: string, before: string): Run & { events: number } {
  const [script, only] = mode === 'before' ? [resolve(before, bundle), 'trail'] : [self, mode];
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    [script, '--only', only, '--directory', directory],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  if (status !== 0) throw new Error(`${mode}: ${stderr.slice(-500)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Run & { events: number };
}

async function contender(mode: string, directory: string): Promise<void> {
  const files = (await readdir(directory)).map((name) => join(directory, name));
  const began = performance.now();
  let events = 0;
  if (mode === 'floor') await floor(files);
  else if (mode === 'duckdb') events = await duckdb(files);
  else events = (await readTrail([directory], () => undefined)).events.length;
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6;
  console.log(
    JSON.stringify({ seconds, cpuSeconds, megabytes: process.resourceUsage().maxRSS / 1024, events }),
  );
}

/** The reader loads its worker from beside itself: trail/file-threads.ts. */
async function buildWorker(): Promise<void> {
  const beside = dirname(self);
  await build({
    entryPoints: { 'trail-worker': 'src/trail/file-worker.ts' },
    outdir: beside,
    bundle: true,
    // As in the shipped build: what few files need is loaded for those.
    splitting: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  await writeFile(join(beside, 'package.json'), '{"type":"module"}');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: '400' },
      files: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '3' },
      plain: { type: 'boolean', default: false },
      sorted: { type: 'boolean', default: false },
      duckdb: { type: 'boolean', default: false },
      before: { type: 'string' },
      only: { type: 'string' },
      directory: { type: 'string' },
    },
  });
  if (values.only !== undefined) return contender(values.only, values.directory ?? '');
  await buildWorker();
  const directory = await mkdtemp(join(tmpdir(), 'bench-trail-'));
  try {
    const records = await seeds(values.sorted);
    const count = Number(values.files);
    const each = (Number(values.megabytes) * 1e6) / count;
    let onDisk = 0;
    for (let file = 0; file < count; file += 1) {
      const path = join(directory, `${file}.json${values.plain ? '' : '.gz'}`);
      const text = Readable.from(logFile(records, each, file));
      if (values.plain) await pipeline(text, createWriteStream(path));
      else await pipeline(text, createGzip({ level: 6 }), createWriteStream(path));
      onDisk += (await stat(path)).size;
    }
    console.log(
      `${values.megabytes} MB of records from ${records.length} real ones, ${count} files, ${(onDisk / 1e6).toFixed(0)} MB on disk, ${availableParallelism()} cores`,
    );
    const { before } = values;
    const others = [...(before === undefined ? [] : ['before']), ...(values.duckdb ? ['duckdb'] : [])];
    const modes = ['floor', 'trail', ...others];
    const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => {
      // Another begins each round: whoever comes first, or last, is never the same.
      const turn = [...modes.slice(round % modes.length), ...modes.slice(0, round % modes.length)];
      return new Map(turn.map((mode) => [mode, run(mode, directory, before ?? '')]));
    });
    for (const mode of modes) {
      const runs = rounds.flatMap((round) => round.get(mode) ?? []);
      const seconds = runs.map((one) => one.seconds);
      const ratios = rounds.map(
        (round) => (round.get('floor')?.seconds ?? 0) / (round.get(mode)?.seconds ?? 1),
      );
      console.log(
        [
          mode.padEnd(7),
          `${median(seconds).toFixed(2)} s (${seconds.map((one) => one.toFixed(2)).join(', ')})`,
          `${(Number(values.megabytes) / median(seconds)).toFixed(0)} MB/s`,
          `${median(ratios).toFixed(2)} of the floor`,
          `${median(runs.map((one) => one.cpuSeconds)).toFixed(2)} s of CPU`,
          `${Math.max(...runs.map(({ megabytes }) => megabytes)).toFixed(0)} MB of memory`,
          `${runs[0]?.events} kept`,
        ].join('  '),
      );
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

if (isMainThread) await main();
else {
  await gunzipAll(workerData as string[]);
  parentPort?.close();
}

import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Cell } from '../model/index.js';
import {
  digestOf,
  gapsOfChains,
  judgeDigests,
  nameOf,
  type Digest,
  type DigestVerdict,
  type PublicKeys,
} from './digest-chain.js';
import { eachChunk, opened } from './file-chunks.js';
import { formatOf } from './file-format.js';
import { digestName, type LogSource } from './log-source.js';

/** CloudTrail's public keys of a region, of a time. @returns a text where they cannot be had: why */
export type KeySource = (region: string, from: number, to: number) => Promise<PublicKeys>;

/** `of`: whose events a proven file holds. Null: it does not match its digest. */
export type FileProof = { account: string; region: string } | null;

/** What CloudTrail's digests say of log files. */
export interface Proofs {
  /** A file that no digest speaks of is not in it. */
  files: ReadonlyMap<string, FileProof>;
  /** What was changed or is missing: gaps. */
  cells: Cell[];
  /** The same, in short. */
  gaps: string[];
  note: string;
  /** Periods of which a digest that is proven names every log file, epoch milliseconds. */
  proven: { account: string; region: string; start: number; end: number }[];
}

/** A digest names the log files of an hour: it is never larger, bytes. */
const largestDigest = 64 * 1024 * 1024;
/** So many are named one by one. */
const mostNamed = 20;
const chunkSize = 1 << 18;

/**
 * Which of `files` CloudTrail's digests prove, as `aws cloudtrail validate-logs` would say of them in the bucket. Digests
 * are among `files`, or in `CloudTrail-Digest` beside the `CloudTrail` directory that holds them.
 */
export async function proveFiles(
  files: readonly string[],
  source: LogSource,
  keySource: KeySource,
): Promise<Proofs> {
  const logs = files.filter((file) => !digestName.test(basename(file)));
  const paths = new Set(files.filter((file) => digestName.test(basename(file))));
  const { digests: beside, unlisted } = await source.digestsOf(logs);
  const { digests, unread } = await readDigests([...new Set([...paths, ...beside])].sort(), source);
  const verdicts = judgeDigests(digests, await keysFor(digests, keySource));
  const proven = digests.filter((digest) => verdicts.get(digest)?.standing === 'proven');
  const entries = proven.flatMap(({ logs: named, account, region, path }) =>
    named.map((log) => ({ ...log, account, region, digest: path, name: plain(nameOf(log.object)) })),
  );
  const byHash = new Map(entries.map((entry) => [entry.hash, entry]));
  const names = new Set(entries.map(({ name }) => name));
  const proofs = new Map<string, FileProof>();
  const found = new Set<string>();
  const here = new Set(logs.map((file) => plain(basename(file))));
  for (const file of byHash.size === 0 ? [] : logs) {
    const hash = await hashOf(file, source);
    const entry = hash === null ? undefined : byHash.get(hash);
    if (entry !== undefined) {
      found.add(entry.hash);
      proofs.set(file, { account: entry.account, region: entry.region });
    } else if (names.has(plain(basename(file)))) proofs.set(file, null);
  }
  const missing = entries.filter(
    (entry) => !found.has(entry.hash) && !here.has(entry.name) && source.isAskedFor(entry),
  );
  const changed = [...proofs].flatMap(([file, proof]) => (proof === null ? [file] : []));
  const failed = [...unlisted, ...unread, ...failedOf(verdicts)];
  const gaps = gapsOfChains(digests);
  return {
    files: proofs,
    cells: [
      ...named(changed.map((file) => [file, `${file} does not match its digest: changed after delivery`])),
      ...named(failed),
      ...missingCells(missing),
      ...gaps.map(({ region, detail }) => cell(region, 'truncated', detail)),
    ],
    gaps: [
      ...counted(
        changed.length,
        'file that does not match its digest',
        'files that do not match their digests',
      ),
      ...counted(failed.length, 'digest that cannot be trusted', 'digests that cannot be trusted'),
      ...counted(
        missing.length,
        'log file missing that CloudTrail delivered',
        'log files missing that CloudTrail delivered',
      ),
      ...counted(gaps.length, 'break in the chain of digests', 'breaks in the chain of digests'),
    ],
    note: noteOf(
      logs.length,
      [...proofs.values()].filter((proof) => proof !== null).length,
      digests,
      verdicts,
    ),
    proven: proven.map(({ account, region, start, end }) => ({ account, region, start, end })),
  };
}

function cell(region: string, status: 'failed' | 'truncated', detail: string): Cell {
  return { subject: 'trail', region, status, count: 0, detail };
}

function named(files: readonly [string, string][]): Cell[] {
  const cells = files.slice(0, mostNamed).map(([file, detail]) => cell(file, 'failed', detail));
  const more = files[mostNamed];
  if (more === undefined) return cells;
  return [
    ...cells,
    cell(more[0], 'failed', `${files.length - mostNamed} more files that are not as delivered`),
  ];
}

function missingCells(missing: readonly { region: string; object: string }[]): Cell[] {
  return [...new Set(missing.map(({ region }) => region))].sort().map((region) => {
    const some = missing.filter((one) => one.region === region);
    const first = some.slice(0, 3).map(({ object }) => nameOf(object));
    const detail = `${some.length} log ${some.length === 1 ? 'file that CloudTrail delivered is' : 'files that CloudTrail delivered are'} not here: ${first.join(', ')}${some.length > 3 ? ', …' : ''}`;
    return cell(region, 'truncated', detail);
  });
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

function failedOf(verdicts: ReadonlyMap<Digest, DigestVerdict>): [string, string][] {
  return [...verdicts].flatMap(([{ path }, verdict]): [string, string][] =>
    verdict.standing === 'failed' ? [[path, `${path}: ${verdict.why}`]] : [],
  );
}

function noteOf(
  logs: number,
  proven: number,
  digests: readonly Digest[],
  verdicts: ReadonlyMap<Digest, DigestVerdict>,
): string {
  if (digests.length === 0)
    return 'Not validated: no digest file of CloudTrail is beside the log files, so that nothing proves them.';
  const open = digests.find((digest) => verdicts.get(digest)?.standing === 'open');
  const verdict = open === undefined ? undefined : verdicts.get(open);
  const why =
    open === undefined || verdict === undefined || verdict.standing === 'proven'
      ? ''
      : ` Digest ${nameOf(open.object)} is not validated: ${verdict.why}.`;
  const rest = logs - proven;
  return `${proven} of ${logs} log files are proven by CloudTrail’s digests${rest > 0 ? `, ${rest} not validated` : ''}.${why}`;
}

/** A log file may have been unpacked. */
function plain(name: string): string {
  return name.replace(/\.gz$/, '');
}

async function readDigests(
  paths: readonly string[],
  source: LogSource,
): Promise<{ digests: Digest[]; unread: [string, string][] }> {
  const digests = new Map<string, Digest>();
  const unread: [string, string][] = [];
  for (const path of paths) {
    let read: Digest | string;
    try {
      const { bytes: packed, signature } = await source.digest(path);
      const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
      const bytes = isPacked ? gunzipSync(packed, { maxOutputLength: largestDigest }) : packed;
      read = digestOf(path, bytes, signature);
    } catch (error) {
      read = error instanceof Error ? error.message : String(error);
    }
    if (typeof read === 'string') unread.push([path, `${path}: no digest that can be read: ${read}`]);
    else digests.set(resolve(path), read);
  }
  return { digests: [...digests.values()], unread };
}

async function keysFor(
  digests: readonly Digest[],
  source: KeySource,
): Promise<(region: string) => PublicKeys> {
  const keys = new Map<string, PublicKeys>();
  for (const region of new Set(digests.map((digest) => digest.region))) {
    const from = Math.min(...digests.flatMap((one) => (one.region === region ? [one.start] : [])));
    // A backfill digest is signed long after its time.
    keys.set(region, await source(region, from, Date.now()));
  }
  return (region) => keys.get(region) ?? `no public keys of CloudTrail in ${region}`;
}

/** SHA-256 of the file's content as it is read for its records; null where it cannot be read, which reading will tell. */
async function hashOf(file: string, source: LogSource): Promise<string | null> {
  try {
    const { head, rest } = await opened(source.chunks(file, chunkSize));
    const hash = createHash('sha256');
    await eachChunk(rest, formatOf(head).gzips, chunkSize, (chunk) => hash.update(chunk));
    return hash.digest('hex');
  } catch {
    return null;
  }
}

import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { signatureEnding } from './digest-chain.js';

/** Where log files and CloudTrail's digests of them are read from: the disk, or a bucket. */
export interface LogSource {
  /** A file's bytes from the beginning. */
  chunks(file: string, chunkSize: number): AsyncIterator<Buffer, undefined>;
  /** Whether it can be read again: a pipe says everything once. */
  isRepeatable(file: string): Promise<boolean>;
  /** Digests that lie where CloudTrail puts them for these log files, and where they cannot be listed: place and why. */
  digestsOf(logs: readonly string[]): Promise<{ digests: string[]; unlisted: [string, string][] }>;
  /** A digest, packed or not, and its signature; null where there is none. */
  digest(file: string): Promise<{ bytes: Buffer; signature: string | null }>;
  /** Whether the log file that a digest names lies in what was asked for. */
  isAskedFor(log: { object: string; digest: string }): boolean;
}

export const digestName = /_CloudTrail-Digest_[^/\\]*\.json(\.gz)?$/;

/** Files and directories. `given`: the paths that were named; a log file that is missing outside of them is no gap. */
export function disk(given: readonly string[]): LogSource {
  return {
    chunks: (file, chunkSize) =>
      createReadStream(file, { highWaterMark: chunkSize })[Symbol.asyncIterator]() as AsyncIterator<
        Buffer,
        undefined
      >,
    isRepeatable: async (file) => (await stat(file)).isFile(),
    async digestsOf(logs) {
      const unlisted: [string, string][] = [];
      const digests: string[] = [];
      for (const directory of digestDirectories(logs)) {
        const inside = await digestsIn(directory);
        if (typeof inside === 'string')
          unlisted.push([directory, `${directory} cannot be listed: ${inside}`]);
        else digests.push(...inside);
      }
      return { digests, unlisted };
    },
    digest: async (file) => ({ bytes: await readFile(file), signature: await signatureBeside(file) }),
    isAskedFor: (log) => isIn(log, given),
  };
}

/** `…/CloudTrail-Digest` beside each `…/CloudTrail` that a log file is in, as in the bucket. */
function digestDirectories(logs: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const log of logs) {
    const parts = resolve(log).split(sep);
    const at = parts.lastIndexOf('CloudTrail');
    if (at > 0) found.add([...parts.slice(0, at), 'CloudTrail-Digest'].join(sep));
  }
  return found;
}

/** @returns a text where they cannot be listed: why. Where none were downloaded there are none, and the note says so. */
async function digestsIn(directory: string): Promise<string[] | string> {
  try {
    const inside = await readdir(directory, { recursive: true, withFileTypes: true });
    return inside
      .filter((entry) => entry.isFile() && digestName.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? [] : message;
  }
}

async function signatureBeside(path: string): Promise<string | null> {
  try {
    return (await readFile(path + signatureEnding, 'utf8')).trim().replaceAll('"', '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Where a log file would be here, as in the bucket, it must be there only if it lies in what was named. */
function isIn({ object, digest }: { object: string; digest: string }, given: readonly string[]): boolean {
  const parts = resolve(digest).split(sep);
  const at = parts.lastIndexOf('CloudTrail-Digest');
  const within = /\/CloudTrail\/(.*)$/.exec(object)?.[1];
  const roots = given.map((path) => resolve(path));
  const isBelow = (path: string): boolean =>
    roots.some((root) => path === root || path.startsWith(root + sep));
  // Digests that were named themselves, all in one directory.
  if (at < 0 || within === undefined) return isBelow(resolve(digest));
  return isBelow([...parts.slice(0, at), 'CloudTrail', ...within.split('/')].join(sep));
}

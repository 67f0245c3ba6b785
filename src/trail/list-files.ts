import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { headBytes } from './file-format.js';

/** Names that the log files of a trail have, what people export them to, and names without an ending. */
const logName = /(\.(json|jsonl|ndjson|log|txt|csv|tsv|yaml|yml|gz|gzip|part)|^[^.]+)$/i;
/** Records may be inside, and cannot be read from there. */
const packedName = /\.(zip|tar|tgz|bz2|xz|zst|7z|rar|parquet|orc|avro|snappy|lz4|xlsx)$/i;

/** In any encoding, once zeros are left out: a record's name, or gzip. */
const mayHoldRecords = /event_?(name|version)|cloudtrailevent|^\x1f\x8b/i;

interface Found {
  path: string;
  size: number;
}

/**
 * Files and what is in directories, each once. In a directory, files of other names are looked into: those without a
 * sign of a record are left out. What may hold records and is not read goes to `failed`.
 */
export async function listFiles(
  paths: readonly string[],
  failed: (path: string, error: unknown) => void,
): Promise<Found[]> {
  const files = new Map<string, number>();
  for (const path of paths) {
    try {
      const found = await stat(path);
      if (!found.isDirectory()) {
        files.set(path, found.size);
        continue;
      }
      const inside = await filesIn(path, failed);
      for (const { path: file, size } of inside) files.set(file, size);
      if (inside.length === 0) failed(path, new Error('no log files in this directory'));
    } catch (error) {
      failed(path, error);
    }
  }
  return [...files].map(([path, size]) => ({ path, size }));
}

async function filesIn(directory: string, failed: (path: string, error: unknown) => void): Promise<Found[]> {
  const found: Found[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    try {
      const about = await stat(path);
      if (about.isDirectory()) failed(path, new Error('a link to a directory: name it as a path of its own'));
      else if (packedName.test(entry.name)) failed(path, new Error('packed: unpack it first'));
      else if ((logName.test(entry.name) && !entry.name.startsWith('.')) || (await holdsRecords(path)))
        found.push({ path, size: about.size });
    } catch (error) {
      failed(path, error);
    }
  }
  return found;
}

async function holdsRecords(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return mayHoldRecords.test(buffer.toString('latin1', 0, bytesRead).replaceAll('\0', ''));
  } finally {
    await handle.close();
  }
}

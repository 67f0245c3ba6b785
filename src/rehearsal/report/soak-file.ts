import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rehearsal } from '../rehearse.js';
import { soakTotals, type SoakTotals } from './rehearsal-soak.js';

/** One rehearsal of a soak, as a line of a file to which later parts of it are appended. */
interface SoakRecord extends SoakTotals {
  /** What was rehearsed: see `buildOf`. */
  build: string;
  seed: number;
  name: string;
  exits: (number | null)[];
  /** ISO 8601. */
  at: string;
}

/** A soak in parts, over days or machines: seeds that the file has of this build are not rehearsed again. */
export interface SoakFile {
  build: string;
  has(seed: number): boolean;
  add(rehearsal: Rehearsal): Promise<void>;
  /** Of all parts, of this build alone. */
  totals(): SoakTotals;
}

/** Opens the soak's file; an empty one where there is none. @throws where a line is not one of a soak */
export async function openSoakFile(file: string, dist: string): Promise<SoakFile> {
  const build = await buildOf(dist);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  const done = lines.map((line, at) => recordIn(line, at + 1)).filter((one) => one.build === build);
  return {
    build,
    has: (seed) => done.some((one) => one.seed === seed),
    add: async (rehearsal) => {
      const { seed, name, commands } = rehearsal;
      const record: SoakRecord = {
        ...{ build, seed, name, ...soakTotals([rehearsal]) },
        ...{ exits: commands.map(({ exitCode }) => exitCode), at: new Date().toISOString() },
      };
      await appendFile(file, `${JSON.stringify(record)}\n`);
      done.push(record);
    },
    totals: () => {
      const sum = (of: (record: SoakRecord) => number): number => done.reduce((all, one) => all + of(one), 0);
      return {
        rehearsals: done.length,
        reached: sum((one) => one.reached),
        innocentsTouched: sum((one) => one.innocentsTouched),
        journalEntriesLost: sum((one) => one.journalEntriesLost),
        falseAllClear: sum((one) => one.falseAllClear),
      };
    },
  };
}

function recordIn(line: string, number: number): SoakRecord {
  try {
    const record = JSON.parse(line) as SoakRecord;
    if (typeof record.build === 'string' && Number.isInteger(record.seed)) return record;
  } catch {
    // Told below.
  }
  throw new Error(`line ${number} is not one of a soak`);
}

/** The hash of everything that was built: two parts add up only where they rehearsed the same. */
async function buildOf(dist: string): Promise<string> {
  const hash = createHash('sha256');
  const files = await readdir(dist, { recursive: true, withFileTypes: true });
  const paths = files.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  for (const path of paths.sort())
    hash
      .update(path.slice(dist.length))
      .update('\0')
      .update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}

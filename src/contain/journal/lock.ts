import { mkdir, open, readFile, unlink } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { JournalBroken } from './journal.js';

/** Who is at work on this account and key. */
export interface LockOwner {
  pid: number;
  host: string;
  user: string;
  /** ISO 8601, UTC. */
  since: string;
  journal: string;
}

/** Somebody else on this machine is containing the same key right now. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  constructor(readonly owner: LockOwner) {
    super(
      `${owner.user} (process ${owner.pid} on ${owner.host}) has been containing this key since ${owner.since}. ` +
        `Their journal: ${owner.journal}. Nothing was done here.`,
    );
  }
}

/**
 * One containment of a key at a time on one machine. On two machines both may run: every play is idempotent.
 * A lock whose process is gone is taken over.
 * @returns how to let go of it. @throws LockHeld, JournalBroken where the directory cannot be written
 */
export async function lock(directory: string, name: string, journal: string): Promise<() => Promise<void>> {
  const path = join(directory, `${name}.lock`);
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    user: userInfo().username,
    since: new Date().toISOString(),
    journal,
  };
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(directory, error);
  });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(JSON.stringify(owner));
      await file.close();
      return () => unlink(path).catch(ignoreMissing);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(directory, error);
      const held = await readOwner(path);
      if (held !== null && (held.host !== owner.host || isAlive(held.pid))) throw new LockHeld(held);
      await unlink(path).catch(ignoreMissing);
    }
  }
  throw new Error(`The lock ${path} is taken by somebody who is just starting. Try again.`);
}

function unwritable(directory: string, error: unknown): JournalBroken {
  const why = error instanceof Error ? error.message : String(error);
  return new JournalBroken(`The directory ${directory} cannot be written (${why}). Nothing was done.`, {
    cause: error,
  });
}

async function readOwner(path: string): Promise<LockOwner | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockOwner;
  } catch {
    // Torn or gone: its writer was killed, or has just let go.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

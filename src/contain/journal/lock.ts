import { type FileHandle, open, readFile, readlink, rename, stat, unlink } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { JournalBroken } from './journal.js';
import { makeDirectory } from './make-directory.js';

/** Who is at work on this account and key. */
export interface LockOwner {
  pid: number;
  host: string;
  /** The boot and the process namespace in which `pid` means something; null where the system does not say. */
  machine: string | null;
  /** When the process started, as the kernel counts it: process numbers are used again. Null where it does not say. */
  started: string | null;
  user: string;
  /** ISO 8601, UTC. */
  since: string;
  journal: string;
}

/** A lock that this process holds. */
export interface Lock {
  /** @throws LockLost where it is somebody else's by now */
  check: () => Promise<void>;
  release: () => Promise<void>;
}

/** Somebody else is containing the same key right now, or it cannot be told that they are not. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  constructor(readonly owner: LockOwner) {
    super(
      `${nameOf(owner)} has been containing this key since ${owner.since}. Their journal: ${owner.journal}.`,
    );
  }
}

/** The lock was taken over while this process slept: its successor writes the journal now. */
export class LockLost extends JournalBroken {
  override readonly name = 'LockLost' as 'JournalBroken';
  constructor(
    message: string,
    /** The successor's; null where nobody is there. */
    readonly journal: string | null,
  ) {
    super(message);
  }
}

/** How often the holder shows that it is alive, and after how long without that it counts as stopped. Milliseconds. */
const beatEvery = 5_000;
const staleAfter = 60_000;

/**
 * One containment of a key at a time. A lock whose process is gone, or has shown no life for a minute, is taken over on
 * the same host (`told` says so); another host's only where the person says so (`takeOver`), since nobody here can see
 * whether it works.
 * @throws LockHeld, JournalBroken where the directory cannot be written
 */
export async function lock(
  directory: string,
  name: string,
  journal: string,
  { takeOver, tell }: { takeOver: boolean; tell: (message: string) => void },
): Promise<Lock> {
  const path = join(directory, `${name}.lock`);
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    machine: await machineOf(),
    started: await startOf(process.pid),
    user: userName(),
    since: new Date().toISOString(),
    journal,
  };
  const bytes = Buffer.from(JSON.stringify(owner));
  try {
    await makeDirectory(directory);
    const free = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw error;
    });
    if (free !== null) return await hold(path, free, bytes);
    // Written beside the lock: the two dates that are compared come from one clock, whoever's file system this is.
    const beside = `${path}.${process.pid}`;
    await unlink(beside).catch(ignoreMissing);
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.write(bytes, 0, bytes.length, 0);
      const held = await readOwner(path);
      const silent = (await file.stat()).mtimeMs - (await lastBeat(path));
      const why = held === null ? 'it names nobody' : await whyStale(held, owner, silent);
      if (why === null && !takeOver && held !== null) throw new LockHeld(held);
      await rename(beside, path);
      const whose = held === null ? 'A lock' : `The lock of ${nameOf(held)}, since ${held.since},`;
      tell(
        `${whose} was taken over: ${why ?? '--take-over'}.${held === null ? '' : ` Their journal: ${held.journal}`}`,
      );
    } catch (error) {
      await file.close();
      await unlink(beside).catch(ignoreMissing);
      throw error;
    }
    return await hold(path, file, bytes);
  } catch (error) {
    if (error instanceof LockHeld) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new JournalBroken(`The directory ${directory} cannot be written (${why}). Nothing was done.`, {
      cause: error,
    });
  }
}

/** The file stays open: as long as it is, no other file can have its number, and a beat never lands in a successor's. */
async function hold(path: string, file: FileHandle, bytes: Buffer): Promise<Lock> {
  const beat = (): Promise<unknown> => file.write(bytes, 0, bytes.length, 0);
  await beat();
  const own = await file.stat();
  const isOurs = async (): Promise<boolean> => {
    const there = await stat(path).catch(ignoreMissing);
    return there !== undefined && there.ino === own.ino && there.dev === own.dev;
  };
  // A beat that fails (a full disk) is no reason to stop: the journal says so itself, and check() reads the truth.
  const timer = setInterval(() => void beat().catch(() => undefined), beatEvery);
  timer.unref();
  return {
    check: async () => {
      if (await isOurs()) return;
      const successor = await readOwner(path);
      throw new LockLost(
        successor === null
          ? `The lock ${path} was removed while this process held it. Nothing more is done here.`
          : `${nameOf(successor)} took this containment over at ${successor.since}. Nothing more is done here. Their journal: ${successor.journal}.`,
        successor?.journal ?? null,
      );
    },
    release: async () => {
      clearInterval(timer);
      if (await isOurs()) await unlink(path).catch(ignoreMissing);
      await file.close();
    },
  };
}

/** Why a lock of this host holds nobody back; null where its holder lives, or is out of sight. */
async function whyStale(held: LockOwner, self: LockOwner, silent: number): Promise<string | null> {
  if (held.host !== self.host) return null;
  if (held.machine === self.machine && held.machine !== null) {
    if (!isAlive(held.pid)) return 'its process is gone';
    if ((await startOf(held.pid)) !== held.started) return 'its process is gone, another has its number';
  } else if (held.machine === null && self.machine === null && !isAlive(held.pid)) {
    return 'its process is gone';
  }
  return silent > staleAfter ? `its process has shown no life for ${Math.round(silent / 1000)} s` : null;
}

async function readOwner(path: string): Promise<LockOwner | null> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as Partial<LockOwner> | null;
    if (typeof owner?.pid !== 'number' || typeof owner.host !== 'string') return null;
    const { machine = null, started = null, user = '?', since = '?', journal = '?' } = owner;
    return { pid: owner.pid, host: owner.host, machine, started, user, since, journal };
  } catch {
    // Torn or gone: its writer was killed, or has just let go.
    return null;
  }
}

async function lastBeat(path: string): Promise<number> {
  return (await stat(path).catch(ignoreMissing))?.mtimeMs ?? 0;
}

/** Linux says both; elsewhere the process number and the beat have to do. */
async function machineOf(): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

/** Field 22 of proc(5) `stat`, counted behind the name in brackets, which may hold anything. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function nameOf({ user, pid, host }: LockOwner): string {
  return `${user} (process ${pid} on ${host})`;
}

/** A container may run as a number that no passwd knows. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
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

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

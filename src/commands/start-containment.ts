import { dirname, join } from 'node:path';
import type { Session } from '../aws/index.js';
import { Journal, lock, LockHeld, type PlanFile } from '../contain/index.js';
import { type ExitCode, version } from '../model/index.js';
import { carryOut, flagsOnRecord, type ContainmentFlags } from './carry-out.js';
import type { CommandContext } from './context.js';
import { lockName, ownSigner, reportName } from './report-directory.js';

/**
 * A containment with a journal of its own in `directory`. Where somebody else holds the lock, the rest is theirs; the
 * cut never waits for them.
 * @throws as carryOut() does
 */
export async function startContainment(
  flags: ContainmentFlags & { takeOver?: boolean },
  key: string,
  session: Session,
  directory: string,
  settled: { agreed: ReadonlySet<string>; fixed: PlanFile | null },
  context: CommandContext,
): Promise<ExitCode> {
  const { identity, reader } = session;
  const path = join(directory, `${reportName(identity.account, key, reader.now())}.jsonl`);
  const held = await lockFor(path, lockName(identity.account, key), flags, context);
  const own = held instanceof LockHeld ? null : held;
  try {
    const journal = await Journal.create(path, () => reader.now(), own?.check, await ownSigner(context.env));
    context.emit({ type: 'journal', path, message: 'journal' });
    await journal.write({
      kind: 'opened',
      version: 1,
      toolVersion: version,
      identity,
      key,
      options: { ...flagsOnRecord(flags) },
    });
    const heldBack = held instanceof LockHeld ? held.message : null;
    return await carryOut(flags, key, session, journal, { ...settled, heldBack }, context);
  } finally {
    await own?.release();
  }
}

/** The lock on an incident's journal at `path`, or who holds it. */
export async function lockFor(
  path: string,
  name: string,
  flags: { takeOver?: boolean },
  context: CommandContext,
): Promise<Awaited<ReturnType<typeof lock>> | LockHeld> {
  try {
    return await lock(dirname(path), name, path, lockOptions(flags, context));
  } catch (error) {
    if (error instanceof LockHeld) return error;
    throw error;
  }
}

/** The person's word on a lock that another host may still hold, and how a take-over is told. */
export function lockOptions(
  flags: { takeOver?: boolean },
  context: CommandContext,
): { takeOver: boolean; tell: (message: string) => void } {
  return {
    takeOver: flags.takeOver === true,
    tell: (message) => context.emit({ type: 'warning', message }),
  };
}

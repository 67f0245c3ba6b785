import { dirname } from 'node:path';
import { ExitCode, type JournalRecord, version } from '../model/index.js';
import { Journal, lock, LockHeld, readJournal } from '../contain/index.js';
import { carryOut, type ContainmentFlags } from './carry-out.js';
import { checkSession } from './check-session.js';
import { CommandError, type CommandContext } from './context.js';
import { journalPath } from './report-directory.js';
import { lockOptions, startContainment } from './start-containment.js';

interface ResumeFlags {
  report: string;
  yes?: boolean;
  account?: string;
  simulated?: boolean;
  takeOver?: boolean;
}

/** Goes on where a containment was interrupted, with its options and with what was agreed to then. */
export async function run(flags: ResumeFlags, context: CommandContext): Promise<ExitCode> {
  const path = journalPath(flags.report);
  const records = await readJournal(path);
  const opened = records[0];
  if (opened?.kind !== 'opened' || opened.key === null) {
    throw new CommandError(
      ExitCode.usage,
      `${path} is not the journal of a containment. Nothing was done.`,
      `What it is the journal of: leakguard report ${path}`,
    );
  }
  const { key, options } = opened;
  const session = await context.openSession();
  const { identity, reader } = session;
  checkSession({ account: opened.identity.account, simulated: opened.identity.simulated }, session);
  const earlier = {
    since: '90d',
    region: [],
    deny: 'dated',
    evict: 'disable',
    ...options,
    yes: flags.yes === true && flags.account === identity.account,
  } as ContainmentFlags;
  const agreedIn = (all: JournalRecord[]): Set<string> => {
    const agreed = new Set(all.flatMap((record) => (record.kind === 'agreed' ? [record.what] : [])));
    if (context.interactive || flags.yes === true || (agreed.has('cut') && agreed.has('rest'))) return agreed;
    throw new CommandError(
      ExitCode.refused,
      'Not all of it was agreed to before the interruption, and there is no terminal to ask on.',
      `leakguard resume ${path} --yes --account ${identity.account}`,
    );
  };
  const directory = dirname(path);
  const held = await lock(directory, `${identity.account}-${key}`, path, lockOptions(flags, context)).catch(
    (error: unknown) => {
      if (error instanceof LockHeld) return null;
      throw error;
    },
  );
  // The journal is the holder's to write: the cut goes into one of its own.
  if (held === null) {
    const agreed = agreedIn(records);
    return startContainment(earlier, key, session, directory, { agreed, fixed: null }, context);
  }
  try {
    const { journal, records: now } = await Journal.resume(path, () => reader.now(), held.check);
    const agreed = agreedIn(now);
    await journal.write({ kind: 'resumed', toolVersion: version, identity });
    const settled = { agreed, fixed: null, heldBack: null };
    return await carryOut(earlier, key, session, journal, settled, context);
  } finally {
    await held.release();
  }
}

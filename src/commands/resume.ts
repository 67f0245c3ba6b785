import { dirname } from 'node:path';
import { Journal, readJournal } from '../contain/journal/journal.js';
import { lock } from '../contain/journal/lock.js';
import { ExitCode } from '../model/exit-code.js';
import { version } from '../model/version.js';
import { carryOut, type ContainmentFlags } from './carry-out.js';
import { checkSession } from './check-session.js';
import { CommandError, type CommandContext } from './context.js';
import { journalPath } from './report-directory.js';

interface ResumeFlags {
  report: string;
  yes?: boolean;
  account?: string;
  simulated?: boolean;
}

/** Goes on where a containment was interrupted, with its options and with what was agreed to then. */
export async function run(flags: ResumeFlags, context: CommandContext): Promise<ExitCode> {
  const path = journalPath(flags.report);
  const opened = (await readJournal(path))[0];
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
  const release = await lock(dirname(path), `${identity.account}-${key}`, path);
  try {
    const { journal, records } = await Journal.resume(path, () => reader.now());
    const agreed = new Set(records.flatMap((record) => (record.kind === 'agreed' ? [record.what] : [])));
    if (!context.interactive && flags.yes !== true && !(agreed.has('cut') && agreed.has('rest'))) {
      throw new CommandError(
        ExitCode.refused,
        'Not all of it was agreed to before the interruption, and there is no terminal to ask on.',
        `leakguard resume ${path} --yes --account ${identity.account}`,
      );
    }
    await journal.write({ kind: 'resumed', toolVersion: version, identity });
    const earlier = {
      since: '90d',
      region: [],
      deny: 'dated',
      evict: 'disable',
      ...options,
    } as ContainmentFlags;
    return await carryOut(
      { ...earlier, yes: flags.yes === true && flags.account === identity.account },
      key,
      session,
      journal,
      { agreed, fixed: null },
      context,
    );
  } finally {
    await release();
  }
}

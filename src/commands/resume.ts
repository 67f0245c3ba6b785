import { dirname } from 'node:path';
import {
  ExitCode,
  type Identity,
  type JournalRecord,
  type JsonObject,
  shellArgument,
  version,
} from '../model/index.js';
import { Journal, LockHeld, readJournal } from '../contain/index.js';
import { optionsOf } from '../outcome/index.js';
import { visible } from '../report/terminal/index.js';
import { ask } from './agree.js';
import { asTyped } from './as-typed.js';
import { flagName } from './arguments.js';
import { carryOut, type ContainmentFlags } from './carry-out.js';
import { checkSession } from './check-session.js';
import { chosenJournal, type IncidentFlags } from './choose-incident.js';
import { CommandError, type CommandContext } from './context.js';
import { proveJournal } from './journal-proof.js';
import { lockName, ownSigner } from './report-directory.js';
import { lockFor, startContainment } from './start-containment.js';

interface ResumeFlags extends IncidentFlags {
  unconfirmed?: boolean;
  yes?: boolean;
  account?: string;
  simulated?: boolean;
  takeOver?: boolean;
}

/** Goes on where a containment was interrupted, with its options and with what was agreed to then. */
export async function run(flags: ResumeFlags, context: CommandContext): Promise<ExitCode> {
  const path = await chosenJournal(flags, 'resume', context);
  const records = await readJournal(path);
  const opened = records[0];
  if (opened?.kind !== 'opened' || opened.key === null) {
    throw new CommandError(
      ExitCode.usage,
      `${path} is not the journal of a containment. Nothing was done.`,
      `What it is the journal of: leakguard report ${shellArgument(path, 'JOURNAL')}`,
    );
  }
  const { key } = opened;
  const options = optionsOf(records);
  const said = records.findLast(({ kind }) => kind === 'opened' || kind === 'words')?.seq ?? 0;
  const session = await context.openSession();
  const { identity, reader } = session;
  checkSession({ account: opened.identity.account, simulated: opened.identity.simulated }, session);
  const signer = await ownSigner(context.env);
  const { provenTo } = await proveJournal(records, path, signer, session, context.emit);
  const { agreedLines } = await import('../report/screens/index.js');
  for (const line of agreedLines(records, provenTo)) context.stderr.write(`${line}\n`);
  if (provenTo < said) await confirmOptions(options, flags, session.identity, context);
  const earlier = {
    since: '90d',
    region: [],
    deny: 'dated',
    evict: 'disable',
    ...options,
    yes: flags.yes === true && flags.account === identity.account,
  } as ContainmentFlags;
  const agreedIn = (all: JournalRecord[]): Set<string> => {
    // Another's word in a journal is not the person's: what CloudTrail does not confirm is agreed to anew.
    const confirmed = all.filter(({ seq }) => seq <= provenTo);
    const agreed = new Set(confirmed.flatMap((record) => (record.kind === 'agreed' ? [record.what] : [])));
    if (context.interactive || flags.yes === true || (agreed.has('cut') && agreed.has('rest'))) return agreed;
    throw new CommandError(
      ExitCode.refused,
      'That all of it was agreed to before the interruption is not confirmed (CloudTrail can lag by 15 minutes), and there is no terminal to ask on.',
      again(identity, context),
    );
  };
  const directory = dirname(path);
  const held = await lockFor(path, lockName(identity.account, key), flags, context);
  // The journal is the holder's to write: the cut goes into one of its own.
  if (held instanceof LockHeld) {
    const agreed = agreedIn(records);
    return startContainment(earlier, key, session, directory, { agreed, fixed: null }, context);
  }
  try {
    const { journal, records: now } = await Journal.resume(path, () => reader.now(), held.check, signer);
    const agreed = agreedIn(now);
    await journal.write({ kind: 'resumed', toolVersion: version, identity });
    const settled = { agreed, fixed: null, heldBack: null };
    return await carryOut(earlier, key, session, journal, settled, context);
  } finally {
    await held.release();
  }
}

/** Flags of the journal that make a run act on more, on less, or on another's word. */
const telling = [
  'include',
  'exclude',
  'trail',
  'trustTrail',
  'publicKeys',
  'closedRegion',
  'compromisedAt',
  'deny',
  'evict',
  'removeTemplates',
];
const defaults: Record<string, unknown> = { deny: 'dated', evict: 'disable' };

/** @throws CommandError where the person does not take the journal's flags for those that were given. */
async function confirmOptions(
  options: JsonObject,
  flags: ResumeFlags,
  identity: Identity,
  context: CommandContext,
): Promise<void> {
  const told = telling.flatMap((name) => {
    const value = options[name];
    const unsaid = value === undefined || value === false || value === defaults[name];
    return unsaid || (Array.isArray(value) && value.length === 0)
      ? []
      : [
          value === true
            ? flagName(name)
            : `${flagName(name)} ${[value]
                .flat()
                .map((one) => JSON.stringify(one))
                .join(',')}`,
        ];
  });
  if (told.length === 0 || flags.unconfirmed === true) return;
  const what = `The journal says that it was run with ${told.join(' ')}, and CloudTrail does not confirm that (it can lag by 15 minutes).`;
  if (!context.interactive)
    throw new CommandError(
      ExitCode.refused,
      `${what} Nothing was done.`,
      `Where that is right: ${again(identity, context, ['--unconfirmed'])}`,
    );
  const answer = await ask(`${visible(what, 1000)} Is it right? [y/N] `, context);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new CommandError(
      ExitCode.refused,
      'Not agreed to. Nothing was done.',
      'Start anew, with flags of your own: leakguard contain --key …',
    );
}

/** The same command, agreed to. */
function again({ account }: Identity, context: CommandContext, ...more: [string][]): string {
  return (
    asTyped(context, ['--yes'], ['--account', account], ...more) ??
    'the same command, with --yes --account ID'
  );
}

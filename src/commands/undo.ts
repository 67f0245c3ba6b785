import { dirname } from 'node:path';
import {
  type AwsCall,
  ExitCode,
  type JournalRecord,
  type Reason,
  resourceKey,
  version,
  idInKey,
  shellArgument,
} from '../model/index.js';
import { Journal, lock, planUndo, readJournal, run as runActions, type UndoPlan } from '../contain/index.js';
import { exitCodeOfAct } from '../outcome/index.js';
import { plays } from '../plays/index.js';
import { takeInventory } from '../survey/index.js';
import { visible } from '../report/terminal/index.js';
import { ask } from './agree.js';
import { asTyped } from './as-typed.js';
import { wordsOf } from './arguments.js';
import { sleepUnless } from './carry-out.js';
import { checkSession } from './check-session.js';
import { chosenJournal, type IncidentFlags } from './choose-incident.js';
import { CommandError, type CommandContext } from './context.js';
import { explained } from './explained.js';
import { proveJournal } from './journal-proof.js';
import { lockName, ownSigner } from './report-directory.js';
import { lockOptions } from './start-containment.js';

interface UndoFlags extends IncidentFlags {
  reactivateKey?: boolean;
  includeRogue?: boolean;
  only?: string[];
  unconfirmed?: boolean;
  yes?: boolean;
  account?: string;
  takeOver?: boolean;
}

/** Takes a containment back, newest first, from the before-values in its journal. */
export async function run(flags: UndoFlags, context: CommandContext): Promise<ExitCode> {
  const path = await chosenJournal(flags, 'undo', context);
  const records = await readJournal(path);
  const opened = records[0];
  if (opened?.kind !== 'opened') throw new CommandError(ExitCode.refused, `${path} is not a journal.`);
  const session = await context.openSession();
  const { identity, reader } = session;
  checkSession({ account: opened.identity.account, simulated: opened.identity.simulated }, session);
  const signer = await ownSigner(context.env);
  const proof = await proveJournal(records, path, signer, session, context.emit);
  const planned = planUndo(records, {
    flags: new Set(flags.reactivateKey === true ? ['--reactivate-key'] : []),
    includeRogue: flags.includeRogue === true,
    only: wordsOf(flags.only),
    now: reader.now(),
    proof,
  });
  if (planned.unknown.length > 0) throw nothingDoneTo(planned.unknown, records, path);
  const { undoScreen } = await import('../report/screens/index.js');
  context.stderr.write(`${undoScreen(planned, proof, path, context.onStderr, identity)}\n`);
  await agree(flags, planned, identity.account, context);

  const held = await lock(
    dirname(path),
    lockName(identity.account, opened.key ?? 'none'),
    path,
    lockOptions(flags, context),
  );
  try {
    const { journal } = await Journal.resume(path, () => reader.now(), held.check, signer);
    await journal.write({ kind: 'resumed', toolVersion: version, identity });
    await journal.write({
      kind: 'agreed',
      what: 'undo',
      by: flags.yes === true ? `--yes --account ${identity.account}` : 'prompt',
    });
    const effects = {
      send: (call: AwsCall) => session.send(call),
      journal,
      emit: context.emit,
      signal: context.signal,
      sleep: sleepUnless(context.signal),
      undoes: planned.undoes,
    };
    const reasons: Reason[] = planned.short.map(({ action, why }) => ({
      rule: 'undo.no-way-back',
      words: `not taken back: ${action.title}: ${why}`,
    }));
    let done = 0;
    // One after the other: the way back is the way there in reverse.
    for (const action of planned.actions) {
      const [executed] = await runActions([action], () => null, effects);
      if (executed?.outcome.status === 'done' || executed?.outcome.status === 'already-so') done += 1;
      else reasons.push({ rule: 'undo.not-done', words: `not taken back: ${action.title}` });
    }
    const confirmed = await confirm(planned, session, context);
    for (const line of confirmed.lines) context.stderr.write(`${line}\n`);
    if (confirmed.unread)
      reasons.push({ rule: 'undo.not-read', words: 'what was taken back could not all be read again' });
    const summary = `undo: ${done} of ${planned.actions.length} taken back; left by design: ${planned.left.length + planned.flagged.length}; cannot be taken back: ${planned.impossible.length}`;
    const { signal } = context;
    const exitCode = signal.aborted ? (signal.reason as ExitCode) : exitCodeOfAct(reasons);
    await journal.write({ kind: 'closed', exitCode, summary });
    await journal.close();
    await session.anchor(journal.head);
    if (context.json) {
      const document = {
        schemaVersion: 1,
        command: 'undo',
        simulated: identity.simulated,
        exitCode,
        reasons,
        summary,
        confirmed: confirmed.lines,
        left: planned.left.map(({ action, why }) => ({ id: action.id, title: action.title, why })),
        chainHead: journal.head,
        journal: path,
      };
      context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else {
      const simulated = identity.simulated ? 'SIMULATED: not AWS. Nothing here is real.\n' : '';
      context.stdout.write(`${simulated}${summary}\nJournal: ${path}\nChain head: ${journal.head}\n`);
    }
    return explained(exitCode, reasons, context);
  } finally {
    await held.release();
  }
}

/** An id that nothing was done to is a slip, or the wrong journal: never silently nothing. */
function nothingDoneTo(
  ids: readonly string[],
  records: readonly JournalRecord[],
  path: string,
): CommandError {
  const targets = records.flatMap((record) => (record.kind === 'intent' ? record.action.targets : []));
  const known = [...new Set(targets.map(idInKey))].sort();
  const shown = known.slice(0, 40).join(', ');
  const more =
    known.length > 40
      ? ` and ${known.length - 40} more: leakguard report ${shellArgument(path, 'JOURNAL')}`
      : '';
  return new CommandError(
    ExitCode.usage,
    `--only ${ids.join(',')}: this containment did nothing to it, or it is undone already. Nothing was undone.`,
    `It acted on: ${shown}${more}`,
  );
}

/** The same command, agreed to. */
function again(account: string, context: CommandContext, ...more: [string][]): string {
  return (
    asTyped(context, ['--yes'], ['--account', account], ...more) ??
    'the same command, with --yes --account ID --unconfirmed'
  );
}

async function agree(
  flags: UndoFlags,
  planned: UndoPlan,
  account: string,
  context: CommandContext,
): Promise<void> {
  if (planned.actions.length === 0) return;
  const { unconfirmed } = planned;
  if (flags.yes === true && flags.account === account) {
    if (unconfirmed.length === 0 || flags.unconfirmed === true) return;
    throw new CommandError(
      ExitCode.refused,
      `CloudTrail does not confirm (it can lag by 15 minutes) what was before ${unconfirmed.length} of ${planned.actions.length} actions: it stands in the journal alone. Nothing was undone.`,
      `Read the values above; where they are right: ${again(account, context, ['--unconfirmed'])}`,
    );
  }
  if (!context.interactive) {
    throw new CommandError(
      ExitCode.refused,
      'There is no terminal to ask on, and --yes --account ID was not given (or names another account). Nothing was undone.',
      again(account, context),
    );
  }
  if (unconfirmed.length > 0 && flags.unconfirmed !== true) {
    const question = `CloudTrail does not confirm ${unconfirmed.length} of the values above: they stand in the journal alone. Are they right? [y/N] `;
    if (!/^y(es)?$/i.test((await ask(question, context)).trim()))
      throw new CommandError(
        ExitCode.refused,
        'Not agreed to. Nothing was undone.',
        'CloudTrail can lag by 15 minutes: run the same command again then.',
      );
  }
  const answer = await ask(
    `${planned.actions.length} actions will be taken back. Type the account id (${account}): `,
    context,
  );
  if (answer.trim() !== account)
    throw new CommandError(
      ExitCode.refused,
      'Not agreed to. Nothing was undone.',
      `Run the same command again to agree. What would be undone stands above.`,
    );
}

/** Reads again everything that was taken back, and says how it stands now. */
async function confirm(
  planned: UndoPlan,
  session: { reader: Parameters<typeof takeInventory>[1] },
  context: CommandContext,
): Promise<{ lines: string[]; unread: boolean }> {
  const touched = new Set(planned.actions.map(({ play }) => play));
  const targets = new Set(planned.actions.flatMap((action) => action.targets));
  const regions = [
    ...new Set(planned.actions.map(({ region }) => region).filter((region) => region !== 'global')),
  ];
  const affected = plays.filter((play) => touched.has(play.id));
  const { resources, cells } = await takeInventory(
    affected,
    session.reader,
    { regions, notEnabled: [] },
    context.emit,
  );
  const found = resources.filter((resource) => targets.has(resourceKey(resource)));
  const unread = cells.filter(({ status }) => status !== 'complete' && status !== 'not-enabled');
  const lines = [
    ...found.map(({ type, id, region, state }) => `now: ${type} ${id} (${region}): ${state}`),
    ...unread.map(({ subject, region, detail }) => `not confirmed: ${subject} in ${region}: ${detail ?? ''}`),
  ];
  return { lines: lines.map((line) => visible(line, 300)), unread: unread.length > 0 };
}

import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { planUndo, readJournal, type Signer, signedTo } from '../contain/index.js';
import {
  asText,
  ExitCode,
  leadFlag,
  type JournalRecord,
  type ListedIncident,
  shellArgument,
  withFlags,
} from '../model/index.js';
import { CommandError } from './context.js';
import { lockName, ownSigner, reportDirectory } from './report-directory.js';

type Environment = Record<string, string | undefined>;

/**
 * The incidents whose journals lie in `directory`, newest first. What cannot be read is a row too, which says why: a
 * file that somebody tampered with is never left out.
 * @param carried flags of this call that the next commands need too
 * @throws CommandError where the directory cannot be read; one that is not there has none
 */
export async function incidentsIn(
  directory: string,
  env: Environment,
  carried: readonly (readonly string[])[],
): Promise<ListedIncident[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new CommandError(
      ExitCode.unexpected,
      `The journals in ${directory} cannot be listed (${error.message}).`,
      'Name the directory with --report-dir, or the journal itself.',
    );
  });
  const signer = await existingSigner(env);
  const rows: ListedIncident[] = [];
  for (const name of names.filter((one) => one.endsWith('.jsonl'))) {
    const row = await rowOf(join(directory, name), signer, carried);
    if (row !== null) rows.push(row);
  }
  return rows.sort((a, b) => b.at.localeCompare(a.at) || b.journal.localeCompare(a.journal));
}

/** To look makes no key. */
async function existingSigner(env: Environment): Promise<Signer | null> {
  return existsSync(join(reportDirectory(undefined, env), 'journal.key')) ? ownSigner(env) : null;
}

/** Null for a journal that is of no incident: a watch of CloudFront. */
async function rowOf(
  path: string,
  signer: Signer | null,
  carried: readonly (readonly string[])[],
): Promise<ListedIncident | null> {
  try {
    if (!(await stat(path)).isFile()) throw new Error(`${path} is no regular file.`);
    const records = await readJournal(path);
    const torn = (await readFile(path)).at(-1) !== 0x0a;
    return readableRow(path, records, signer, torn, carried);
  } catch (error) {
    const refused = error instanceof Error && error.name === 'JournalRefused';
    const [, account, key] = /^(\d{12})-([A-Z0-9]{16,128})-/.exec(basename(path)) ?? [];
    return {
      journal: path,
      at: new Date((await stat(path).catch(() => null))?.mtimeMs ?? 0).toISOString(),
      key: key ?? null,
      account: account ?? null,
      simulated: null,
      state: refused ? 'refused' : 'torn',
      work: null,
      exitCode: null,
      detail: error instanceof Error ? error.message : String(error),
      next: `Keep the file as it is, as evidence. What is left of the incident is found without it: leakguard scan${key === undefined ? '' : ` ${leadFlag(key)}`}`,
    };
  }
}

function readableRow(
  path: string,
  records: readonly JournalRecord[],
  signer: Signer | null,
  torn: boolean,
  carried: readonly (readonly string[])[],
): ListedIncident | null {
  const opened = records[0];
  if (opened?.kind !== 'opened') throw new Error(`${path} opens no journal.`);
  if (opened.key === null && asText(opened.options['command'])?.startsWith('cloudfront') === true)
    return null;
  const { key, identity } = opened;
  const begun = records.findLastIndex(({ kind }) => kind === 'opened' || kind === 'resumed');
  const lastRun = records.slice(begun);
  const undoing = lastRun.some((record) => record.kind === 'agreed' && record.what === 'undo');
  const closed = lastRun.findLast((record) => record.kind === 'closed');
  const exitCode = closed?.exitCode ?? null;
  const stopped = exitCode === null || exitCode === ExitCode.interrupted || exitCode === ExitCode.terminated;
  // What was begun and is not contained goes on: declined after the cut, cut off, or ended by an error.
  const begunOnly = !undoing && exitCode !== ExitCode.ok && exitCode !== ExitCode.incomplete;
  const acted = records.some(({ kind }) => kind === 'intent');
  const ended = !stopped && !(begunOnly && acted);
  const left = undoing && ended ? stillToUndo(records) : 0;
  const state = torn ? 'torn' : !ended ? 'unfinished' : undoing && left === 0 ? 'undone' : 'finished';
  const details = [
    torn ? 'its last line was cut off while it was written, and counts for nothing' : null,
    left > 0 ? `undone in part: ${left} more could be taken back` : null,
    closed === undefined || exitCode === ExitCode.ok
      ? null
      : `ended with exit code ${exitCode}: ${closed.summary}`,
    existsSync(join(path, '..', `${lockName(identity.account, key ?? 'none')}.lock`))
      ? 'its lock is there: somebody may be at work on it'
      : null,
    signer !== null && signedTo(records, signer) < records.length - 1
      ? 'not all of it was written on this machine: CloudTrail has to confirm it'
      : null,
  ].filter((one) => one !== null);
  const open = state === 'unfinished' || state === 'torn' || (state === 'finished' && exitCode === 5);
  const command = open ? (undoing ? 'undo' : 'resume') : 'report';
  const simulated = identity.simulated && command !== 'report' ? [['--simulated']] : [];
  return {
    journal: path,
    at: opened.at,
    key,
    account: identity.account,
    simulated: identity.simulated,
    state,
    work: undoing ? 'undo' : 'contain',
    exitCode,
    detail: details.length === 0 ? null : details.join('; '),
    next: withFlags(`leakguard ${command} ${shellArgument(path, 'JOURNAL')}`, [...simulated, ...carried]),
  };
}

/** How much of it an undo without flags would take back yet. */
function stillToUndo(records: readonly JournalRecord[]): number {
  const proof = { provenTo: records.length - 1, made: new Set<string>() };
  const request = { flags: new Set<string>(), includeRogue: false, only: [], now: Date.now(), proof };
  return planUndo(records, request).actions.length;
}

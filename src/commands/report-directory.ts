import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { journalSigner, type Signer } from '../contain/index.js';

/** Where journals and reports go: `--report-dir`, else the XDG state directory, outside any repository
 *  (XDG Base Directory Specification). */
export function reportDirectory(flag: string | undefined, env: Record<string, string | undefined>): string {
  if (flag !== undefined) return resolve(flag);
  return join(stateHome(env) ?? join(homedir(), '.local', 'state'), 'leakguard');
}

/** Relative paths count for nothing, as the specification says. */
function stateHome(env: Record<string, string | undefined>): string | null {
  const state = env['XDG_STATE_HOME'];
  return state !== undefined && state.startsWith('/') ? state : null;
}

/** `ACCOUNT-KEY-20261123T031000123Z`: sorts by time, and says whose it is. In milliseconds, since a run that was killed
 *  may be started again within the same second. */
export function reportName(account: string, key: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[-:.]/g, '');
  return `${lockName(account, key)}-${time}`;
}

/** `ACCOUNT-KEY`, `ACCOUNT-role-NAME`: whose containment it is, as a file's name. */
export function lockName(account: string, key: string): string {
  return `${account}-${key.replace('/', '-')}`;
}

/** The journal of a report: either file names both. */
export function journalPath(file: string): string {
  return resolve(file.replace(/\.report\.json$/, '.jsonl'));
}

/** The signer of this machine's journals, wherever they are kept. Null for who has no home here: none is made for him. */
export async function ownSigner(env: Record<string, string | undefined>): Promise<Signer | null> {
  if (stateHome(env) === null && !existsSync(homedir())) return null;
  return journalSigner(reportDirectory(undefined, env));
}

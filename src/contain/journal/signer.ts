import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalRecord } from '../../model/index.js';
import { makeDirectory } from './make-directory.js';

/** Signs the hash of a journal's line, hex. */
export type Signer = (hash: string) => string;

const keyFile = 'journal.key';
const keyBytes = 32;

/**
 * A signer with a key of this machine's own, made where there is none, of mode 0600 in `directory`: a journal that was
 * written here is known again at once, while CloudTrail still lags, and whoever has only the journal can change no line
 * of it unseen. Null where no such key can be kept; then CloudTrail alone confirms a journal.
 */
export async function journalSigner(directory: string): Promise<Signer | null> {
  const path = join(directory, keyFile);
  try {
    await makeDirectory(directory);
    await writeFile(path, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    const { mode } = await stat(path);
    const key = await readFile(path);
    if ((mode & 0o077) !== 0 || key.length !== keyBytes) return null;
    return (hash) => createHmac('sha256', key).update(hash).digest('hex');
  } catch {
    // A home that cannot be written must not hold back a cut.
    return null;
  }
}

/** Place in the chain up to which every line was written on this machine; -1 where the first was not. Pure. */
export function signedTo(records: readonly JournalRecord[], signer: Signer | null): number {
  if (signer === null) return -1;
  const foreign = records.findIndex(({ hash, mac }) => {
    const own = Buffer.from(signer(hash));
    const given = Buffer.from(typeof mac === 'string' ? mac : '');
    return own.length !== given.length || !timingSafeEqual(own, given);
  });
  return (foreign === -1 ? records.length : foreign) - 1;
}

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it, for this user alone. Node's own `recursive` spins for ever where a parent exists
 * and says that nothing can exist in it (/proc does): here every step is taken once.
 * @throws as mkdir does
 */
export async function makeDirectory(path: string): Promise<void> {
  const missing: string[] = [];
  for (let above = path; !(await isDirectory(above)); above = dirname(above)) {
    missing.unshift(above);
    if (dirname(above) === above) break;
  }
  for (const one of missing) {
    try {
      await mkdir(one, { mode: 0o700 });
    } catch (error) {
      // Somebody else has made it meanwhile.
      if (!(await isDirectory(one).catch(() => false))) throw error;
    }
  }
}

/** @throws where that cannot be told: a file in the way, no right to look */
async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { AwsFailure, type Reader } from '../../aws/index.js';
import { type Finding, resourceKey, stableStringify } from '../../model/index.js';
import type { Play } from '../../plays/index.js';
import type { JournalWriter } from '../journal/journal.js';
import { makeDirectory } from '../journal/make-directory.js';

/** Evidence is bounded in time: it never holds back cut or stop, and terminate only this long. Milliseconds. */
const budget = 10_000;

/**
 * Writes down what is about to be destroyed: everything as it was described, and what each play reads besides
 * (user data, console output), into files of their own, since they may hold secrets. The journal gets their hashes.
 * What cannot be read in time is noted, never waited for.
 * @returns how many files were written
 */
export async function recordEvidence(
  findings: readonly Finding[],
  plays: readonly Play[],
  reader: Reader,
  journal: JournalWriter,
): Promise<number> {
  if (findings.length === 0) return 0;
  const directory = `${journal.path.replace(/\.jsonl$/, '')}.evidence`;
  await makeDirectory(directory);
  const deadline = Date.now() + budget;
  let files = 0;
  const keep = async (what: string, of: string[], content: string): Promise<void> => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const file = `${String(files).padStart(4, '0')}-${what.replace(/[^\w-]+/g, '-').slice(0, 60)}-${sha256.slice(0, 8)}.json`;
    files += 1;
    await writeFile(join(directory, file), content, { mode: 0o600 });
    await journal.write({ kind: 'evidence', file: join(basename(directory), file), sha256, of, what });
  };
  await keep(
    'described',
    findings.map(({ resource }) => resourceKey(resource)),
    stableStringify(findings.map(({ resource }) => resource)),
  );

  const limit = pLimit(32);
  const missed: string[] = [];
  const reads = plays.flatMap(
    (play) => play.record?.(findings.filter(({ resource }) => resource.play === play.id)) ?? [],
  );
  await Promise.all(
    reads.map(({ ask, of, what }) =>
      limit(async () => {
        if (Date.now() > deadline) {
          missed.push(`${what}: out of time`);
          return;
        }
        try {
          const answer = await Promise.race([ask(reader), timeUp(deadline - Date.now())]);
          if (answer === null) missed.push(`${what}: out of time`);
          else await keep(what, of, stableStringify(answer));
        } catch (error) {
          if (!(error instanceof AwsFailure)) throw error;
          missed.push(`${what}: ${error.code}`);
        }
      }),
    ),
  );
  if (missed.length > 0) {
    await journal.write({
      kind: 'note',
      message: `Evidence not taken (${missed.length}): ${missed.slice(0, 20).join(' · ')}`,
    });
  }
  return files;
}

function timeUp(milliseconds: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), milliseconds).unref();
  });
}

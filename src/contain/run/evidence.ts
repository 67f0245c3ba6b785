import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { AwsFailure, type Reader } from '../../aws/index.js';
import { type Finding, resourceKey, stableStringify } from '../../model/index.js';
import type { EvidenceRead, Play } from '../../plays/index.js';
import type { JournalWriter } from '../journal/journal.js';
import { makeDirectory } from '../journal/make-directory.js';

/** How long an end waits for the evidence of what it ends, and the run for that of what has ended. Milliseconds. */
const budget = { before: 5_000, afterwards: 10_000 };

/** Evidence that is being taken. */
export interface Evidence {
  /** Resolves when what must be read of these targets before their end has been read, or its time is up. */
  before(targets: readonly string[]): Promise<void>;
  /** Reads what can be read of what has ended, and says what was not read. */
  afterwards(): Promise<void>;
}

/**
 * Writes down what is about to be destroyed: everything as it was described, and what each play reads besides
 * (user data, console output), into files of their own, since they may hold secrets. The journal gets their hashes.
 * What cannot be read in time is noted, never waited for. `reader`: one that tries each call once.
 */
export function takeEvidence(
  findings: readonly Finding[],
  plays: readonly Play[],
  reader: Reader,
  journal: JournalWriter,
): Evidence {
  if (findings.length === 0) return { before: async () => {}, afterwards: async () => {} };
  const directory = `${journal.path.replace(/\.jsonl$/, '')}.evidence`;
  let files = 0;
  const keep = async (what: string, of: string[], content: string): Promise<void> => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const file = `${String(files).padStart(4, '0')}-${what.replace(/[^\w-]+/g, '-').slice(0, 60)}-${sha256.slice(0, 8)}.json`;
    files += 1;
    await writeFile(join(directory, file), content, { mode: 0o600 });
    await journal.write({ kind: 'evidence', file: join(basename(directory), file), sha256, of, what });
  };
  const described = makeDirectory(directory).then(() =>
    keep(
      'described',
      findings.map(({ resource }) => resourceKey(resource)),
      stableStringify(findings.map(({ resource }) => resource)),
    ),
  );

  const limit = pLimit(32);
  const missed: string[] = [];
  const read = ({ ask, of, what }: EvidenceRead, deadline: number): Promise<void> =>
    limit(async () => {
      await described;
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
    });
  const reads = plays.flatMap(
    (play) => play.record?.(findings.filter(({ resource }) => resource.play === play.id)) ?? [],
  );
  const deadline = Date.now() + budget.before;
  const awaited = reads.filter(({ afterwards }) => afterwards !== true);
  const began = awaited.map((one) => ({ of: new Set(one.of), done: read(one, deadline) }));
  const all = Promise.all([described, ...began.map(({ done }) => done)]);
  // It is awaited at the end at the latest; until then a failure is nobody's yet.
  all.catch(() => {});
  return {
    before: async (targets) => {
      await described;
      await Promise.all(
        began.filter(({ of }) => targets.some((target) => of.has(target))).map(({ done }) => done),
      );
    },
    afterwards: async () => {
      const until = Date.now() + budget.afterwards;
      const late = reads.filter(({ afterwards }) => afterwards === true);
      await Promise.all([all, ...late.map((one) => read(one, until))]);
      const told = [sampled(reads), notTaken(missed)].filter((message) => message !== null);
      for (const message of told) await journal.write({ kind: 'note', message });
    },
  };
}

function notTaken(missed: readonly string[]): string | null {
  if (missed.length === 0) return null;
  return `Evidence not taken (${missed.length}): ${missed.slice(0, 20).join(' · ')}`;
}

/** What was read of one for several that are alike. */
function sampled(reads: readonly EvidenceRead[]): string | null {
  const counts = new Map<string, { read: number; of: number }>();
  for (const { what, standsFor = 1 } of reads) {
    const { read, of } = counts.get(what) ?? { read: 0, of: 0 };
    counts.set(what, { read: read + 1, of: of + standsFor });
  }
  const samples = [...counts].filter(([, { read, of }]) => of > read);
  if (samples.length === 0) return null;
  const told = samples.map(([what, { read, of }]) => `${what} of ${read} for ${of}`);
  return `Evidence of things that are alike was taken of one for all: ${told.join(', ')}.`;
}

function timeUp(milliseconds: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), milliseconds).unref();
  });
}

import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Session } from '../aws/index.js';
import {
  changeLine,
  type CloudFrontCheck,
  resetText,
  sawNothing,
  stateWords,
  toFacts,
  toSend,
  watchCloudFront,
  type WatchResult,
} from '../recovery/cloudfront/index.js';
import { Journal } from '../contain/index.js';
import { ExitCode, type Identity, journalVersion, version } from '../model/index.js';
import type { CommandContext } from './context.js';
import { reportName } from './report-directory.js';

export interface Watched {
  result: WatchResult;
  /** Path of the journal: every look and every change, hash-chained. */
  journal: string;
  exitCode: ExitCode;
}

/**
 * Looks until everything serves or the person stops it, and writes each look down: the outage's length is evidence for
 * the credit. @throws JournalBroken
 */
export async function watchAndJournal(
  look: () => Promise<CloudFrontCheck>,
  exitCodeOf: (check: CloudFrontCheck) => ExitCode,
  session: Session | null,
  simulated: boolean,
  directory: string,
  shortestWait: number | undefined,
  context: CommandContext,
): Promise<Watched> {
  const { emit, signal, json, stdout, stderr } = context;
  const identity = session?.identity ?? nobody(simulated);
  const path = join(directory, `${reportName(identity.account, 'cloudfront', Date.now())}.jsonl`);
  const journal = await Journal.create(path, Date.now);
  emit({ type: 'journal', path, message: 'every look is written down here' });
  try {
    await journal.write({
      kind: 'opened',
      version: journalVersion,
      toolVersion: version,
      identity,
      key: null,
      options: { command: 'cloudfront --watch' },
    });
    const result = await watchCloudFront({
      look,
      clock: {
        random: Math.random,
        // Aborted: the watch sees that it is stopped.
        sleep: (milliseconds) => setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
      },
      onLook: async (check, changes) => {
        if (changes.length > 0) await journal.write({ kind: 'cloudfront', facts: toFacts(check) });
        else
          await journal.write({
            kind: 'note',
            message: sawNothing(check) ? 'nothing could be seen: no resolver answers' : 'no change',
          });
        const out = json ? stderr : stdout;
        for (const change of changes) out.write(`${changeLine(change)}\n`);
        // Now the customer has to do something: waiting alone did not bring the names back in the incident.
        const text = changes.some(({ to }) => to === stateWords['unlocked-dns-withdrawn'])
          ? resetText(check, session?.identity.account ?? null)
          : null;
        if (text !== null) out.write(`\n${toSend(text)}\n\n`);
      },
      stopped: () => signal.aborted,
      ...(shortestWait === undefined ? {} : { shortestWait }),
    });
    const exitCode =
      signal.aborted && !result.back
        ? ((typeof signal.reason === 'number' ? signal.reason : ExitCode.interrupted) as ExitCode)
        : exitCodeOf(result.last);
    const summary = result.back ? 'everything serves' : 'stopped before everything served';
    await journal.write({ kind: 'closed', exitCode, summary });
    return { result, journal: path, exitCode };
  } finally {
    await journal.close();
  }
}

function nobody(simulated: boolean): Identity {
  const unknown = 'unknown';
  return {
    account: unknown,
    arn: unknown,
    userId: unknown,
    partition: 'aws',
    accessKeyId: unknown,
    profile: null,
    homeRegion: 'us-east-1',
    simulated,
    endpoints: {},
  };
}

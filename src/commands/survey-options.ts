import { readFileSync } from 'node:fs';
import { eventHistory } from '../facts/index.js';
import type { Session } from '../aws/index.js';
import { plays } from '../plays/index.js';
import { ExitCode } from '../model/index.js';
import { Survey } from '../survey/index.js';
import {
  type AthenaAddress,
  isInBucket,
  type KeySource,
  keysFromAws,
  keysFromFile,
  placeOf,
  tableOf,
} from '../trail/index.js';
import { parseRegions, parseSize, wordsOf } from './arguments.js';
import { CommandError, type CommandContext } from './context.js';
import { parseMoment } from './moment.js';
import { stillToCome } from './settle-times.js';

/** The flags that say what to look at; the same for scan, contain and verify. */
export interface SurveyFlags {
  since: string;
  compromisedAt?: string;
  region: string[];
  closedRegion?: string[];
  trail?: string[];
  trustTrail?: boolean;
  maxScan?: string;
  validate?: boolean;
  publicKeys?: string;
  include?: string[];
  exclude?: string[];
}

/** A survey of the account, by the flags. @throws CommandError with exit code 2 for flags that do not parse */
export function surveyOf(
  flags: SurveyFlags,
  key: string | null,
  session: Session | null,
  context: CommandContext,
): Survey {
  const now = session?.reader.now() ?? Date.now();
  const since = now - parseMoment(flags.since, now).time;
  if (since <= 0) throw stillToCome('--since', now - since, now);
  const athena = athenaOf(flags, context.signal);
  const trail = athena !== null || flags.trail === undefined || flags.trail.length === 0 ? null : flags.trail;
  assertAddresses(trail ?? []);
  if (since > eventHistory && trail === null && athena === null) {
    const message = `CloudTrail's event history holds 90 days: --since ${flags.since} reads those. What is older only --trail can show, from log files.`;
    context.emit({ type: 'warning', message });
  }
  return new Survey({
    session,
    emit: context.emit,
    plays,
    key,
    owner: null,
    since,
    compromisedAt: compromisedAt(flags, now),
    regions: parseRegions(flags.region),
    trail,
    athena,
    include: wordsOf(flags.include),
    exclude: wordsOf(flags.exclude),
    trustTrail: flags.trustTrail === true,
    validate: keysOf(flags, session),
    closedRegions: wordsOf(flags.closedRegion),
  });
}

/** Whether `--trail` names a table of Athena. */
export function isTable(path: string): boolean {
  return path.startsWith('athena:');
}

/** @throws CommandError with exit code 2 */
function athenaOf(
  { trail = [], maxScan = '500GB', validate }: SurveyFlags,
  signal: AbortSignal,
): { address: AthenaAddress; maxScan: number; signal: AbortSignal } | null {
  const table = trail.find(isTable);
  if (table === undefined) return null;
  const address = tableOf(table);
  if (typeof address === 'string')
    throw new CommandError(ExitCode.usage, `--trail ${table}: ${address}. Nothing was done.`);
  if (trail.length > 1 || validate === true) {
    const what = validate === true ? '--validate proves files' : 'A table stands for all of the trail';
    throw new CommandError(
      ExitCode.usage,
      `${what}: --trail ${table} goes alone. Nothing was done.`,
      'CloudTrail’s digests prove the files of a bucket: --trail s3://BUCKET/PREFIX --validate',
    );
  }
  return { address, maxScan: parseSize(maxScan), signal };
}

/** @throws CommandError with exit code 2 */
export function assertAddresses(trail: readonly string[]): void {
  for (const address of trail.filter((path) => isInBucket(path) && path !== 'auto')) {
    const place = placeOf(address);
    if (typeof place === 'string')
      throw new CommandError(
        ExitCode.usage,
        `--trail ${address}: ${place}. Nothing was done.`,
        'It is s3://BUCKET/PREFIX, as aws cloudtrail describe-trails names them (S3BucketName, S3KeyPrefix).',
      );
  }
}

/** @throws CommandError with exit code 2 */
function compromisedAt({ compromisedAt: text }: SurveyFlags, now: number): number | null {
  if (text === undefined) return null;
  const { time } = parseMoment(text, now);
  if (time > now) throw stillToCome('--compromised-at', time, now);
  return time;
}

/** Where CloudTrail's public keys come from; null where the files are not to be proven.
 *  @throws CommandError with exit code 2 */
function keysOf({ trail, validate, publicKeys }: SurveyFlags, session: Session | null): KeySource | null {
  if (validate !== true && publicKeys === undefined) return null;
  if (trail === undefined || trail.length === 0 || validate !== true) {
    const what = validate === true ? '--validate proves files' : '--public-keys is for --validate';
    throw new CommandError(ExitCode.usage, `${what}: give both --trail and --validate. Nothing was done.`);
  }
  if (publicKeys === undefined)
    return session === null
      ? () => Promise.resolve('CloudTrail’s public keys need credentials, or --public-keys FILE')
      : keysFromAws(session.reader);
  let why = 'it holds no PublicKeyList';
  try {
    const source = keysFromFile(readFileSync(publicKeys, 'utf8'));
    if (source !== null) return source;
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  throw new CommandError(
    ExitCode.usage,
    `--public-keys ${publicKeys}: ${why}. Nothing was done.`,
    'Write it with credentials of any account: aws cloudtrail list-public-keys --region REGION --start-time TIME',
  );
}

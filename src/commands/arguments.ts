import { ExitCode } from '../model/index.js';
import { CommandError } from './context.js';
import { wrongLength } from './identifiers.js';
import { periodOf } from './moment.js';

/**
 * An access key id, checked before anything is sent. A secret pasted by mistake is never echoed.
 * Simulated servers may make ids of other prefixes (`LKIA…`), so only the form is checked there.
 * @throws CommandError with exit code 2
 */
export function parseKeyId(text: string, simulated: boolean): string {
  checkLength(text);
  if (/^AKIA[A-Z0-9]{16}$/.test(text)) return text;
  if (/^ASIA[A-Z0-9]{16}$/.test(text)) {
    throw new CommandError(
      ExitCode.usage,
      `${text} is the id of a temporary session, not of an access key.`,
      `A session of a role is contained by: leakguard contain --session ${text}. The key or role behind it: leakguard scan --session ${text}`,
    );
  }
  if (simulated && /^[A-Z0-9]{16,128}$/.test(text)) return text;
  const looksSecret = /^[A-Za-z0-9/+=]{40}$/.test(text);
  throw new CommandError(
    ExitCode.usage,
    looksSecret
      ? 'That looks like a secret access key, not a key id. It was not written anywhere; take it out of your shell history.'
      : 'Not an access key id: expected AKIA followed by capital letters and digits, 20 characters in all.',
    'The id stands in the notice, in the IAM console and in CloudTrail as accessKeyId.',
  );
}

/** @throws CommandError with exit code 2: never taken for the key of somebody else */
export function checkLength(text: string): void {
  const wrong = wrongLength(text);
  if (wrong !== null)
    throw new CommandError(
      ExitCode.usage,
      wrong,
      'Copy it again, whole: it stands in the notice, in the IAM console and in CloudTrail as accessKeyId.',
    );
}

/** `90d`, `36h`, `45m`: a period in milliseconds. @throws CommandError with exit code 2 */
export function parsePeriod(text: string): number {
  const period = periodOf(text);
  if (period !== null) return period;
  throw new CommandError(
    ExitCode.usage,
    `Not a period: ${JSON.stringify(text.slice(0, 40))}. Expected for example 90d, 36h or 45m.`,
  );
}

/** `all`, or names, repeatable and separated by commas; null for all. @throws CommandError with exit code 2 */
export function parseRegions(values: readonly string[]): string[] | null {
  const names = values
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0 || names.includes('all')) return null;
  const wrong = names.find((name) => !/^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(name));
  if (wrong !== undefined) {
    throw new CommandError(
      ExitCode.usage,
      `Not a region: ${JSON.stringify(wrong.slice(0, 40))}. Expected for example eu-west-1, or all.`,
    );
  }
  return names;
}

/** The environment or the flags name an endpoint that is not AWS's; checked again, in full, when the session opens. */
export function namesEndpoint(env: Record<string, string | undefined>, flag: string | null): boolean {
  return (
    flag !== null || Object.keys(env).some((name) => name.startsWith('AWS_ENDPOINT_URL') && env[name] !== '')
  );
}

/** An option that may be given several times, each time with several words between commas. */
export function wordsOf(given: readonly string[] = []): string[] {
  return given.flatMap((words) => words.split(',')).flatMap((word) => word.trim() || []);
}

/** `takeOver` → `--take-over`. */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const units: Record<string, number> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes of `500GB`. @throws CommandError with exit code 2 */
export function parseSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([MGT]B)$/i.exec(text.trim()) ?? [];
  const size = Number(number) * (units[unit.toUpperCase()] ?? 0);
  if (size > 0) return size;
  throw new CommandError(ExitCode.usage, `Not a size: ${JSON.stringify(text)}. Sizes are 500GB, 1.5TB.`);
}

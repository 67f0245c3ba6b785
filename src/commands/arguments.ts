import { accountOfArn, lastPart } from '../facts/index.js';
import { ExitCode, leadFlag, leadName } from '../model/index.js';
import { CommandError } from './context.js';
import { wrongLength } from './identifiers.js';

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

/** What is misused: a long-term key, a session of a role, or a user or role by its name. */
export interface LeadFlags {
  key?: string;
  session?: string;
  user?: string;
  role?: string;
}

/** The name of the lead (model/lead.ts). Null where none was given. @throws CommandError with exit code 2 */
export function parseLead({ key, session, user, role }: LeadFlags, simulated: boolean): string | null {
  if ([key, session, user, role].filter((one) => one !== undefined).length > 1)
    throw new CommandError(
      ExitCode.usage,
      'Give one of --key, --session, --user and --role. Nothing was done.',
    );
  if (user !== undefined) return leadName({ kind: 'user', id: parseName('user', user) });
  if (role !== undefined) return leadName({ kind: 'role', id: parseName('role', role) });
  if (session === undefined) return key === undefined ? null : parseKeyId(key, simulated);
  checkLength(session);
  if (/^ASIA[A-Z0-9]{16}$/.test(session)) return session;
  throw new CommandError(
    ExitCode.usage,
    /^AKIA[A-Z0-9]{16}$/.test(session)
      ? `${session} is an access key, not a session: --key ${session}. Nothing was done.`
      : 'Not the id of a session: expected ASIA followed by capital letters and digits. Nothing was done.',
    'It is the accessKeyId of its calls in CloudTrail.',
  );
}

/** The name of a user or role (IAM API reference, CreateUser and CreateRole). @throws CommandError with exit code 2 */
function parseName(kind: 'user' | 'role', text: string): string {
  if (/^[\w+=,.@-]{1,64}$/.test(text)) return text;
  const name = text.startsWith('arn:') ? lastPart(text) : '';
  const account = accountOfArn(text.startsWith('arn:') ? text : null);
  if (!/^[\w+=,.@-]{1,64}$/.test(name))
    throw new CommandError(
      ExitCode.usage,
      `Not the name of a ${kind}: it has up to 64 letters, digits and any of _+=,.@- Nothing was done.`,
      `It stands in the IAM console, and in CloudTrail’s userIdentity.`,
    );
  throw new CommandError(
    ExitCode.usage,
    `--${kind} takes a name, not an ARN. Nothing was done.`,
    `leakguard contain ${leadFlag(leadName({ kind, id: name }))}${account === null ? '' : ` --account ${account}`}`,
  );
}

/** `90d`, `36h`, `45m`: a period in milliseconds. @throws CommandError with exit code 2 */
export function parsePeriod(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([dhms])$/.exec(text.trim());
  const unit = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 }[match?.[2] ?? ''];
  if (match?.[1] === undefined || unit === undefined || Number(match[1]) === 0) {
    throw new CommandError(
      ExitCode.usage,
      `Not a period: ${JSON.stringify(text.slice(0, 40))}. Expected for example 90d, 36h or 45m.`,
    );
  }
  return Number(match[1]) * unit;
}

/** A moment: ISO 8601; without a zone it is UTC. Epoch milliseconds. @throws CommandError with exit code 2 */
export function parseTime(text: string): number {
  const zoned =
    /(Z|[+-]\d\d:?\d\d)$/i.test(text) || /^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  const time = Date.parse(zoned);
  if (!/^\d{4}-/.test(text) || Number.isNaN(time)) {
    throw new CommandError(
      ExitCode.usage,
      `Not a time: ${JSON.stringify(text.slice(0, 40))}. Expected for example 2026-11-23T03:10:00Z.`,
    );
  }
  return time;
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

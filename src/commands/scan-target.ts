import { isIamName, isTemporary, userOfArn } from '../facts/index.js';
import { ExitCode, type Identity, type Incident, shellArgument } from '../model/index.js';
import type { Trace, TraceTarget } from '../detect/index.js';
import { Screen, type ScreenOptions } from '../report/terminal/index.js';
import { checkLength } from './arguments.js';
import { CommandError } from './context.js';

export interface TargetFlags {
  key?: string;
  instance?: string;
  session?: string;
  user?: string;
}

/** What to trace up to its key; null where the flags name nothing of the kind. @throws CommandError with exit code 2 */
export function targetOf({ key, instance, session, user }: TargetFlags): TraceTarget | null {
  const given = [key, instance, session, user].filter((value) => value !== undefined);
  if (given.length > 1)
    throw usage('Give one of --key, --instance, --session and --user.', 'leakguard scan --help');
  if (instance !== undefined) {
    // EC2 user guide, "Resource IDs": 8 hexadecimal digits in older resources, 17 since 2018.
    if (!/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(instance))
      throw usage(
        'Not an instance id.',
        'It is i- followed by 17 (or 8) of 0-9 and a-f: i-0abc1234def567890',
      );
    return { instance };
  }
  if (session !== undefined) {
    checkLength(session);
    if (/^AKIA[A-Z0-9]{16}$/.test(session))
      throw usage(`${session} is an access key, not a session.`, `leakguard scan --key ${session}`);
    if (!/^[A-Z0-9]{16,128}$/.test(session))
      throw usage('Not the id of a session.', 'It is the accessKeyId of its calls in CloudTrail: ASIA…');
    return { session };
  }
  if (user !== undefined) {
    const name = userOfArn(user);
    if (name !== null)
      throw usage('--user takes a name, not an ARN.', `leakguard scan --user ${shellArgument(name, 'NAME')}`);
    if (!isIamName(user))
      throw usage('Not a user name.', 'It has up to 64 letters, digits and any of _+=,.@-');
    return { user };
  }
  return null;
}

function usage(message: string, next: string): CommandError {
  return new CommandError(ExitCode.usage, `${message} Nothing was done.`, next);
}

/** Where neither an event nor the inventory has it, the trace says so: it is mistyped, or another account's. */
export function judgeTrace(trace: Trace, target: TraceTarget, incident: Incident): Trace {
  const [kind, value] = Object.entries(target)[0] as [string, string];
  if (trace.key !== null || trace.principal !== null || trace.chain.length > 0) return trace;
  const id = kind === 'user' ? `user|${value}` : value;
  const there = incident.findings.find(({ resource }) => resource.id === id)?.resource;
  const note =
    there === undefined
      ? `nothing that was looked at knows ${kind} ${value}: is the id right, and the account?`
      : `it is there (${there.region}), but no event tells where it comes from: it is older than what was read, or too young`;
  return { ...trace, note };
}

/** Where the way up ends before a key: the last session on it, whose deeds can be told all the same. */
export function rootSessionOf(trace: Trace | null): string | null {
  if (trace === null || trace.key !== null || (trace.principal === null && trace.chain.length === 0))
    return null;
  return trace.path.findLast(isTemporary) ?? null;
}

/** The way up, step by step, and what to do with its end. Names are others' choice.
 *  @param subject the session that is looked at, where there is no key */
export function traceScreen(
  trace: Trace,
  subject: string | null,
  identity: Identity,
  options: ScreenOptions,
): string {
  const { path, key, principal, note } = trace;
  const screen = new Screen(options).simulated(identity);
  screen.row('traced up', path.join(' ← '));
  if (key !== null) screen.row('to key', [key, 'bold']);
  else screen.row('to key', ['none: the way up ends before a key', 'yellow']);
  if (key === null && principal !== null) screen.row('used by', principal);
  if (note !== null) screen.text('', note, 'yellow');
  if (key === null) {
    screen.gap();
    screen.text(
      '',
      subject === null
        ? 'What follows is not the answer to that: it is the whole account, scanned without a key.'
        : `What follows is what ${subject} did and made.`,
    );
  }
  return screen.toString();
}

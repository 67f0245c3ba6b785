import { accountOfArn, isIamName, lastPart } from '../facts/index.js';
import { ExitCode, leadFlag, leadName } from '../model/index.js';
import { checkLength, parseKeyId } from './arguments.js';
import { CommandError } from './context.js';

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
  if (isIamName(text)) return text;
  const name = text.startsWith('arn:') ? lastPart(text) : '';
  const account = accountOfArn(text.startsWith('arn:') ? text : null);
  if (!isIamName(name))
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

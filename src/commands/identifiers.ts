import { ExitCode } from '../model/index.js';
import { CommandError } from './context.js';

/** AWS's key ids: a prefix and 16 more, 20 characters (IAM user guide, "Understanding unique ID prefixes"). */
const awsKeyId = /^A[KS]IA[A-Z0-9]{16}$/;
/** An account id: 12 digits (Account Management reference guide, "View AWS account identifiers"). */
const accountId = /^\d{12}$/;
/** What comes along when text is copied: quotes of all kinds, spaces, and what is drawn as nothing. */
const around = /[\s"'`‘’‚‛“”„‟«»\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Flags that hold what identifies something in AWS, and how each is mended. */
const mends: Record<string, (text: string) => string> = {
  key: mendedKeyId,
  session: mendedKeyId,
  watchKey: mendedKeyId,
  account: mendedAccount,
};

/** Mends in place what every command takes as a key, a session or an account, and tells of each.
 *  @throws CommandError with exit code 2 for what cannot be an account id */
export function mendIdentifiers(flags: object, tell: (message: string) => void): void {
  const all = flags as Record<string, unknown>;
  for (const [name, mend] of Object.entries(mends)) {
    const given = all[name];
    const one = (text: unknown): unknown => {
      if (typeof text !== 'string') return text;
      const mended = mend(text);
      const flag = name === 'watchKey' ? '--watch-key' : `--${name}`;
      if (mended !== text)
        tell(`${flag} is read as ${mended}: spaces, quotes, dashes or lower case were mended.`);
      return mended;
    };
    if (given !== undefined) all[name] = Array.isArray(given) ? given.map(one) : one(given);
  }
}

/** Only what is a whole id once it is mended is: anything else is left for the command to refuse, unspoken. */
function mendedKeyId(text: string): string {
  const bare = text.replace(around, '');
  const upper = bare.toUpperCase();
  if (awsKeyId.test(upper)) return upper;
  // Of another server's ids only what is around them is taken off; a secret, too, is none of them.
  return /^[A-Z0-9]{16,39}$/.test(bare) ? bare : text;
}

/** `1111-2222-3333` is how the console shows it. */
function mendedAccount(text: string): string {
  const bare = text.replace(around, '').replace(/[-‐‑‒–—]/g, '');
  if (accountId.test(bare)) return bare;
  const digits = /^\d+$/.test(bare) ? bare.length : null;
  throw new CommandError(
    ExitCode.usage,
    digits === null
      ? 'Not an account id: expected 12 digits. Nothing was done.'
      : `An account id has 12 digits, and this has ${digits}: ${digits < 12 ? 'cut off when pasting, or a leading zero lost' : 'pasted twice'}? Nothing was done.`,
    'It stands at the top right of the console, as 1111-2222-3333. The account you are in: aws sts get-caller-identity',
  );
}

/** Why what begins like a key id of AWS is none, in words; null where it does not begin so, or is one. The text itself is
 *  not repeated: a secret may begin so too. */
export function wrongLength(text: string): string | null {
  const bare = text.replace(around, '').toUpperCase();
  if (!/^A[KS]IA[A-Z0-9]*$/.test(bare) || awsKeyId.test(bare) || bare.length === 40) return null;
  const why = bare.length < 20 ? 'cut off when pasting?' : 'pasted twice, or with something else?';
  return `A key id has 20 characters, and this has ${bare.length}: ${why} Nothing was done.`;
}

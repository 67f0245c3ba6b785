import { ExitCode } from '../model/index.js';
import { wordsOf } from './arguments.js';
import { CommandError } from './context.js';

/** The flags that say which accounts of an organization are meant, and how they are entered. */
export interface OrganizationFlags {
  organization?: boolean;
  memberRole?: string;
  memberExternalId?: string;
  accounts?: string[];
  ou?: string;
  concurrency?: string;
}

/** Those that say something only with --organization. @throws CommandError with exit code 2 */
export function assertOrganizationFlags(flags: OrganizationFlags): void {
  const { organization, memberRole, memberExternalId, accounts = [], ou } = flags;
  if (organization === true) return;
  const given = { '--member-role': memberRole, '--member-external-id': memberExternalId, '--ou': ou };
  const [lost] = [
    ...Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag])),
    ...(accounts.length > 0 ? ['--accounts'] : []),
  ];
  if (lost !== undefined)
    throw new CommandError(ExitCode.usage, `${lost} is for --organization: give both. Nothing was done.`);
}

/** Ids of accounts, each once; null for all. @throws CommandError with exit code 2 */
export function accountsOf(given: readonly string[] | undefined, flag = '--accounts'): string[] | null {
  const ids = [...new Set(wordsOf(given))];
  const wrong = ids.find((id) => !/^\d{12}$/.test(id));
  if (wrong !== undefined)
    throw new CommandError(
      ExitCode.usage,
      `${flag} takes ids of accounts, twelve digits each, not ${JSON.stringify(wrong.slice(0, 40))}. Nothing was done.`,
    );
  return ids.length === 0 ? null : ids;
}

/** @throws CommandError with exit code 2 */
export function concurrencyOf({ concurrency = '8' }: OrganizationFlags): number {
  const n = Number(concurrency);
  if (Number.isInteger(n) && n > 0 && n <= 64) return n;
  throw new CommandError(
    ExitCode.usage,
    `--concurrency takes a number from 1 to 64, not ${JSON.stringify(concurrency.slice(0, 40))}. Nothing was done.`,
  );
}

/** @throws CommandError with exit code 2 */
export function roleNamesOf({ memberRole }: OrganizationFlags, usual: readonly string[]): readonly string[] {
  if (memberRole === undefined) return usual;
  // A path may stand before the name (IAM user guide, "IAM identifiers").
  if (/^[\w+=,.@/-]{1,512}$/.test(memberRole) && !memberRole.startsWith('arn:')) return [memberRole];
  throw new CommandError(
    ExitCode.usage,
    `--member-role takes the name of a role, the same in every account, not ${JSON.stringify(memberRole.slice(0, 60))}. Nothing was done.`,
  );
}

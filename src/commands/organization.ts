import { AwsFailure, type Session } from '../aws/index.js';
import { type CoreEvent, ExitCode } from '../model/index.js';
import {
  type AccountLead,
  type Entry,
  listAccounts,
  managementOf,
  type MemberAccount,
  usualRoles,
} from '../organization/index.js';
import { CommandError, type CommandContext } from './context.js';
import type { SurveyFlags } from './survey-options.js';
import { accountsOf, type OrganizationFlags, roleNamesOf } from './organization-flags.js';

/** How members are entered, by the flags. @throws CommandError with exit code 2 */
export function entryOf(flags: OrganizationFlags, policy: string | null, { env }: CommandContext): Entry {
  return {
    roles: roleNamesOf(flags, usualRoles),
    externalId: flags.memberExternalId ?? null,
    sessionName: env['AWS_ROLE_SESSION_NAME'] || 'leakguard',
    policy,
  };
}

/**
 * The accounts that the flags mean. Accounts that are named are gone through also where Organizations does not list them.
 * @throws CommandError where the organization cannot be read and none are named
 */
export async function chosenAccounts(
  flags: OrganizationFlags,
  { reader, identity }: Session,
  context: CommandContext,
): Promise<MemberAccount[]> {
  const named = accountsOf(flags.accounts);
  const unit = flags.ou ?? null;
  try {
    const listed = await listAccounts(reader, unit);
    if (named === null) return listed;
    const unlisted = named.filter((id) => listed.every((one) => one.id !== id));
    if (unlisted.length > 0) {
      const where = unit === null ? 'the organization' : `unit ${unit}`;
      const message = `Organizations lists no account ${unlisted.join(', ')} in ${where}: they are tried all the same.`;
      context.emit({ type: 'warning', message });
    }
    return [
      ...listed.filter(({ id }) => named.includes(id)),
      ...unlisted.map((id) => ({ id, name: '', state: null })),
    ];
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    if (named !== null) {
      const message = `The organization could not be read (${error.describe()}): the accounts of --accounts are gone through as they are.`;
      context.emit({ type: 'warning', message });
      return named.map((id) => ({ id, name: '', state: null }));
    }
    const manager = await managementOf(reader);
    throw notListed(error, identity.account, manager, unit);
  }
}

function notListed(
  failure: AwsFailure,
  account: string,
  manager: string | null,
  unit: string | null,
): CommandError {
  const isUnit = unit !== null && /^(ParentNotFound|InvalidInput)/.test(failure.code);
  if (isUnit)
    return new CommandError(
      ExitCode.usage,
      `Unit ${JSON.stringify(unit.slice(0, 60))} could not be read: ${failure.message} Nothing was done.`,
      'Which units there are: aws organizations list-organizational-units-for-parent --parent-id r-…',
    );
  const message = `The accounts of the organization could not be listed from account ${account}: ${failure.describe()}. Nothing was done.`;
  if (manager === null)
    return new CommandError(
      ExitCode.refused,
      message,
      'Scan this account alone: the same command without --organization; or name accounts: --accounts ID,ID',
    );
  const next =
    manager === account
      ? 'Its credentials need organizations:ListAccounts (leakguard policy --organization); or name the accounts: --accounts ID,ID'
      : `Use credentials of the management account ${manager}, or of one that it has delegated this to: --profile NAME; or name the accounts: --accounts ID,ID`;
  return new CommandError(ExitCode.refused, message, next);
}

/** The account that the key is of, by STS; null, and told, where it does not say. */
export async function accountOfKey(
  key: string,
  { reader }: Session,
  context: CommandContext,
): Promise<string | null> {
  try {
    const { Account } = await reader.call('sts', 'GetAccessKeyInfo', 'global', { AccessKeyId: key });
    return Account ?? null;
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    const message = `Which account ${key} is of could not be read (${error.describe()}): every account is asked for it.`;
    context.emit({ type: 'warning', message });
    return null;
  }
}

/** For the work in one account of many: warnings say which; progress is told account by account. */
export function memberContext({ identity }: Session, context: CommandContext): CommandContext {
  const emit = (event: CoreEvent): void => {
    if (event.type === 'warning')
      context.emit({ ...event, message: `${identity.account}: ${event.message}` });
  };
  return { ...context, emit };
}

/** The flags of a look at one account: what the incident's own sessions did there is misuse from their making on. */
export function flagsFor<F extends SurveyFlags>(flags: F, lead: AccountLead | null): F {
  if (lead === null) return flags;
  const include = [...(flags.include ?? []), ...lead.include];
  if (lead.since === null) return { ...flags, include };
  return { ...flags, include, compromisedAt: new Date(lead.since).toISOString() };
}

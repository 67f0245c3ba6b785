import { AwsFailure, type Reader } from '../aws/index.js';

/** An account of the organization, as Organizations lists it. */
export interface MemberAccount {
  id: string;
  name: string;
  /** ACTIVE, SUSPENDED, CLOSED, …; null where it was named by the person and never listed. */
  state: string | null;
}

interface Listed {
  Id?: string | undefined;
  Name?: string | undefined;
  State?: string | undefined;
  Status?: string | undefined;
}

/** The account that manages the organization; null where that cannot be read, or there is none. Any member may ask. */
export async function managementOf(reader: Reader): Promise<string | null> {
  try {
    const { Organization } = await reader.call('organizations', 'DescribeOrganization', 'global', {});
    return Organization?.MasterAccountId ?? null;
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    return null;
  }
}

/** Every account of the organization, or of a unit and of all units below it, each once. @throws AwsFailure */
export async function listAccounts(reader: Reader, unit: string | null): Promise<MemberAccount[]> {
  const accounts = new Map<string, MemberAccount>();
  const take = (listed: readonly Listed[] = []): void => {
    // `Status` is the older name of `State` (Organizations API reference, Account).
    for (const { Id: id, Name: name = '', State, Status } of listed)
      if (id !== undefined) accounts.set(id, { id, name, state: State ?? Status ?? 'unknown' });
  };
  if (unit === null) {
    for await (const page of reader.pages('organizations', 'ListAccounts', 'global', {})) take(page.Accounts);
    return [...accounts.values()];
  }
  const units = [unit];
  for (let at = 0; at < units.length; at += 1) {
    const ParentId = units[at] ?? '';
    for await (const page of reader.pages('organizations', 'ListAccountsForParent', 'global', { ParentId }))
      take(page.Accounts);
    const below = reader.pages('organizations', 'ListOrganizationalUnitsForParent', 'global', { ParentId });
    for await (const { OrganizationalUnits = [] } of below)
      units.push(...OrganizationalUnits.flatMap(({ Id }) => Id ?? []));
  }
  return [...accounts.values()];
}

import { type Identity, type Reason, version } from '../model/index.js';
import type { Across } from './across.js';

/** The version of the document that `scan --organization --json` prints. */
export const organizationScanVersion = 1;

/** What one incident looks like over all accounts, for programs. Times are epoch milliseconds, UTC. */
export interface OrganizationDocument extends Across {
  schemaVersion: typeof organizationScanVersion;
  command: 'scan';
  organization: true;
  tool: { name: 'leakguard'; version: string };
  exitCode: number;
  reasons: Reason[];
  simulated: boolean;
  identity: Identity;
  key: string;
  keyAccount: string | null;
  /** Every account was looked at, as far as there was reason to: only then does "none" mean none. */
  complete: boolean;
}

/** Why the exit code is not 0: what each account says, in its name. Pure. */
export function reasonsAcross({ rows }: Across, keyAccount: string | null): Reason[] {
  const reasons = rows.flatMap(({ account, reasons: own }) =>
    own.map(
      ({ rule, words }): Reason => ({
        rule,
        words: words.includes(account) ? words : `${account}: ${words}`,
      }),
    ),
  );
  if (keyAccount === null)
    reasons.push({ rule: 'look.not-all-seen', words: 'which account the key is of could not be read' });
  return reasons;
}

/** The one document of `scan --organization --json`. Pure. */
export function organizationDocument(
  across: Across,
  about: Pick<OrganizationDocument, 'exitCode' | 'reasons' | 'identity' | 'key' | 'keyAccount'>,
): OrganizationDocument {
  const { identity, key, keyAccount, exitCode, reasons } = about;
  const { rows, edges, misuseAt, userName } = across;
  return {
    schemaVersion: organizationScanVersion,
    command: 'scan',
    organization: true,
    tool: { name: 'leakguard', version },
    exitCode,
    reasons,
    simulated: identity.simulated,
    identity,
    key,
    keyAccount,
    complete: keyAccount !== null && rows.every(({ look, why }) => look !== 'dark' && why === null),
    misuseAt,
    userName,
    rows,
    edges,
  };
}

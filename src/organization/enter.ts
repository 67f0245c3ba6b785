import { AwsFailure, type Session } from '../aws/index.js';
import type { MemberAccount } from './accounts.js';

/** How an account is entered. */
export interface Entry {
  /** Tried in this order. */
  roles: readonly string[];
  externalId: string | null;
  /** Says in the account's own CloudTrail who it was. */
  sessionName: string;
  /** What the session is narrowed to; null for all that the role may. */
  policy: string | null;
}

/** The roles of Control Tower, and those that Organizations makes in each account that it creates. */
export const usualRoles = ['AWSControlTowerExecution', 'OrganizationAccountAccessRole'] as const;

/** A session in the account, and the role that it is of (null: the person's own credentials). */
export interface Inside {
  session: Session;
  roleArn: string | null;
}

/** Nobody got in: why, and what to do about it. */
export interface Outside {
  why: string;
  next: string;
}

/** The first of the roles that lets the person in. Never throws for what AWS says: an account that cannot be entered is a
 *  row, and the others go on. */
export async function enter(
  own: Session,
  { id, state }: MemberAccount,
  { roles, ...how }: Entry,
): Promise<Inside | Outside> {
  if (id === own.identity.account) return { session: own, roleArn: null };
  if (state !== null && state !== 'ACTIVE')
    return {
      why: `Organizations says that it is ${state}: nobody gets in`,
      next: `aws organizations describe-account --account-id ${id}`,
    };
  const refusals: string[] = [];
  for (const role of roles) {
    const arn = `arn:${own.identity.partition}:iam::${id}:role/${role}`;
    try {
      const session = await own.member({ arn, ...how });
      const { account } = session.identity;
      if (account === id) return { session, roleArn: arn };
      return { why: `${arn} let us into account ${account}`, next: 'the same command again' };
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      if (error.code !== 'AssumeRole') return { why: error.describe(), next: 'the same command again' };
      refusals.push(role);
    }
  }
  return {
    why: `no role let us in: ${refusals.join(', ')} (there is none, its trust policy does not name ${own.identity.account}, or a policy forbids it)`,
    next: 'name a role that does with --member-role NAME; or roll one out as a StackSet: leakguard policy --organization member',
  };
}

import type { AccessKey, Role, Session, User } from '../world/identity.js';
import type { Account } from '../world/world.js';

/** Who signed a request. */
export interface Caller {
  account: Account;
  type: 'Root' | 'IAMUser' | 'AssumedRole' | 'FederatedUser';
  arn: string;
  /** `aws:userid`: AIDA…, AROA…:session, account:name, or the account's id for root. */
  userId: string;
  user: User | null;
  role: Role | null;
  key: AccessKey | Session;
  session: Session | null;
}

/** The caller behind a credential, or null where its user or role is gone. */
export function callerOf(key: AccessKey | Session): Caller | null {
  const { account } = key;
  const session = 'token' in key ? key : null;
  const base = { account, key, session, user: null, role: null };
  if (session !== null && session.kind === 'role') {
    const role = account.roles.get(session.role!);
    if (role === undefined || role.id !== session.roleId) return null;
    const arn = `arn:${account.world.settings.partition}:sts::${account.id}:assumed-role/${role.name}/${session.name}`;
    return { ...base, type: 'AssumedRole', arn, userId: `${role.id}:${session.name}`, role };
  }
  if (key.user === null) return { ...base, type: 'Root', arn: account.arn('root'), userId: account.id };
  const user = account.users.get(key.user);
  if (user === undefined) return null;
  if (session !== null && session.kind === 'federation') {
    const arn = `arn:${account.world.settings.partition}:sts::${account.id}:federated-user/${session.name}`;
    return { ...base, type: 'FederatedUser', arn, userId: `${account.id}:${session.name}`, user };
  }
  return { ...base, type: 'IAMUser', arn: user.arn, userId: user.id, user };
}

import { asText } from '../model/index.js';

/** The forms of AWS's identifiers (IAM user guide, "IAM identifiers"), each read in one place. */

/** The IAM user's name in an ARN, with or without a path; null for roles, sessions, federated users and root. */
export function userOfArn(arn: string | null): string | null {
  return /^arn:[^:]*:iam::\d*:user\/(?:.*\/)?([^/]+)$/.exec(arn ?? '')?.[1] ?? null;
}

/** The account and name of a role's ARN; null for what is none. */
export function roleOfArn(arn: string | null): { account: string; name: string } | null {
  const [, account, name] = /^arn:[^:]+:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(arn ?? '') ?? [];
  return account === undefined || name === undefined ? null : { account, name };
}

/** The role's name in a role session's ARN, which leaves the role's path out; null for what is none. */
export function roleOfSession(arn: string | null): string | null {
  return /:assumed-role\/([^/]+)\//.exec(arn ?? '')?.[1] ?? null;
}

/** The ARN is the account's root user. */
export function isRoot(arn: string | null): boolean {
  return /^arn:[^:]*:iam::\d*:root$/.test(arn ?? '');
}

/** What IAM calls the root user in place of a user's name: the credential report `<root_account>` (no IAM user's name may
 *  hold an angle bracket), other answers `root` or the account's id. */
export function isRootName(user: string, account: string): boolean {
  return user === '<root_account>' || user === 'root' || user === account;
}

/** AWS's own policies that give a right to everything, by their ARN (AWS managed policy reference). */
export function isAdministratorPolicy(arn: string): boolean {
  return /:policy\/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$/.test(arn);
}

/** The account in an ARN; null where it has none. */
export function accountOfArn(arn: string | null): string | null {
  return asText(arn?.split(':')[4]);
}

/** The partition in an ARN (`arn:aws-cn:…`): the caller's ARN says which one we are in. */
export function partitionOfArn(arn: string): string {
  return arn.split(':')[1] || 'aws';
}

/** The last part of an ARN or path, after its last slash or colon: `arn:aws:iam::1:role/team/ci` → `ci`. */
export function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1);
}

/** The name at the end of an ARN. Null where there is none. */
export function arnName(arn: string | null): string | null {
  return asText(lastPart(arn ?? ''));
}

/** Temporary key ids begin with ASIA; LSIA is a simulated AWS's. */
export function isTemporary(keyId: string): boolean {
  return /^[AL]SIA/.test(keyId);
}

/** Null for what is no key id: absent, empty, or masked (`AKIA****`, `AKIAXXXXXXXX`), since a mask is not one key. */
export function keyIdOf(value: unknown): string | null {
  const id = asText(value)?.trim() ?? '';
  if (!/^\w{5,128}$/.test(id) || /redact|hidden|mask/i.test(id) || /^(?:A[KS]IA)?([X_])\1+$/i.test(id))
    return null;
  return id;
}

/** AWS's own quarantine: it attaches `AWSCompromisedKeyQuarantine`, V2, V3 or V4 to the user (AWS managed policy reference).
 *  `policy`: its name or ARN. */
export function isQuarantine(policy: string): boolean {
  return lastPart(policy).startsWith('AWSCompromisedKeyQuarantine');
}

/** The name of a user or role (IAM API reference, CreateUser and CreateRole): it needs no quotes in a command. */
export function isIamName(text: string): boolean {
  return /^[\w+=,.@-]{1,64}$/.test(text);
}

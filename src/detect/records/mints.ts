import { accountOfArn, keyIdOf, lastPart, partitionOfArn } from '../../facts/index.js';
import {
  asObject,
  asText,
  type TaintedCredential,
  textAt,
  type TrailEvent,
  worked,
} from '../../model/index.js';
import { countOf, isService, requestOf, responseOf, valueOf } from './record-fields.js';

/** One edge of the credential graph: a call that worked and made a credential. */
export interface Mint {
  event: TrailEvent;
  /** The key id that it made; null where the record does not say (cut, or written by something that hides it). */
  id: string | null;
  kind: TaintedCredential['kind'];
  /** The ARN that the new credential's calls carry. */
  principal: string | null;
  userName: string | null;
  roleName: string | null;
  userId: string | null;
  sessionName: string | null;
  /** Epoch milliseconds; null for keys that do not expire. */
  expiresAt: number | null;
  /** Role's account, where it is not the account that the event came from. */
  otherAccount: string | null;
  /** SAML or OIDC provider, trust anchor, profile: what let the caller in. */
  through: string[];
}

/** Default lifetimes, seconds (STS API reference: AssumeRole 3,600; GetSessionToken and GetFederationToken 43,200). */
const lifetimes: Record<string, number> = { GetSessionToken: 43_200, GetFederationToken: 43_200 };

const sessionKinds: Record<string, TaintedCredential['kind']> = {
  GetSessionToken: 'session-token',
  GetFederationToken: 'federation',
  AssumeRole: 'role-session',
  AssumeRoleWithSAML: 'role-session',
  AssumeRoleWithWebIdentity: 'role-session',
  AssumeRoot: 'role-session',
};

/** The credential that this event made, or null. */
export function mintOf(event: TrailEvent): Mint | null {
  if (!worked(event)) return null;
  if (event.source === 'iam.amazonaws.com' && event.name === 'CreateAccessKey') return keyMint(event);
  if (event.source === 'rolesanywhere.amazonaws.com' && event.name === 'CreateSession')
    return anywhereMint(event);
  const kind = event.source === 'sts.amazonaws.com' ? sessionKinds[event.name] : undefined;
  return kind === undefined ? null : sessionMint(event, kind);
}

/** The request may be null: then the owner stands in the response, or is the caller. */
function keyMint(event: TrailEvent): Mint | null {
  const key = asObject(responseOf(event).accessKey);
  const owner = asText(key?.userName) ?? asText(requestOf(event).userName) ?? event.actor.userName;
  return {
    ...blank(event),
    id: keyIdOf(key?.accessKeyId),
    kind: 'access-key',
    principal: owner,
    userName: owner,
  };
}

function sessionMint(event: TrailEvent, kind: TaintedCredential['kind']): Mint {
  const request = requestOf(event);
  const response = responseOf(event);
  const roleArn = asText(request.roleArn) ?? asText(request.targetPrincipal);
  const assumed = asObject(response.assumedRoleUser) ?? asObject(response.federatedUser);
  const sessionName = asText(request.roleSessionName) ?? asText(request.name);
  const roleName = roleArn === null ? null : lastPart(roleArn);
  const account = accountOfArn(roleArn);
  const seconds = countOf(request.durationSeconds) ?? lifetimes[event.name] ?? 3600;
  const isUser = kind === 'session-token';
  return {
    ...blank(event),
    id: keyIdOf(textAt(response, 'credentials', 'accessKeyId')),
    kind: isService(event) && event.actor.invokedBy === 'ec2.amazonaws.com' ? 'instance-role' : kind,
    principal:
      asText(assumed?.arn) ??
      (isUser ? event.actor.arn : null) ??
      (roleName === null || sessionName === null
        ? null
        : `arn:${partitionOfArn(roleArn ?? '')}:sts::${account ?? event.account ?? ''}:assumed-role/${roleName}/${sessionName}`),
    userName: isUser || kind === 'federation' ? event.actor.userName : null,
    roleName,
    userId: asText(assumed?.assumedRoleId) ?? asText(assumed?.federatedUserId),
    sessionName,
    expiresAt: event.time === null ? null : event.time + seconds * 1000,
    otherAccount: account !== null && event.account !== null && account !== event.account ? account : null,
    through: [asText(request.principalArn), asText(request.providerId), event.actor.principalId].filter(
      (name) => name !== null,
    ),
  };
}

/** IAM Roles Anywhere: a certificate of the trust anchor's gets a role session (API reference, CreateSession). */
function anywhereMint(event: TrailEvent): Mint | null {
  const request = requestOf(event);
  const set = responseOf(event).credentialSet;
  const first = asObject(Array.isArray(set) ? set[0] : null);
  const roleArn = asText(request.roleArn);
  return {
    ...blank(event),
    id: keyIdOf(textAt(first, 'credentials', 'accessKeyId')),
    kind: 'role-session',
    principal: textAt(first, 'assumedRoleUser', 'arn'),
    roleName: roleArn === null ? null : lastPart(roleArn),
    userId: textAt(first, 'assumedRoleUser', 'assumedRoleId'),
    expiresAt: event.time === null ? null : event.time + (countOf(request.durationSeconds) ?? 3600) * 1000,
    through: [valueOf(request.trustAnchorArn), valueOf(request.profileArn)].filter((name) => name !== null),
  };
}

function blank(event: TrailEvent): Mint {
  return {
    event,
    id: null,
    kind: 'unknown',
    principal: null,
    userName: null,
    roleName: null,
    userId: null,
    sessionName: null,
    expiresAt: null,
    otherAccount: null,
    through: [],
  };
}

import { AwsError } from '../aws-error.js';
import { orgId, type Account } from '../world/world.js';
import type { Grants, Role, User } from '../world/identity.js';
import type { Caller } from './caller.js';
import { managedDocument } from './managed-policies.js';
import { evaluate, type Request, type Verdict } from './policy.js';

export interface Decision {
  verdict: Verdict;
  /** Which kind of policy decided, in AWS's words. */
  by:
    | 'identity-based policy'
    | 'service control policy'
    | 'permissions boundary'
    | 'session policy'
    | 'credential';
  /** The policy that decided, where AWS's refusal names it. */
  arn?: string;
}

function documents(account: Account, grants: Grants): string[] {
  return [...Object.values(grants.inline), ...grants.attached.map((arn) => managedDocument(account, arn))];
}

/** Every identity policy that AWS enforces for a user or role at this moment, those of its groups too. */
export function identityPolicies(account: Account, principal: User | Role): string[] {
  const now = account.world.clock.now();
  const own = documents(account, principal.grants.effective(now));
  const groups = 'groups' in principal ? principal.groups.effective(now) : [];
  return groups.reduce((all, name) => {
    const group = account.groups.get(name);
    return group === undefined ? all : [...all, ...documents(account, group.grants.effective(now))];
  }, own);
}

/** The condition keys that AWS puts into every request of this caller. */
export function callerKeys(caller: Caller): Record<string, string | undefined> {
  const { session, account, user, role } = caller;
  const tags = Object.entries((role ?? user)?.tags ?? {});
  return {
    ...Object.fromEntries(tags.map(([name, value]) => [`aws:principaltag/${name.toLowerCase()}`, value])),
    'aws:principalarn': role?.arn ?? caller.arn,
    'aws:principalaccount': account.id,
    'aws:principaltype':
      caller.type === 'Root' ? 'Account' : caller.type === 'IAMUser' ? 'User' : caller.type,
    'aws:userid': caller.userId,
    'aws:username': caller.type === 'IAMUser' ? user?.name : undefined,
    'aws:currenttime': new Date(account.world.clock.now()).toISOString(),
    'aws:epochtime': String(Math.floor(account.world.clock.now() / 1000)),
    // Present only for temporary credentials, so a Deny by it spares long-term keys.
    'aws:tokenissuetime': session === null ? undefined : new Date(session.issuedAt).toISOString(),
    'aws:multifactorauthpresent': session === null ? undefined : String(session.mfa),
    'aws:viaawsservice': 'false',
  };
}

/** What temporary credentials of a user may never do (IAM user guide, "Compare AWS STS credentials"). */
function forbiddenToSession(caller: Caller, action: string): boolean {
  const { session } = caller;
  if (session === null || session.kind === 'role') return false;
  const [service, operation] = action.toLowerCase().split(':');
  if (service === 'iam') return session.kind === 'federation' || !session.mfa;
  if (service !== 'sts' || operation === 'getcalleridentity') return false;
  return session.kind === 'federation' || operation !== 'assumerole';
}

/** Whether AWS lets this caller do this: Deny over Allow, SCPs and session policies narrowing what remains. */
export function decide(caller: Caller, request: Request): Decision {
  const { account, session } = caller;
  if (forbiddenToSession(caller, request.action)) return { verdict: 'implicitDeny', by: 'credential' };
  // GetCallerIdentity needs no permission, and a Deny does not stop it.
  if (request.action.toLowerCase() === 'sts:getcalleridentity')
    return { verdict: 'allowed', by: 'identity-based policy' };
  if (account.scps.length > 0 && account.managementAccount !== account.id && !isServiceLinked(caller.role)) {
    const verdict = evaluate(
      [
        '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
        ...account.scps.map(({ document }) => document),
      ],
      request,
    );
    if (verdict !== 'allowed') {
      const denying = account.scps.find(({ document }) => evaluate([document], request) === 'explicitDeny');
      const arn = denying === undefined ? {} : { arn: scpArn(account, denying.id) };
      return { verdict, by: 'service control policy', ...arn };
    }
  }
  if (caller.type === 'Root') return { verdict: 'allowed', by: 'identity-based policy' };
  const principal = (caller.role ?? caller.user)!;
  const verdict = evaluate(identityPolicies(account, principal), request);
  if (verdict !== 'allowed' && !(verdict === 'implicitDeny' && isUnasked(request)))
    return { verdict, by: 'identity-based policy' };
  const { boundary } = principal.grants.effective(account.world.clock.now());
  if (boundary !== undefined) {
    const bound = evaluate([managedDocument(account, boundary)], request);
    if (bound !== 'allowed') return { verdict: bound, by: 'permissions boundary' };
  }
  const narrowed = session?.policies ?? (session?.kind === 'federation' ? [] : null);
  if (narrowed !== null) {
    const inner = evaluate(narrowed, request);
    if (inner !== 'allowed') return { verdict: inner, by: 'session policy' };
  }
  return { verdict: 'allowed', by: 'identity-based policy' };
}

const scpArn = ({ managementAccount }: Account, id: string) =>
  `arn:aws:organizations::${managementAccount}:policy/${orgId(managementAccount!)}/service_control_policy/${id}`;

/** GetSessionToken takes no permission, and can be denied all the same (STS API reference, "GetSessionToken"). */
const isUnasked = ({ action }: Request) => action.toLowerCase() === 'sts:getsessiontoken';

export function isServiceLinked(role: Role | null): boolean {
  return role !== null && role.path.startsWith('/aws-service-role/');
}

const codes: Record<string, string> = {
  ec2: 'UnauthorizedOperation',
  query: 'AccessDenied',
  'rest-xml': 'AccessDenied',
};

/** The refusal in the words and code that this protocol's services use. */
export function denial(
  protocol: string,
  caller: Caller,
  request: Request,
  { verdict, by, arn }: Decision,
): AwsError {
  const why =
    verdict === 'explicitDeny'
      ? `with an explicit deny in ${/^[aeiou]/.test(by) ? 'an' : 'a'} ${by}${arn === undefined ? '' : `: ${arn}`}`
      : by === 'credential'
        ? 'because these temporary credentials cannot call it'
        : `because no ${by} allows the ${request.action} action`;
  const sentence = `User: ${caller.arn} is not authorized to perform: ${request.action} on resource: ${request.resource} ${why}`;
  const message =
    protocol === 'ec2' ? `You are not authorized to perform this operation. ${sentence}` : sentence;
  const status = protocol === 'json' || protocol === 'cbor' ? 400 : 403;
  return new AwsError(codes[protocol] ?? 'AccessDeniedException', message, status);
}

import type { AwsFailure, FailureKind } from '../../aws/index.js';

/**
 * How a service answers one harmless read. denied: the caller lacks a permission · restricted: AWS has limited the
 * account · not-enabled: the service or support plan is not there · failed: no answer of AWS's ·
 * cannot-tell: refused, and nothing tells a restriction from a missing permission.
 */
export type AccessState = 'answers' | 'denied' | 'restricted' | 'not-enabled' | 'failed' | 'cannot-tell';

/** What iam:SimulatePrincipalPolicy says of the caller; `unknown` where it could not be asked. */
export type Permission = 'allowed' | 'denied' | 'unknown';

export interface Access {
  state: AccessState;
  /** AWS's code and message; null where it answered. */
  code: string | null;
  message: string | null;
  /** How the state was told, in words. */
  reason: string;
  /** What to do about it; empty where there is nothing to do. */
  next: string[];
}

/** AWS names the policy where a policy refuses ("is not authorized to perform: … because no identity-based policy
 *  allows …", "with an explicit deny in a service control policy"): IAM user guide, "Troubleshoot access denied
 *  error messages". A restricted account is refused without such a reason. */
const policyReason = /not authorized to perform|explicit deny|policy allows/i;

const notThere: FailureKind[] = ['not-subscribed', 'no-subscription', 'not-offered'];

export const answers: Access = {
  state: 'answers',
  code: null,
  message: null,
  reason: 'it answers',
  next: [],
};

/** Whether a refusal can be judged only with the caller's permission at hand. Pure. */
export function needsPermission(failure: AwsFailure): boolean {
  return failure.kind === 'denied' && !policyReason.test(failure.message);
}

/**
 * What a failed read says of the account. `permission`: the caller's, where it was asked; `othersAnswer`: whether
 * another service answered the same caller at the same time (null: not asked); `action`: the IAM action, where it is
 * not named as the operation. Pure.
 */
export function classify(
  failure: AwsFailure,
  permission: Permission,
  othersAnswer: boolean | null,
  action = `${failure.service}:${failure.operation}`,
): Access {
  const { code, message, kind } = failure;
  const make = (state: AccessState, reason: string, next: string[]): Access => ({
    state,
    code,
    message,
    reason,
    next,
  });
  const grant = `Allow ${action} to the caller, then check again.`;
  const lift =
    'If AWS limits the account: clear it in all regions, answer the case (leakguard case REPORT), then check again.';

  if (kind === 'restricted') return make('restricted', `AWS has restricted the account (${code})`, [lift]);
  if (kind === 'denied') {
    if (policyReason.test(message)) return make('denied', `the caller lacks ${action} (${code})`, [grant]);
    if (permission === 'denied')
      return make('denied', `the caller lacks ${action}, as the policy simulation says`, [grant]);
    if (permission === 'allowed') {
      return make(
        'restricted',
        `${code} without a policy's reason, though the caller's policies allow ${action}`,
        [lift],
      );
    }
    return make(
      'cannot-tell',
      `${code} without a policy's reason, and the caller's policies could not be simulated`,
      [
        lift,
        `If the permission is missing: ${grant} (With iam:SimulatePrincipalPolicy the two can be told apart.)`,
      ],
    );
  }
  if (notThere.includes(kind))
    return make('not-enabled', `not available to this account (${code})`, [
      kind === 'no-subscription'
        ? 'It takes a paid support plan.'
        : kind === 'not-offered'
          ? message
          : 'The account has not signed up for the service.',
    ]);
  if (kind === 'credentials' || kind === 'token-refused')
    return make('failed', `the credentials were refused (${code})`, [
      kind === 'credentials' ? 'Renew the credentials.' : message,
    ]);
  if (kind === 'unreachable' || kind === 'throttled')
    return make('failed', `no answer that says anything (${code})`, ['Check again in a minute.']);
  if (othersAnswer === true) {
    return make(
      'cannot-tell',
      `it fails with ${code} while other services answer: perhaps restricted, perhaps a fault of the service`,
      [lift, 'If it is a fault: see the AWS Health Dashboard, and check again.'],
    );
  }
  return make('failed', `it fails with ${code}`, ['Check again in a minute.']);
}

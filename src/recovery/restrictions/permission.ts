import { isRoot, roleOfSession, userOfArn } from '../../facts/index.js';
import { AwsFailure, type Reader } from '../../aws/index.js';
import type { Permission } from './classify.js';

/**
 * Do the caller's policies allow `actions`? Asked once for all of them, where iam:SimulatePrincipalPolicy is allowed;
 * `unknown` for every action where it is not. The root user has no policies: everything is allowed to it.
 * Source: IAM API reference, SimulatePrincipalPolicy (it takes a user's or a role's ARN, never a session's).
 */
export async function permissionsOf(
  reader: Reader,
  callerArn: string,
  actions: readonly string[],
): Promise<Map<string, Permission>> {
  const unknown = (): Map<string, Permission> => new Map(actions.map((action) => [action, 'unknown']));
  if (actions.length === 0) return new Map();
  if (isRoot(callerArn)) return new Map(actions.map((action) => [action, 'allowed']));
  try {
    const source = await policySourceOf(reader, callerArn);
    if (source === null) return unknown();
    const permissions = unknown();
    // `*` as the resource is what a list operation is authorized against.
    const { EvaluationResults } = await reader.call('iam', 'SimulatePrincipalPolicy', 'global', {
      PolicySourceArn: source,
      ActionNames: [...actions],
    });
    for (const { EvalActionName, EvalDecision } of EvaluationResults ?? []) {
      if (EvalActionName !== undefined)
        permissions.set(EvalActionName, EvalDecision === 'allowed' ? 'allowed' : 'denied');
    }
    return permissions;
  } catch (error) {
    if (error instanceof AwsFailure) return unknown();
    throw error;
  }
}

/** The user's or role's ARN behind the caller; null for federated and other sessions. A session's ARN lacks the
 *  role's path, so the role itself is asked for it. */
async function policySourceOf(reader: Reader, callerArn: string): Promise<string | null> {
  if (userOfArn(callerArn) !== null) return callerArn;
  const role = roleOfSession(callerArn);
  if (role === null) return null;
  const { Role } = await reader.call('iam', 'GetRole', 'global', { RoleName: role });
  return Role?.Arn ?? null;
}

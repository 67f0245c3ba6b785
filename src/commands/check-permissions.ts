import { AwsFailure } from '../aws/errors.js';
import type { Session } from '../aws/session.js';
import { ExitCode } from '../exit-codes.js';
import { cutPermissions, lookPermissions } from '../playbook/fixed-permissions.js';
import { permissionsOf, plays } from '../playbook/index.js';
import { visible } from '../report/escape.js';
import type { CommandContext } from './context.js';

/** SimulatePrincipalPolicy takes many actions a call; a hundred keeps each answer on one page
 *  (IAM API reference, SimulatePrincipalPolicy: MaxItems defaults to 100). */
const actionsPerCall = 100;

/** The principal whose policies decide: for a role session, its role. Null for root and federated users, which IAM
 *  does not simulate. */
export function simulatedPrincipal(arn: string): string | null {
  const role = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  // The session's ARN leaves the role's path out; roles with a path are looked up by name.
  if (role !== null) return `arn:${role[1]}:iam::${role[2]}:role/${role[3]}`;
  return /:iam::\d+:user\//.test(arn) ? arn : null;
}

/** Asks IAM which of the permissions of a containment the caller has. Changes nothing. */
export async function checkPermissions(session: Session, context: CommandContext): Promise<ExitCode> {
  const { identity, reader } = session;
  const needed = [
    ...new Set([...lookPermissions, ...cutPermissions, ...permissionsOf(plays, ['find', 'contain'])]),
  ].sort();
  const lacking: string[] = [];
  let unknown: string | null = null;
  const principal = simulatedPrincipal(identity.arn);
  if (principal === null) {
    unknown = `IAM does not simulate ${identity.arn}`;
  } else {
    try {
      for (let at = 0; at < needed.length; at += actionsPerCall) {
        const input = { PolicySourceArn: principal, ActionNames: needed.slice(at, at + actionsPerCall) };
        for await (const page of reader.pages('iam', 'SimulatePrincipalPolicy', 'global', input)) {
          for (const { EvalActionName, EvalDecision } of page.EvaluationResults ?? []) {
            if (EvalDecision !== 'allowed') lacking.push(EvalActionName ?? '');
          }
        }
      }
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      unknown = error.describe();
    }
  }
  const exitCode = unknown !== null || lacking.length > 0 ? ExitCode.incomplete : ExitCode.ok;
  if (context.json) {
    const document = {
      schemaVersion: 1,
      command: 'contain',
      checkPermissions: true,
      exitCode,
      identity,
      needed,
      lacking,
      unknown,
    };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (unknown !== null) {
    context.stdout.write(
      `Cannot tell which permissions ${visible(identity.arn)} has: ${visible(unknown, 500)}\nNext: give it the policy that this prints: leakguard policy\n`,
    );
  } else if (lacking.length > 0) {
    context.stdout.write(
      `${visible(identity.arn)} lacks ${lacking.length} of ${needed.length} permissions:\n${lacking.map((name) => `  ${name}`).join('\n')}\nNext: give it the policy that this prints: leakguard policy\n`,
    );
  } else {
    context.stdout.write(
      `${visible(identity.arn)} has all ${needed.length} permissions. Permission boundaries and SCPs are counted as far as IAM simulates them.\n`,
    );
  }
  return exitCode;
}

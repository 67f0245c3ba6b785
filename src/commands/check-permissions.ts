import { roleOfSession, userOfArn } from '../facts/index.js';
import { AwsFailure, type Reader, type Session } from '../aws/index.js';
import { ExitCode } from '../model/index.js';
import { cutPermissions, lookPermissions, permissionsOf, plays } from '../plays/index.js';
import { visible } from '../report/terminal/index.js';
import type { CommandContext } from './context.js';

/** SimulatePrincipalPolicy takes many actions a call; a hundred keeps each answer on one page
 *  (IAM API reference, SimulatePrincipalPolicy: MaxItems defaults to 100). */
const actionsPerCall = 100;

/** The principal whose policies decide; null for root and federated users, which IAM does not simulate. */
async function simulatedPrincipal(arn: string, reader: Reader): Promise<string | null> {
  const role = roleOfSession(arn);
  if (role !== null)
    return (await reader.call('iam', 'GetRole', 'global', { RoleName: role })).Role?.Arn ?? null;
  return userOfArn(arn) !== null ? arn : null;
}

/** Asks IAM which of the permissions of a containment the caller has. Changes nothing. */
export async function checkPermissions(session: Session, context: CommandContext): Promise<ExitCode> {
  const { identity, reader } = session;
  const needed = [
    ...new Set([...lookPermissions, ...cutPermissions, ...permissionsOf(plays, ['find', 'contain'])]),
  ].sort();
  const lacking: string[] = [];
  let unknown: string | null = null;
  try {
    const principal = await simulatedPrincipal(identity.arn, reader);
    if (principal === null) unknown = `IAM does not simulate ${identity.arn}`;
    for (let at = 0; principal !== null && at < needed.length; at += actionsPerCall) {
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

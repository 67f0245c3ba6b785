import { longestRoleSession, longestUserSession } from '../../facts/index.js';
import { type Action, asText, idInKey, type JsonObject } from '../../model/index.js';
import { type Deny, readDeny } from '../../plays/index.js';

/** The Deny that this action put on a user or role; null for any other action. Pure. */
export function denyPutBy(action: Action): Deny | null {
  const { operation, input } = action;
  const { denies } = action;
  if (denies !== undefined) return readDeny(denies);
  const isPut =
    operation === 'PutUserPolicy' || operation === 'PutRolePolicy' || operation === 'PutGroupPolicy';
  return isPut ? readDeny(asText(input['PolicyDocument'])) : null;
}

/**
 * Until when a session that this Deny stops can live, epoch milliseconds; null: it stops what does not expire.
 * A dated one stops what was issued before its date; one that names sessions, what was minted before it was put. Pure.
 * `putAt`: epoch milliseconds. Sources of the longest lives: facts/delays.ts.
 */
export function sessionsLiveUntil(deny: Deny, action: Action, putAt: number): number | null {
  const isRole = action.operation === 'PutRolePolicy' || action.play === 'role-sessions';
  const longest = isRole ? longestRoleSession : longestUserSession;
  switch (deny.kind) {
    case 'all':
      return null;
    case 'dated':
      return deny.issuedBefore + longest;
    case 'sessions':
      return putAt + longest;
  }
}

/** What taking this action back gives to whom, in words; null where its title says all. Pure. */
export function consequenceOf(action: Action, putAt: number): string | null {
  const deny = denyPutBy(action);
  if (deny !== null) {
    const until = sessionsLiveUntil(deny, action, putAt);
    const who =
      asText(action.input['UserName']) ??
      asText(action.input['RoleName']) ??
      idInKey(action.targets[0] ?? '');
    return until === null
      ? `everything of ${who} works again: its keys, password and sessions`
      : `stolen sessions of ${who} work again, until ${minute(until)} at the latest`;
  }
  const calls = 'calls' in action.undo ? action.undo.calls : [];
  const said = calls.flatMap(({ operation, input }) => effectOf(operation, input));
  return said.length > 0 ? [...new Set(said)].join('; ') : null;
}

function effectOf(operation: string, input: JsonObject): string[] {
  const named = (...names: string[]): string =>
    names.map((name) => asText(input[name])).find((text) => text !== null) ?? '';
  switch (operation) {
    case 'UpdateAutoScalingGroup':
      return [
        `Auto Scaling group ${named('AutoScalingGroupName')} launches again${typeof input['MaxSize'] === 'number' ? `, up to ${input['MaxSize']} instances` : ''}`,
      ];
    case 'ResumeProcesses':
      return [`Auto Scaling group ${named('AutoScalingGroupName')} goes on`];
    case 'StartInstances':
    case 'StartInstance':
    case 'StartNotebookInstance':
      return ['what stood still runs again, and costs'];
    case 'UpdateAccessKey':
      return [`access key ${named('AccessKeyId')} works again, for whoever else has its secret too`];
    case 'AttachUserPolicy':
    case 'AttachRolePolicy':
    case 'AttachGroupPolicy':
    case 'PutUserPolicy':
    case 'PutRolePolicy':
    case 'PutGroupPolicy':
      return [
        `${named('UserName', 'RoleName', 'GroupName')} has the rights of ${named('PolicyArn', 'PolicyName')} again`,
      ];
    case 'AddUserToGroup':
      return [`${named('UserName')} is in group ${named('GroupName')} again`];
    case 'UpdateAssumeRolePolicy':
      return [`role ${named('RoleName')} trusts again whom it trusted`];
    default:
      return [];
  }
}

/** `2026-11-28 12:15 UTC`. */
function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

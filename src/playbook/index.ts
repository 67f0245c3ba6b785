import { accessKeys } from './access-keys.js';
import { autoScalingGroups } from './auto-scaling-groups.js';
import { ec2Instances } from './ec2-instances.js';
import type { Play } from './play.js';
import { roleSessions } from './role-sessions.js';
import { spotRequests } from './spot-requests.js';
import { userSessions } from './user-sessions.js';

/** Every play, in the order of containment. The plan, the policy, the README's table and the tests come from here. */
export const plays: readonly Play[] = [
  accessKeys,
  userSessions,
  roleSessions,
  autoScalingGroups,
  spotRequests,
  ec2Instances,
];

/** The IAM actions that `some` take, sorted, each once. */
export function permissionsOf(
  some: readonly Play[],
  kinds: readonly (keyof Play['permissions'])[] = ['find', 'contain', 'undo'],
): string[] {
  return [...new Set(some.flatMap(({ permissions }) => kinds.flatMap((kind) => permissions[kind])))].sort();
}

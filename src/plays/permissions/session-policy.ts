import type { Play } from '../kit/play.js';
import { lookPermissions, restrictionPermissions } from './fixed-permissions.js';
import { permissionsOf } from './permissions-of.js';

/** An inline session policy may have 2,048 characters (STS API reference, AssumeRole, `Policy`). */
export const maxSessionPolicy = 2048;

/**
 * What a session is narrowed to that only looks: the reads of `plays`, and nothing of what acts, whatever its role may.
 * Where a service is asked several Describe or List operations, the verb stands for them, since the policy has little
 * room; what gets contents (Get…) is named one by one. Pure.
 */
export function lookOnlyPolicy(plays: readonly Play[]): string {
  const reads = [...lookPermissions, ...restrictionPermissions, ...permissionsOf(plays, ['find'])];
  const byVerb = new Map<string, Set<string>>();
  for (const action of reads) {
    const verb = /^[^:]+:(?:Describe|List)/.exec(action)?.[0] ?? action;
    byVerb.set(verb, (byVerb.get(verb) ?? new Set()).add(action));
  }
  const Action = [...byVerb].map(([verb, [first = verb, ...others]]) =>
    others.length === 0 ? first : `${verb}*`,
  );
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: Action.sort(), Resource: '*' }],
  });
}

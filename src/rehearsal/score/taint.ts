import type { World } from '../../range/index.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Credentials } from '../scenario/script.js';

/**
 * Every credential that descends from the misused key since the misuse began, by id, itself among them: the range
 * knows who asked for each, whatever any trail shows. Before that moment the key was only living its own life.
 */
export function taintedCredentials(
  world: World,
  key: string,
  since: number | null,
): Map<string, Credentials> {
  const tainted = new Map<string, Credentials>();
  if (since === null) return tainted;
  const own = world.keys.get(key);
  if (own !== undefined) tainted.set(key, { accessKeyId: own.id, secretAccessKey: own.secret });
  for (let before = -1; before !== tainted.size; ) {
    before = tainted.size;
    for (const { id, secret, token, parent, issuedAt } of world.sessions.values()) {
      if (parent !== null && tainted.has(parent) && issuedAt >= since)
        tainted.set(id, { accessKeyId: id, secretAccessKey: secret, sessionToken: token });
    }
    for (const { id, secret, maker, createdAt } of world.keys.values()) {
      if (maker.accessKeyId !== null && tainted.has(maker.accessKeyId) && createdAt >= since)
        tainted.set(id, { accessKeyId: id, secretAccessKey: secret });
    }
  }
  return tainted;
}

/** Roles that the attacker's script names: probed, since whoever may still assume one is not shut out. */
export function openRoles(world: World, scenario: Scenario): string[] {
  const named = new Set(
    (scenario.attacker?.steps ?? []).flatMap((step) =>
      'call' in step && typeof step.input?.['RoleArn'] === 'string' ? [step.input['RoleArn']] : [],
    ),
  );
  const arns = [...world.accounts.values()].flatMap(({ roles }) => [...roles.values()].map(({ arn }) => arn));
  return arns.filter((arn) => named.has(arn));
}

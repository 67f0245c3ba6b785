import { expect, it } from 'vitest';
import { lookOnlyPolicy, maxSessionPolicy } from '../../src/plays/permissions/session-policy.js';
import { lookPermissions, restrictionPermissions } from '../../src/plays/permissions/fixed-permissions.js';
import { permissionsOf } from '../../src/plays/permissions/permissions-of.js';
import { plays } from '../../src/plays/index.js';

const [{ Action }] = (JSON.parse(lookOnlyPolicy(plays)) as { Statement: [{ Action: string[] }] }).Statement;
const allows = (action: string): boolean =>
  Action.some((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`).test(action));

it('has room in a session, and allows every read that a scan makes', () => {
  expect(lookOnlyPolicy(plays).length).toBeLessThanOrEqual(maxSessionPolicy);
  const reads = [...lookPermissions, ...restrictionPermissions, ...permissionsOf(plays, ['find'])];
  expect(reads.filter((action) => !allows(action))).toEqual([]);
});

it('allows nothing that changes anything, and no contents by a wildcard', () => {
  const changes = permissionsOf(plays, ['contain', 'undo']).filter(
    (action) => !/:(Get|List|Describe)/.test(action),
  );
  expect(changes.filter(allows)).toEqual([]);
  expect(Action.filter((action) => action.includes('*') && !/:(Describe|List)\*$/.test(action))).toEqual([]);
});

import { changes, phases } from '../../src/model/index.js';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { isRead } from '../../src/aws/reads.js';
import { services } from '../../src/aws/services/index.js';
import { iamAction } from '../../src/plays/permissions/iam-action.js';
import { organizationRights } from '../../src/plays/permissions/organization-rights.js';
import { tableRights, trailRights } from '../../src/plays/permissions/trail-rights.js';
import {
  cutPermissions,
  lookPermissions,
  restrictionPermissions,
} from '../../src/plays/permissions/fixed-permissions.js';
import { permissionsOf, plays } from '../../src/plays/index.js';
import { playTable } from '../../src/plays/table.js';
import { besides } from './make.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const operations = new Map<string, Set<string>>();
/** The IAM actions of every read that the clients can make. */
const reads = new Set<string>();

beforeAll(async () => {
  for (const [name, load] of Object.entries(services)) {
    const { commands } = (await load()) as { commands: object };
    operations.set(name, new Set(Object.keys(commands)));
    for (const operation of Object.keys(commands).filter((one) => isRead(name, one)))
      reads.add(iamAction(name, operation));
  }
});

/** The IAM actions of every operation that the SDK files name. */
function known(): Set<string> {
  return new Set(
    [...operations].flatMap(([service, names]) => [...names].map((name) => iamAction(service, name))),
  );
}

describe('the registry of plays', () => {
  it('has no two plays of one id', () => {
    expect(new Set(plays.map(({ id }) => id)).size).toBe(plays.length);
  });

  it('stands in the order of the phases', () => {
    const ranks = plays.map(({ phase }) => phases.indexOf(phase));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });

  it.each(plays.map((play) => [play.id, play] as const))('has everything that %s must say', (_id, play) => {
    expect(play.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(play.move).not.toBe('');
    // What stands beside `clean` must not say what an attacker does.
    expect(play.noun).toMatch(/^[A-Za-z][\w ,;()-]+$/);
    expect(play.noun).not.toMatch(
      /^(relaunches|launches|leaves|makes|runs|sets|gives|lets|opens|uses|stops|buys)\b/,
    );
    expect(play.scenario).toMatch(/^[a-z0-9-]+$/);
    expect(play.permissions.find.length).toBeGreaterThan(0);
    // What Cloud Control is asked for is found by the events of its types (facts/cloud-types.ts).
    expect(play.origin.length > 0).toBe(play.id !== 'cloud-control');
    // Either there is a sentence that says why there is no undo, or the undo's calls are allowed.
    if (play.noUndo === null) expect(play.permissions.contain.length).toBeGreaterThan(0);
    else expect(play.noUndo).toMatch(/^[A-Z].{10,}\.$/);
    expect(operations.has(play.service)).toBe(true);
  });

  it.each(plays.map((play) => [play.id, play] as const))('asks for nothing unknown for %s', (_id, play) => {
    const all = [...play.permissions.find, ...play.permissions.contain, ...play.permissions.undo];
    expect(all.filter((action) => !known().has(action) && !besides.has(action))).toEqual([]);
    expect(play.permissions.find.filter((action) => !/:(Describe|List|Get|BatchGet)/.test(action))).toEqual(
      [],
    );
  });

  it('allows every read that can be made, and every change on the list', () => {
    const look = [...lookPermissions, ...restrictionPermissions, ...permissionsOf(plays, ['find'])];
    const act = [...cutPermissions, ...permissionsOf(plays, ['contain', 'undo'])];
    // A client is ready for iam:GetUser; nothing asks it yet.
    // What a trail in a bucket, and an organization, take is printed where it is asked for.
    const ofTrail = [...trailRights([null]), ...tableRights(), ...organizationRights([])].flatMap(
      ({ Action }) => Action,
    );
    const allowed = new Set([...look, ...act, ...ofTrail, 'iam:GetUser']);
    expect([...reads].filter((action) => !allowed.has(action))).toEqual([]);
    const listed = Object.entries(changes).flatMap(([service, names]) =>
      names.map((name) => iamAction(service, name)),
    );
    expect([...new Set(act)].filter((action) => !reads.has(action) && !besides.has(action)).sort()).toEqual(
      listed.sort(),
    );
  });

  it('keeps each play in a file of its own, named after it', () => {
    const files = new Set(
      readdirSync(join(root, 'src/plays'), { recursive: true, encoding: 'utf8' }).map((file) =>
        basename(file, '.ts'),
      ),
    );
    expect(plays.filter(({ id }) => !files.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('allows the cut what it does', () => {
    expect(cutPermissions.filter((action) => !known().has(action))).toEqual([]);
    const look = [...lookPermissions, ...restrictionPermissions];
    expect(look.filter((action) => !known().has(action))).toEqual([]);
  });

  it('is the table in the documentation', async () => {
    const page = `# The plays\n\nGenerated from the registry (src/plays/index.ts); \`npx vitest run test/plays -u\` writes it anew.\n\n`;
    await expect(`${page}${playTable(plays)}\n`).toMatchFileSnapshot('../../docs/plays.md');
  });
});

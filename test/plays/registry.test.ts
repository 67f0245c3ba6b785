import { phases } from '../../src/model/index.js';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { services } from '../../src/aws/services/index.js';
import { iamAction } from '../../src/plays/permissions/iam-action.js';
import {
  cutPermissions,
  lookPermissions,
  restrictionPermissions,
} from '../../src/plays/permissions/fixed-permissions.js';
import { permissionsOf, plays } from '../../src/plays/index.js';
import { playTable } from '../../src/plays/table.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const operations = new Map<string, Set<string>>();

beforeAll(async () => {
  for (const [name, load] of Object.entries(services)) {
    const { commands } = (await load()) as { commands: object };
    operations.set(name, new Set(Object.keys(commands)));
  }
});

/** The IAM actions of every operation that the SDK files name. */
function known(): Set<string> {
  return new Set(
    [...operations].flatMap(([service, names]) => [...names].map((name) => iamAction(service, name))),
  );
}

/** Every file under `directory`, with its text. */
function sources(directory: string): [string, string][] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [`${directory}/${file}`, readFileSync(join(root, directory, file), 'utf8')]);
}

/** `service operation` of each read that the text makes through a Reader. */
function readsOf(text: string): [string, string][] {
  return [...text.matchAll(/\breader\s*\.\s*(?:call|pages)\(\s*'(\w+)',\s*'(\w+)'/g)].map((match) => [
    match[1] ?? '',
    match[2] ?? '',
  ]);
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
    expect(play.title).not.toBe('');
    expect(play.scenario).toMatch(/^[a-z0-9-]+$/);
    expect(play.permissions.find.length).toBeGreaterThan(0);
    expect(play.origin.length).toBeGreaterThan(0);
    // Either there is a sentence that says why there is no undo, or the undo's calls are allowed.
    if (play.noUndo === null) expect(play.permissions.contain.length).toBeGreaterThan(0);
    else expect(play.noUndo).toMatch(/^[A-Z].{10,}\.$/);
    expect(operations.has(play.service)).toBe(true);
  });

  it.each(plays.map((play) => [play.id, play] as const))('asks for nothing unknown for %s', (_id, play) => {
    const all = [...play.permissions.find, ...play.permissions.contain, ...play.permissions.undo];
    // Rights that other calls need, and that are no operation of ours.
    const besides = new Set(['ec2:CreateTags', 'iam:PassRole']);
    expect(all.filter((action) => !known().has(action) && !besides.has(action))).toEqual([]);
    expect(play.permissions.find.filter((action) => !/:(Describe|List|Get|BatchGet)/.test(action))).toEqual(
      [],
    );
  });

  it('allows every read that the product makes, and each is an operation of aws/services', () => {
    const allowed = new Set([
      ...lookPermissions,
      ...restrictionPermissions,
      ...permissionsOf(plays, ['find']),
    ]);
    const reads = sources('src')
      .filter(([file]) => !file.startsWith('src/range/') && !file.startsWith('src/aws/services/'))
      .flatMap(([file, text]) => readsOf(text).map(([service, name]) => ({ file, service, name })));
    expect(reads.length).toBeGreaterThan(10);
    expect(reads.filter(({ service, name }) => operations.get(service)?.has(name) !== true)).toEqual([]);
    expect(reads.filter(({ service, name }) => !allowed.has(iamAction(service, name)))).toEqual([]);
  });

  it('finds with exactly the reads that each play declares', () => {
    for (const [file, text] of sources('src/plays')) {
      const play = plays.find(({ id }) => file.endsWith(`/${id}.ts`));
      if (play === undefined) continue;
      const made = new Set(readsOf(text).map(([service, name]) => iamAction(service, name)));
      expect(
        [...made].filter((action) => !play.permissions.find.includes(action)),
        `${play.id} reads what it does not declare`,
      ).toEqual([]);
    }
  });

  it('keeps each play in a file of its own, named after it', () => {
    const files = new Set(sources('src/plays').map(([file]) => basename(file, '.ts')));
    expect(plays.filter(({ id }) => !files.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('names only operations that exist, in actions, remedies, undo calls and evidence', () => {
    const literal = /operation: '(\w+)'/g;
    for (const play of plays) {
      const text = sources('src/plays').find(([file]) => file.endsWith(`/${play.id}.ts`))?.[1] ?? '';
      const names = [...text.matchAll(literal)].map((match) => match[1] ?? '');
      expect(names.filter((name) => operations.get(play.service)?.has(name) !== true)).toEqual([]);
      const allowed = [...play.permissions.contain, ...play.permissions.undo];
      expect(
        names.filter((name) => !allowed.includes(iamAction(play.service, name))),
        `${play.id} does what it does not declare`,
      ).toEqual([]);
    }
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

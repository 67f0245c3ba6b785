import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rooms } from '../eslint.rooms.js';

const page = readFileSync('docs/architecture.md', 'utf8');

describe('docs/architecture.md', () => {
  it('leads to files that are there', () => {
    const paths = [...page.matchAll(/`((?:[a-z-]+\/)+[a-z-]+\.ts)`/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter((path) => !existsSync(join('src', path)))).toEqual([]);
  });

  it('answers each question with an export of the file that it names', async () => {
    const rows = [...page.matchAll(/^\| [^|]+ \| `([^`]+\.ts)` \| `(\w+)` \|$/gm)];
    expect(rows.length).toBeGreaterThanOrEqual(14);
    for (const [, file = '', name = ''] of rows) {
      const exported = (await import(`../src/${file.replace(/\.ts$/, '.js')}`)) as Record<string, unknown>;
      expect(exported[name], `${name} of ${file}`).toBeDefined();
    }
  });

  it('names every room of the table of imports', () => {
    const tops = [...new Set(Object.keys(rooms).map((room) => `${room.split('/')[0]}/`))];
    expect(tops.filter((room) => !page.includes(`      ${room}`))).toEqual([]);
    expect(Object.keys(rooms).filter((room) => !existsSync(join('src', room)))).toEqual([]);
  });
});

describe('docs/reliability.md', () => {
  it('leads to tests that are there', () => {
    const named = [...readFileSync('docs/reliability.md', 'utf8').matchAll(/`(test\/[^`]+)`/g)];
    expect(named.length).toBeGreaterThan(25);
    expect(named.flatMap(([, path = '']) => (existsSync(path) ? [] : [path]))).toEqual([]);
  });
});

describe('docs/decisions', () => {
  const names = readdirSync('docs/decisions').filter((name) => name !== 'README.md');

  it('is listed whole, and leads to files that are there', () => {
    const list = readFileSync('docs/decisions/README.md', 'utf8');
    const linked = [...list.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name);
    expect(linked.sort()).toEqual(names.sort());
    const paths = names.flatMap((name) => [
      ...readFileSync(`docs/decisions/${name}`, 'utf8').matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g),
    ]);
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.flatMap(([, path = '']) => (existsSync(path) ? [] : [path]))).toEqual([]);
  });

  it.each(names)('%s says what, why, at what cost and what would change it', (name) => {
    const text = readFileSync(`docs/decisions/${name}`, 'utf8');
    for (const part of ['Decided', 'Why', 'Costs', 'Would change it']) expect(text).toContain(`**${part}.**`);
    expect(text.split('\n').length).toBeLessThan(40);
  });
});

describe('the workflows', () => {
  const named = readdirSync('.github/workflows');

  it.each(named)('%s reads the repository only, and is bounded in time', (name) => {
    const { permissions, jobs } = parse(readFileSync(`.github/workflows/${name}`, 'utf8')) as {
      permissions: object;
      jobs: Record<string, { 'timeout-minutes'?: number; steps: { run?: string }[] }>;
    };
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
    // What they run of ours is there.
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run));
    for (const [, script = ''] of runs.join('\n').matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(script);
    for (const [file] of runs.join('\n').matchAll(/^\.ci\/\w+$/gm)) expect(existsSync(file)).toBe(true);
  });
});

describe('the tests', () => {
  const spanning = ['e2e', 'interop'];
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && file.includes('/') && !spanning.includes(file.split('/')[0] ?? ''),
  );

  it.each([...new Set(files.map((file) => dirname(file)))])('of %s stand as src does', (room) => {
    expect(existsSync(join('src', room))).toBe(true);
  });

  /** Of the test and of the helpers that stand beside it. */
  const textOf = (path: string): string => {
    const text = readFileSync(path, 'utf8');
    const helpers = [...text.matchAll(/from '\.\/([\w-]+)\.js'/g)].map(([, name]) => `${name}.ts`);
    return [text, ...helpers.map((name) => readFileSync(join(dirname(path), name), 'utf8'))].join('\n');
  };

  it('import from the room that they stand in', () => {
    const strange = files.filter(
      (file) => !textOf(join('test', file)).includes(`/src/${file.split('/')[0]}/`),
    );
    expect(strange).toEqual([]);
  });
});

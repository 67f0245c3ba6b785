import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plays } from '../../src/plays/index.js';

describe('every play', () => {
  it.each(plays.map(({ id, scenario }) => [id, scenario]))(
    '%s is rehearsed in the scenario that it names, %s',
    async (id, scenario) => {
      const { plays: rehearsed } = parse(await readFile(`fixtures/scenarios/${scenario}.yaml`, 'utf8')) as {
        plays: string[];
      };
      expect(rehearsed).toContain(id);
    },
  );
});

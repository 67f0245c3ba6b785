import { describe, expect, it } from 'vitest';
import { rules } from '../src/model/index.js';

describe('the table of rules', () => {
  it('is docs/rules.md (`vitest run test/rules.test.ts -u` writes it anew)', async () => {
    const page = `# Rules

Why a thing was called rogue, held or not tied, and why an exit code is not 0: each verdict names its rule, in the
JSON documents and, with \`--verbose\`, on the screen. Search the code for an id to find the line that decides by it.
Made from src/model/rules.ts.

| rule | what it means |
| --- | --- |
${[...rules].map(([id, means]) => `| \`${id}\` | ${means} |`).join('\n')}
`;
    await expect(page).toMatchFileSnapshot('../docs/rules.md');
  });
});

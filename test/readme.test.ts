import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { exitCodeHelp } from '../src/model/exit-code.js';
import { playIndex } from '../src/plays/table.js';
import { notExamined } from '../src/plays/not-examined.js';
import { plays } from '../src/plays/index.js';
import { version } from '../src/model/version.js';

/** The parts of the README that are generated, by the marker before them. `UPDATE_README=1` writes them anew. */
const generated: Record<string, string> = {
  plays: playIndex(plays),
  'exit-codes': exitCodeHelp().replace(/^ */gm, '    '),
  'not-examined': notExamined()
    .map(({ subject, detail }) => `- **${subject}**: ${detail?.replace(/^[^:]+: /, '') ?? ''}`)
    .join('\n'),
};

const between = (name: string) => new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- /${name} -->)`);

describe('the README', () => {
  it('says what the code says: plays, exit codes, and what is not examined', async () => {
    let readme = await readFile('README.md', 'utf8');
    if (process.env['UPDATE_README'] === '1') {
      for (const [name, text] of Object.entries(generated)) {
        readme = readme.replace(
          between(name),
          (_all, start: string, end: string) => `${start}\n${text}\n${end}`,
        );
      }
      await writeFile('README.md', readme);
    }
    for (const [name, text] of Object.entries(generated)) {
      expect(between(name).exec(readme)?.[0], name).toContain(`\n${text}\n`);
    }
  });

  it('and the package agree on the version', async () => {
    const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(manifest.version).toBe(version);
  });
});

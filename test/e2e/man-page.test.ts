import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPath } from '../cli-path.js';

const file = join(dirname(cliPath), 'leakguard.1');
const hasGroff = spawnSync('groff', ['--version']).status === 0;
if (!hasGroff) console.warn('SKIPPED: No groff: the manual page was NOT set by others.');

function set(...args: string[]): { stdout: string; stderr: string } {
  return spawnSync('groff', ['-man', '-Kutf8', '-Tutf8', ...args, file], { encoding: 'utf8' });
}

describe('the manual page', () => {
  it('is the command line’s own table', () => {
    const help = spawnSync(process.execPath, [cliPath, 'contain', '--help'], { encoding: 'utf8' }).stdout;
    const flags = [...help.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag = '']) => flag);
    expect(flags.length).toBeGreaterThan(15);
    const page = readFileSync(file, 'utf8').replaceAll('\\-', '-');
    for (const flag of flags) expect(page).toContain(flag);
  });

  it.skipIf(!hasGroff)('is set by groff without a warning', () => {
    expect(set('-ww', '-z').stderr).toBe('');
    // groff draws bold by overstriking.
    const text = set('-P-c').stdout.replace(/.\x08/g, '').replace(/ +/g, ' ');
    expect(text).toMatch(/NAME\n leakguard - contains a misused AWS access key/);
    expect(text).toMatch(/--compromised-at <\S+>\n \w/);
    expect(text).toContain('AKIA…');
    expect(text).toMatch(/EXIT STATUS[^]*\n\s+5\s+incomplete/);
  });
});

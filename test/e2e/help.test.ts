import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cliPath } from '../cli-path.js';
import { withDirectory } from './scene.js';

const run = promisify(execFile);

/** The files of the bundle that a run of the command line loads, as Node's coverage lists them. */
async function loadedBy(...args: string[]): Promise<string[]> {
  return withDirectory(async (directory) => {
    await run(process.execPath, [cliPath, ...args], { env: { ...process.env, NODE_V8_COVERAGE: directory } });
    const reports = await Promise.all(
      (await readdir(directory)).map(async (name) => readFile(join(directory, name), 'utf8')),
    );
    const urls = reports.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result);
    return [...new Set(urls.map(({ url }) => url))]
      .filter((url) => url.startsWith('file:'))
      .map((url) => fileURLToPath(url));
  });
}

describe.each([['--help'], ['contain', '--help'], ['--version']])('leakguard %s %s', (...args) => {
  it('loads no client of AWS, no range, and little of anything', async () => {
    const files = await loadedBy(...args.filter((arg) => typeof arg === 'string'));
    expect(files).toContain(cliPath);
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    for (const [index, text] of texts.entries())
      expect(text, files[index]).not.toMatch(/aws4_request|AmazonEC2|GetCallerIdentityCommand|smithy/);
    expect(texts.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(120_000);
  });
});

it('of a command says what holds for all of them too: the regions, the streams, the exit codes', async () => {
  const { stdout } = await run(process.execPath, [cliPath, 'scan', '--help']);
  const words = stdout.replace(/\s+/g, ' ');
  expect(words).toContain('--region <region> look only there');
  expect(words).toContain('(default: all that are enabled)');
  expect(words).toContain('--json one JSON document');
  expect(words).toContain('3 findings (scan, verify)');
});

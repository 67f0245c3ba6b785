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

const helpOf = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [cliPath, ...args, '--help'])).stdout;

it('of a command names what holds for all of them too, and the exit codes', async () => {
  const words = (await helpOf('scan')).replace(/\s+/g, ' ');
  expect(words).toMatch(/With every command \(leakguard --help\): .*--region .*--json .*--debug/);
  expect(words).toContain('3 findings (scan, verify)');
  const all = (await helpOf()).replace(/\s+/g, ' ');
  expect(all).toContain('--region <region> look only there');
  expect(all).toContain('(default: all that are enabled)');
  expect(all).toContain('--json one JSON document');
});

it('of a command begins with command lines to take, each of which parses, and groups the options', async () => {
  const text = await helpOf('contain');
  const examples = text.slice(0, text.indexOf('Usage:')).match(/leakguard .*?(?= {3})/g) ?? [];
  expect(examples.length).toBeGreaterThan(2);
  for (const name of examples.flatMap((line) => line.match(/--[\w-]+/g) ?? []))
    expect(text.slice(text.indexOf('Usage:'))).toContain(name);
  for (const heading of ['Whom:', 'What is acted on:', 'Without a terminal:'])
    expect(text).toContain(`\n${heading}\n`);
  // What no group has is the command's own --help alone.
  expect(text.split('\nOptions:\n')[1]?.trim().split('\n')[0]).toMatch(/^-h, --help/);
});

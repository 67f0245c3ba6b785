// Runs a benchmark: node bench/run.mjs NAME [ARGUMENTS]. It is bundled first, since Node 20 runs no TypeScript.
import { build } from 'esbuild';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !/^[\w-]+$/.test(name)) {
  console.error('usage: node bench/run.mjs NAME [ARGUMENTS]');
  process.exit(2);
}
const outfile = resolve('node_modules/.cache/bench', `${name}.mjs`);
await build({
  entryPoints: [`bench/${name}.ts`],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
});
process.argv = [process.execPath, outfile, ...args];
await import(pathToFileURL(outfile).href);

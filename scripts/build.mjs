// Bundles the command line into dist/: one entry, split at each lazy import, so that a command pays only
// for what it uses. `mainFields: module` lets esbuild drop the operations of an AWS client that nobody calls.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { chmod, cp, rm, writeFile } from 'node:fs/promises';
import { licencesOf } from './licences.mjs';
import { compileWasm } from './wasm.mjs';

const outdir = process.env.LEAKGUARD_DIST ?? 'dist';
await rm(outdir, { recursive: true, force: true });
await compileWasm();
const options = {
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'],
  minify: true,
  metafile: true,
  // A JavaScript engine of its own, for PAC files, which aws/network.ts refuses.
  external: ['pac-proxy-agent'],
  logLevel: 'warning',
  // Some libraries are CommonJS inside: what Node gives such a module, the bundle gives it too.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      "import { fileURLToPath as __fileURLToPath } from 'node:url';",
      'const require = __createRequire(import.meta.url);',
      'const __filename = __fileURLToPath(import.meta.url);',
    ].join('\n'),
  },
};
const product = await build({
  ...options,
  // The worker is loaded by its name: trail/file-threads.ts.
  entryPoints: { cli: 'src/cli.ts', 'trail-worker': 'src/trail/file-worker.ts' },
  loader: { '.csv': 'text' },
});
// The attacker of a rehearsal is a process of its own, with the SDK's clients whole: bundled with the command line, the
// operations that only it calls would weigh on every start.
const rehearsal = await build({
  ...options,
  entryPoints: {
    attacker: 'src/rehearsal/attacker/attacker.ts',
    'hurried-clock': 'src/rehearsal/hurried-clock.ts',
  },
  chunkNames: 'sdk/[name]-[hash]',
});
const metafiles = [product.metafile, rehearsal.metafile];
await writeFile(`${outdir}/LICENCES.txt`, await licencesOf(metafiles));
await cp('fixtures/scenarios', `${outdir}/scenarios`, { recursive: true });
await cp('src/range/models', `${outdir}/models`, { recursive: true }).catch((error) => {
  if (error.code !== 'ENOENT') throw error;
});
await chmod(`${outdir}/cli.js`, 0o755);
// The manual page is the command line's own table.
const manual = spawnSync(process.execPath, [`${outdir}/cli.js`, 'man'], { encoding: 'utf8' });
if (manual.status !== 0) throw new Error(`leakguard man: ${manual.stderr}`);
await writeFile(`${outdir}/leakguard.1`, manual.stdout);
const outputs = metafiles.flatMap(({ outputs }) => Object.values(outputs));
const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
console.log(`${outdir}: ${outputs.length} files, ${(bytes / 1e6).toFixed(1)} MB`);

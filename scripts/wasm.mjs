// Compiles src/trail/wasm/ (AssemblyScript) into src/trail/repeats.wasm.ts, a module that holds the WebAssembly as
// text: bundles, tests and types take it like any other file. Does nothing where it is of the sources at hand.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';

const from = 'src/trail/wasm';
const to = 'src/trail/repeats.wasm.ts';
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='];

export async function compileWasm() {
  const hash = createHash('sha256').update(await readFile('scripts/wasm.mjs'));
  for (const name of (await readdir(from)).sort()) hash.update(await readFile(`${from}/${name}`));
  const head = `// Made by scripts/wasm.mjs of ${from}, sha256 ${hash.digest('hex')}.\n`;
  const there = await readFile(to, 'utf8').catch(() => '');
  if (there.startsWith(head)) return;
  const { default: asc } = await import('assemblyscript/asc');
  let binary = null;
  const { error, stderr } = await asc.main([`${from}/repeats.ts`, '--outFile', 'out.wasm', ...flags], {
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) binary = Buffer.from(contents);
    },
  });
  if (error !== null || binary === null) throw new Error(`${from}: ${stderr}`);
  await writeFileAtomic(to, `${head}export default '${binary.toString('base64')}';\n`);
}

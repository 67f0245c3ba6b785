// The licences of what the bundle holds, as their authors ask: one file beside it, with each text once.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Up to the innermost package: one may hold others. */
const inPackage = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** @param metafiles esbuild's accounts of what went in; @returns the file's text */
export async function licencesOf(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const directories = new Set(inputs.flatMap((input) => inPackage.exec(input) ?? []));
  const packages = await Promise.all([...directories].sort().map(licenceOf));
  const texts = new Map();
  for (const { title, text } of packages) texts.set(text, (texts.get(text) ?? new Set()).add(title));
  const parts = [...texts].map(([text, titles]) => `${[...titles].join('\n')}\n\n${text.trim()}\n`);
  return `leakguard's bundle holds these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

async function licenceOf(directory) {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const files = (await readdir(directory))
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort();
  if (license === undefined && files.length === 0) throw new Error(`${directory} has no licence`);
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return { title: `${name} ${version}: ${license ?? 'see below'}`, text: texts.join('\n') };
}

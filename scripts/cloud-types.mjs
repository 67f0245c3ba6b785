// Makes the table from CloudTrail's create events to CloudFormation's types, with how each type is identified, from the
// schemas that CloudFormation publishes, as the package cfn-lint ships them (Apache-2.0). Run it when they change:
//   pip download cfn-lint --no-deps && unzip -q cfn_lint-*.whl -d cfn-lint
//   node scripts/cloud-types.mjs cfn-lint VERSION
// Kept are types with handlers for create, read and delete, of which one permission of the create handler is the event
// that makes the type itself. What is not here is told only.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [, , unpacked, version] = process.argv;
if (unpacked === undefined || version === undefined)
  throw new Error('usage: node scripts/cloud-types.mjs PATH/TO/cfn-lint VERSION');
const folder = join(unpacked, 'cfnlint/data/schemas/resources');

/** Where CloudTrail's event source is not called as IAM's prefix is. */
const sources = { cloudwatch: 'monitoring', mq: 'amazonmq' };
const verbs = /^(Create|Run|Register|Import|Allocate|Request|Launch)/;
/** `/properties/Name` → `Name`. */
const property = (pointer) => pointer.replace('/properties/', '');

const rows = new Map();
for (const file of await readdir(folder)) {
  if (!file.endsWith('.json')) continue;
  const schema = JSON.parse(await readFile(join(folder, file), 'utf8'));
  const { typeName, handlers, primaryIdentifier, readOnlyProperties = [], writeOnlyProperties = [] } = schema;
  if (!typeName?.startsWith('AWS::') || !handlers?.create || !handlers.read || !handlers.delete) continue;
  const noun = typeName.split('::')[2].toLowerCase();
  const events = new Set(
    (handlers.create.permissions ?? []).filter((action) => {
      const name = action.split(':')[1] ?? '';
      return verbs.test(name) && name.replace(verbs, '').toLowerCase() === noun;
    }),
  );
  const ids = primaryIdentifier.map(property);
  if (events.size !== 1 || ids.some((id) => id.includes('/'))) continue;
  const [service, name] = [...events][0].split(':');
  const event = `${sources[service] ?? service}|${name}`;
  const readOnly = readOnlyProperties.map(property);
  // Made anew it is the same only where all of it can be read and set, its identifier too.
  const isWhole =
    writeOnlyProperties.length === 0 &&
    !readOnly.some((one) => one.includes('/')) &&
    !ids.some((id) => readOnly.includes(id));
  const row = [
    typeName.slice('AWS::'.length),
    ids.map((id) => (readOnly.includes(id) ? `!${id}` : id)).join(','),
    ...(isWhole ? [readOnly.join(',')] : []),
  ];
  rows.set(event, rows.has(event) ? null : row.join(';'));
}
const types = Object.fromEntries([...rows].filter(([, row]) => row !== null).sort());
const table = {
  source: `CloudFormation's resource schemas, as shipped by cfn-lint ${version} (Apache-2.0)`,
  types,
};
await writeFile(
  new URL('../src/facts/cloud-types.json', import.meta.url),
  `${JSON.stringify(table, null, 1)}\n`,
);
console.log(`${Object.keys(types).length} types`);

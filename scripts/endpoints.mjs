// Writes which services AWS publishes no endpoint of, by region. Run it when botocore has new endpoints:
//   python3 -m venv .venv/botocore && .venv/botocore/bin/pip install botocore
//   node scripts/endpoints.mjs .venv/botocore/lib/python3*/site-packages/botocore
// The data are botocore's (Apache-2.0): data/endpoints.json and data/partitions.json.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const botocore = process.argv[2];
if (botocore === undefined) throw new Error('usage: node scripts/endpoints.mjs PATH/TO/botocore');
const version = /__version__ = '([^']+)'/.exec(await readFile(join(botocore, '__init__.py'), 'utf8'))[1];
const read = async (name) => JSON.parse(await readFile(join(botocore, 'data', name), 'utf8'));
const [endpoints, known] = [await read('endpoints.json'), await read('partitions.json')];

// Our names of services whose endpoints go by another (src/aws/services/index.ts has them all).
const renamed = {
  cloudcontrol: 'cloudcontrolapi',
  costexplorer: 'ce',
  eventbridge: 'events',
  emr: 'elasticmapreduce',
  appstream: 'appstream2',
  sagemaker: 'api.sagemaker',
  sesv2: 'email',
};
const index = await readFile(new URL('../src/aws/services/index.ts', import.meta.url), 'utf8');
const names = [...index.matchAll(/^ {2}(\w+): \(\) => import/gm)].map(([, name]) => name);

const missing = {};
for (const name of names) {
  const id = renamed[name] ?? name;
  if (!endpoints.partitions.some(({ services }) => id in services))
    throw new Error(`no endpoints of ${name}`);
  missing[name] = endpoints.partitions.flatMap(({ regions, services }) => {
    const service = services[id];
    // One endpoint for the whole partition.
    if (service?.partitionEndpoint !== undefined) return [];
    return Object.keys(regions).filter((region) => service?.endpoints?.[region] === undefined);
  });
}
const suffixes = known.partitions.map(({ id, outputs }) => [
  id,
  outputs.dnsSuffix,
  outputs.dualStackDnsSuffix,
]);
const table = {
  source: `botocore ${version}, endpoints.json and partitions.json, Apache-2.0`,
  date: new Date().toISOString().slice(0, 10),
  suffixes,
  missing,
};
const out = new URL('../src/facts/endpoints.json', import.meta.url);
await writeFile(out, `${JSON.stringify(table)}\n`);
console.log(`${names.length} services, ${Object.values(missing).flat().length} places without one`);

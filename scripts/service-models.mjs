// Trims AWS's service models to what the range speaks. Run it when service-models.json or the models change:
//   python3 -m venv .venv/botocore && .venv/botocore/bin/pip install botocore
//   node scripts/service-models.mjs .venv/botocore/lib/python3*/site-packages/botocore
// The models are botocore's (Apache-2.0): data/SERVICE/VERSION/service-2.json.gz.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const botocore = process.argv[2];
if (botocore === undefined) throw new Error('usage: node scripts/service-models.mjs PATH/TO/botocore');
const version = /__version__ = '([^']+)'/.exec(await readFile(join(botocore, '__init__.py'), 'utf8'))[1];
const wanted = JSON.parse(await readFile(new URL('service-models.json', import.meta.url), 'utf8'));
const out = new URL('../src/range/models/', import.meta.url);
await mkdir(out, { recursive: true });

const shapeKeys = [
  'type',
  'required',
  'payload',
  'flattened',
  'sensitive',
  'timestampFormat',
  'locationName',
];
const memberKeys = [
  'shape',
  'location',
  'locationName',
  'queryName',
  'flattened',
  'xmlAttribute',
  'xmlNamespace',
  'timestampFormat',
  'jsonvalue',
  'streaming',
];
const pick = (from, keys) =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));

function trimShape(shape) {
  const trimmed = pick(shape, shapeKeys);
  for (const part of ['member', 'key', 'value'])
    if (shape[part]) trimmed[part] = pick(shape[part], memberKeys);
  if (shape.members) {
    trimmed.members = Object.fromEntries(
      Object.entries(shape.members).map(([name, member]) => [name, pick(member, memberKeys)]),
    );
  }
  return trimmed;
}

const referenced = (shape) =>
  [shape.member, shape.key, shape.value, ...Object.values(shape.members ?? {})].flatMap((part) =>
    part ? [part.shape] : [],
  );

for (const [service, { directory, operations }] of Object.entries(wanted)) {
  const folder = join(botocore, 'data', directory);
  const date = (await readdir(folder)).sort().at(-1);
  const model = JSON.parse(gunzipSync(await readFile(join(folder, date, 'service-2.json.gz'))));
  const unknown = operations.filter((name) => !model.operations[name]);
  if (unknown.length > 0) throw new Error(`${service} has no ${unknown.join(', ')}`);
  const { protocols, targetPrefix, jsonVersion, xmlNamespace, signingName, endpointPrefix } = model.metadata;
  const shapes = {};
  const keep = (name) => {
    if (shapes[name]) return;
    shapes[name] = trimShape(model.shapes[name]);
    referenced(model.shapes[name]).forEach(keep);
  };
  const kept = {};
  const others = {};
  for (const [name, operation] of Object.entries(model.operations)) {
    const rest = { method: operation.http.method, uri: operation.http.requestUri };
    if (!operations.includes(name)) {
      others[name] = rest.uri === '/' ? '' : `${rest.method} ${rest.uri}`;
      continue;
    }
    kept[name] = {
      ...rest,
      ...(operation.http.responseCode ? { status: operation.http.responseCode } : {}),
      ...(operation.input ? { input: pick(operation.input, memberKeys) } : {}),
      ...(operation.output
        ? { output: { ...pick(operation.output, memberKeys), ...pick(operation.output, ['resultWrapper']) } }
        : {}),
    };
    for (const end of [operation.input, operation.output]) if (end) keep(end.shape);
  }
  const errors = {};
  for (const [name, shape] of Object.entries(model.shapes)) {
    if (!shape.exception && !shape.error) continue;
    errors[name] = {
      ...(shape.error?.code ? { code: shape.error.code } : {}),
      status: shape.error?.httpStatusCode ?? (shape.fault ? 500 : 400),
    };
  }
  const trimmed = {
    source: `botocore ${version}, ${directory}/${date}/service-2.json.gz, Apache-2.0, trimmed`,
    apiVersion: model.metadata.apiVersion,
    // Where a service speaks several protocols, the range speaks the one that every client still has.
    protocol: protocols.find((name) => name !== 'smithy-rpc-v2-cbor'),
    ...(targetPrefix ? { targetPrefix, jsonVersion } : {}),
    ...(xmlNamespace ? { xmlNamespace: xmlNamespace.uri ?? xmlNamespace } : {}),
    signingName: signingName ?? endpointPrefix,
    operations: kept,
    others,
    errors,
    shapes,
  };
  await writeFile(new URL(`${service}.json`, out), `${JSON.stringify(trimmed)}\n`);
  console.log(
    `${service}: ${operations.length} of ${Object.keys(model.operations).length} operations, ${Object.keys(shapes).length} shapes`,
  );
}

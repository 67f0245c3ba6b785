// What the range costs: how soon it listens, what 50,000 instances weigh, how many pages of them it describes a second
// (one process, without the wire, and over HTTP with the AWS SDK's own client out of the way).
//
//   node bench/run.mjs range [--instances 50000] [--seconds 2]
import { cp } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Dispatcher } from '../src/range/dispatch.js';
import { loadModel } from '../src/range/model.js';
import { answer } from '../src/range/protocol/codec.js';
import { startRange } from '../src/range/server.js';
import { defaultRegions } from '../src/range/world/catalog.js';
import { launchInstances } from '../src/range/world/compute.js';
import { createAccessKey, createUser } from '../src/range/world/identity.js';
import { World } from '../src/range/world/world.js';

const { values } = parseArgs({
  options: { instances: { type: 'string', default: '50000' }, seconds: { type: 'string', default: '2' } },
});
// The range reads its models beside the bundle that it runs in.
await cp('src/range/models', new URL('models', import.meta.url), { recursive: true });

const world = new World();
const begun = performance.now();
const range = await startRange({ world });
console.log(
  `listening after ${(performance.now() - begun).toFixed(0)} ms (${process.uptime().toFixed(2)} s since the process began)`,
);

const account = world.createAccount('111122223333');
createUser(account, 'admin', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
const key = createAccessKey(account, 'admin');
const each = Math.ceil(Number(values.instances) / defaultRegions.length);
for (const region of defaultRegions) {
  for (let left = each; left > 0; left -= 10) {
    const spec = { instanceType: 'g5.xlarge', tags: { team: 'training', job: 'nightly' } };
    launchInstances(account.region(region), spec, {
      most: Math.min(10, left),
      at: world.clock.now() - 3_600_000,
    });
  }
}
const { rss, heapUsed } = process.memoryUsage();
console.log(
  `${each * defaultRegions.length} instances in ${defaultRegions.length} regions: ${(rss / 1e6).toFixed(0)} MB resident, ${(heapUsed / 1e6).toFixed(0)} MB heap`,
);

const dispatcher = new Dispatcher(world);
const model = loadModel('ec2')!;
for (const size of [5, 50, 100, 1000]) {
  const call = { accessKeyId: key.id, service: 'ec2', operation: 'DescribeInstances', region: 'us-east-1' };
  let pages = 0;
  let bytes = 0;
  let token: string | undefined;
  const start = performance.now();
  while (performance.now() - start < Number(values.seconds) * 1000) {
    const output = dispatcher.perform({
      ...call,
      input: { MaxResults: size, ...(token === undefined ? {} : { NextToken: token }) },
    });
    const { body } = answer(model, call.operation, model.operations[call.operation]!, output, 'request');
    token = output.NextToken as string | undefined;
    bytes += body.length;
    pages++;
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `pages of ${size}: ${(pages / seconds).toFixed(0)} a second, ${(bytes / pages / 1000).toFixed(0)} kB each`,
  );
}
await range.close();

// What the range costs: how soon `leakguard range` answers, what 50,000 instances weigh, and how many pages of
// DescribeInstances it gives a second of its own CPU time. The server is a process of its own, and so is its client;
// requests are signed by the AWS SDK, recorded, and sent again as they were. The floor is a bare HTTP server in a
// process of its own that answers the same requests with the same bytes, ready made.
//
// `--profile` leaves a CPU profile of the server in node_modules/.cache/bench/profiles.
//
//   npm run build && node bench/run.mjs range [--instances 50000] [--seconds 2] [--sizes 5,50,100,1000] [--runs 5]
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { serveFloor, serveRange, type Listening, type Recorded } from './range-servers.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    instances: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '2' },
    sizes: { type: 'string', default: '5,50,100,1000' },
    runs: { type: 'string', default: '5' },
    profile: { type: 'boolean', default: false },
  },
});
const self = fileURLToPath(import.meta.url);
const connections = 8;

async function measure(): Promise<void> {
  // The range reads its models beside the bundle that it runs in.
  await cp('src/range/models', new URL('models', import.meta.url), { recursive: true });
  await start(Number(values.runs));

  const range = fork(self, ['serve', '--instances', values.instances], {
    execArgv: values.profile ? ['--cpu-prof', '--cpu-prof-dir=node_modules/.cache/bench/profiles'] : [],
  });
  const floor = fork(self, ['floor']);
  try {
    const [listening, bare] = (await Promise.all([told(range), told(floor)])) as [Listening, { url: string }];
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log(
      `${listening.instances} instances in 17 regions: ${megabytes(listening.resident)} resident, ${megabytes(listening.heap)} heap`,
    );
    console.log(
      'DescribeInstances   kB/page   pages per second of server CPU   per wall second      floor   ratio',
    );
    for (const size of values.sizes.split(',').map(Number)) {
      const { requests, instances } = await record(listening, size);
      if (instances !== Math.ceil(Number(values.instances) / 17))
        throw new Error(`pages of ${size} showed ${instances} instances of us-east-1`);
      const sample = requests.slice(0, 40);
      floor.send({ url: listening.url, requests: sample });
      await told(floor);
      const seconds = Number(values.seconds);
      // The first half second warms both up.
      await load(listening.url, sample, 0.5, range);
      const measured = await load(listening.url, sample, seconds, range);
      await load(bare.url, sample, 0.5, floor);
      const least = await load(bare.url, sample, seconds, floor);
      console.log(
        [
          `pages of ${size}`.padEnd(18),
          (measured.bytes / measured.pages / 1000).toFixed(0).padStart(9),
          (measured.pages / measured.cpu).toFixed(0).padStart(32),
          (measured.pages / measured.wall).toFixed(0).padStart(17),
          (least.pages / least.cpu).toFixed(0).padStart(10),
          (least.pages / least.cpu / (measured.pages / measured.cpu)).toFixed(1).padStart(7),
        ].join(' '),
      );
    }
  } finally {
    range.disconnect();
    floor.disconnect();
  }
}

/** From the start of the process to its first answer, of `leakguard range` and of a bare HTTP server. */
async function start(runs: number): Promise<void> {
  const cli = resolve(process.env['LEAKGUARD_DIST'] ?? 'dist', 'cli.js');
  const bare =
    "const s=require('http').createServer((q,r)=>r.end());s.listen(0,'127.0.0.1',()=>console.log(JSON.stringify({endpoint:'http://127.0.0.1:'+s.address().port})))";
  const took = { range: [] as number[], floor: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    took.range.push(await firstAnswer([cli, 'range', '--json']));
    took.floor.push(await firstAnswer(['-e', bare]));
  }
  const [range, floor] = [median(took.range), median(took.floor)];
  console.log(
    `leakguard range: first answer ${range.toFixed(0)} ms after the process began (median of ${runs}); a bare server ${floor.toFixed(0)} ms`,
  );
}

async function firstAnswer(args: string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface(child.stdout)) {
      const { endpoint } = JSON.parse(line) as { endpoint: string };
      await (await fetch(endpoint)).arrayBuffer();
      return performance.now() - begun;
    }
    throw new Error(`node ${args[0]} ended without a word`);
  } finally {
    child.kill('SIGKILL');
  }
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

const told = async (child: ChildProcess): Promise<unknown> =>
  ((await once(child, 'message')) as unknown[])[0];

async function cpuOf(child: ChildProcess): Promise<number> {
  const answered = told(child);
  child.send('cpu');
  return ((await answered) as number) / 1e6;
}

/** One walk through us-east-1 with the SDK, which signs and pages: its requests, and how many instances it saw. */
async function record(
  { url, key }: Listening,
  size: number,
): Promise<{ requests: Recorded[]; instances: number }> {
  const requests: Recorded[] = [];
  const inner = new NodeHttpHandler();
  const client = new EC2Client({
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret },
    requestHandler: {
      handle: (sent: Parameters<NodeHttpHandler['handle']>[0]) => {
        requests.push({ headers: sent.headers, body: String(sent.body) });
        return inner.handle(sent);
      },
    },
  });
  let instances = 0;
  let token: string | undefined;
  do {
    const page = await client.send(new DescribeInstancesCommand({ MaxResults: size, NextToken: token }));
    instances += (page.Reservations ?? []).reduce((sum, one) => sum + (one.Instances?.length ?? 0), 0);
    token = page.NextToken;
  } while (token !== undefined);
  client.destroy();
  inner.destroy();
  return { requests, instances };
}

/** Sends the requests in turn for `seconds`, over a few connections at once. `cpu`: seconds of the server's. */
async function load(
  url: string,
  requests: Recorded[],
  seconds: number,
  server: ChildProcess,
): Promise<{ pages: number; bytes: number; cpu: number; wall: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const before = await cpuOf(server);
  const begun = performance.now();
  let pages = 0;
  let bytes = 0;
  const one = async () => {
    while (performance.now() - begun < seconds * 1000) {
      const size = await send(url, requests[pages % requests.length]!, agent);
      bytes += size;
      pages += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const wall = (performance.now() - begun) / 1000;
  const cpu = (await cpuOf(server)) - before;
  agent.destroy();
  return { pages, bytes, cpu, wall };
}

function send(url: string, { headers, body }: Recorded, agent: Agent): Promise<number> {
  return new Promise((resolved, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let size = 0;
      if (response.statusCode !== 200) reject(new Error(`the answer was ${response.statusCode}`));
      response.on('data', (chunk: Buffer) => (size += chunk.length));
      response.on('end', () => resolved(size));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

if (positionals[0] === 'serve') await serveRange(Number(values.instances));
else if (positionals[0] === 'floor') serveFloor();
else await measure();

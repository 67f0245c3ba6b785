/**
 * leakguard against a floor: a bare concurrent boto3 script that is told which instances are protected.
 *
 *     node bench/run.mjs peers [--instances N] [--latency MILLISECONDS] [--runs N] [--before CHECKOUT] [--keep FILE]
 *
 * `--before`: another checkout, built, that takes its turn in each round too. `--keep`: every round's figures, as JSON.
 * Of the cut alone, the peers are a bare script with the SDK and the AWS CLI, each told the key and its user.
 *
 * On a moto of its own for each run: 17 regions × N GPU instances made with a leaked key, a tenth of them protected,
 * and three t3.micro of production a region. Figures are printed, not asserted. Build first: npm run build.
 */
import { ModifyInstanceAttributeCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cliPath } from '../test/cli-path.js';
import { program } from '../test/interop/environments.js';
import { Actor, Story, type Credentials } from '../test/interop/incident-actors.js';
import { defaultRegions } from '../test/interop/incident-seed.js';
import { writeTrail } from '../test/interop/incident-trail.js';
import install from '../test/interop/install.js';
import { documentOf, runLeakguard } from '../test/interop/leakguard.js';
import { startMoto, type Server } from '../test/interop/servers.js';
import { startTap } from '../test/interop/tap.js';

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '10' },
    latency: { type: 'string', default: '0' },
    runs: { type: 'string', default: '3' },
    before: { type: 'string' },
    keep: { type: 'string' },
  },
});
const perRegion = Number(values.instances);
const latency = Number(values.latency);
const runs = Number(values.runs);

const account = '123456789012';
const user = 'ci-deploy';
const gpu = 'g4dn.xlarge';

interface World {
  server: Server;
  /** Where the tools call: the server, behind the latency. */
  url: string;
  story: Story;
  leaked: Credentials;
  responder: Credentials;
  protectedIds: Record<string, string[]>;
  misuseBegan: Date;
  stop(): Promise<void>;
}

async function makeWorld(): Promise<World> {
  const server = await startMoto();
  const story = new Story(server.url, account);
  const root = new Actor(
    story,
    'root',
    { accessKeyId: 'test', secretAccessKey: 'test' },
    '192.0.2.1',
    'setup',
  );
  const addUser = async (name: string): Promise<Credentials> => {
    await root.iam().send(new CreateUserCommand({ UserName: name }));
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await root.iam().send(new AttachUserPolicyCommand({ UserName: name, PolicyArn }));
    const { AccessKey } = await root.iam().send(new CreateAccessKeyCommand({ UserName: name }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  };
  story.clock -= 60 * 86_400_000;
  const leaked = await addUser(user);
  const responder = await addUser('responder');
  const production = root.as('production', await addUser('production'), '198.51.100.77', 'Terraform');
  const misuseBegan = new Date(Date.now() - 40 * 60_000);
  const attacker = root.as(user, leaked, '203.0.113.66', 'Boto3/1.26.0');
  const launch = async (
    by: Actor,
    region: string,
    type: typeof gpu | 't3.micro',
    count: number,
  ): Promise<string[]> => {
    const input = { ImageId: 'ami-12345678', InstanceType: type, MinCount: count, MaxCount: count };
    const { Instances = [] } = await by.ec2(region).send(new RunInstancesCommand(input));
    return Instances.map(({ InstanceId = '' }) => InstanceId);
  };
  const protectedIds: Record<string, string[]> = {};
  let made = 0;
  for (const region of defaultRegions) {
    story.clock = misuseBegan.getTime() - 10 * 86_400_000;
    await launch(production, region, 't3.micro', 3);
    story.clock = misuseBegan.getTime() + 60_000;
    protectedIds[region] = [];
    for (const id of await launch(attacker, region, gpu, perRegion)) {
      if (made++ % 10 !== 0) continue;
      const input = { InstanceId: id, DisableApiTermination: { Value: true } };
      await attacker.ec2(region).send(new ModifyInstanceAttributeCommand(input));
      protectedIds[region].push(id);
    }
  }
  const tap =
    latency === 0
      ? null
      : await startTap(server.url, async (): Promise<'through'> => {
          await sleep(latency);
          return 'through';
        });
  return {
    server,
    url: tap?.url ?? server.url,
    story,
    leaked,
    responder,
    protectedIds,
    misuseBegan,
    stop: async () => {
      await tap?.close();
      await server.stop();
    },
  };
}

interface Figures {
  /** Seconds from the start of the process. */
  keyOff: number | null;
  lastTermination: number | null;
  end: number;
  /** API calls until the last termination, and in all. */
  callsToTermination: number;
  calls: number;
}

async function callsOf({ server, responder }: World): Promise<Pick<Figures, 'calls' | 'callsToTermination'>> {
  const own = (await server.recordedRequests()).filter(
    ({ accessKeyId }) => accessKeyId === responder.accessKeyId,
  );
  const last = own.findLastIndex(({ operation }) => operation === 'TerminateInstances');
  return { calls: own.length, callsToTermination: last + 1 };
}

async function floor(world: World): Promise<Figures> {
  const { url, leaked, responder, protectedIds } = world;
  const task = { endpoint: url, key: leaked.accessKeyId, user, type: gpu, protected: protectedIds };
  const started = performance.now();
  const child = spawn(program('interop', 'python'), ['bench/peers-floor.py'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      AWS_ACCESS_KEY_ID: responder.accessKeyId,
      AWS_SECRET_ACCESS_KEY: responder.secretAccessKey,
    },
  });
  child.stdin.end(JSON.stringify(task));
  const [code] = (await once(child, 'exit')) as [number];
  const end = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`the floor exited with ${code}`);
  return { keyOff: null, lastTermination: end, end, ...(await callsOf(world)) };
}

/** Seconds that a program takes which is told what to switch off. */
async function cutBy(command: string, args: readonly string[], { url }: World): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      // Not the responder's, whose calls are counted.
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_ENDPOINT_URL: url,
    },
  });
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`${command} exited with ${code}`);
  return (performance.now() - started) / 1000;
}

/** The cut alone; the key is put on again. */
async function cuts(world: World): Promise<Record<'bare' | 'awscli', number>> {
  const { accessKeyId } = world.leaked;
  const words = ['iam', 'update-access-key', '--user-name', user, '--access-key-id', accessKeyId];
  const cli = program('interop', 'aws');
  const bare = await cutBy(process.execPath, ['bench/cut-floor.mjs', user, accessKeyId], world);
  const awscli = await cutBy(cli, [...words, '--status', 'Inactive'], world);
  await cutBy(cli, [...words, '--status', 'Active'], world);
  return { bare, awscli };
}

async function leakguard(world: World, cli = cliPath): Promise<Figures> {
  const { url, story, leaked, responder, misuseBegan } = world;
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-bench-'));
  await writeTrail(join(directory, 'trail'), account, story.calls);
  const args = [
    'contain',
    '--key',
    leaked.accessKeyId,
    '--simulated',
    '--json',
    '--yes',
    '--account',
    account,
  ];
  args.push('--trail', join(directory, 'trail'), '--report-dir', join(directory, 'reports'));
  // An older build knows no other trust.
  if (cli === cliPath) args.push('--trust-trail');
  args.push('--compromised-at', misuseBegan.toISOString());
  const started = Date.now();
  const run = await runLeakguard(url, responder, args, cli);
  const end = (Date.now() - started) / 1000;
  const { milestones } = documentOf(run) as {
    milestones?: { keyOff: string | null; lastTermination: string | null };
  };
  if (milestones === undefined) throw new Error(`leakguard exited with ${run.code}: ${run.stderr}`);
  await rm(directory, { recursive: true, force: true });
  const since = (time: string | null): number | null =>
    time === null ? null : (Date.parse(time) - started) / 1000;
  return {
    keyOff: since(milestones.keyOff),
    lastTermination: since(milestones.lastTermination),
    end,
    ...(await callsOf(world)),
  };
}

const median = (numbers: number[]): number =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

await install();
const tools: Record<string, (world: World) => Promise<Figures>> = {
  floor,
  leakguard: (world) => leakguard(world),
};
if (values.before !== undefined) {
  const cli = resolve(values.before, 'dist/cli.js');
  tools['before'] = (world) => leakguard(world, cli);
}
const results: Record<string, Figures[]> = {};
const cutTimes: Record<'bare' | 'awscli', number>[] = [];
for (let run = 0; run < runs; run += 1) {
  for (const [name, tool] of Object.entries(tools)) {
    const world = await makeWorld();
    try {
      if (name === 'floor') cutTimes.push(await cuts(world));
      (results[name] ??= []).push(await tool(world));
    } finally {
      await world.stop();
    }
  }
}
if (values.keep !== undefined)
  await writeFile(
    values.keep,
    `${JSON.stringify({ perRegion, latency, runs, cutTimes, results }, null, 1)}\n`,
  );
const base = median((results['floor'] ?? []).map(({ end }) => end));
console.log(
  `17 regions × ${perRegion} GPU instances, a tenth protected, latency ${latency} ms, median of ${runs}`,
);
console.table(
  Object.fromEntries(
    Object.entries(results).map(([name, figures]) => {
      const of = (pick: (one: Figures) => number | null): number =>
        median(figures.map((one) => pick(one) ?? NaN));
      const round = (seconds: number): number => Math.round(seconds * 100) / 100;
      return [
        name,
        {
          'key off, s': round(of(({ keyOff }) => keyOff)),
          'last termination, s': round(of(({ lastTermination }) => lastTermination)),
          '× floor': round(of(({ lastTermination }) => lastTermination) / base),
          'confirmed, s': round(of(({ end }) => end)),
          'calls to last termination': of(({ callsToTermination }) => callsToTermination),
          'calls in all': of(({ calls }) => calls),
        },
      ];
    }),
  ),
);

import { spawn, type ChildProcess } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';
import { cliPath } from '../cli-path.js';

let child: ChildProcess | undefined;
afterEach(async () => {
  if (child === undefined || child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
});

function start(...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const started = spawn(process.execPath, [cliPath, 'range', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child = started;
  return started;
}

interface Greeting {
  simulated: boolean;
  endpoint: string;
  resolver: string;
  credentials: { accessKeyId: string; secretAccessKey: string; account: string }[];
}

async function greeting(stream: NodeJS.ReadableStream): Promise<Greeting> {
  for await (const line of createInterface(stream)) return JSON.parse(line) as Greeting;
  throw new Error('it ended without a word');
}

test('leakguard range serves an account until it is stopped, and writes its log files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'range-command-'));
  try {
    const process = start('--json', '--trail-dir', directory);
    const { simulated, endpoint, resolver, credentials } = await greeting(process.stdout);
    expect(simulated).toBe(true);
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const dns = new Resolver({ timeout: 500, tries: 1 });
    dns.setServers([resolver]);
    expect(await dns.resolveNs('cloudfront.net')).toEqual(['ns1.cloudfront.net']);
    const sts = new STSClient({ region: 'eu-west-1', endpoint, credentials: credentials[0]! });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(credentials[0]?.account);
    process.kill('SIGTERM');
    await once(process, 'exit');
    const files = await readdir(directory, { recursive: true });
    expect(files.filter((name) => name.endsWith('.json.gz'))).toHaveLength(1);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a port that is none, and a scenario that is none, are usage errors', async () => {
  for (const args of [['--port', 'ninety'], ['--port', '70000'], ['no-such-scenario']]) {
    const [code] = (await once(start(...args), 'exit')) as [number];
    expect(code).toBe(2);
  }
});

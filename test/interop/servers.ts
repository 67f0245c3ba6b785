import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { cliPath } from '../cli-path.js';
import { program } from './environments.js';
import { requestOf, type RecordedRequest } from './requests.js';

/** A running server, on loopback only. */
export interface Server {
  url: string;
  /** Where it writes what it has to say. */
  log: string;
  /** Every request so far, in the order in which they came in, by the server's own record. */
  recordedRequests(): Promise<RecordedRequest[]>;
  stop(): Promise<void>;
}

const startTimeout = 60_000;

/** moto (Apache-2.0): EC2, IAM, Auto Scaling. Its recorder is the evidence of what was sent. */
export async function startMoto(): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-moto-'));
  const port = await freePort('127.0.0.1');
  const recording = join(directory, 'recording');
  const server = start(
    program('interop', 'moto_server'),
    ['-H', '127.0.0.1', '-p', String(port)],
    {
      HOME: directory,
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
      MOTO_EC2_LOAD_DEFAULT_AMIS: 'false',
      MOTO_ENABLE_RECORDING: 'true',
      MOTO_RECORDER_FILEPATH: recording,
    },
    directory,
  );
  const url = `http://127.0.0.1:${port}`;
  await healthy(server, `${url}/moto-api/`);
  return { ...server, url, recordedRequests: () => motoRequests(recording) };
}

/**
 * It forwards each recorded call to EventBridge from a thread of its own, a minute later: thousands of threads that
 * wake at once, and starve everything on the machine. No rule listens here.
 */
const localemuWithoutEventBridge = `
from localemu.services.cloudtrail import recording_hook
recording_hook._emit_cloudtrail_to_eventbridge = lambda *args, **kwargs: None
from localemu.cli.main import main
main()`;

/**
 * localemu (Apache-2.0): its LookupEvents records the real calls, its IAM refuses inactive keys and denied sessions.
 * The root key is `test`, as its documentation says.
 */
export async function startLocalemu(): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), 'leakguard-localemu-'));
  const port = await freePort('::1');
  const server = start(
    program('localemu', 'python'),
    ['-c', localemuWithoutEventBridge, 'start', '--port', String(port)],
    {
      HOME: directory,
      EC2_VM_MANAGER: 'none',
      ECS_DOCKER_BACKEND: '0',
      EKS_K8S_PROVIDER: 'off',
      // Only this form keeps it on loopback.
      GATEWAY_LISTEN: `[::1]:${port}`,
      IAM_ENFORCEMENT: '1',
      ROOT_ACCESS_KEYS: 'test',
    },
    directory,
  );
  const url = `http://[::1]:${port}`;
  await healthy(server, `${url}/_localemu/health`);
  return { ...server, url, recordedRequests: () => localemuRequests(server.log) };
}

interface Started {
  log: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

function start(
  command: string,
  args: string[],
  environment: Record<string, string>,
  directory: string,
): Started {
  const log = join(directory, 'log');
  const output = openSync(log, 'a');
  // Nothing of the person's own AWS configuration gets through.
  const env = { PATH: process.env['PATH'] ?? '', PYTHONUNBUFFERED: '1', ...environment };
  const child = tethered(command, args, { cwd: directory, env, stdio: ['pipe', output, output] });
  return {
    log,
    process: child,
    stop: async () => {
      await untether(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts a program that ends with us, however we end: it is killed when the pipe to its keeper closes. */
function tethered(command: string, args: string[], options: SpawnOptions): ChildProcess {
  const keeper = `exec 3<&0
    "$@" </dev/null & server=$!
    (cat <&3; kill -KILL $server) >/dev/null 2>&1 &
    wait $server`;
  return spawn('sh', ['-c', keeper, 'sh', command, ...args], options);
}

async function untether(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}

async function healthy({ process: child, log }: Started, url: string): Promise<void> {
  const deadline = Date.now() + startTimeout;
  let why: unknown = null;
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      const { ok, status } = await fetch(url);
      if (ok) return;
      why = status;
    } catch (error) {
      why = error;
    }
    await sleep(100);
  }
  const said = (await readFile(log, 'utf8')).slice(-2000);
  throw new Error(`the server at ${url} did not become healthy (${String(why)}); it said:\n${said}`);
}

/** A port that was free a moment ago. */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** moto's recorder writes one JSON object a line. */
async function motoRequests(file: string): Promise<RecordedRequest[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const entry = JSON.parse(line) as {
      method: string;
      url: string;
      headers: Record<string, string>;
      body: string;
      body_encoded: boolean;
    };
    const body = entry.body_encoded ? Buffer.from(entry.body, 'base64').toString('utf8') : entry.body;
    return requestOf(entry.method, entry.url, entry.headers, body);
  });
}

/** localemu logs a line for each answer, without region or key: `… AWS ec2.RunInstances => 200`. */
async function localemuRequests(log: string): Promise<RecordedRequest[]> {
  const text = await readFile(log, 'utf8');
  return [...text.matchAll(/ AWS ([\w-]+)\.(\w+) => (\d+)/g)].map(([, service, operation, status]) => ({
    service: service ?? '',
    operation: operation ?? '',
    region: null,
    accessKeyId: null,
    status: Number(status),
    body: '',
  }));
}

/** The project's own range, by its own command, with an empty account and the credentials of its administrator. */
export async function startRange(): Promise<{ environment: Record<string, string>; stop(): Promise<void> }> {
  const child = tethered(process.execPath, [cliPath, 'range', '--json'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const line = await firstLine(child.stdout);
  const { endpoint, credentials } = JSON.parse(line) as {
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string }[];
  };
  return {
    environment: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: credentials[0]?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials[0]?.secretAccessKey ?? '',
    },
    stop: () => untether(child),
  };
}

async function firstLine(stream: Readable | null): Promise<string> {
  for await (const line of createInterface(stream ?? Readable.from([]))) return line;
  throw new Error('it ended without a word');
}

import { spawn, type ChildProcess } from 'node:child_process';
import { cliPath } from '../cli-path.js';
import type { Credentials } from './incident-actors.js';

/** What a run of the built command line gave back. */
export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  ended: Promise<Run>;
}

/** Starts the built command line with these credentials, against this endpoint, and nothing of the person's own AWS
 *  configuration. */
export function startLeakguard(
  url: string,
  { accessKeyId, secretAccessKey }: Credentials,
  args: string[],
  cli = cliPath,
): Running {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: url,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Run>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { process: child, ended };
}

export async function runLeakguard(
  url: string,
  credentials: Credentials,
  args: string[],
  cli = cliPath,
): Promise<Run> {
  return startLeakguard(url, credentials, args, cli).ended;
}

/** The document that a run with `--json` printed; with what the run said where there is none. */
export function documentOf(run: Run): Record<string, unknown> {
  try {
    return JSON.parse(run.stdout) as Record<string, unknown>;
  } catch {
    throw new Error(`no document on stdout; code ${run.code}, stderr:\n${run.stderr.slice(-4000)}`);
  }
}

import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliPath } from '../cli-path.js';
import { smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
}, 60_000);
afterEach(() => incident.close());

/** Runs the built command line with so many file descriptors and so much heap, megabytes. */
function run(limits: { files: number; heap: number }, args: readonly string[]) {
  const env = { ...incident.environment, NODE_OPTIONS: `--max-old-space-size=${limits.heap}` };
  const script = `ulimit -n ${limits.files}; exec "$@"`;
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, cliPath, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  return new Promise<typeof said & { exitCode: number | null }>((resolve) => {
    child.on('close', (exitCode) => resolve({ ...said, exitCode }));
  });
}

describe('a small machine', { timeout: 120_000 }, () => {
  it('with 64 file descriptors and 200 MB of heap contains all the same', async () => {
    // Every region, so that there is more to ask than files to ask it by.
    const args = incident.containment.filter(
      (word, at, all) => word !== '--region' && all[at - 1] !== '--region',
    );
    const done = await run({ files: 64, heap: 200 }, args);
    expect(done.stderr).not.toMatch(/EMFILE|out of memory/i);
    expect(incident.state()).toMatchObject({ rogueAlive: 0 });
    expect(done.stdout).toContain('CONTAINED');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
}, 60_000);
afterEach(() => incident.close());

/** Runs the built command line with so many file descriptors and so much heap, megabytes. */
function run(limits: { files: number; heap: number }, args: readonly string[]) {
  const env = { ...incident.environment, NODE_OPTIONS: `--max-old-space-size=${limits.heap}` };
  return runCli(args, env, ['sh', '-c', `ulimit -n ${limits.files}; exec "$@"`, 'sh']);
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

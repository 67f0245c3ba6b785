import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/journal/journal.js';
import { rehearsalEnvironment } from '../../src/rehearsal/product.js';
import { cliPath } from '../cli-path.js';
import { smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
}, 60_000);
afterEach(() => incident.close());

function start(args: readonly string[]) {
  const key = [...incident.world.keys.values()].find(({ user }) => user === 'oncall')!;
  const credentials = { accessKeyId: key.id, secretAccessKey: key.secret };
  const env = rehearsalEnvironment({ endpoint: incident.url, credentials, home: incident.home });
  const child = spawn(process.execPath, [cliPath, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  return { child, said };
}

describe('a signal in the middle of a containment', () => {
  it.each([
    ['SIGHUP', 'a lost connection, told twice'],
    ['SIGQUIT', 'Ctrl-\\'],
  ] as const)('%s (%s) closes the journal and names resume', { timeout: 60_000 }, async (signal) => {
    const { child, said } = start(incident.containment);
    const cut = new Promise<void>((resolve) => {
      child.stderr.on('data', () => /disable access key/.test(said.stderr) && resolve());
    });
    await cut;
    child.kill(signal);
    if (signal === 'SIGHUP') setTimeout(() => child.kill(signal), 50);
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, said.stderr).toBe(143);
    const [journal] = await incident.journals();
    expect((await readJournal(journal!)).at(-1)).toMatchObject({ kind: 'closed', exitCode: 143 });
    expect(said.stderr).toContain(`leakguard resume ${journal}`);
  });
});

describe('a report directory that cannot be made', () => {
  it.each([
    ['in a file system that makes none', () => '/proc/leakguard/reports'],
    ['with a file in the way', () => join(incident.home, 'file', 'a', 'b')],
  ])(
    'ends with 1 before anything is done, with the next step (%s)',
    { timeout: 20_000 },
    async (_, directory) => {
      await writeFile(join(incident.home, 'file'), 'in the way');
      const { child, said } = start([...incident.containment, '--report-dir', directory()]);
      const [code] = (await once(child, 'close')) as [number | null];
      expect(code).toBe(1);
      expect(said.stderr).toMatch(/cannot be written .*Nothing was done/);
      expect(said.stderr).toMatch(/^Next: .*--report-dir/m);
      expect(incident.world.keys.get(incident.key)!.status.current).toBe('Active');
    },
  );
});

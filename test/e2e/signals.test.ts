import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/journal/journal.js';
import { rehearsalEnvironment } from '../../src/rehearsal/product.js';
import { cliPath } from '../cli-path.js';
import { accountId, smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
}, 60_000);
afterEach(() => incident.close());

function start(args: readonly string[], endpoint = incident.url) {
  const key = [...incident.world.keys.values()].find(({ user }) => user === 'oncall')!;
  const credentials = { accessKeyId: key.id, secretAccessKey: key.secret };
  const env = rehearsalEnvironment({ endpoint, credentials, home: incident.home });
  const child = spawn(process.execPath, [cliPath, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  return { child, said };
}

describe('a signal in the middle of a containment', () => {
  it.each<[NodeJS.Signals, string]>([
    ['SIGHUP', 'a lost connection, told until it ends'],
    ['SIGQUIT', 'Ctrl-\\'],
  ])('%s (%s) closes the journal and names resume', { timeout: 60_000 }, async (signal) => {
    const { child, said } = start(incident.containment);
    const cut = new Promise<void>((resolve) => {
      child.stderr.on('data', () => /disable access key/.test(said.stderr) && resolve());
    });
    await cut;
    child.kill(signal);
    // Told again and again until it has ended: at no moment does the lost connection kill it.
    const again = setInterval(() => signal === 'SIGHUP' && child.kill(signal), 5);
    const [code] = (await once(child, 'close')) as [number | null];
    clearInterval(again);
    expect(code, said.stderr).toBe(143);
    const [journal] = await incident.journals();
    expect((await readJournal(journal!)).at(-1)).toMatchObject({ kind: 'closed', exitCode: 143 });
    expect(said.stderr).toContain(`leakguard resume ${journal}`);
  });
});

describe('a run that slept beside its successor', () => {
  it('stops at its next step, and writes nothing into the journal that is no longer its own', {
    timeout: 120_000,
  }, async () => {
    const { child, said } = start(incident.containment);
    await new Promise<void>((resolve) => {
      child.stderr.on('data', () => /disable access key/.test(said.stderr) && resolve());
    });
    child.kill('SIGSTOP');
    const [journal] = await incident.journals();
    const resume = ['resume', journal!, '--yes', '--account', accountId, '--simulated'];
    const { exitCode } = await incident.run([...resume, '--take-over']);
    expect([0, 5]).toContain(exitCode);
    const before = await readJournal(journal!);
    const received = incident.world.log.length;
    child.kill('SIGCONT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, said.stderr).toBe(6);
    expect(said.stderr).toMatch(/Nothing more is done here/);
    expect(await readJournal(journal!)).toEqual(before);
    expect(incident.world.log.slice(received).filter(({ readOnly }) => !readOnly)).toEqual([]);
  });
});

describe('an endpoint that stops answering at the end', () => {
  it('does not hold the process: what could not be anchored is told', { timeout: 60_000 }, async () => {
    const proxy = createServer((request, response) => {
      // The last call carries the journal's head in its user agent: it is never answered.
      if (/journal/.test(request.headers['user-agent'] ?? '')) return;
      const { method, headers, url } = request;
      const on = forward(`${incident.url}${url}`, { method: method!, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      request.pipe(on);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    try {
      const { port } = proxy.address() as AddressInfo;
      const { child, said } = start(incident.containment, `http://127.0.0.1:${port}`);
      const [code] = (await once(child, 'close')) as [number | null];
      expect([0, 5]).toContain(code);
      expect(said.stderr).toMatch(/could not be anchored in CloudTrail/);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
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

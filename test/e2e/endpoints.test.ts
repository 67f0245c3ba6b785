import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/index.js';
import { cliPath } from '../cli-path.js';
import { startAwsHosts, type AwsHosts } from './aws-hosts.js';
import { cannotIsolate, isolated } from './isolated.js';
import { openDesk, quietAccount, type Desk } from './scene.js';

// AWS's own host names, without a proxy: in a network of its own, with a resolver that says which of them there are.
describe.skipIf(cannotIsolate('test/e2e/endpoints.test.ts'))('endpoints by their names', () => {
  let desk: Desk;
  let hosts: AwsHosts;
  let door: Server;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'leakguard-endpoints-'));
    desk = await openDesk(quietAccount('A quiet account, called by AWS’s own names'));
    hosts = await startAwsHosts(desk.range.url, home);
    door = createServer((from) => {
      const to = connect(hosts.port, '127.0.0.1');
      from.pipe(to).pipe(from);
      for (const side of [from, to]) side.on('error', () => [from, to].forEach((one) => one.destroy()));
    });
    await new Promise<void>((ready) => door.listen(join(home, 'door'), ready));
    await writeFile(join(home, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
    await writeFile(join(home, 'config'), '[profile gov]\nregion = us-east-1\nuse_fips_endpoint = true\n');
    const { id, secret } = desk.keys.get('responder-key')!;
    const credentials = `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    await writeFile(join(home, 'credentials'), `[gov]\n${credentials}[plain]\n${credentials}`);
  });
  afterAll(async () => {
    door.close();
    await hosts.close();
    await desk.close();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => hosts.called.clear());

  /** The coverage of a scan of `region`, where these names do not resolve; `NAME=ADDRESS`: nothing answers there. */
  async function scan(absent: string[], region: string, ...more: string[]): Promise<Cell[]> {
    const inner = fileURLToPath(new URL('in-namespace.mjs', import.meta.url));
    const prepare = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
    const args = ['scan', '--key', desk.keys.get('responder-key')!.id, '--region', region, '--json', ...more];
    const words = [...isolated, 'sh', '-c', prepare, join(home, 'resolv.conf'), process.execPath, inner];
    const [command = '', ...rest] = [
      ...words,
      join(home, 'door'),
      absent.join(),
      process.execPath,
      cliPath,
      ...args,
    ];
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      AWS_CONFIG_FILE: join(home, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CA_BUNDLE: hosts.caFile,
    };
    const child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    await new Promise((closed) => child.on('close', closed));
    expect(stdout, stderr.slice(-1000)).toMatch(/^\{/);
    return (JSON.parse(stdout) as { incident: { coverage: Cell[] } }).incident.coverage;
  }
  const cellOf = (cells: Cell[], subject: string): Cell | undefined =>
    cells.find((cell) => cell.subject === subject && cell.region !== 'global');

  it('is not offered where AWS’s list has none and the name does not resolve', {
    timeout: 120_000,
  }, async () => {
    const absent = ['lightsail.us-west-1.amazonaws.com', 'lambda.us-west-1.amazonaws.com'];
    const cells = await scan(absent, 'us-west-1', '--profile', 'plain');
    expect(cellOf(cells, 'lightsail-instances')).toMatchObject({ status: 'not-enabled' });
    expect(cellOf(cells, 'lightsail-instances')?.detail).toMatch(/AWS does not offer lightsail in us-west-1/);
    // The list has an endpoint there: that its name does not resolve is a gap.
    expect(cellOf(cells, 'lambda-functions')).toMatchObject({ status: 'failed' });
  });

  it('is a gap where its name resolves and nothing answers, whatever the list says', {
    timeout: 120_000,
  }, async () => {
    const cells = await scan(
      ['lightsail.us-west-1.amazonaws.com=127.0.0.2'],
      'us-west-1',
      '--profile',
      'plain',
    );
    expect(cellOf(cells, 'lightsail-instances')).toMatchObject({ status: 'failed' });
    expect(cellOf(cells, 'lightsail-instances')?.detail).toMatch(/ECONNREFUSED/);
  });

  it('is looked at where it answers, whatever the list says', { timeout: 120_000 }, async () => {
    const cells = await scan([], 'us-west-1', '--profile', 'plain');
    expect(cellOf(cells, 'lightsail-instances')).toMatchObject({ status: 'complete' });
    expect([...hosts.called].filter((host) => host.includes('-fips'))).toEqual([]);
  });

  it('calls FIPS endpoints alone where the profile asks for them, and tells where there is none', {
    timeout: 120_000,
  }, async () => {
    const cells = await scan(['lambda-fips.us-east-1.amazonaws.com'], 'us-east-1', '--profile', 'gov');
    expect(hosts.called.size).toBeGreaterThan(5);
    expect([...hosts.called].filter((host) => !host.includes('-fips'))).toEqual([]);
    expect(cellOf(cells, 'lambda-functions')).toMatchObject({ status: 'failed' });
    expect(cellOf(cells, 'lambda-functions')?.detail).toMatch(/lambda has no FIPS endpoint in us-east-1/);
  });
});

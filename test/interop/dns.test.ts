import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliPath } from '../cli-path.js';
import type { CloudFrontCheck } from '../../src/recovery/cloudfront/state.js';
import { startDns, type DnsServer } from '../../src/range/dns.js';

const installed = spawnSync('dnsmasq', ['--version']).status === 0;
if (!installed) {
  const missing = 'test/interop/dns.test.ts needs dnsmasq (Debian: dnsmasq-base), and there is none';
  if (process.env['CI'] === 'true') throw new Error(missing);
  console.warn(`skipped: ${missing}`);
}

/** A resolver that nobody here wrote, in front of the range's own DNS: what it makes of that is what leakguard sees. */
describe.skipIf(!installed)('the check by way of dnsmasq', () => {
  let upstream: DnsServer;
  let dnsmasq: ChildProcess;
  let port: number;
  let state: string;

  beforeAll(async () => {
    state = mkdtempSync(join(tmpdir(), 'leakguard-dnsmasq-'));
    upstream = await startDns({
      zones: ['up.example'],
      answers: { 'ok.up.example': { a: ['198.51.100.9'] } },
    });
    // A port that was free may be taken in the meantime, or by TCP, which dnsmasq listens on too: then it ends at once.
    for (let tries = 0; tries < 10; tries += 1) if (await startDnsmasq()) return;
    throw new Error('dnsmasq did not begin to answer');
  });
  afterAll(async () => {
    dnsmasq.kill();
    rmSync(state, { recursive: true, force: true });
    await upstream.close();
  });

  /** Whether it answers. */
  async function startDnsmasq(): Promise<boolean> {
    port = await freePort();
    dnsmasq = spawn(
      'dnsmasq',
      [
        '--keep-in-foreground',
        '--conf-file=/dev/null',
        '--pid-file=',
        '--no-resolv',
        '--no-hosts',
        '--cache-size=0',
        '--bind-interfaces',
        '--listen-address=127.0.0.1',
        `--port=${port}`,
        '--local=/cloudfront.net/',
        '--host-record=d1.cloudfront.net,198.51.100.1,2001:db8::1',
        '--host-record=v4.cloudfront.net,198.51.100.2',
        '--txt-record=nodata.cloudfront.net,text',
        '--cname=www.cloudfront.net,d1.cloudfront.net',
        `--server=/up.example/127.0.0.1#${upstream.port}`,
        ...(process.getuid?.() === 0 ? ['--user=root'] : []),
      ],
      { stdio: 'ignore' },
    );
    while (dnsmasq.exitCode === null) {
      if ((await check(['d1.cloudfront.net'])).check.resolvers[0]?.working === true) return true;
    }
    return false;
  }

  async function check(hosts: string[]): Promise<{ check: CloudFrontCheck; exitCode: number }> {
    const env = {
      PATH: process.env['PATH'],
      HOME: state,
      // Nothing listens there: no credentials are used, and no AWS is called.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const named = hosts.flatMap((host) => ['--host', host]);
    const flags = ['cloudfront', '--json', '--simulated', '--no-http', '--resolver', `127.0.0.1:${port}`];
    const child = spawn(process.execPath, [cliPath, ...flags, ...named], { env });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    if (out === '') throw new Error(errors);
    return JSON.parse(out) as { check: CloudFrontCheck; exitCode: number };
  }

  async function verdictOf(
    host: string,
  ): Promise<{ outcomes: string[]; state: string | undefined; exitCode: number }> {
    const { check: seen, exitCode } = await check([host]);
    const [distribution] = seen.distributions;
    const outcomes = distribution?.host.answers.map(({ type, outcome }) => `${type} ${outcome}`) ?? [];
    return { outcomes, state: distribution?.judgement.state, exitCode };
  }

  it.each<[string, string[], string, number]>([
    ['d1.cloudfront.net', ['A addresses', 'AAAA addresses'], 'serving', 0],
    ['v4.cloudfront.net', ['A addresses', 'AAAA nodata'], 'serving', 0],
    ['www.cloudfront.net', ['A addresses', 'AAAA addresses'], 'serving', 0],
    ['gone.cloudfront.net', ['A nxdomain', 'AAAA nxdomain'], 'dns-withdrawn', 3],
    ['nodata.cloudfront.net', ['A nodata', 'AAAA nodata'], 'dns-withdrawn', 3],
    ['other.example.org', ['A refused', 'AAAA refused'], 'cannot-tell', 5],
    ['ok.up.example', ['A addresses', 'AAAA nodata'], 'serving', 0],
  ])('reads %s as %j: %s', async (host, outcomes, expected, exitCode) => {
    expect(await verdictOf(host)).toEqual({ outcomes, state: expected, exitCode });
  });

  it.each([
    ['nxdomain', 'nxdomain'],
    ['servfail', 'servfail'],
    ['silence', 'timeout'],
  ] as const)('reads a name that is %s behind it as %s', async (behaviour, outcome) => {
    upstream.set('x.up.example', behaviour);
    expect((await verdictOf('x.up.example')).outcomes).toEqual([`A ${outcome}`, `AAAA ${outcome}`]);
  });

  it('knows nothing once dnsmasq is gone', async () => {
    const gone = new Promise((resolve) => dnsmasq.once('exit', resolve));
    dnsmasq.kill();
    await gone;
    const { check: seen, exitCode } = await check(['d1.cloudfront.net']);
    expect(seen.resolvers[0]).toMatchObject({ working: false, detail: 'it cannot be reached' });
    expect(seen.distributions[0]?.judgement.state).toBe('cannot-tell');
    expect(exitCode).toBe(5);
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  socket.close();
  return port;
}

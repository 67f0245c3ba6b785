import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/index.js';
import { startAwsHosts, type AwsHosts } from './aws-hosts.js';
import { unpackPackage, type Packed } from './packed.js';
import { openDesk, quietAccount, type Desk } from './scene.js';

// What is shipped, from another directory, where people are: behind a proxy, with a CA of the company's own, by profiles.
let packed: Packed;
let desk: Desk;
let hosts: AwsHosts;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'leakguard-network-'));
  packed = await unpackPackage();
  desk = await openDesk(quietAccount('A quiet account, for a person behind a proxy'));
  hosts = await startAwsHosts(desk.range.url, home);
});

afterAll(async () => {
  await hosts.close();
  await desk.close();
  await packed.remove();
  await rm(home, { recursive: true, force: true });
});

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

function leakguard(args: string[], env: Record<string, string> = {}, stdin = ''): Promise<Run> {
  const own: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CA_BUNDLE: hosts.caFile,
    HTTPS_PROXY: hosts.proxy,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [packed.cli, ...args], { cwd: home, env: { ...own, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(stdin);
  });
}

function keys(): Record<string, string> {
  const key = desk.keys.get('responder-key')!;
  return { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret };
}

const look = ['restrictions', '--region', 'us-east-1', '--json'];

describe('the packed build behind a proxy', () => {
  it('calls AWS by its own names through the proxy', { timeout: 60_000 }, async () => {
    hosts.tunnels.length = 0;
    const { code, stdout, stderr } = await leakguard(look, keys());
    expect(stderr).not.toMatch(/constructor|unexpected error/);
    expect(JSON.parse(stdout)).toMatchObject({ identity: { simulated: false, account: '111122223333' } });
    expect(code).not.toBe(1);
    expect(hosts.tunnels).toContain('sts.us-east-1.amazonaws.com:443');
  });

  it('looks at every region with 50 connections', { timeout: 120_000 }, async () => {
    const scan = await leakguard(['scan', '--key', desk.keys.get('responder-key')!.id, '--json'], keys());
    const { incident } = JSON.parse(scan.stdout) as { incident: { coverage: Cell[] } };
    const read = incident.coverage.filter(({ status }) => status === 'complete');
    expect(read.length, scan.stderr).toBeGreaterThan(500);
    expect(hosts.most()).toBeLessThanOrEqual(50);
  });

  it.each([
    ['without a scheme', () => ({ HTTPS_PROXY: hosts.proxy.replace('http://', '') })],
    ['in lower case', () => ({ HTTPS_PROXY: '', https_proxy: hosts.proxy })],
    ['from ALL_PROXY', () => ({ HTTPS_PROXY: '', ALL_PROXY: hosts.proxy })],
  ])('takes a proxy %s', { timeout: 60_000 }, async (_, env) => {
    hosts.tunnels.length = 0;
    const { stdout } = await leakguard(look, { ...keys(), ...env() });
    expect(JSON.parse(stdout)).toMatchObject({ identity: { account: '111122223333' } });
    expect(hosts.tunnels).toContain('sts.us-east-1.amazonaws.com:443');
  });

  it.each(['amazonaws.com', '.amazonaws.com', '*', 'sts.us-east-1.amazonaws.com:443'])(
    'goes past the proxy for NO_PROXY=%s',
    { timeout: 60_000 },
    async (spared) => {
      hosts.tunnels.length = 0;
      const { code, stderr } = await leakguard(look, { ...keys(), NO_PROXY: spared });
      // There is no AWS without the proxy here: that it was not asked is the point.
      expect(hosts.tunnels).not.toContain('sts.us-east-1.amazonaws.com:443');
      expect(stderr).toMatch(/sts:GetCallerIdentity in us-east-1/);
      expect(code).toBe(5);
    },
  );

  it('says that the proxy refuses, and what to do', { timeout: 60_000 }, async () => {
    const { code, stderr } = await leakguard(look, { ...keys(), HTTPS_PROXY: 'http://127.0.0.1:9' });
    expect(stderr).toMatch(/ECONNREFUSED/);
    expect(stderr).toMatch(/Next: Check the network and the endpoint/);
    expect(code).toBe(5);
  });

  it.each(['pac+http://127.0.0.1:9/proxy.pac', 'ftp://127.0.0.1:9', 'http://'])(
    'refuses %s as a usage error: no proxy that can be called',
    async (proxy) => {
      const { code, stderr } = await leakguard(look, { ...keys(), HTTPS_PROXY: proxy });
      expect(stderr).toMatch(/HTTPS_PROXY .* names no proxy that can be called/);
      expect(stderr).toMatch(/Next: Set HTTPS_PROXY to http:\/\/HOST:PORT/);
      expect(code).toBe(2);
    },
  );

  it('refuses a CA file that is not there as a usage error', async () => {
    const { code, stderr } = await leakguard(look, { ...keys(), AWS_CA_BUNDLE: '/nowhere/ca.pem' });
    expect(stderr).toMatch(/AWS_CA_BUNDLE names \/nowhere\/ca.pem, which cannot be read/);
    expect(code).toBe(2);
  });

  it('trusts the ca_bundle of the profile', { timeout: 60_000 }, async () => {
    await settings(`[profile corp]\nregion = us-east-1\nca_bundle = ${hosts.caFile}\n`, credentials('corp'));
    const { stdout } = await leakguard([...look, '--profile', 'corp'], { AWS_CA_BUNDLE: '' });
    expect(JSON.parse(stdout)).toMatchObject({ identity: { profile: 'corp' } });
  });
});

describe('profiles', () => {
  const role = 'arn:aws:iam::111122223333:role/nobody';

  it('assumes a role through the proxy, with the CA of the profile', { timeout: 60_000 }, async () => {
    const source = `[profile base]\nregion = us-east-1\n[profile over]\nregion = us-east-1\nsource_profile = base\nrole_arn = ${role}\nca_bundle = ${hosts.caFile}\n`;
    await settings(source, credentials('base'));
    hosts.tunnels.length = 0;
    const { code, stderr } = await leakguard([...look, '--profile', 'over'], { AWS_CA_BUNDLE: '' });
    // The range has no such role: its refusal shows that the inner call came through.
    expect(hosts.tunnels).toContain('sts.us-east-1.amazonaws.com:443');
    expect(stderr).toMatch(/not authorized to perform: sts:AssumeRole/);
    expect(code).toBe(4);
  });

  it.each([
    ['stdin', {}, '123456\n'],
    ['LEAKGUARD_MFA_CODE', { LEAKGUARD_MFA_CODE: '123456' }, ''],
  ])('takes the code of an MFA device from %s', { timeout: 60_000 }, async (_, env, stdin) => {
    await mfaProfile();
    const { code, stderr } = await leakguard([...look, '--profile', 'over'], env, stdin);
    expect(stderr).not.toMatch(/none was given/);
    expect(stderr).toMatch(/sts:AssumeRole/);
    expect(code).toBe(4);
  });

  it('says what it needs where no code of an MFA device is given', { timeout: 60_000 }, async () => {
    await mfaProfile();
    const { code, stderr } = await leakguard([...look, '--profile', 'over']);
    expect(stderr).toMatch(
      /six-digit code of MFA device arn:aws:iam::111122223333:mfa\/me, and none was given/,
    );
    expect(stderr).toMatch(/LEAKGUARD_MFA_CODE/);
    expect(code).toBe(4);
  });

  it('is the named profile or nobody: never the credentials of the host', { timeout: 60_000 }, async () => {
    await settings(
      `[profile broken]\nregion = us-east-1\ncredential_process = sh -c 'echo vault is sealed >&2; exit 3'\n`,
      credentials('default'),
    );
    for (const env of [{}, keys()]) {
      const { code, stdout, stderr } = await leakguard([...look, '--profile', 'broken'], env);
      expect(stderr).toMatch(/credential_process of the profile: vault is sealed/);
      expect(stderr).toMatch(/Next: Run the credential_process of that profile by itself/);
      expect(stdout).not.toContain('"account"');
      expect(code).toBe(4);
    }
  });

  async function mfaProfile(): Promise<void> {
    const over = `role_arn = ${role}\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n`;
    await settings(
      `[profile base]\nregion = us-east-1\n[profile over]\nregion = us-east-1\nsource_profile = base\n${over}`,
      credentials('base'),
    );
  }
});

function credentials(profile: string): string {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = keys();
  return `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
}

async function settings(config: string, credentialsFile: string): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(home, '.aws'), { recursive: true });
  await writeFile(join(home, '.aws', 'config'), config);
  await writeFile(join(home, '.aws', 'credentials'), credentialsFile);
}

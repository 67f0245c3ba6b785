import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { startRange } from '../../src/range/server.js';
import { instancesOf, isLive } from '../../src/range/world/compute.js';
import { createAccessKey, createUser } from '../../src/range/world/identity.js';
import { World } from '../../src/range/world/world.js';
import { cliPath } from '../cli-path.js';
import { startAwsHosts } from './aws-hosts.js';
import { cannotIsolate } from './isolated.js';
import { from } from './places.js';

// A containment in each of AWS's partitions, by its own host names, in a network of its own.
const account = '111122223333';
const partitions = [
  ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
  ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
  ['aws-iso', 'us-iso-east-1', 'c2s.ic.gov'],
  ['aws-iso-b', 'us-isob-east-1', 'sc2s.sgov.gov'],
  ['aws-iso-e', 'eu-isoe-west-1', 'cloud.adc-e.uk'],
  ['aws-iso-f', 'us-isof-south-1', 'csp.hci.ic.gov'],
] as const;

describe.skipIf(cannotIsolate('test/e2e/partitions.test.ts'))('in its own partition', () => {
  it.each(partitions)(
    '%s: a key is cut and what it launched is ended, by names of that partition alone',
    {
      timeout: 180_000,
    },
    async (partition, region, domain) => {
      const home = await mkdtemp(join(tmpdir(), 'leakguard-partition-'));
      const world = new World({ partition, homeRegion: region });
      const own = world.createAccount(account);
      own.regionStatus.clear();
      own.regionStatus.set(region, 'ENABLED_BY_DEFAULT');
      const all = { all: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}' };
      const [key, responder] = ['ci', 'oncall'].map((name) => {
        createUser(own, name, { inline: all });
        return createAccessKey(own, name);
      });
      const range = await startRange({ world });
      const names = [`*.${domain}`, `*.${region}.${domain}`, `*.us-gov.${domain}`, `*.global.${domain}`];
      const hosts = await startAwsHosts(range.url, home, names);
      const door = createServer((incoming) => {
        const to = connect(hosts.port, '127.0.0.1');
        incoming.pipe(to).pipe(incoming);
        for (const side of [incoming, to])
          side.on('error', () => [incoming, to].forEach((one) => one.destroy()));
      });
      await new Promise<void>((ready) => door.listen(join(home, 'door'), ready));
      await writeFile(join(home, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
      try {
        const signed = { accessKeyId: key!.id, secretAccessKey: key!.secret };
        const ec2 = from('203.0.113.9', new EC2Client({ region, endpoint: range.url, credentials: signed }));
        const launch = { ImageId: 'ami-0123456789abcdef0', MinCount: 9, MaxCount: 9 };
        await ec2.send(new RunInstancesCommand({ ...launch, InstanceType: 'p3.16xlarge' }));
        const since = new Date(Math.floor((world.clock.now() - 60_000) / 1000) * 1000).toISOString();
        const alive = () => [...instancesOf(own.region(region)).values()].filter(isLive).length;
        const args = ['contain', '--key', key!.id, '--region', region, '--compromised-at', since];
        const agreed = ['--yes', '--account', account, '--include', 'held', '--report-dir', join(home, 'r')];
        const inner = fileURLToPath(new URL('in-namespace.mjs', import.meta.url));
        const prepare = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
        const child = spawn(
          'unshare',
          [
            ...['-rnm', '--', 'sh', '-c', prepare, join(home, 'resolv.conf'), process.execPath, inner],
            ...[join(home, 'door'), '', process.execPath, cliPath, ...args, ...agreed],
          ],
          {
            detached: true,
            stdio: ['ignore', 'pipe', 'pipe'],
            env: {
              PATH: process.env['PATH'] ?? '',
              HOME: home,
              AWS_REGION: region,
              AWS_ACCESS_KEY_ID: responder!.id,
              AWS_SECRET_ACCESS_KEY: responder!.secret,
              AWS_EC2_METADATA_DISABLED: 'true',
              AWS_CA_BUNDLE: hosts.caFile,
            },
          },
        );
        let told = '';
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (text: Buffer) => (told += text.toString()));
        let isOver = false;
        const closed = new Promise<void>((ended) =>
          child.on('close', () => {
            isOver = true;
            ended();
          }),
        );
        // What follows is the wait for CloudTrail: it would take minutes, and is the same everywhere.
        for (let tries = 0; tries < 1200 && !isOver && alive() > 0; tries += 1)
          await new Promise((later) => setTimeout(later, 100));
        if (!isOver) process.kill(-child.pid!, 'SIGTERM');
        await closed;
        expect(key!.status.effective(world.clock.now()), told.slice(-3000)).toBe('Inactive');
        expect(alive(), told.slice(-3000)).toBe(0);
        const hostsCalled = [...hosts.called];
        for (const service of ['sts', 'iam', 'ec2', 'cloudtrail'])
          expect(
            hostsCalled.some((host) => host.startsWith(`${service}.`)),
            hostsCalled.join(),
          ).toBe(true);
        const strange = hostsCalled.filter(
          (host) => !host.endsWith(`.${domain}`) || (partition === 'aws-us-gov' && !host.includes('us-gov')),
        );
        expect(strange).toEqual([]);
        expect(told).not.toMatch(/arn:aws:/);
      } finally {
        door.close();
        await hosts.close();
        await range.close();
        await rm(home, { recursive: true, force: true });
      }
    },
  );
});

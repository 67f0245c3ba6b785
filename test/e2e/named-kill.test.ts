import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instancesOf, isLive } from '../../src/range/world/compute.js';
import { runProduct } from '../../src/rehearsal/product.js';
import { cliPath } from '../cli-path.js';
import { from, type Signer } from './places.js';
import { openDesk, quietAccount, type Desk } from './scene.js';

const account = '111122223333';
const home = '192.0.2.10';
const thief = '203.0.113.9';
const patience = { timeout: 400_000 };

let desk: Desk;
let directory: string;
const at = (credentials: Signer, region = 'us-east-1') => ({ region, endpoint: desk.range.url, credentials });
const signerOf = (label: string): Signer => {
  const { id, secret } = desk.keys.get(label)!;
  return { accessKeyId: id, secretAccessKey: secret };
};
const signer = (its: {
  AccessKeyId?: string | undefined;
  SecretAccessKey?: string | undefined;
  SessionToken?: string;
}) => ({
  ...{ accessKeyId: its.AccessKeyId!, secretAccessKey: its.SecretAccessKey! },
  ...(its.SessionToken === undefined ? {} : { sessionToken: its.SessionToken }),
});
const look = (by: Signer, ip: string) =>
  from(ip, new EC2Client(at(by))).send(new DescribeInstancesCommand({}));
const works = (by: Signer, ip: string) =>
  look(by, ip).then(
    () => true,
    () => false,
  );
const launch = async (by: Signer, ip: string, InstanceType: 'p3.16xlarge' | 't3.micro', count: number) => {
  const many = { MinCount: count, MaxCount: count };
  const run = new RunInstancesCommand({ ImageId: 'ami-0123456789abcdef0', ...many, InstanceType });
  const { Instances } = await from(ip, new EC2Client(at(by, 'eu-west-1'))).send(run);
  return Instances!.map(({ InstanceId }) => InstanceId!);
};
const running = (ids: string[]): number => {
  const all = instancesOf(desk.range.world.account(account).region('eu-west-1'));
  return ids.filter((id) => isLive(all.get(id)!)).length;
};

/** Who is misused, who is not, and what each of them launched. */
interface Case {
  flags: () => string[];
  misused: Signer;
  other: Signer;
  rogue: string[];
  own: string[];
}
const cases = new Map<string, Case>();

beforeAll(async () => {
  desk = await openDesk(quietAccount('A session, a role and a user that were misused'));
  directory = await mkdtemp(join(tmpdir(), 'leakguard-named-'));
  const admin = signerOf('ci-key');
  const iam = new IAMClient(at(admin));
  const PolicyDocument = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
  const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Statement: [trust] });
  for (const RoleName of ['one', 'two']) {
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, MaxSessionDuration: 43_200 }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument }));
  }
  await iam.send(new CreateUserCommand({ UserName: 'bob' }));
  await iam.send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'all', PolicyDocument }));
  const assume = async (role: string, RoleSessionName: string): Promise<Signer> => {
    const RoleArn = `arn:aws:iam::${account}:role/${role}`;
    const ask = new AssumeRoleCommand({ RoleArn, RoleSessionName, DurationSeconds: 43_200 });
    return signer((await from(home, new STSClient(at(admin))).send(ask)).Credentials as never);
  };
  const keyOfBob = async () =>
    signer((await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }))).AccessKey as never);
  const bobs = [await keyOfBob(), await keyOfBob()] as const;
  for (let day = 0; day < 9; day += 1) {
    await look(await assume('two', `night-${day}`), home);
    for (const key of bobs) await look(key, home);
    desk.range.world.clock.advance(24 * 60 * 60_000);
  }
  const add = async (kind: string, flags: () => string[], misused: Signer, other: Signer) => {
    for (const one of [misused, other]) await look(one, home);
    const own = await launch(other, home, 't3.micro', 2);
    desk.range.world.clock.advance(30 * 60_000);
    const rogue = await launch(misused, thief, 'p3.16xlarge', 12);
    cases.set(kind, { flags, misused, other, rogue, own });
  };
  const stolen = await assume('one', 'worker');
  await add('--session', () => ['--session', stolen.accessKeyId], stolen, await assume('one', 'nightly'));
  await add('--role', () => ['--role', 'two'], await assume('two', 'worker'), await assume('two', 'nightly'));
  await add('--user', () => ['--user', 'bob'], bobs[0], bobs[1]);
  desk.range.world.clock.advance(20 * 60_000);
  desk.range.world.clock.setSpeed(20);
}, 120_000);
afterAll(async () => {
  await desk.close();
  await rm(directory, { recursive: true, force: true });
});

describe.each([
  ['--session', '"kind":"intent"'],
  ['--role', '"kind":"outcome"'],
  ['--user', '"kind":"intent"'],
])('contain %s', (kind, mark) => {
  it(
    `is planned, applied, killed as its first ${mark.slice(8, -1)} is written, and resumed`,
    patience,
    async () => {
      const { flags, misused, other, rogue, own } = cases.get(kind)!;
      const reports = join(directory, kind);
      await mkdir(reports);
      const plan = join(directory, `plan${kind}.json`);
      const agreed = ['--yes', '--account', account, '--simulated'];
      // Where nobody knows a life to compare with, what was launched is held.
      const held = kind === '--role' ? [] : ['--include', 'held'];
      const common = ['contain', ...flags(), '--region', 'eu-west-1', '--simulated', ...held];
      const planned = await desk.run([...common, '--plan', plan]);
      expect(await readFile(plan, 'utf8'), planned.stderr.slice(-1500)).toContain('TerminateInstances');
      // A plan changes nothing.
      expect([await works(misused, thief), running(rogue)]).toEqual([true, 12]);

      const kill = `${pathToFileURL('test/e2e/kill-after-line.mjs').href}?text=${encodeURIComponent(mark)}`;
      const killed = await runProduct(
        [...common, ...agreed.slice(0, 3), '--apply', plan, '--report-dir', reports],
        {
          ...{
            cli: cliPath,
            endpoint: desk.range.url,
            credentials: signerOf('responder-key'),
            home: reports,
          },
          env: { NODE_OPTIONS: `--import=${kill}` },
        },
      );
      expect(killed.exitCode, killed.stderr.slice(-1500)).toBeNull();
      const [journal] = (await readdir(reports)).filter((name) => name.endsWith('.jsonl'));
      const before = await readFile(join(reports, journal!), 'utf8');
      expect(running(rogue), 'it was to be killed before the rest').toBe(12);

      const resumed = await desk.run(['resume', join(reports, journal!), ...agreed]);
      expect([0, 5], resumed.stderr.slice(-2500)).toContain(resumed.exitCode);
      expect([await works(misused, thief), await works(other, home)]).toEqual([false, true]);
      expect([running(rogue), running(own)]).toEqual([0, 2]);
      // What stood there before stands there still.
      const after = await readFile(join(reports, journal!), 'utf8');
      expect(after.startsWith(before)).toBe(true);
      expect(after.trim().split('\n').at(-1)).toContain('"kind":"closed"');
    },
  );
});

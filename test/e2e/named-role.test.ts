import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { from, type Signer } from './places.js';
import { openDesk, quietAccount, type Desk } from './scene.js';

const account = '111122223333';
const home = '192.0.2.10';
const thief = '203.0.113.9';
const regions = ['--region', 'us-east-1,eu-west-1'];
const patience = { timeout: 240_000 };

let desk: Desk;
let directory: string;
let loud: Signer;
let quiet: Signer;
let other: Signer;
let own: string[];
let rogue: string[];

const at = (credentials: Signer, region = 'us-east-1') => ({ region, endpoint: desk.range.url, credentials });
const admin = () => {
  const ci = desk.keys.get('ci-key')!;
  return { accessKeyId: ci.id, secretAccessKey: ci.secret };
};
const launch = async (
  credentials: Signer,
  type: 'p3.16xlarge' | 't3.micro',
  region: string,
  ip: string,
  count: number,
) => {
  const run = new RunInstancesCommand({
    ImageId: 'ami-0123456789abcdef0',
    MinCount: count,
    MaxCount: count,
    InstanceType: type,
  });
  const { Instances } = await from(ip, new EC2Client(at(credentials, region))).send(run);
  return Instances!.map(({ InstanceId }) => InstanceId!);
};
const works = (credentials: Signer, ip: string) =>
  from(ip, new EC2Client(at(credentials)))
    .send(new DescribeInstancesCommand({}))
    .then(
      () => true,
      () => false,
    );
const running = async (ids: string[], region: string) => {
  const { Reservations } = await new EC2Client(at(admin(), region)).send(
    new DescribeInstancesCommand({ InstanceIds: ids }),
  );
  return Reservations!.flatMap(({ Instances }) => Instances!).filter(({ State }) => State!.Name === 'running')
    .length;
};

beforeAll(async () => {
  desk = await openDesk(quietAccount('A role two of whose sessions were stolen'));
  directory = await mkdtemp(join(tmpdir(), 'leakguard-role-'));
  const iam = new IAMClient(at(admin()));
  const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' };
  const all = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
  for (const RoleName of ['app', 'idle']) {
    const AssumeRolePolicyDocument = JSON.stringify({ Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, MaxSessionDuration: 43_200 }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: all }));
  }
  const assume = async (RoleSessionName: string, role = 'app'): Promise<Signer> => {
    const RoleArn = `arn:aws:iam::${account}:role/${role}`;
    const { Credentials: its } = await from(home, new STSClient(at(admin()))).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName, DurationSeconds: 43_200 }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken } = its!;
    return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
  };
  const look = (by: Signer, ip: string) =>
    from(ip, new EC2Client(at(by))).send(new DescribeInstancesCommand({}));
  // The life of the role: what is normal for it.
  for (let day = 0; day < 9; day += 1) {
    const night = await assume(`night-${day}`);
    await look(night, home);
    desk.range.world.clock.advance(24 * 60 * 60_000);
  }
  loud = await assume('worker-1');
  quiet = await assume('worker-2');
  other = await assume('nightly');
  for (const one of [loud, quiet, other, await assume('calm', 'idle')]) await look(one, home);
  own = await launch(other, 't3.micro', 'us-east-1', home, 2);
  desk.range.world.clock.advance(60 * 60_000);
  rogue = await launch(loud, 'p3.16xlarge', 'eu-west-1', thief, 12);
  await look(quiet, thief);
  desk.range.world.clock.advance(20 * 60_000);
  desk.range.world.clock.setSpeed(20);
});
afterAll(async () => {
  await desk.close();
  await rm(directory, { recursive: true, force: true });
});

const agreed = () => ['--yes', '--account', account, '--simulated', '--report-dir', directory];
const keyRow = async () => {
  const { stdout } = await desk.run(['verify', '--role', 'app', '--simulated', '--json', ...regions]);
  const { rows } = JSON.parse(stdout) as { rows: { subject: string; status: string }[] };
  return rows.find(({ subject }) => subject === 'key')?.status;
};

describe('contain --role', () => {
  it('is needed as long as no Deny names its misused sessions', patience, async () => {
    expect(await keyRow()).toBe('dirty');
  });

  it('says before anything is agreed to which sessions stop, and which go on', patience, async () => {
    const { stderr, stdout } = await desk.run([
      ...['contain', '--role', 'app', '--dry-run', '--simulated', '--json', ...regions],
    ]);
    expect(stdout, stderr).not.toBe('');
    const plan = JSON.parse(stdout) as {
      cut: { owner: { userIds: string[] } };
      plan: { actions: unknown[] };
    };
    expect(plan.cut.owner.userIds.map((id) => id.split(':')[1])).toEqual(['worker-1', 'worker-2']);
    expect(await works(loud, thief)).toBe(true);
  });

  it(
    'cuts the misused sessions together, ends what they launched, and leaves the rest',
    patience,
    async () => {
      const { exitCode, stderr } = await desk.run([...['contain', '--role', 'app', ...agreed(), ...regions]]);
      expect([0, 5], stderr.slice(-1500)).toContain(exitCode);
      expect(stderr).toMatch(/cut 2 sessions of role app/);
      expect(await Promise.all([works(loud, thief), works(quiet, thief), works(other, home)])).toEqual([
        ...[false, false, true],
      ]);
      // What a stolen session tries afterwards, from wherever, makes nobody there a thief.
      expect([await works(loud, home), await works(other, '192.0.2.77')]).toEqual([false, true]);
      expect(await running(rogue, 'eu-west-1')).toBe(0);
      expect(await running(own, 'us-east-1')).toBe(2);
      const journals = (await readdir(directory)).filter((name) => name.endsWith('.jsonl'));
      expect(journals).toHaveLength(1);
      expect(journals[0]).toMatch(/^111122223333-role-app-/);
    },
  );

  it('is verified by the same name', patience, async () => {
    expect(await keyRow()).toBe('clean');
  });

  it('is resumed by its journal, and undone from it', patience, async () => {
    const [name] = (await readdir(directory)).filter((one) => one.endsWith('.jsonl'));
    const journal = join(directory, name!);
    const resumed = await desk.run(['resume', journal, '--yes', '--account', account, '--simulated']);
    expect([0, 5], resumed.stderr.slice(-1500)).toContain(resumed.exitCode);
    const kinds = (await readFile(journal, 'utf8')).trim().split('\n');
    expect(kinds.filter((line) => line.includes('"kind":"resumed"'))).toHaveLength(1);
    const undone = await desk.run([
      ...['undo', journal, '--include-rogue', '--yes', '--account', account, '--simulated'],
    ]);
    expect(undone.stderr + undone.stdout).toMatch(/app/);
    expect(await works(loud, thief)).toBe(true);
  });

  it.each([
    ['that is not there', ['--role', 'nobody'], 2, /has no role nobody/],
    ['by its ARN', ['--role', `arn:aws:iam::444455556666:role/app`], 2, /takes a name, not an ARN/],
    ['besides a key', ['--role', 'app', '--key', 'AKIAIOSFODNN7EXAMPLE'], 2, /Give one of/],
    ['without a misused session', ['--role', 'idle'], 6, /shows no misused session of role idle/],
  ])('takes no role %s', patience, async (_what, flags, code, said) => {
    const { exitCode, stderr } = await desk.run(['contain', ...flags, ...agreed()]);
    expect(stderr).toMatch(said);
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(/Nothing was done/);
  });
});

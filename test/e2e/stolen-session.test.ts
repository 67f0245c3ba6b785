import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk, quietAccount, type Desk } from './scene.js';

interface Signer {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}
let desk: Desk;
let directory: string;
let stolen: Signer;
let other: Signer;
const at = (credentials: Signer, region = 'us-east-1') => ({ region, endpoint: desk.range.url, credentials });
const launch = async (credentials: Signer, InstanceType: 'p3.16xlarge' | 't3.micro', region: string) =>
  (
    await new EC2Client(at(credentials, region)).send(
      new RunInstancesCommand({ ImageId: 'ami-0123456789abcdef0', MinCount: 2, MaxCount: 2, InstanceType }),
    )
  ).Instances!.map(({ InstanceId }) => InstanceId!);

let own: string[];
let rogue: string[];
beforeAll(async () => {
  desk = await openDesk(quietAccount('A role whose session was stolen'));
  directory = await mkdtemp(join(tmpdir(), 'leakguard-session-'));
  const ci = desk.keys.get('ci-key')!;
  const admin = at({ accessKeyId: ci.id, secretAccessKey: ci.secret });
  const iam = new IAMClient(admin);
  const trust = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' };
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'app',
      AssumeRolePolicyDocument: JSON.stringify({ Statement: [trust] }),
    }),
  );
  const all = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'all', PolicyDocument: all }));
  const assume = async (RoleSessionName: string): Promise<Signer> => {
    const RoleArn = 'arn:aws:iam::111122223333:role/app';
    const { Credentials: its } = await new STSClient(admin).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName }),
    );
    return {
      accessKeyId: its!.AccessKeyId!,
      secretAccessKey: its!.SecretAccessKey!,
      sessionToken: its!.SessionToken!,
    };
  };
  stolen = await assume('worker');
  other = await assume('nightly');
  own = await launch(other, 't3.micro', 'us-east-1');
  rogue = await launch(stolen, 'p3.16xlarge', 'eu-west-1');
  // CloudTrail has told of it all, and no wait takes long.
  desk.range.world.clock.advance(20 * 60_000);
  desk.range.world.clock.setSpeed(20);
});
afterAll(async () => {
  await desk.close();
  await rm(directory, { recursive: true, force: true });
});

const works = (credentials: Signer) =>
  new EC2Client(at(credentials)).send(new DescribeInstancesCommand({})).then(
    () => true,
    () => false,
  );
const agreed = () => ['--yes', '--account', '111122223333', '--simulated', '--report-dir', directory];
const patience = { timeout: 240_000 };

describe('contain --session', () => {
  const verified = async () => {
    const args = [
      'verify',
      '--session',
      stolen.accessKeyId,
      '--simulated',
      '--region',
      'us-east-1',
      '--json',
    ];
    const { stdout } = await desk.run(args);
    const { rows } = JSON.parse(stdout) as { rows: { subject: string; status: string }[] };
    return rows.find(({ subject }) => subject === 'key')?.status;
  };

  it('is needed as long as no Deny names the session', patience, async () => {
    expect(await verified()).toBe('dirty');
  });

  it(
    'cuts the stolen session by its name, ends what it launched, and leaves the role to others',
    patience,
    async () => {
      const regions = ['--region', 'us-east-1,eu-west-1'];
      const { exitCode, stderr } = await desk.run([
        ...['contain', '--session', stolen.accessKeyId, ...agreed(), ...regions],
        ...['--include', 'held'],
      ]);
      expect([0, 5], stderr.slice(-800)).toContain(exitCode);
      expect(stderr).toMatch(/cut session \S+:worker of role app/);
      expect([await works(stolen), await works(other)]).toEqual([false, true]);
      const ci = desk.keys.get('ci-key')!;
      const states = await new EC2Client(
        at({ accessKeyId: ci.id, secretAccessKey: ci.secret }, 'eu-west-1'),
      ).send(new DescribeInstancesCommand({ InstanceIds: rogue }));
      const alive = states
        .Reservations!.flatMap(({ Instances }) => Instances!)
        .filter(({ State }) => State!.Name === 'running');
      expect(alive).toEqual([]);
      expect(own).toHaveLength(2);
    },
  );

  it('is verified by the same id', patience, async () => {
    expect(await verified()).toBe('clean');
  });

  it.each([
    ['nobody’s', ['--session', 'ASIANOBODY0000000000'], 6, /CloudTrail shows no call of session/],
    ['a key', ['--session', 'AKIAIOSFODNN7EXAMPLE'], 2, /is an access key, not a session/],
    [
      'besides a key',
      ['--session', 'ASIANOBODY0000000000', '--key', 'AKIAIOSFODNN7EXAMPLE'],
      2,
      /Give one of/,
    ],
  ])('takes no session that is %s', patience, async (_what, flags, code, said) => {
    const { exitCode, stderr } = await desk.run(['contain', ...flags, ...agreed()]);
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(said);
    expect(stderr).toMatch(/Nothing was done/);
  });
});

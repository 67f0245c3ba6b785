import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  GetLoginProfileCommand,
  IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
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
let stolen: Signer;
let pipeline: Signer;
let minted: Signer;
let rogue: string[];
let own: string[];

const at = (credentials: Signer, region = 'us-east-1') => ({ region, endpoint: desk.range.url, credentials });
const iam = () => {
  const { id, secret } = desk.keys.get('ci-key')!;
  return new IAMClient(at({ accessKeyId: id, secretAccessKey: secret }));
};
const works = (credentials: Signer, ip: string) =>
  from(ip, new EC2Client(at(credentials)))
    .send(new DescribeInstancesCommand({}))
    .then(
      () => true,
      () => false,
    );
const launch = async (
  by: Signer,
  ip: string,
  InstanceType: 'p3.16xlarge' | 't3.micro',
  region: string,
  count: number,
) => {
  const { Instances } = await from(ip, new EC2Client(at(by, region))).send(
    new RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      MinCount: count,
      MaxCount: count,
      InstanceType,
    }),
  );
  return Instances!.map(({ InstanceId }) => InstanceId!);
};
const running = async (ids: string[], region: string) => {
  const { id, secret } = desk.keys.get('ci-key')!;
  const { Reservations } = await new EC2Client(at({ accessKeyId: id, secretAccessKey: secret }, region)).send(
    new DescribeInstancesCommand({ InstanceIds: ids }),
  );
  return Reservations!.flatMap(({ Instances }) => Instances!).filter(({ State }) => State!.Name === 'running')
    .length;
};
const hasPassword = () =>
  iam()
    .send(new GetLoginProfileCommand({ UserName: 'bob' }))
    .then(
      () => true,
      () => false,
    );
const statuses = async () => {
  const { AccessKeyMetadata } = await iam().send(new ListAccessKeysCommand({ UserName: 'bob' }));
  const of = (key: Signer) =>
    AccessKeyMetadata!.find(({ AccessKeyId }) => AccessKeyId === key.accessKeyId)?.Status;
  return [of(stolen), of(pipeline)];
};
const setPassword = () =>
  iam().send(new CreateLoginProfileCommand({ UserName: 'bob', Password: 'a-long-enough-Passw0rd' }));

beforeAll(async () => {
  desk = await openDesk(quietAccount('A user whose password and one of whose keys leaked'));
  directory = await mkdtemp(join(tmpdir(), 'leakguard-user-'));
  const all = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
  await iam().send(new CreateUserCommand({ UserName: 'bob' }));
  await iam().send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'all', PolicyDocument: all }));
  await setPassword();
  const key = async (): Promise<Signer> => {
    const { AccessKey } = await iam().send(new CreateAccessKeyCommand({ UserName: 'bob' }));
    return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  };
  stolen = await key();
  pipeline = await key();
  for (const by of [stolen, pipeline]) await launch(by, home, 't3.micro', 'us-east-1', 1);
  for (let day = 0; day < 9; day += 1) {
    for (const by of [stolen, pipeline])
      await from(home, new EC2Client(at(by))).send(new DescribeInstancesCommand({}));
    desk.range.world.clock.advance(24 * 60 * 60_000);
  }
  own = await launch(pipeline, home, 't3.micro', 'us-east-1', 2);
  rogue = await launch(stolen, thief, 'p3.16xlarge', 'eu-west-1', 12);
  const { Credentials: its } = await from(thief, new STSClient(at(stolen))).send(
    new GetSessionTokenCommand({ DurationSeconds: 129_600 }),
  );
  minted = {
    accessKeyId: its!.AccessKeyId!,
    secretAccessKey: its!.SecretAccessKey!,
    sessionToken: its!.SessionToken!,
  };
  desk.range.world.clock.advance(20 * 60_000);
  desk.range.world.clock.setSpeed(20);
});
afterAll(async () => {
  await desk.close();
  await rm(directory, { recursive: true, force: true });
});

const agreed = () => ['--yes', '--account', account, '--simulated', '--report-dir', directory];
const keyRow = async (): Promise<{ status: string; details: string[] } | undefined> => {
  const { stdout } = await desk.run(['verify', '--user', 'bob', '--simulated', '--json', ...regions]);
  const { rows } = JSON.parse(stdout) as { rows: { subject: string; status: string; details: string[] }[] };
  return rows.find(({ subject }) => subject === 'key');
};
const journal = async () => {
  const [name] = (await readdir(directory)).filter((one) => one.endsWith('.jsonl'));
  return join(directory, name!);
};

describe('contain --user', () => {
  it('is needed as long as its password, or a misused key, works', patience, async () => {
    const row = await keyRow();
    expect(row?.status).toBe('dirty');
    expect(row?.details).toEqual([
      `access key ${stolen.accessKeyId} is active`,
      'its console password is as it was',
    ]);
  });

  it(
    'cuts password, sessions and the misused key, and leaves the key that the pipeline uses',
    patience,
    async () => {
      const { exitCode, stderr } = await desk.run(['contain', '--user', 'bob', ...agreed(), ...regions]);
      expect([0, 5], stderr.slice(-1500)).toContain(exitCode);
      expect(stderr).toMatch(/its console password, set .* it is\s+removed/);
      expect(stderr).toContain('the trail shows no misuse of them; to cut one too: --include ID');
      expect(await statuses()).toEqual(['Inactive', 'Active']);
      expect(await hasPassword()).toBe(false);
      expect([await works(minted, thief), await works(pipeline, home)]).toEqual([false, true]);
      expect([await running(rogue, 'eu-west-1'), await running(own, 'us-east-1')]).toEqual([0, 2]);
      expect((await keyRow())?.status).toBe('clean');
    },
  );

  it('leaves the new password that was set after it, when it is resumed and verified', patience, async () => {
    await setPassword();
    const resumed = await desk.run(['resume', await journal(), '--yes', '--account', account, '--simulated']);
    expect([0, 5], resumed.stderr.slice(-1500)).toContain(resumed.exitCode);
    expect(await hasPassword()).toBe(true);
    expect(await keyRow()).toMatchObject({ status: 'clean', details: [] });
  });

  it('is taken back from its journal, the key on request only', patience, async () => {
    const undo = ['undo', await journal(), '--include-rogue', '--yes', '--account', account, '--simulated'];
    const { stderr } = await desk.run([...undo, '--reactivate-key']);
    expect(await statuses(), stderr.slice(-1500)).toEqual(['Active', 'Active']);
  });

  it('cuts the key that the person names too', patience, async () => {
    const more = ['--include', pipeline.accessKeyId];
    const { exitCode, stderr } = await desk.run([
      'contain',
      '--user',
      'bob',
      ...agreed(),
      ...regions,
      ...more,
    ]);
    expect([0, 5], stderr.slice(-1500)).toContain(exitCode);
    expect(await statuses()).toEqual(['Inactive', 'Inactive']);
  });

  it.each([
    ['that is not there', ['--user', 'nobody'], 2, /has no user nobody/],
    ['that is root', ['--user', 'root'], 2, /root user is no IAM user/],
    ['by an ARN', ['--user', 'arn:aws:iam::444455556666:user/bob'], 2, /takes a name, not an ARN/],
    ['that is the responder', ['--user', 'responder'], 6, /You are calling as responder/],
    ['besides a role', ['--user', 'bob', '--role', 'app'], 2, /Give one of/],
  ])('takes no user %s', patience, async (_what, flags, code, said) => {
    const { exitCode, stderr } = await desk.run(['contain', ...flags, ...agreed(), ...regions]);
    expect(stderr).toMatch(said);
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(/Nothing was done/);
  });
});

import {
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { setTimeout as sleep } from 'node:timers/promises';
import { Actor, Story, type Credentials } from './incident-actors.js';

/** The regions that every account has (AWS account management guide, "Regions enabled by default"). */
export const defaultRegions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-north-1', 'ap-south-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
];

export interface InstanceRef {
  region: string;
  id: string;
}

export interface GroupRef {
  region: string;
  name: string;
}

/** What was seeded, and what is the truth about it. */
export interface Seeded {
  story: Story;
  root: Actor;
  responder: Actor;
  user: string;
  leaked: Credentials;
  /** The other key of the same user, in daily use. */
  second: Credentials;
  /** Minted with the leaked key by GetSessionToken. */
  session: Credentials;
  /** Made by the attacker. */
  plantedUser: string;
  plantedKey: string;
  /** Between the last thing of everyday life and the first of the misuse. */
  misuseBegan: Date;
  /** Made by the misuse. */
  rogue: InstanceRef[];
  rogueGroup: GroupRef;
  /** Made with the leaked key before the misuse, with GPUs among them. */
  own: InstanceRef[];
  /** Everything else that nobody may touch: other users' instances, and those of the user's second key. */
  bystanders: InstanceRef[];
  bystanderGroup: GroupRef;
  /** Innocent instances with termination protection. */
  guarded: InstanceRef[];
  /** Users and keys that nobody may touch. */
  innocentKeys: { user: string; id: string }[];
}

export interface SeedOptions {
  url: string;
  account: string;
  regions: string[];
  /** Rogue instances a region. */
  perRegion: number;
  /** One more launch, of this many instances at once. */
  large?: { region: string; count: number };
  /** The server's own trail is used, so the story happens now; else it lies in the past, on paper. */
  live: boolean;
}

const day = 86_400_000;
const minute = 60_000;
const image = 'ami-12345678';

/** One incident in an account with a life of its own. */
export async function seed({ url, account, regions, perRegion, large, live }: SeedOptions): Promise<Seeded> {
  const story = new Story(url, account);
  const now = Date.now();
  const at = (time: number): void => {
    story.clock = live ? Date.now() : time;
  };
  at(now - 60 * day);
  const root = new Actor(
    story,
    'root',
    { accessKeyId: 'test', secretAccessKey: 'test' },
    '192.0.2.1',
    'setup',
  );
  const ci = await addUser(root, 'ci-deploy', '198.51.100.20', 'aws-cli/2.31.0 exec-env/CodeBuild');
  const alice = await addUser(root, 'alice', '198.51.100.77', 'Boto3/1.40.0');
  const responder = await addUser(root, 'responder', '192.0.2.9', 'aws-cli/2.31.0');
  const second = ci.with(await addKey(root, ci.name));

  // Three weeks of everyday life, some of it with GPUs.
  const own: InstanceRef[] = [];
  const bystanders: InstanceRef[] = [];
  const types = ['m5.large', 'c5.xlarge', 'g4dn.xlarge', 'm5.large', 'p3.2xlarge'] as const;
  for (const [week, type] of types.entries()) {
    const region = week % 2 === 0 ? 'eu-west-1' : 'us-east-1';
    at(now - (21 - 4 * week) * day);
    own.push(...(await launch(ci, region, type, 2)));
    at(now - (20 - 4 * week) * day);
    bystanders.push(...(await launch(alice, region, 'p3.2xlarge', 1)));
  }
  const bystanderGroup = { region: 'eu-west-1', name: 'web' };
  bystanders.push(...(await addGroup(alice, bystanderGroup, 'm5.large', 2)));
  const guarded = [...own.slice(0, 1), ...bystanders.slice(0, 1)];
  for (const instance of guarded) await protect(root, instance);

  // CloudTrail's times are in whole seconds.
  if (live) await sleep(1100);
  const misuseBegan = new Date(live ? Math.floor(Date.now() / 1000) * 1000 : now - 40 * minute);
  if (live) await sleep(1100);
  at(misuseBegan.getTime() + minute);

  const attacker = new Actor(
    story,
    ci.name,
    ci.credentials,
    '203.0.113.66',
    'Boto3/1.26.0 Python/3.8.10 Linux/5.4.0',
  );
  const rogue: InstanceRef[] = [];
  for (const [index, region] of regions.entries()) {
    const type = index % 3 === 0 ? 'c5.24xlarge' : index % 3 === 1 ? 'g4dn.12xlarge' : 'p3.16xlarge';
    rogue.push(...(await launch(attacker, region, type, perRegion)));
  }
  if (large !== undefined) rogue.push(...(await launch(attacker, large.region, 'g4dn.xlarge', large.count)));
  for (let index = 0; index < rogue.length; index += 10) {
    const instance = rogue[index];
    if (instance !== undefined) await protect(attacker, instance);
  }
  const rogueGroup = { region: 'us-west-2', name: 'eks-node-pool-7' };
  rogue.push(...(await addGroup(attacker, rogueGroup, 'g5.12xlarge', 2)));

  const minted = await attacker.sts().send(new GetSessionTokenCommand({ DurationSeconds: 43_200 }));
  const session = credentialsOf(minted.Credentials);
  if (!live) rogue.push(...(await launch(attacker.with(session), 'eu-north-1', 'g4dn.12xlarge', 2)));

  const plantedUser = 'aws-backup-svc';
  await attacker.iam().send(new CreateUserCommand({ UserName: plantedUser }));
  await attacker.iam().send(administrator(plantedUser));
  const planted = attacker.with(await addKey(attacker, plantedUser), plantedUser);
  rogue.push(...(await launch(planted, 'sa-east-1', 'g4dn.12xlarge', 2)));

  // Life goes on meanwhile, GPUs and the user's second key included.
  at(now - 20 * minute);
  bystanders.push(...(await launch(alice, 'ap-south-1', 'g5.12xlarge', 2)));
  bystanders.push(...(await launch(second, 'eu-west-1', 'm5.large', 1)));

  return {
    story,
    root,
    responder,
    user: ci.name,
    leaked: ci.credentials,
    second: second.credentials,
    session,
    plantedUser,
    plantedKey: planted.credentials.accessKeyId,
    misuseBegan,
    rogue,
    rogueGroup,
    own,
    bystanders,
    bystanderGroup,
    guarded,
    innocentKeys: [
      { user: ci.name, id: second.credentials.accessKeyId },
      { user: alice.name, id: alice.credentials.accessKeyId },
      { user: responder.name, id: responder.credentials.accessKeyId },
    ],
  };
}

const administrator = (user: string): AttachUserPolicyCommand =>
  new AttachUserPolicyCommand({ UserName: user, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });

async function addUser(by: Actor, name: string, address: string, userAgent: string): Promise<Actor> {
  await by.iam().send(new CreateUserCommand({ UserName: name }));
  await by.iam().send(administrator(name));
  const credentials = await addKey(by, name);
  return by.as(name, credentials, address, userAgent);
}

async function addKey(by: Actor, user: string): Promise<Credentials> {
  const { AccessKey } = await by.iam().send(new CreateAccessKeyCommand({ UserName: user }));
  return credentialsOf(AccessKey);
}

async function launch(by: Actor, region: string, type: _InstanceType, count: number): Promise<InstanceRef[]> {
  const { Instances = [] } = await by
    .ec2(region)
    .send(new RunInstancesCommand({ ImageId: image, InstanceType: type, MinCount: count, MaxCount: count }));
  return Instances.map(({ InstanceId = '' }) => ({ region, id: InstanceId }));
}

async function protect(by: Actor, { region, id }: InstanceRef): Promise<void> {
  await by
    .ec2(region)
    .send(new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: true } }));
}

/** An Auto Scaling group with its launch configuration; gives the instances that it launched at once. */
async function addGroup(
  by: Actor,
  { region, name }: GroupRef,
  type: string,
  size: number,
): Promise<InstanceRef[]> {
  const client = by.autoScaling(region);
  await client.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: name,
      ImageId: image,
      InstanceType: type,
    }),
  );
  await client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchConfigurationName: name,
      MinSize: size,
      MaxSize: size * 10,
      DesiredCapacity: size,
      AvailabilityZones: [`${region}a`],
    }),
  );
  const { Reservations = [] } = await by
    .ec2(region)
    .send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: [name] }] }),
    );
  const launched = Reservations.flatMap(({ Instances = [] }) => Instances);
  const service = 'autoscaling.amazonaws.com';
  by.as('AutoScaling', { accessKeyId: '', secretAccessKey: '' }, service, service).tell({
    service: 'ec2',
    operation: 'RunInstances',
    region,
    input: { ImageId: image, InstanceType: type, MinCount: size, MaxCount: size },
    output: { ReservationId: Reservations[0]?.ReservationId, Instances: launched },
  });
  return launched.map(({ InstanceId = '' }) => ({ region, id: InstanceId }));
}

function credentialsOf(
  from:
    | {
        AccessKeyId: string | undefined;
        SecretAccessKey: string | undefined;
        SessionToken?: string | undefined;
      }
    | undefined,
): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken } = from ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined) throw new Error('no credentials came back');
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
  };
}

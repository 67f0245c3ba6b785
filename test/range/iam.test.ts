import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
  type Credentials,
} from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountOfKeyId, createAccessKey, createRole, createUser } from '../../src/range/world/identity.js';
import { allow, ground, type ClientOptions, type Ground } from './world.js';

let at: Ground;
beforeEach(async () => {
  at = await ground();
});
afterEach(() => at.range.close());

const everything = allow('*');
const describe = (options: ClientOptions) => new EC2Client(options).send(new DescribeInstancesCommand({}));
const withSession = (
  base: ClientOptions,
  { AccessKeyId, SecretAccessKey, SessionToken }: Credentials,
): ClientOptions => ({
  ...base,
  credentials: { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! },
});
const denyAll = (condition?: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Deny', Action: ['*'], Resource: ['*'], ...(condition ? { Condition: condition } : {}) },
    ],
  });
const before = (ms: number) => ({ DateLessThan: { 'aws:TokenIssueTime': new Date(ms).toISOString() } });

test('what no policy allows is refused, in the words and codes of the service', async () => {
  const weak = at.user('weak', allow('sts:*'));
  await expect(describe(weak)).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
    $metadata: { httpStatusCode: 403 },
  });
  await expect(new IAMClient(weak).send(new ListUsersCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
    message:
      'User: arn:aws:iam::111122223333:user/weak is not authorized to perform: iam:ListUsers on resource: * because no identity-based policy allows the iam:ListUsers action',
  });
});

test('an explicit Deny wins over any Allow', async () => {
  const strong = at.user('strong', everything);
  await new IAMClient(at.admin()).send(
    new PutUserPolicyCommand({ UserName: 'strong', PolicyName: 'deny', PolicyDocument: denyAll() }),
  );
  await expect(new IAMClient(strong).send(new ListUsersCommand({}))).rejects.toMatchObject({
    message: expect.stringContaining('with an explicit deny in an identity-based policy') as string,
  });
});

test("a dated Deny cuts the sessions that were issued before it and spares the user's keys", async () => {
  const ci = at.user('ci', everything);
  const sts = new STSClient(ci);
  const session = withSession(ci, (await sts.send(new GetSessionTokenCommand({}))).Credentials!);
  const federated = withSession(
    ci,
    (await sts.send(new GetFederationTokenCommand({ Name: 'f', Policy: JSON.stringify(everything) })))
      .Credentials!,
  );
  await describe(session);
  await describe(federated);
  at.world.clock.advance(1000);
  await new IAMClient(at.admin()).send(
    new PutUserPolicyCommand({
      UserName: 'ci',
      PolicyName: 'revoke',
      PolicyDocument: denyAll(before(at.world.clock.now())),
    }),
  );
  await expect(describe(session)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await expect(describe(federated)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await describe(ci);
  at.world.clock.advance(1000);
  await describe(withSession(ci, (await sts.send(new GetSessionTokenCommand({}))).Credentials!));
});

test("an inactive key is refused as each protocol does, while its user's sessions go on", async () => {
  const ci = at.user('ci', everything);
  const session = withSession(
    ci,
    (await new STSClient(ci).send(new GetSessionTokenCommand({}))).Credentials!,
  );
  await new IAMClient(at.admin()).send(
    new UpdateAccessKeyCommand({
      UserName: 'ci',
      AccessKeyId: ci.credentials.accessKeyId,
      Status: 'Inactive',
    }),
  );
  await expect(describe(ci)).rejects.toMatchObject({
    name: 'AuthFailure',
    $metadata: { httpStatusCode: 401 },
  });
  await expect(new STSClient(ci).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: 'InvalidClientTokenId',
    $metadata: { httpStatusCode: 403 },
  });
  await describe(session);
});

test('a wrong secret, a missing session token and an expired session are refused', async () => {
  const ci = at.user('ci', everything);
  await expect(
    describe({ ...ci, credentials: { ...ci.credentials, secretAccessKey: 'x'.repeat(40) } }),
  ).rejects.toMatchObject({ name: 'AuthFailure' });
  const { Credentials: minted } = await new STSClient(ci).send(
    new GetSessionTokenCommand({ DurationSeconds: 900 }),
  );
  const session = withSession(ci, minted!);
  const { sessionToken: _token, ...bare } = session.credentials;
  await expect(describe({ ...session, credentials: bare })).rejects.toMatchObject({ name: 'AuthFailure' });
  at.world.clock.advance(901_000);
  await expect(new STSClient(session).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: 'ExpiredToken',
  });
});

test("a user's temporary credentials call neither IAM nor, but for AssumeRole, STS", async () => {
  const ci = at.user('ci', everything);
  const sts = new STSClient(ci);
  const session = withSession(ci, (await sts.send(new GetSessionTokenCommand({}))).Credentials!);
  await expect(
    new IAMClient(session).send(new CreateUserCommand({ UserName: 'evil' })),
  ).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(
    new STSClient(session).send(new GetFederationTokenCommand({ Name: 'x' })),
  ).rejects.toMatchObject({ name: 'AccessDenied' });
  await new STSClient(session).send(new GetCallerIdentityCommand({}));
});

test('a federated session has no more than its own policy and its user allow', async () => {
  const ci = at.user('ci', allow('ec2:*', 'sts:*'));
  const minted = await new STSClient(ci).send(
    new GetFederationTokenCommand({
      Name: 'f',
      Policy: JSON.stringify(allow('ec2:DescribeRegions', 's3:*')),
    }),
  );
  const federated = withSession(ci, minted.Credentials!);
  await new EC2Client(federated).send(new DescribeRegionsCommand({}));
  await expect(describe(federated)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
});

test('a role is assumed by whom its trust policy names, for an hour at most when chained', async () => {
  const ci = at.user('ci', allow('ec2:DescribeRegions'));
  createRole(
    at.account,
    'deploy',
    {
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:user/ci' },
        Action: 'sts:AssumeRole',
      },
    },
    { inline: { all: everything }, maxSession: 43_200 },
  );
  createRole(
    at.account,
    'other',
    { Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' } },
    { inline: { all: everything }, maxSession: 43_200 },
  );
  const assume = (as: ClientOptions, name: string, DurationSeconds = 3600) =>
    new STSClient(as).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::111122223333:role/${name}`,
        RoleSessionName: 's',
        DurationSeconds,
      }),
    );
  // Named itself, it needs no policy of its own; named only by its account, it does.
  const { Credentials: minted, AssumedRoleUser } = await assume(ci, 'deploy', 43_200);
  await expect(assume(ci, 'other')).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/deploy/s');
  const session = withSession(ci, minted!);
  await describe(session);
  await expect(assume(session, 'other', 7200)).rejects.toMatchObject({ name: 'ValidationError' });
  await assume(session, 'other');
  at.world.clock.advance(1000);
  await new IAMClient(at.admin()).send(
    new PutRolePolicyCommand({
      RoleName: 'deploy',
      PolicyName: 'AWSRevokeOlderSessions',
      PolicyDocument: denyAll(before(at.world.clock.now())),
    }),
  );
  await expect(describe(session)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await describe(withSession(ci, (await assume(ci, 'deploy')).Credentials!));
});

test('a Deny by aws:userid cuts one session of a role and no other', async () => {
  const role = createRole(
    at.account,
    'shared',
    { Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' } },
    { inline: { all: everything } },
  );
  const assume = async (RoleSessionName: string) =>
    withSession(
      at.admin(),
      (await new STSClient(at.admin()).send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName })))
        .Credentials!,
    );
  const [bad, good] = [await assume('bad'), await assume('good')];
  await new IAMClient(at.admin()).send(
    new PutRolePolicyCommand({
      RoleName: 'shared',
      PolicyName: 'p',
      PolicyDocument: denyAll({ StringEquals: { 'aws:userid': `${role.id}:bad` } }),
    }),
  );
  await expect(describe(bad)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await describe(good);
});

test('an IAM change is enforced only after the propagation delay', async () => {
  const ci = at.user('ci', everything);
  at.world.settings.propagationMs = 4000;
  const admin = new IAMClient(at.admin());
  await admin.send(
    new PutUserPolicyCommand({ UserName: 'ci', PolicyName: 'deny', PolicyDocument: denyAll() }),
  );
  at.world.clock.advance(3000);
  // In the window the user still may, and may take the Deny away again.
  await new IAMClient(ci).send(new DeleteUserPolicyCommand({ UserName: 'ci', PolicyName: 'deny' }));
  await admin.send(
    new PutUserPolicyCommand({ UserName: 'ci', PolicyName: 'deny', PolicyDocument: denyAll() }),
  );
  await admin.send(
    new UpdateAccessKeyCommand({
      UserName: 'ci',
      AccessKeyId: ci.credentials.accessKeyId,
      Status: 'Inactive',
    }),
  );
  await describe(ci);
  at.world.clock.advance(4001);
  await expect(describe(ci)).rejects.toMatchObject({ name: 'AuthFailure' });
});

test('a service control policy binds administrators and root, but not the management account', async () => {
  at.account.managementAccount = '999988887777';
  at.account.scps = [
    {
      id: 'p-1',
      name: 'no-ireland',
      document: denyAll({ StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }),
    },
  ];
  await expect(describe(at.admin())).rejects.toMatchObject({
    message: expect.stringContaining('service control policy') as string,
  });
  await expect(describe(at.options(createAccessKey(at.account, null)))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
  });
  await describe(at.admin('eu-west-2'));
  at.account.managementAccount = at.account.id;
  await describe(at.admin());
});

test("AWS's quarantine stops RunInstances and leaves terminating alone", async () => {
  const ci = at.user('ci', everything);
  await new IAMClient(at.admin()).send(
    new AttachUserPolicyCommand({
      UserName: 'ci',
      PolicyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
    }),
  );
  await expect(
    new EC2Client(ci).send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        InstanceType: 't3.micro',
        ImageId: 'ami-12345678',
      }),
    ),
  ).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await describe(ci);
});

test('the policy simulator answers as the calls do', async () => {
  const user = createUser(at.account, 'sim', {
    inline: {
      p: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
          { Effect: 'Deny', NotAction: ['ec2:Describe*', 's3:*'], Resource: '*' },
        ],
      },
    },
  });
  const { EvaluationResults = [] } = await new IAMClient(at.admin()).send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: user.arn,
      ActionNames: ['ec2:DescribeInstances', 'ec2:RunInstances', 's3:GetObject'],
    }),
  );
  expect(EvaluationResults.map(({ EvalDecision }) => EvalDecision)).toEqual([
    'allowed',
    'explicitDeny',
    'implicitDeny',
  ]);
});

test('the default version of a managed policy is the one that is enforced', async () => {
  const iam = new IAMClient(at.admin());
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'work', PolicyDocument: JSON.stringify(allow('s3:*')) }),
  );
  const ci = at.user('ci', allow('sts:*'));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'ci', PolicyArn: Policy!.Arn! }));
  await expect(describe(ci)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await iam.send(
    new CreatePolicyVersionCommand({
      PolicyArn: Policy!.Arn!,
      PolicyDocument: JSON.stringify(everything),
      SetAsDefault: true,
    }),
  );
  await describe(ci);
});

test('a malformed policy is refused', async () => {
  const put = (document: string) =>
    new IAMClient(at.admin()).send(
      new PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'p', PolicyDocument: document }),
    );
  await expect(put('{')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  await expect(
    put(JSON.stringify({ Statement: { Effect: 'Allow', Action: 'everything', Resource: '*' } })),
  ).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
});

test('an access key id carries its account', async () => {
  const key = createAccessKey(at.account, null);
  expect(key.id).toMatch(/^AKIA[A-Z2-7]{16}$/);
  expect(accountOfKeyId(key.id)).toBe('111122223333');
  const foreign = at.world.createAccount('444455556666');
  const other = createAccessKey(foreign, null);
  at.world.keys.delete(other.id);
  expect(
    await new STSClient(at.admin()).send(new GetAccessKeyInfoCommand({ AccessKeyId: other.id })),
  ).toMatchObject({ Account: '444455556666' });
});

test('a region that the account did not opt in to takes no call', async () => {
  await expect(
    new EC2Client(at.admin('af-south-1')).send(new CreateTagsCommand({ Resources: ['i-1'], Tags: [] })),
  ).rejects.toMatchObject({ name: 'AuthFailure' });
});

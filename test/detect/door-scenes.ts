import type { JsonObject } from '../../src/model/json.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';
import { attacker } from './lives.js';

const roleName = 'runner';
const role = `arn:aws:iam::${account}:role/${roleName}`;
const stranger: Caller = { key: 'AKIASTRANGER00000001', ip: '203.0.113.200', agent: 'Boto3/1.40' };

/** A call that opens a door, who comes in, and who was there before. */
export interface DoorScene {
  source: string;
  name: string;
  strength: 'certain' | 'likely';
  history: History;
  /** Who came in through it. */
  evil: Caller;
  /** The role's or user's own work: through the same kind of door where there is one. */
  innocents: Caller[];
}

type Opened = Pick<DoorScene, 'strength'> & {
  request: JsonObject;
  response?: JsonObject;
  enter: (history: History, time: number) => Caller;
  /** The same thing's own sessions, before and after. */
  own: (history: History, time: number, nth: number) => Caller;
};

/** A session that a service minted for what runs with the role. */
function runs(history: History, service: string, name: string, time: number): Caller {
  const key = history.keyId();
  const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${name}`;
  history.service(service, {
    time,
    name: 'AssumeRole',
    source: 'sts',
    request: { roleArn: role, roleSessionName: name },
    response: { credentials: { accessKeyId: key }, assumedRoleUser: { arn } },
  });
  return { key, role: roleName, session: name, ip: '18.0.0.9', agent: 'Boto3/1.34' };
}

/** `id` names the attacker's; the role's own have other ids, or the same name where the service gives no other. */
const compute = (
  service: string,
  id: string,
  request: JsonObject,
  response: JsonObject = {},
  strength: Opened['strength'] = 'certain',
  ownId: (nth: number) => string = () => id,
): Opened => ({
  strength,
  request,
  response,
  enter: (history, time) => runs(history, service, id, time),
  own: (history, time, nth) => runs(history, service, ownId(nth), time),
});

const task = 'aaaa1111bbbb2222aaaa1111bbbb2222';
const other =
  (prefix: string) =>
  (nth: number): string =>
    `${prefix}${String(nth).padStart(4, '0')}`;
const instance = 'i-0abcdef0123456789';
const f = { functionName: 'nightly' };
const tasks = { tasks: [{ taskArn: `arn:aws:ecs:us-east-1:${account}:task/main/${task}` }] };
const build = { build: { id: 'web:4f4f', serviceRole: role } };
const inTask = (request: JsonObject, response: JsonObject = {}): Opened =>
  compute('ecs-tasks', task, request, response, 'certain', other('cccc1111bbbb2222aaaa1111bbbb'));
const inBuild = (request: JsonObject, response: JsonObject = build): Opened =>
  compute('codebuild', 'AWSCodeBuild-4f4f', request, response, 'certain', other('AWSCodeBuild-'));
const onInstance = (request: JsonObject): Opened =>
  compute('ec2', instance, request, {}, 'certain', other('i-0abcdef012345'));
const byTime = (service: string, session: string, request: JsonObject): Opened =>
  compute(service, session, request, {}, 'likely');

const user = (name: string, key: string): Caller => ({
  key,
  user: name,
  ip: '203.0.113.9',
  agent: 'aws-cli/2',
});
const colleagueOf = (_history: History, _time: number): Caller => ({
  ...{ key: 'AKIACOLLEAGUE0000001', user: 'colleague', ip: '192.0.2.7', agent: 'Boto3/1.34' },
});
/** Takes a role with no key of the account: by its trust, a provider or a certificate. */
function comesIn(
  history: History,
  time: number,
  name: string,
  how: JsonObject,
  session = 'visitor',
  of = roleName,
): Caller {
  const key = history.keyId();
  const arn = `arn:aws:sts::${account}:assumed-role/${of}/${session}`;
  const record = history.call(stranger, {
    time,
    name,
    source: name === 'CreateSession' ? 'rolesanywhere' : 'sts',
    request: { roleArn: `arn:aws:iam::${account}:role/${of}`, roleSessionName: session, ...how },
    response:
      name === 'CreateSession'
        ? { credentialSet: [{ credentials: { accessKeyId: key }, assumedRoleUser: { arn } }] }
        : { credentials: { accessKeyId: key }, assumedRoleUser: { arn } },
  });
  record.userIdentity = { type: 'AWSAccount', accountId: '999999999999', principalId: 'AIDASTRANGER' };
  return { key, role: of, session, ip: stranger.ip, agent: stranger.agent };
}
const saml = `arn:aws:iam::${account}:saml-provider/okta2`;
const oidc = `arn:aws:iam::${account}:oidc-provider/id.example.org`;
const anchor = `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/ta-1`;
const identity = (
  request: JsonObject,
  enter: Opened['enter'],
  strength: Opened['strength'] = 'certain',
  response: JsonObject = {},
): Opened => ({ strength, request, response, enter, own: colleagueOf });
const throughSaml = (history: History, time: number): Caller =>
  comesIn(history, time, 'AssumeRoleWithSAML', { principalArn: saml });
const throughOidc = (history: History, time: number): Caller =>
  comesIn(history, time, 'AssumeRoleWithWebIdentity', { providerId: oidc });
const asNewUser = (_history: History, _time: number): Caller => user('helper', 'AKIAHELPERHELPER0001');
const directory = identity({ userName: 'helper' }, (history, time) =>
  comesIn(history, time, 'AssumeRoleWithSAML', {}, 'helper', 'AWSReservedSSO_Admin_0123456789abcdef'),
);

const trusting = identity({ roleName, policyDocument: '{}' }, (history, time) => ({
  ...comesIn(history, time, 'AssumeRole', {}),
}));
const console = (history: History, time: number): Caller => {
  void history;
  void time;
  return { ...user('bob', 'ASIABOBCONSOLE000001'), ip: '203.0.113.10', agent: 'console.amazonaws.com' };
};
const sagemaker = { notebookInstanceName: 'n', roleArn: role };

/** By `source|name` of the table; each of its calls is here. */
export const opened: Record<string, Opened> = {
  'iam|CreateUser': identity({ userName: 'helper' }, asNewUser),
  'iam|CreateLoginProfile': identity({ userName: 'bob' }, console, 'likely'),
  'iam|UpdateLoginProfile': identity({ userName: 'bob' }, console, 'likely'),
  'iam|CreateRole': identity({ roleName }, (history, time) => comesIn(history, time, 'AssumeRole', {})),
  'iam|UpdateAssumeRolePolicy': trusting,
  'iam|CreateSAMLProvider': identity({ name: 'okta2' }, throughSaml, 'certain', { sAMLProviderArn: saml }),
  'iam|UpdateSAMLProvider': identity({ sAMLProviderArn: saml }, throughSaml),
  'iam|CreateOpenIDConnectProvider': identity({ url: 'x' }, throughOidc, 'certain', {
    openIDConnectProviderArn: oidc,
  }),
  'iam|UpdateOpenIDConnectProviderThumbprint': identity({ openIDConnectProviderArn: oidc }, throughOidc),
  'iam|AddClientIDToOpenIDConnectProvider': identity({ openIDConnectProviderArn: oidc }, throughOidc),
  'rolesanywhere|CreateTrustAnchor': identity(
    { name: 'a' },
    (history, time) => comesIn(history, time, 'CreateSession', { trustAnchorArn: anchor }),
    'certain',
    { trustAnchor: { trustAnchorArn: anchor } },
  ),
  'identitystore|CreateUser': directory,
  'sso-directory|CreateUser': directory,
  'lambda|CreateFunction': compute('lambda', 'nightly', { ...f, role }, { ...f, role }),
  'lambda|UpdateFunctionCode': compute('lambda', 'nightly', f, { ...f, role, codeSha256: 'other' }),
  'lambda|UpdateFunctionConfiguration': compute('lambda', 'nightly', { ...f, layers: ['x'] }, { ...f, role }),
  'ecs|RunTask': inTask({ taskDefinition: 'job:3', overrides: { taskRoleArn: role } }, tasks),
  'ecs|StartTask': inTask({ taskDefinition: 'job:3', overrides: { taskRoleArn: role } }, tasks),
  'ecs|ExecuteCommand': inTask({ cluster: 'main', task }),
  'ecs|CreateService': byTime('ecs', 'ecs-service', { taskDefinition: 'job:3', role }),
  'ecs|UpdateService': byTime('ecs', 'ecs-service', { taskDefinition: 'job:3', role }),
  'codebuild|StartBuild': inBuild({ projectName: 'web', buildspecOverride: 'x' }),
  'codebuild|StartBuildBatch': inBuild(
    { projectName: 'web' },
    { buildBatch: { id: 'web:4f4f', serviceRole: role } },
  ),
  'codebuild|RetryBuild': inBuild({ id: 'web:1' }),
  'codebuild|RetryBuildBatch': inBuild(
    { id: 'web:1' },
    { buildBatch: { id: 'web:4f4f', serviceRole: role } },
  ),
  'codebuild|CreateProject': inBuild({ name: 'web', serviceRole: role }, {}),
  'codebuild|UpdateProject': inBuild({ name: 'web', serviceRole: role }, {}),
  'cloudformation|CreateStack': byTime('cloudformation', 'AWSCloudFormation', {
    stackName: 'x',
    roleARN: role,
  }),
  'cloudformation|UpdateStack': byTime('cloudformation', 'AWSCloudFormation', {
    stackName: 'x',
    roleARN: role,
  }),
  'cloudformation|CreateChangeSet': byTime('cloudformation', 'AWSCloudFormation', {
    stackName: 'x',
    roleARN: role,
  }),
  'sagemaker|CreateNotebookInstance': byTime('sagemaker', 'SageMaker', sagemaker),
  'sagemaker|UpdateNotebookInstance': byTime('sagemaker', 'SageMaker', sagemaker),
  'sagemaker|StartNotebookInstance': byTime('sagemaker', 'SageMaker', sagemaker),
  'sagemaker|CreatePresignedNotebookInstanceUrl': byTime('sagemaker', 'SageMaker', sagemaker),
  'ssm|SendCommand': onInstance({ instanceIds: [instance] }),
  'ssm|StartSession': onInstance({ target: instance }),
  'ec2-instance-connect|SendSSHPublicKey': onInstance({ instanceId: instance }),
  'ec2-instance-connect|SendSerialConsoleSSHPublicKey': onInstance({ instanceId: instance }),
  'ec2|ModifyInstanceAttribute': onInstance({ instanceId: instance, userData: '<sensitiveDataRemoved>' }),
  'ec2|AssociateIamInstanceProfile': onInstance({
    AssociateIamInstanceProfileRequest: { InstanceId: instance },
  }),
  'ec2|ReplaceIamInstanceProfileAssociation': onInstance({ instanceId: instance }),
  'glue|CreateDevEndpoint': byTime('glue', 'GlueJobRunnerSession', { endpointName: 'e', roleArn: role }),
};

/** A fortnight of the role's nights; the call of the misuse; who comes in by it; and the role's next nights. */
export function sceneOf(act: string): DoorScene {
  const door = opened[act];
  if (door === undefined) throw new Error(`no scene of ${act}`);
  const [source = '', name = ''] = act.split('|');
  const history = new History();
  const innocents: Caller[] = [];
  let nth = 0;
  const routine = (time: number): void => {
    const own = door.own(history, time, (nth += 1));
    innocents.push(own);
    history.call(own, { time: time + minute, name: 'DescribeInstances' });
    history.run(own, time + 2 * minute, { type: 't3.large', count: 1 });
  };
  // A task or an instance that he goes into later was somebody's before.
  const isTheirs = /ExecuteCommand|UpdateProject/.test(name) || source.startsWith('ec2') || source === 'ssm';
  for (let time = night - 14 * day; time < night - hour; time += day) routine(time);
  if (source === 'codebuild' && isTheirs)
    history.call(colleagueOf(history, 0), {
      time: night - 20 * day,
      name: 'CreateProject',
      source,
      request: { name: 'web', serviceRole: role },
    });
  history.call(attacker, { time: night, name, source, request: door.request, response: door.response ?? {} });
  if (/Project$/.test(name))
    history.call(attacker, {
      time: night + minute / 2,
      name: 'StartBuild',
      source,
      request: { projectName: 'web' },
      response: build,
    });
  const evil = door.enter(history, night + minute);
  history.call(evil, {
    time: night + 2 * minute,
    name: 'CreateUser',
    source: 'iam',
    request: { userName: 'planted' },
  });
  history.run(evil, night + 3 * minute, { type: 'p4d.24xlarge', count: 4 });
  for (const time of [night + hour, night + 2 * hour]) routine(time);
  return { source, name, strength: door.strength, history, evil, innocents };
}

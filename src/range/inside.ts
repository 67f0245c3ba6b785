import { AwsError } from './aws-error.js';
import { evaluateTrust } from './iam/policy.js';
import { createSession } from './world/identity.js';
import { instancesOf, isLive } from './world/compute.js';
import { writeEvent } from './world/trail.js';
import type { Thing } from './services/shelf.js';
import type { Region, World } from './world/world.js';

/** What runs with a role, as the API names it: a function's name, a task's or build's id, an instance's id. */
export interface Inside {
  region: string;
  service: string;
  name: string;
  /** Whose code it is that reads the credentials there: what they do is charged to it. */
  parent: string;
}

/** Who takes the role, which role, and as whom. */
interface Runs {
  host: string;
  role: string | undefined;
  session: string;
}

const lastPart = (arn: string) => arn.split('/').at(-1)!;
const things = (region: Region, table: string) => region.table<Thing>(table);

/** What each service calls its sessions: Lambda developer guide, "Lambda execution role"; ECS developer guide, "Task IAM
 *  role"; CodeBuild user guide, "CloudTrail logs"; EC2 user guide, "IAM roles for Amazon EC2". */
const runsIn: Record<string, (region: Region, name: string) => Runs | null> = {
  lambda: (region, name) => {
    const made = things(region, 'lambda:functions').get(name);
    if (made === undefined || made.ReservedConcurrentExecutions === 0) return null;
    return { host: 'lambda', role: made.Role as string, session: name };
  },
  ecs: (region, name) => {
    const task = things(region, 'ecs:tasks').get(lastPart(name));
    if (task === undefined || task.lastStatus === 'STOPPED') return null;
    const overrides = task.overrides as { taskRoleArn?: string } | undefined;
    const definition = [...things(region, 'ecs:task-definitions').values()].find(
      ({ taskDefinitionArn }) => taskDefinitionArn === task.taskDefinitionArn,
    );
    const role = overrides?.taskRoleArn ?? (definition?.taskRoleArn as string | undefined);
    return { host: 'ecs-tasks', role, session: task.id };
  },
  codebuild: (region, name) => {
    const build = things(region, 'codebuild:builds').get(name);
    if (build?.buildStatus !== 'IN_PROGRESS') return null;
    const session = `AWSCodeBuild-${name.split(':').at(-1)!}`;
    return { host: 'codebuild', role: build.serviceRole as string, session };
  },
  ec2: (region, name) => {
    const instance = instancesOf(region).get(name);
    if (instance?.profile === undefined || !isLive(instance)) return null;
    const profile = region.account.instanceProfiles.get(lastPart(instance.profile));
    return { host: 'ec2', role: profile?.roles[0], session: name };
  },
  sagemaker: (region, name) => {
    const notebook = things(region, 'sagemaker:notebook-instances').get(name);
    const job = things(region, 'sagemaker:training-jobs').get(name);
    const isUp = notebook?.NotebookInstanceStatus === 'InService' || job?.TrainingJobStatus === 'InProgress';
    if (!isUp) return null;
    return { host: 'sagemaker', role: (notebook ?? job)?.RoleArn as string, session: 'SageMaker' };
  },
};

/**
 * The credentials that code finds inside of what runs with a role: its service takes the role for it, and CloudTrail says
 * so. Not AWS's API: on AWS the code reads them from its environment. Throws where nothing of that name runs.
 */
export function credentialsInside(world: World, { region: place, service, name, parent }: Inside) {
  const account = (world.keys.get(parent) ?? world.sessions.get(parent))?.account;
  if (account === undefined) throw new AwsError('InvalidClientTokenId', `no credential ${parent}`, 403);
  const region = account.region(place);
  const runs = runsIn[service]?.(region, name) ?? null;
  const role = runs?.role === undefined ? undefined : account.roles.get(lastPart(runs.role));
  if (runs === null || role === undefined)
    throw new AwsError('NothingRuns', `nothing runs with a role in ${service} ${name} in ${place}`);
  const host = `${runs.host}.amazonaws.com`;
  const request = { action: 'sts:AssumeRole', resource: role.arn, keys: {} };
  if (evaluateTrust(role.trust.effective(world.clock.now()), [host], request).verdict !== 'allowed')
    throw new AwsError('AccessDenied', `${role.arn} does not trust ${host}`, 403);
  const session = createSession(account, {
    kind: 'role',
    user: null,
    role: role.name,
    name: runs.session,
    policies: null,
    parent,
    mfa: false,
    seconds: 12 * 3600,
    service: host,
  });
  writeEvent(region, session.issuedAt, {
    userIdentity: { type: 'AWSService', invokedBy: host },
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    sourceIPAddress: host,
    userAgent: host,
    requestParameters: { roleArn: role.arn, roleSessionName: runs.session, durationSeconds: 43_200 },
    responseElements: {
      credentials: { accessKeyId: session.id, expiration: new Date(session.expiresAt).toUTCString() },
      assumedRoleUser: {
        assumedRoleId: `${role.id}:${runs.session}`,
        arn: `arn:${account.world.settings.partition}:sts::${account.id}:assumed-role/${role.name}/${runs.session}`,
      },
    },
    readOnly: true,
  });
  return {
    Credentials: { AccessKeyId: session.id, SecretAccessKey: session.secret, SessionToken: session.token },
  };
}

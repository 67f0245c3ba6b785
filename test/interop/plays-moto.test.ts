import {
  EMRClient,
  AddInstanceGroupsCommand,
  ListInstanceGroupsCommand,
  RunJobFlowCommand,
} from '@aws-sdk/client-emr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsFailure } from '../../src/aws/errors.js';
import { openSession, type Session } from '../../src/aws/session.js';
import type { Action } from '../../src/model/action.js';
import { plays } from '../../src/plays/index.js';
import type { PlanContext } from '../../src/plays/kit/play.js';
import type { Resource } from '../../src/model/resource.js';
import { context, credential, finding } from '../plays/make.js';
import { has } from './environments.js';
import { plant } from './planted.js';
import { startMoto, type Server } from './servers.js';

const region = 'eu-west-1';
const environment = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' };

let moto: Server;
let session: Session;

async function seen(playId: string, id: string): Promise<Resource | undefined> {
  const play = plays.find((one) => one.id === playId);
  if (play === undefined) throw new Error(`no play ${playId}`);
  for await (const one of play.find(session.reader, play.scope === 'global' ? 'global' : region)) {
    if (one.id === id) return one;
  }
  return undefined;
}

/** Sends the actions in their order, with the play's answer to a refusal. */
async function send(actions: Action[], its: PlanContext): Promise<void> {
  for (const action of actions) {
    try {
      await session.send(action);
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      // What is not there needs no removing: the runner counts it as already so.
      if (error.kind === 'gone') continue;
      const play = plays.find(({ id }) => id === action.play);
      const answer = play?.remedy?.(action, error, its) ?? null;
      if (answer === null) throw error;
      await send(answer, its);
    }
  }
}

describe.skipIf(!has('interop'))('plays on moto', () => {
  let planted: Record<string, string>;
  beforeAll(async () => {
    moto = await startMoto();
    planted = await plant(moto.url, region);
    // The SDK's own provider reads the process's environment.
    Object.assign(process.env, environment);
    session = await openSession({
      profile: null,
      region,
      endpointUrl: moto.url,
      maxAttempts: null,
      env: environment,
    });
  });
  afterAll(async () => {
    session.close();
    await moto.stop();
  });

  // In the order of containment, but for what others hang on. moto cannot list function URLs or service-specific
  // credentials, cannot stop training jobs, ends builds and processing jobs at once, runs Batch jobs in Docker only,
  // and has nothing of Lightsail, Amplify, Roles Anywhere, SES's account or Bedrock's throughput.
  const later = [
    'managed-policies',
    'iam-principals',
    'ses-identities',
    'launch-configurations',
    'launch-templates',
    'key-pairs',
    'security-groups',
  ];
  const tried = [
    'access-keys',
    'user-sessions',
    'role-sessions',
    'identity-providers',
    'auto-scaling-groups',
    'spot-requests',
    'spot-fleets',
    'ec2-fleets',
    'batch-job-queues',
    'batch-compute-environments',
    'ecs-services',
    'ecs-tasks',
    'sagemaker-notebooks',
    'sagemaker-endpoints',
    'lambda-functions',
    'eventbridge-rules',
    'scheduler-schedules',
    'ec2-instances',
    'lambda-permissions',
    'security-group-rules',
    'iam-grants',
    'login-profiles',
  ];

  it.each(tried)(
    '%s: finds it, contains it, sees that it is contained, and takes it back',
    async (playId) => {
      const play = plays.find(({ id }) => id === playId);
      const id = planted[playId] ?? '';
      const before = await seen(playId, id);
      if (play === undefined || before === undefined) throw new Error(`${playId} does not find ${id}`);
      expect(play.verify(before)).toBe(false);

      const findings = [finding(before)];
      const its = context({ findings, credentials: [credential({ userName: 'eve' })] });
      const actions = play.containAll?.(findings, its) ?? play.contain(findings[0] as never, its);
      expect(actions.length).toBeGreaterThan(0);
      await send(actions, its);
      const contained = await seen(playId, id);
      expect(contained === undefined || play.verify(contained)).toBe(true);
      // Once more: there is nothing left to do, or it is gone.
      if (contained !== undefined) expect(play.contain(finding(contained), its)).toEqual([]);

      const undo = [...actions]
        .reverse()
        .flatMap((action) => ('calls' in action.undo ? action.undo.calls : []));
      if (play.noUndo !== null) return;
      for (const call of undo) await session.send(call);
      const after = await seen(playId, id);
      const sameThing = playId === 'security-group-rules' || playId === 'identity-providers';
      if (!sameThing) expect(after?.properties).toEqual(before.properties);
    },
  );

  it('role-trust: puts an innocent’s role back to whom it trusted, and undoes that', async () => {
    const roleTrust = plays.find(({ id }) => id === 'role-trust');
    const open = await seen('role-trust', 'backup');
    if (roleTrust === undefined || open === undefined) throw new Error('role-trust does not find the role');
    const before =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
    const tampered = { class: 'tampered', before } as const;
    const [restore, ...more] = roleTrust.contain(finding(open, tampered), context());
    if (restore === undefined) throw new Error('nothing is planned');
    expect(more).toEqual([]);
    await session.send(restore);
    const restored = await seen('role-trust', 'backup');
    if (restored === undefined) throw new Error('the role is gone');
    expect(roleTrust.contain(finding(restored, tampered), context())).toEqual([]);
    for (const call of 'calls' in restore.undo ? restore.undo.calls : []) await session.send(call);
    expect((await seen('role-trust', 'backup'))?.properties).toEqual(open.properties);
  });

  it('emr-clusters: ends a protected cluster, and takes an added group out of one that lives on', async () => {
    const play = plays.find(({ id }) => id === 'emr-clusters');
    const emr = new EMRClient({
      ...{ region, endpoint: moto.url },
      credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: 'x' },
    });
    const run = async (Name: string, TerminationProtected: boolean): Promise<string> => {
      const group = (InstanceRole: 'MASTER' | 'CORE') =>
        ({ InstanceRole, InstanceType: 'm5.xlarge', InstanceCount: 1, Market: 'ON_DEMAND' }) as const;
      const Instances = { KeepJobFlowAliveWhenNoSteps: true, TerminationProtected };
      const { JobFlowId } = await emr.send(
        new RunJobFlowCommand({
          ...{ Name, JobFlowRole: 'EMR_EC2_DefaultRole', ServiceRole: 'EMR_DefaultRole' },
          ReleaseLabel: 'emr-6.15.0',
          Instances: { ...Instances, InstanceGroups: [group('MASTER'), group('CORE')] },
        }),
      );
      return JobFlowId ?? '';
    };
    const theirs = await run('reports', false);
    const own = await run('etl', true);
    await emr.send(
      new AddInstanceGroupsCommand({
        JobFlowId: theirs,
        InstanceGroups: [
          { InstanceRole: 'TASK', InstanceType: 'p4d.24xlarge', InstanceCount: 3, Market: 'ON_DEMAND' },
        ],
      }),
    );
    // moto answers without the ids of what was added.
    const listed = await emr.send(new ListInstanceGroupsCommand({ ClusterId: theirs }));
    const added =
      listed.InstanceGroups?.find(({ InstanceGroupType }) => InstanceGroupType === 'TASK')?.Id ?? '';
    for (const id of [own, added]) {
      const before = await seen('emr-clusters', id);
      if (play === undefined || before === undefined) throw new Error(`emr-clusters does not find ${id}`);
      expect(play.verify(before)).toBe(false);
      await send(play.contain(finding(before), context()), context());
      const after = await seen('emr-clusters', id);
      expect(after === undefined || play.verify(after)).toBe(true);
    }
    expect(await seen('emr-clusters', theirs)).toMatchObject({ live: true });
  });

  it('trails: starts an innocent’s trail again that was stopped, and undoes that', async () => {
    const play = plays.find(({ id }) => id === 'trails');
    const stopped = await seen('trails', 'audit');
    if (play === undefined || stopped === undefined) throw new Error('trails does not find the trail');
    expect(play.verify(stopped)).toBe(false);
    const tampered = { class: 'tampered', before: { logging: true } } as const;
    const [start, ...more] = play.contain(finding(stopped, tampered), context());
    if (start === undefined) throw new Error('nothing is planned');
    expect(more).toEqual([]);
    await session.send(start);
    const started = await seen('trails', 'audit');
    expect(started).toMatchObject({ state: 'logging' });
    expect(started !== undefined && play.verify(started)).toBe(true);
    for (const call of 'calls' in start.undo ? start.undo.calls : []) await session.send(call);
    expect(await seen('trails', 'audit')).toEqual(stopped);
  });

  it.each(later)('%s: leaves it where nobody asks, and removes it on request', async (playId) => {
    const play = plays.find(({ id }) => id === playId);
    const id = planted[playId] ?? '';
    const before = await seen(playId, id);
    if (play === undefined || before === undefined) throw new Error(`${playId} does not find ${id}`);
    expect(play.contain(finding(before), context())).toEqual([]);
    if (playId === 'managed-policies') {
      const grant = await seen('iam-grants', planted['iam-grants'] ?? '');
      const grants = plays.find((one) => one.id === 'iam-grants');
      if (grant !== undefined) await send(grants?.contain(finding(grant), context()) ?? [], context());
    }
    const asked = context({}, { evict: 'remove', removeTemplates: true });
    await send(play.contain(finding(before), asked), asked);
    expect(await seen(playId, id)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { AwsFailure } from '../../src/aws/errors.js';
import type { Reader } from '../../src/aws/reader.js';
import { isComplete } from '../../src/model/coverage.js';
import type { Incident } from '../../src/model/incident.js';
import { plays } from '../../src/plays/index.js';
import { Survey } from '../../src/survey/survey.js';
import type { JsonObject } from '../../src/model/json.js';
import { History, hour, night, account } from '../detect/history.js';
import { attacker } from '../detect/lives.js';

interface Input {
  LookupAttributes?: { AttributeKey: string; AttributeValue: string }[];
}

/** One region, one instance of a type that no table knows, and an event history. */
function accountOf(history: History, typesAreDenied: boolean, more: Record<string, unknown> = {}) {
  const asked: string[] = [];
  const instance = {
    InstanceId: 'i-0123456789abcdef0',
    InstanceType: 'q1.48xlarge',
    State: { Name: 'running' },
  };
  const answers: Record<string, unknown> = {
    DescribeRegions: { Regions: [{ RegionName: 'us-east-1', OptInStatus: 'opt-in-not-required' }] },
    GetAccessKeyLastUsed: { UserName: attacker.user },
    DescribeInstances: { Reservations: [{ Instances: [instance] }] },
    DescribeInstanceTypes: {
      InstanceTypes: [{ InstanceType: 'q1.48xlarge', GpuInfo: { Gpus: [{ Name: 'Q1', Count: 8 }] } }],
    },
    ...more,
  };
  const answer = (service: string, operation: string, region: string, input: Input): unknown => {
    const [attribute] = input.LookupAttributes ?? [];
    asked.push(attribute === undefined ? operation : `${attribute.AttributeKey}=${attribute.AttributeValue}`);
    if (operation === 'DescribeInstanceTypes' && typesAreDenied)
      throw new AwsFailure(
        'denied',
        'UnauthorizedOperation',
        'no',
        service,
        operation,
        region,
        null,
        403,
        null,
      );
    if (attribute === undefined) return answers[operation] ?? {};
    const { AttributeKey: key, AttributeValue: value } = attribute;
    const records = history.records.filter(
      (record) =>
        (key === 'EventName' && record.eventName === value) ||
        (key === 'Username' && usernameOf(record) === value) ||
        (key === 'AccessKeyId' && (record.userIdentity as { accessKeyId?: string }).accessKeyId === value),
    );
    return {
      Events: records.map((record) => ({
        EventTime: new Date(record.eventTime as string),
        CloudTrailEvent: JSON.stringify(record),
      })),
    };
  };
  const reader = {
    now: () => night + hour,
    call: (service: string, operation: string, region: string, input: Input) =>
      Promise.resolve().then(() => answer(service, operation, region, input)),
    async *pages(service: string, operation: string, region: string, input: Input) {
      yield await Promise.resolve(answer(service, operation, region, input));
    },
  } as unknown as Reader;
  return { reader, asked };
}

/** LookupEvents' Username: the user's name, or the role session's. */
function usernameOf({ userIdentity }: JsonObject): string | undefined {
  const { userName, arn } = userIdentity as { userName?: string; arn?: string };
  return userName ?? arn?.split('/').at(-1);
}

function surveyOf(
  reader: Reader,
  key: string | null,
  of: readonly string[] = ['ec2-instances'],
  compromisedAt: number | null = null,
): Survey {
  return new Survey({
    session: {
      reader,
      identity: {
        account,
        arn: `arn:aws:iam::${account}:role/responder`,
        userId: '',
        partition: 'aws',
        accessKeyId: 'ASIARESPONDER0000001',
        profile: null,
        homeRegion: 'us-east-1',
        simulated: true,
        endpoints: {},
      },
    },
    emit: () => undefined,
    key,
    since: 90 * 24 * hour,
    compromisedAt,
    trail: null,
    plays: plays.filter(({ id }) => of.includes(id)),
    owner: null,
    regions: null,
    include: [],
    exclude: [],
    trustTrail: false,
    validate: null,
    closedRegions: [],
  });
}

const gapsOf = ({ coverage }: Incident) => coverage.filter((cell) => !isComplete([cell]));

describe('instance types that no table knows', () => {
  it('are a gap in the coverage where EC2 refuses to describe them, in each look', async () => {
    const { reader } = accountOf(new History(), true);
    const survey = surveyOf(reader, null);
    for (const incident of [await survey.look(), await survey.look()]) {
      expect(gapsOf(incident)).toMatchObject([{ subject: 'instance-types', status: 'denied' }]);
      expect(gapsOf(incident)[0]?.detail).toMatch(/q1\.48xlarge.*DescribeInstanceTypes/);
    }
  });

  it('are asked for once where EC2 describes them', async () => {
    const { reader, asked } = accountOf(new History(), false);
    const survey = surveyOf(reader, null);
    expect(gapsOf(await survey.look())).toEqual([]);
    expect(gapsOf(await survey.look())).toEqual([]);
    expect(asked.filter((one) => one === 'DescribeInstanceTypes')).toHaveLength(1);
  });
});

describe('without a key', () => {
  it('has the whole life read of whoever stands out by launches, with what it minted, and of nobody else', async () => {
    const history = new History();
    for (let index = 0; index < 10; index += 1)
      history.run(attacker, night + index * 1000, { type: 'p4d.24xlarge', count: 5, region: 'us-east-1' });
    history.call(attacker, { time: night, name: 'CreateTrustAnchor', source: 'rolesanywhere' });
    const minted = history.assume(attacker, night + 1000, 'deploy');
    history.call(minted, { time: night + 5000, name: 'CreateUser', source: 'iam' });
    history.run({ ...attacker, key: 'AKIAQUIET00000000001' }, night, { type: 't3.micro' });
    const { reader, asked } = accountOf(history, false);
    const { suspects, key, deeds } = await surveyOf(reader, null).look();
    expect(suspects.map(({ accessKeyId }) => accessKeyId)).toEqual([attacker.key]);
    expect(suspects[0]?.reasons.join()).toMatch(/CreateTrustAnchor/);
    const lives = asked.filter((one) => one.startsWith('AccessKeyId='));
    expect(lives).toEqual([`AccessKeyId=${attacker.key}`, `AccessKeyId=${minted.key}`]);
    expect(key).toBe(attacker.key);
    expect(deeds.map(({ evidence }) => evidence.name)).toContain('CreateUser');
  });
});

describe('with a key', () => {
  const launch = { type: 'p4d.24xlarge', count: 5 };

  it('learns whose it is, and finds what a service launched for its user', async () => {
    const history = new History();
    const passed = history.run({ ...attacker, key: history.keyId() }, night, launch);
    for (const record of history.records) {
      record.sourceIPAddress = 'cloudformation.amazonaws.com';
      record.userIdentity = {
        ...(record.userIdentity as JsonObject),
        invokedBy: 'cloudformation.amazonaws.com',
      };
    }
    history.call(attacker, { time: night - 1000, name: 'CreateStack', source: 'cloudformation' });
    const { reader, asked } = accountOf(history, false);
    const incident = await surveyOf(reader, attacker.key).look();
    expect(asked).toContain(`Username=${attacker.user ?? ''}`);
    expect(incident).toMatchObject({ userName: attacker.user });
    expect(incident.launches.map(({ instanceIds }) => instanceIds)).toEqual([passed]);
  });

  it('asks for the sessions of a function whose code it replaced', async () => {
    const history = new History();
    const role = 'runner';
    history.call(attacker, {
      time: night,
      name: 'UpdateFunctionCode20150331v2',
      source: 'lambda',
      request: { functionName: 'nightly' },
      response: { functionName: 'nightly', role: `arn:aws:iam::${account}:role/${role}` },
    });
    const session = { key: history.keyId(), role, session: 'nightly', ip: '192.0.2.1', agent: 'Boto3' };
    history.call(session, { time: night + 1000, name: 'CreateUser', source: 'iam' });
    const { reader, asked } = accountOf(history, false);
    const { credentials } = await surveyOf(reader, attacker.key).look();
    expect(asked).toContain('Username=nightly');
    expect(credentials.map(({ id }) => id)).toEqual([attacker.key, session.key]);
  });
});

describe('what the key made itself, others changed since, and the misuse calls again', () => {
  const ops = { key: 'AKIAOPSOPSOPSOPS0001', user: 'ops', ip: '192.0.2.20', agent: 'aws-cli/2.1' };
  const own = { ...attacker, ip: '198.51.100.10', agent: 'Boto3/1.34.2' };
  const day = 24 * hour;
  const trust = (who: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: who }, Action: 'sts:AssumeRole' }],
    });
  const [first, later, outsider] = [trust(account), trust('444455556666'), trust('999988887777')];

  /** @param opsAfter they put their own document again, after the misuse */
  async function roleAfter(called: string, opsAfter = false) {
    const history = new History();
    const put = (by: typeof ops, time: number, policyDocument: string): unknown =>
      history.call(by, {
        ...{ time, name: 'UpdateAssumeRolePolicy', source: 'iam' },
        request: { roleName: 'deploy', policyDocument },
      });
    history.call(own, {
      ...{ time: night - 60 * day, name: 'CreateRole', source: 'iam' },
      request: { roleName: 'deploy', assumeRolePolicyDocument: first },
    });
    put(ops, night - 10 * day, later);
    put(attacker as typeof ops, night, called);
    history.run(attacker, night + 1000, { type: 'p4d.24xlarge', count: 5 });
    if (opsAfter) put(ops, night + 60_000, trust('222233334444'));
    const current = opsAfter ? trust('222233334444') : called;
    const role = {
      RoleName: 'deploy',
      AssumeRolePolicyDocument: encodeURIComponent(current),
      CreateDate: new Date(night - 60 * day),
    };
    const { reader } = accountOf(history, false, {
      GetAccountAuthorizationDetails: { RoleDetailList: [role] },
    });
    const incident = await surveyOf(reader, attacker.key, ['role-trust', 'ec2-instances'], night).look();
    return incident.findings.find(({ resource }) => resource.play === 'role-trust');
  }

  it('a trust goes back to what its people set last, never to what the key had made', async () => {
    expect(await roleAfter(outsider)).toMatchObject({ class: 'tampered', before: later });
  });

  it('a trust that was so already is left as it is', async () => {
    const finding = await roleAfter(later);
    expect(finding).toMatchObject({ class: 'not-tied', rule: 'change.nothing' });
  });

  it('a trust that its people set anew after the misuse is theirs', async () => {
    expect(await roleAfter(outsider, true)).toMatchObject({ class: 'held', rule: 'change.set-since' });
  });

  /** A service that the key made with two tasks, that its people let grow to ten. */
  async function serviceAfter(desiredCount: number) {
    const history = new History();
    const service = { cluster: 'prod', service: 'web' };
    const source = 'ecs';
    history.call(own, {
      ...{ time: night - 60 * day, name: 'CreateService', source },
      request: { cluster: 'prod', serviceName: 'web', desiredCount: 2 },
    });
    history.call(ops, {
      ...{ time: night - 10 * day, name: 'UpdateService', source },
      request: { ...service, desiredCount: 10 },
    });
    history.call(attacker, {
      ...{ time: night, name: 'UpdateService', source },
      request: { ...service, desiredCount },
    });
    history.run(attacker, night + 1000, { type: 'p4d.24xlarge', count: 5 });
    const { reader } = accountOf(history, false, {
      ListClusters: { clusterArns: [`arn:aws:ecs:us-east-1:${account}:cluster/prod`] },
      ListServices: { serviceArns: [`arn:aws:ecs:us-east-1:${account}:service/prod/web`] },
      DescribeServices: { services: [{ serviceName: 'web', status: 'ACTIVE', desiredCount }] },
    });
    const incident = await surveyOf(reader, attacker.key, ['ecs-services', 'ec2-instances'], night).look();
    return incident.findings.find(({ resource }) => resource.play === 'ecs-services');
  }

  it('a service that had as many tasks already keeps them all', async () => {
    expect(await serviceAfter(10)).toMatchObject({ class: 'not-tied', rule: 'change.nothing' });
  });

  it('a service that was let grow goes back to as many as its people set', async () => {
    expect(await serviceAfter(90)).toMatchObject({ class: 'tampered', before: { desiredCount: 10 } });
  });
});

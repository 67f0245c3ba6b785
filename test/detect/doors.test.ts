import { describe, expect, it } from 'vitest';
import { detect, type Facts } from '../../src/detect/detect.js';
import { doors, doorTable } from '../../src/detect/credentials/doors.js';
import type { Incident } from '../../src/model/incident.js';
import { asText, type JsonObject } from '../../src/model/json.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { normaliseRecord } from '../../src/trail/normalise.js';
import { fieldRecords, lookAtField } from './field.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci } from './lives.js';

const idsOf = ({ credentials }: Incident): string[] => credentials.map(({ id }) => id);
const launchesOf = ({ launches }: Incident, key: string): string[] =>
  launches.filter(({ evidence }) => evidence.accessKeyId === key).map((one) => one.class);

describe('records after public write-ups', () => {
  it('follows a function whose code was replaced to the key that it made, and leaves the role’s days alone', async () => {
    const incident = await lookAtField('lambda-code-injection', 'AKIAFIELDDEV00000000');
    expect(idsOf(incident).sort()).toEqual([
      'AKIAFIELDBACKDOOR000',
      'AKIAFIELDDEV00000000',
      'AKIAFIELDFRICKNEW000',
      'ASIAEVILLAMBDA000001',
    ]);
    expect(launchesOf(incident, 'AKIAFIELDFRICKNEW000')).toEqual(['rogue']);
    expect(incident.launches).toHaveLength(1);
    expect(incident.deeds.map(({ target }) => target)).toEqual(
      expect.arrayContaining(['frick', 'backdoor-admin']),
    );
  });

  it.each([
    ['passrole-function', 'ASIADOOREVIL00000097', 'AKIAFIELDDA000000000', 'rogue'],
    ['passrole-stack', 'ASIADOOREVIL00000100', 'AKIAFIELDDD000000000', 'held'],
  ])('follows %s to the key that the role’s session made', async (file, session, key, classed) => {
    const incident = await lookAtField(file, 'AKIAFIELDPR000000000');
    expect(idsOf(incident)).toEqual(['AKIAFIELDPR000000000', session, key]);
    expect(launchesOf(incident, key)).toEqual([classed]);
    expect(incident.launches).toHaveLength(1);
  });

  it('ties the calls of a service’s credential, and not the user’s own key', async () => {
    const incident = await lookAtField('service-specific-credential', 'AKIAFIELDBR000000000');
    expect(incident.credentials.map(({ id, calls }) => [id, calls])).toEqual([
      ['AKIAFIELDBR000000000', 5],
      [`arn:aws:iam::${account}:user/BedrockAPIKey-7k2p`, 300],
      [`arn:aws:iam::${account}:user/ml-app`, 300],
    ]);
    // Neither is a console's: nobody's console sessions are cut for them.
    expect(incident.credentials.map(({ kind }) => kind)).not.toContain('console');
  });

  it('tells the stack of the misuse from the nightly one of the same user', async () => {
    const incident = await lookAtField('cloudformation-for-the-caller', 'AKIAFIELDCFN00000000');
    const byType = incident.launches.map((one) => [one.instanceTypes.join(), one.class]);
    expect(byType).toEqual([
      ['c5.metal', 'rogue'],
      ['c6a.24xlarge', 'rogue'],
      ['t3.large', 'own'],
    ]);
    expect(JSON.stringify(incident)).not.toMatch(/launched nothing/);
  });

  it.each([
    ['lambda-code-injection', 'AKIAFIELDDEV00000000'],
    ['passrole-function', 'AKIAFIELDPR000000000'],
    ['passrole-stack', 'AKIAFIELDPR000000000'],
    ['service-specific-credential', 'AKIAFIELDBR000000000'],
    ['cloudformation-for-the-caller', 'AKIAFIELDCFN00000000'],
  ])('says the same of %s under other names', async (file, key) => {
    const records = await fieldRecords(file);
    const other = JSON.stringify(records).replace(
      /\b(A[KS]IA)(\w{4})(\w+)|\b(EC2-init|app-admin|cfn-admin|ml-app|hlp|mnr|frick)\b/g,
      (_all, kind?: string, a?: string, b?: string, name?: string) =>
        name === undefined ? `${kind ?? ''}${b ?? ''}${a ?? ''}` : `x-${name}-9`,
    );
    const renamed = (id: string): string => id.replace(/^(A[KS]IA)(\w{4})(\w+)$/, '$1$3$2');
    const first = look(records, key);
    const second = look(JSON.parse(other) as JsonObject[], renamed(key));
    expect(shapeOf(second)).toEqual(shapeOf(first));
  });

  it.each(['EC2-init-role', 'another-role'])(
    'says the same where more innocent sessions of %s are in the trail',
    async (role) => {
      const records = await fieldRecords('lambda-code-injection');
      const daily = records.filter(
        (record) => JSON.stringify(record).includes('EC2-init-role') && timeOf(record) < '2026-11-18',
      );
      const more = daily.map(
        (record) =>
          JSON.parse(
            JSON.stringify(record)
              .replace(/ASIA(\w{4})(\w+)/g, 'ASIA$2$1')
              .replace(/"eventID":"/g, '"eventID":"again-')
              .replace(/"requestID":"/g, '"requestID":"again-')
              .replaceAll('EC2-init-role', role)
              .replace(/2026-11-(\d\d)T06/g, '2026-11-$1T07'),
          ) as JsonObject,
      );
      const key = 'AKIAFIELDDEV00000000';
      expect(shapeOf(look([...records, ...more], key))).toEqual(shapeOf(look(records, key)));
    },
  );
});

const timeOf = (record: JsonObject): string => asText(record.eventTime) ?? '';

function look(records: JsonObject[], key: string, more: Partial<Facts> = {}): Incident {
  const events = records.map((record) => normaliseRecord(record, 'test') as TrailEvent);
  const facts = { inventory: [], plays: [], coverage: [], account: null, compromisedAt: null };
  return detect({ events, key, now: night + 3 * hour, ...facts, ...more });
}

/** The answer without its names. */
function shapeOf({ credentials, launches, deeds, misuse }: Incident): unknown {
  return {
    at: misuse.at,
    credentials: credentials.map(({ kind, since, calls }) => `${since ?? 0} ${kind} ${calls ?? 0}`).sort(),
    launches: launches.map((one) => [one.class, one.instanceTypes, one.evidence.time]),
    deeds: deeds.map(({ evidence, result, count }) => [evidence.name, result, count]),
  };
}

const role = `arn:aws:iam::${account}:role/runner`;
const colleague: Caller = {
  key: 'AKIACOLLEAGUE0000001',
  user: 'colleague',
  ip: '192.0.2.7',
  agent: 'Boto3/1.34',
};

/** A session that `service` minted for what runs with the role, and its caller. */
function runs(history: History, service: string, name: string, time: number, region = 'us-east-1'): Caller {
  const key = history.keyId();
  history.service(service, {
    time,
    name: 'AssumeRole',
    source: 'sts',
    region,
    request: { roleArn: role, roleSessionName: name },
    response: {
      credentials: { accessKeyId: key },
      assumedRoleUser: { arn: `arn:aws:sts::${account}:assumed-role/runner/${name}` },
    },
  });
  return { key, role: 'runner', session: name, ip: '18.0.0.9', agent: 'Boto3/1.34 exec-env/AWS_Lambda' };
}

/** A fortnight of the function's nights, up to the misuse; returns the history. */
function withLife(name = 'nightly', service = 'lambda'): History {
  const history = new History();
  for (let time = night - 14 * day; time < night - hour; time += day) {
    history.call(runs(history, service, name, time), { time: time + minute, name: 'DescribeInstances' });
  }
  return history;
}

const lookAt = (history: History): Incident =>
  look(history.records, ci.key, { compromisedAt: night - minute });

function update(history: History, by: Caller, time: number, more: JsonObject = {}): void {
  history.call(by, {
    time,
    name: 'UpdateFunctionCode20150331v2',
    source: 'lambda',
    request: { functionName: 'nightly' },
    response: { functionName: 'nightly', role, ...more },
  });
}

function plant(history: History, by: Caller, time: number): void {
  history.call(by, { time, name: 'CreateUser', source: 'iam', request: { userName: `u${time}` } });
}

describe('a function’s door', () => {
  it('taints what the role never did before, and not its routine', () => {
    const history = withLife();
    update(history, attacker, night);
    const quiet = runs(history, 'lambda', 'nightly', night + hour);
    history.call(quiet, { time: night + hour + minute, name: 'DescribeInstances' });
    const evil = runs(history, 'lambda', 'nightly', night + 2 * hour);
    history.call(evil, { time: night + 2 * hour, name: 'DescribeInstances' });
    plant(history, evil, night + 2 * hour + minute);
    const incident = lookAt(history);
    expect(idsOf(incident)).toEqual([ci.key, evil.key]);
    expect(incident.deeds.map(({ evidence }) => evidence.name)).toEqual([
      'UpdateFunctionCode20150331v2',
      'CreateUser',
    ]);
  });

  it('is not opened by a call that changed nothing', () => {
    const history = withLife();
    update(history, colleague, night - 2 * day, { codeSha256: 'same' });
    update(history, attacker, night, { codeSha256: 'same' });
    plant(history, runs(history, 'lambda', 'nightly', night + hour), night + hour + minute);
    expect(idsOf(lookAt(history))).toEqual([ci.key]);
  });

  it('is not opened by more time to run in, but by another layer', () => {
    for (const [request, opened] of [
      [{ timeout: 60 }, false],
      [{ layers: ['arn:aws:lambda:us-east-1:999999999999:layer:x:1'] }, true],
    ] as const) {
      const history = withLife();
      history.call(attacker, {
        time: night,
        name: 'UpdateFunctionConfiguration20150331v2',
        source: 'lambda',
        request: { functionName: 'nightly', ...request } as JsonObject,
        response: { functionName: 'nightly', role },
      });
      const session = runs(history, 'lambda', 'nightly', night + hour);
      plant(history, session, night + hour + minute);
      expect(idsOf(lookAt(history)).includes(session.key)).toBe(opened);
    }
  });

  it('is closed by a later deployment of somebody else, and not by one of the misuse', () => {
    const history = withLife();
    update(history, attacker, night);
    update(history, attacker, night + minute);
    const before = runs(history, 'lambda', 'nightly', night + hour);
    plant(history, before, night + hour);
    update(history, colleague, night + 90 * minute);
    const after = runs(history, 'lambda', 'nightly', night + 2 * hour);
    plant(history, after, night + 2 * hour);
    const tied = idsOf(lookAt(history));
    expect(tied).toContain(before.key);
    expect(tied).not.toContain(after.key);
  });

  it('lets nobody in who only has the function’s name: a person, another role, another region', () => {
    const history = withLife();
    update(history, attacker, night);
    const person = history.assume(colleague, night + hour, 'runner', 'nightly');
    const other = history.assume(colleague, night + hour, 'admin', 'nightly', false);
    const abroad = runs(history, 'lambda', 'nightly', night + hour, 'eu-west-1');
    for (const one of [person, other, abroad]) plant(history, one, night + hour + minute);
    expect(idsOf(lookAt(history))).toEqual([ci.key]);
  });
});

describe('doors by the name of a session', () => {
  const cases: [string, string, string, string, JsonObject, JsonObject][] = [
    [
      'RunTask',
      'ecs',
      'ecs-tasks',
      'aaaa1111',
      { taskDefinition: 'job:3', overrides: { taskRoleArn: role } },
      { tasks: [{ taskArn: `arn:aws:ecs:us-east-1:${account}:task/main/aaaa1111` }] },
    ],
    [
      'ExecuteCommand',
      'ecs',
      'ecs-tasks',
      'aaaa1111',
      { cluster: 'main', task: `arn:aws:ecs:us-east-1:${account}:task/main/aaaa1111` },
      {},
    ],
    [
      'StartBuild',
      'codebuild',
      'codebuild',
      'AWSCodeBuild-4f4f',
      { projectName: 'web', buildspecOverride: 'x' },
      { build: { id: 'web:4f4f', serviceRole: role } },
    ],
    ['SendCommand', 'ssm', 'ec2', 'i-0abc', { instanceIds: ['i-0abc'] }, { command: {} }],
    [
      'SendCommand',
      'ssm',
      'ec2',
      'i-0abc',
      { targets: [{ key: 'InstanceIds', values: ['i-0abc'] }] },
      { command: {} },
    ],
    ['StartSession', 'ssm', 'ec2', 'i-0abc', { target: 'i-0abc' }, {}],
    ['SendSSHPublicKey', 'ec2-instance-connect', 'ec2', 'i-0abc', { instanceId: 'i-0abc' }, {}],
    [
      'AssociateIamInstanceProfile',
      'ec2',
      'ec2',
      'i-0abc',
      { AssociateIamInstanceProfileRequest: { InstanceId: 'i-0abc' } },
      {},
    ],
  ];

  it.each(cases)(
    '%s of %s lets in the session of %s named %s',
    (name, source, service, session, request, response) => {
      const history = withLife(service === 'ec2' ? session : 'earlier', service);
      history.call(attacker, { time: night, name, source, request, response });
      const evil = runs(history, service, session, night + minute);
      const other = runs(history, service, `${session}2`, night + minute);
      plant(history, evil, night + 2 * minute);
      plant(history, other, night + 2 * minute);
      history.run(evil, night + 3 * minute, { type: 'g5.xlarge', count: 4 });
      const incident = lookAt(history);
      expect(idsOf(incident)).toContain(evil.key);
      expect(idsOf(incident)).not.toContain(other.key);
      expect(incident.launches.map((one) => one.class)).toEqual(['rogue']);
    },
  );

  it('a project that was changed lets in its later builds, whoever starts them', () => {
    const history = new History();
    history.call(attacker, {
      time: night,
      name: 'UpdateProject',
      source: 'codebuild',
      request: { name: 'web', serviceRole: role },
    });
    history.call(colleague, {
      time: night + minute,
      name: 'StartBuild',
      source: 'codebuild',
      request: { projectName: 'web' },
      response: { build: { id: 'web:77' } },
    });
    const evil = runs(history, 'codebuild', 'AWSCodeBuild-77', night + 2 * minute);
    plant(history, evil, night + 3 * minute);
    expect(idsOf(lookAt(history))).toEqual([ci.key, evil.key]);
  });
});

describe('doors by role, service and time', () => {
  const stack = (history: History, by: Caller, time: number, stackName: string): void => {
    history.call(by, {
      time,
      name: 'CreateStack',
      source: 'cloudformation',
      request: { stackName, roleARN: role },
      response: { stackId: `arn:aws:cloudformation:us-east-1:${account}:stack/${stackName}/1` },
    });
  };
  const launch = (history: History, by: Caller, time: number, stackName?: string): void => {
    const stackId = `arn:aws:cloudformation:us-east-1:${account}:stack/${stackName ?? ''}/1`;
    const tags = stackName === undefined ? {} : { 'aws:cloudformation:stack-id': stackId };
    history.run(by, time, { type: 'p4d.24xlarge', count: 8, tags });
  };
  const session = (history: History, time: number): Caller =>
    runs(history, 'cloudformation', 'AWSCloudFormation', time);

  it('holds what only the time ties, whatever it launches or makes', () => {
    const history = withLife('AWSCloudFormation', 'cloudformation');
    stack(history, attacker, night, 'x');
    const evil = session(history, night + minute);
    launch(history, evil, night + 2 * minute);
    const key = 'AKIAMADEBYASTACK0001';
    history.call(evil, {
      time: night + 3 * minute,
      name: 'CreateAccessKey',
      source: 'iam',
      request: { userName: 'bob' },
      response: { accessKey: { accessKeyId: key, userName: 'bob' } },
    });
    history.run({ key, user: 'bob', ip: attacker.ip, agent: attacker.agent }, night + 4 * minute, {
      type: 'p4d.24xlarge',
      count: 8,
    });
    const incident = lookAt(history);
    expect(idsOf(incident)).toEqual([ci.key, evil.key, key]);
    expect(incident.launches.map((one) => one.class)).toEqual(['held', 'held']);
  });

  it('knows of two stacks of one role which is which by their tags', () => {
    const history = withLife('AWSCloudFormation', 'cloudformation');
    stack(history, attacker, night, 'x');
    stack(history, colleague, night, 'web');
    const evil = session(history, night + minute);
    const good = session(history, night + minute);
    launch(history, evil, night + 2 * minute, 'x');
    launch(history, good, night + 2 * minute, 'web');
    const incident = lookAt(history);
    expect(idsOf(incident)).toEqual([ci.key, evil.key]);
    expect(incident.launches.map((one) => one.class)).toEqual(['rogue']);
  });

  it.each([
    ['CreateTrainingJob', 'sagemaker', { trainingJobName: 't', roleArn: role }],
    ['CreateNotebookInstance', 'sagemaker', { notebookInstanceName: 'n', roleArn: role }],
    ['CreateDevEndpoint', 'glue', { endpointName: 'e', roleArn: role }],
    ['CreateStateMachine', 'states', { name: 's', roleArn: role }],
  ])('holds what a session of the role that %s passed does anew', (name, source, request) => {
    const history = withLife('usual', source);
    history.call(attacker, { time: night, name, source, request });
    const evil = runs(history, source, 'usual', night + minute);
    history.call(evil, { time: night + minute, name: 'DescribeInstances' });
    launch(history, evil, night + 2 * minute);
    const other = runs(history, 'lambda', 'usual', night + minute);
    launch(history, other, night + 2 * minute);
    const incident = lookAt(history);
    expect(idsOf(incident)).toEqual([ci.key, evil.key]);
    expect(incident.launches.map((one) => one.class)).toEqual(['held']);
  });
});

describe('the table of doors', () => {
  it('has each call once', () => {
    const acts = doors.flatMap(({ source, names }) => names.map((name) => `${source}|${name}`));
    expect(new Set(acts).size).toBe(acts.length);
  });

  it('is the table in the documentation', async () => {
    const page = `# The doors\n\nCalls by which a misused key gets in as somebody else, and how the records tie who came in. \`certain\`: a name ties;\n\`likely\`: only role, service and time do, and what came in is held, never destroyed. Generated from src/detect/credentials/doors.ts;\n\`npx vitest run test/detect/doors.test.ts -u\` writes it anew.\n\n`;
    await expect(`${page}${doorTable()}\n`).toMatchFileSnapshot('../../docs/doors.md');
  });
});

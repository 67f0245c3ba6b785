import { describe, expect, it } from 'vitest';
import { letInBy } from '../../src/detect/credentials/let-in.js';
import { detect } from '../../src/detect/detect.js';
import type { Finding, Incident } from '../../src/model/incident.js';
import type { JsonObject } from '../../src/model/json.js';
import type { Resource } from '../../src/model/resource.js';
import { plays } from '../../src/plays/index.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci } from './lives.js';

const role = `arn:aws:iam::${account}:role/batch/shop`;
const definition = `arn:aws:ecs:us-east-1:${account}:task-definition/shop`;
const owner: Caller = { key: 'AKIACOLLEAGUE0000001', user: 'web', ip: '192.0.2.7', agent: 'Boto3/1.34' };

function resource(play: string, properties: Resource['properties']): Resource {
  const it = { play, type: play, id: 'shop', region: 'global', state: 'set', live: true };
  return { ...it, createdAt: night - 60 * day, tags: {}, links: [], properties };
}
const inventory = [
  resource('role-sessions', { arn: role, roleId: 'AROASHOP', deny: null, sessionDeny: null }),
  resource('role-trust', { document: '{"Statement":[]}' }),
];

function look(history: History, include: string[] = []): Incident {
  const facts = { inventory, plays, coverage: [], account: null, include };
  return detect({
    ...facts,
    events: history.events,
    key: ci.key,
    compromisedAt: night - minute,
    now: night + 2 * hour,
  });
}

const of = (incident: Incident, play: string): Finding | undefined =>
  incident.findings.find((found) => found.resource.play === play);

function runs(history: History, name: string, time: number): Caller {
  const key = history.keyId();
  history.service('ecs-tasks', {
    ...{ time, name: 'AssumeRole', source: 'sts' },
    request: { roleArn: role, roleSessionName: name, durationSeconds: 21_600 },
    response: {
      credentials: { accessKeyId: key },
      assumedRoleUser: {
        arn: `arn:aws:sts::${account}:assumed-role/shop/${name}`,
        assumedRoleId: `AROASHOP:${name}`,
      },
    },
  });
  return { key, role: 'batch/shop', session: name, ip: '18.0.0.9', agent: 'Boto3/1.34' };
}

function update(history: History, by: Caller, time: number, request: JsonObject, set: string): void {
  const response = { service: { serviceName: 'shop', taskDefinition: `${definition}:${set}` } };
  history.call(by, { time, name: 'UpdateService', source: 'ecs', request, response });
}

/** Weeks of the service's tasks; `act` of the misuse; and a task's session that makes a user. */
function scene(act: (history: History) => void, knowsRole = true): { history: History; evil: Caller } {
  const history = new History();
  if (knowsRole)
    history.call(owner, {
      ...{ time: night - 20 * day, name: 'RegisterTaskDefinition', source: 'ecs' },
      request: { family: 'shop', taskRoleArn: role },
      response: { taskDefinition: { family: 'shop', taskRoleArn: role } },
    });
  update(history, owner, night - 5 * day, { service: 'shop', taskDefinition: 'shop:4' }, '4');
  for (let time = night - 9 * day; time < night - hour; time += day)
    history.call(runs(history, `a${time}`, time), { time: time + minute, name: 'DescribeInstances' });
  act(history);
  const quiet = runs(history, 'b1', night + 5 * minute);
  history.call(quiet, { time: night + 6 * minute, name: 'DescribeInstances' });
  const evil = runs(history, 'b2', night + 7 * minute);
  history.call(evil, {
    ...{ time: night + 8 * minute, name: 'CreateUser', source: 'iam' },
    request: { userName: 'tmp-b' },
  });
  return { history, evil };
}

const newDefinition = (history: History): void =>
  update(history, attacker, night, { service: 'shop', taskDefinition: 'shop:5' }, '5');

describe('a session that only role and time tie', () => {
  it('is held with its role, and cut where the person includes it; the role’s trust is left alone', () => {
    const { history } = scene(newDefinition);
    const held = look(history);
    expect(of(held, 'role-sessions')).toMatchObject({ class: 'held', rule: 'session.tie-likely' });
    expect(of(held, 'role-trust')?.class).toBe('not-tied');
    const included = look(history, ['shop']);
    expect(of(included, 'role-sessions')?.class).toBe('tampered');
    expect(of(included, 'role-trust')?.class).toBe('not-tied');
    const play = plays.find(({ id }) => id === 'role-sessions')!;
    const context = { incident: included, now: night + 2 * hour } as Parameters<typeof play.contain>[1];
    const actions = play.contain(of(included, 'role-sessions')!, context);
    const deny = JSON.stringify(actions[0]?.input);
    expect(actions).toHaveLength(1);
    expect(deny).toContain('AROASHOP:b2');
    expect(deny).toContain('DateLessThan');
    expect(deny).not.toContain('AROASHOP:b1');
  });

  it('is tied where no record says which role the service’s tasks have', () => {
    const { history, evil } = scene(newDefinition, false);
    const incident = look(history);
    expect(incident.credentials.map(({ id }) => id)).toEqual([ci.key, evil.key]);
    expect(of(incident, 'role-sessions')?.class).toBe('held');
  });

  it.each([
    ['names no task definition', { service: 'shop', desiredCount: 4 }],
    [
      'names the one that it has',
      { service: `arn:aws:ecs:us-east-1:${account}:service/m/shop`, taskDefinition: 'shop:4' },
    ],
  ])('is none of an update that %s', (_, request) => {
    const { history } = scene((its) => update(its, attacker, night, request, '4'));
    const incident = look(history);
    expect(incident.credentials.map(({ id }) => id)).toEqual([ci.key]);
    expect(of(incident, 'role-sessions')?.class).toBe('not-tied');
  });
});

describe('a role whose trust the misuse changed', () => {
  const corp = `arn:aws:iam::${account}:saml-provider/corp`;
  function visit(history: History, time: number, name: string, provider = corp): Caller {
    const key = history.keyId();
    const visitor: Caller = { key, role: 'batch/shop', session: name, ip: '203.0.113.8', agent: 'aws-cli/2' };
    const record = history.call(visitor, {
      ...{ time, name: 'AssumeRoleWithSAML', source: 'sts' },
      request: {
        ...{ roleArn: role, roleSessionName: name, principalArn: provider },
        durationSeconds: 28_800,
      },
      response: {
        credentials: { accessKeyId: key },
        assumedRoleUser: {
          arn: `arn:aws:sts::${account}:assumed-role/shop/${name}`,
          assumedRoleId: `AROASHOP:${name}`,
        },
      },
    });
    record.userIdentity = {
      type: 'SAMLUser',
      principalId: `h=:${name}`,
      userName: name,
      identityProvider: 'h=',
    };
    history.call(visitor, { time: time + minute, name: 'DescribeInstances' });
    return visitor;
  }

  it('goes on for who came in before, is held for new people of their provider, and cut for strangers', () => {
    const history = new History();
    visit(history, night - 3 * day, 'Zoë@corp.example');
    history.call(attacker, {
      ...{ time: night, name: 'UpdateAssumeRolePolicy', source: 'iam' },
      request: { roleName: 'shop', policyDocument: '{}' },
    });
    const same = visit(history, night + minute, 'Zoë@corp.example');
    const held = look(history);
    expect(held.credentials.map(({ id }) => id)).toEqual([ci.key]);
    const colleague = visit(history, night + 2 * minute, 'new@corp.example');
    expect(of(look(history), 'role-sessions')).toMatchObject({ class: 'held', rule: 'session.tie-likely' });
    const stranger = visit(history, night + 3 * minute, 'x', `${corp}-2`);
    const incident = look(history);
    expect(incident.credentials.map(({ id }) => id)).toEqual([ci.key, colleague.key, stranger.key]);
    expect(incident.credentials.map(({ id }) => id)).not.toContain(same.key);
    expect(of(incident, 'role-sessions')?.class).toBe('tampered');
  });

  it('lets in whom the misuse’s own provider sends, and nobody whose provider has that name within its own', () => {
    for (const [name, provider] of [
      ['CreateSAMLProvider', `arn:aws:iam::${account}:saml-provider/co`],
      ['CreateOpenIDConnectProvider', `arn:aws:iam::${account}:oidc-provider/c`],
    ] as const) {
      const history = new History();
      const field = name === 'CreateSAMLProvider' ? 'sAMLProviderArn' : 'openIDConnectProviderArn';
      history.call(attacker, {
        ...{ time: night, name, source: 'iam' },
        request: {},
        response: { [field]: provider },
      });
      visit(history, night + minute, 'colleague@corp.example');
      const evil = visit(history, night + 2 * minute, 'x', provider);
      expect(look(history).credentials.map(({ id }) => id)).toEqual([ci.key, evil.key]);
    }
  });

  it('has its sessions’ making asked for, and a provider its visits', () => {
    const history = new History();
    history.call(attacker, {
      ...{ time: night, name: 'UpdateAssumeRolePolicy', source: 'iam' },
      request: { roleName: 'deploy', policyDocument: '{}' },
    });
    history.call(attacker, {
      ...{ time: night, name: 'UpdateSAMLProvider', source: 'iam' },
      request: { sAMLProviderArn: corp },
    });
    const questions = letInBy(history.events, look(history).credentials).map(
      ({ by, name }) => `${by} ${name}`,
    );
    expect(questions).toEqual(
      expect.arrayContaining([`role arn:aws:iam::${account}:role/deploy`, 'call AssumeRoleWithSAML']),
    );
  });
});

describe('what CloudTrail is asked of a door', () => {
  const asked = (history: History): string[] =>
    letInBy(history.events, look(history).credentials).map(({ by, name }) => `${by} ${name}`);

  it('is the making of the role’s sessions, and the lives of those that it names, the later ones all', () => {
    const questions = asked(scene(newDefinition).history);
    expect(questions).toContain(`role ${role}`);
    expect(questions).toEqual(expect.arrayContaining(['who b1', 'who b2']));
  });

  it('is what gave the task its role, where that was not read', () => {
    expect(asked(scene(newDefinition, false).history)).toContain('call RegisterTaskDefinition');
  });
});

import { describe, expect, it } from 'vitest';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { accessKeys } from '../../src/plays/iam/access-keys.js';
import { roleTrust } from '../../src/plays/iam/role-trust.js';
import type { Resource } from '../../src/model/resource.js';
import { lookAtField } from './field.js';
import { day, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci, ciLife } from './lives.js';

function look(history: History, more: Partial<Facts> = {}): Incident {
  return detect({
    events: history.events,
    inventory: [],
    plays: [],
    coverage: [],
    key: ci.key,
    account: null,
    compromisedAt: null,
    now: night + 3 * day,
    ...more,
  });
}

const classesOf = ({ launches }: Incident): string[] => launches.map((one) => one.class);

function keyOf(id: string): Resource {
  return {
    play: 'access-keys',
    type: 'access-key',
    id,
    region: 'global',
    state: 'Active',
    live: true,
    createdAt: null,
    tags: {},
    links: [],
    properties: { userName: 'ci' },
  };
}

/** The key makes another one for its user. */
function rotate(history: History, by: Caller, time: number): Caller {
  const key = 'AKIAROTATEDROTATED01';
  history.call(by, {
    time,
    name: 'CreateAccessKey',
    source: 'iam',
    response: { accessKey: { accessKeyId: key, userName: ci.user ?? '', status: 'Active' } },
  });
  return { ...by, key };
}

describe('rotation', () => {
  it('leaves the pipeline’s new key its life, and calls the outsider’s launches rogue', async () => {
    const incident = await lookAtField('self-rotation', 'AKIAFIELDKA000000000', {
      plays: [accessKeys],
      inventory: [keyOf('AKIAFIELDKB000000000')],
    });
    const by = (key: string): string[] =>
      incident.launches.filter(({ evidence }) => evidence.accessKeyId === key).map((one) => one.class);
    expect(by('AKIAFIELDKA000000000')).toEqual(['rogue', 'rogue', 'rogue']);
    expect(by('AKIAFIELDKB000000000')).toEqual(['own', 'own', 'own']);
    expect(incident.findings.map((one) => [one.resource.id, one.class])).toEqual([
      ['AKIAFIELDKB000000000', 'held'],
    ]);
  });

  it.each([
    ['its own place', ci, 'own'],
    ['another runner beside it', { ...ci, ip: '198.51.100.77' }, 'own'],
    ['a stranger’s place', attacker, 'rogue'],
    ['a stranger’s place, by the same tool', { ...ci, ip: attacker.ip }, 'rogue'],
  ])('takes the usual builds of a key made from %s for %s', (_place, maker, classed) => {
    const history = new History();
    ciLife(history, night - 20 * day, night);
    history.run(attacker, night, { type: 'p3.16xlarge', count: 40, region: 'eu-west-1' });
    const next = rotate(history, maker, night + hour);
    const image = `ami-ci-${Math.floor(night / (7 * day))}`;
    const build = {
      type: 'm5.large',
      count: 2,
      region: 'eu-west-1',
      image,
      tags: { team: 'build', fleet: 'ci' },
    };
    history.run({ ...ci, key: next.key }, night + 7 * hour, build);
    const made = look(history).launches.at(-1);
    expect(made?.evidence.accessKeyId).toBe(next.key);
    expect(made?.class).toBe(classed);
  });

  it('calls what the new key launches like nothing before rogue all the same', () => {
    const history = new History();
    ciLife(history, night - 20 * day, night);
    history.run(attacker, night, { type: 'p3.16xlarge', count: 40, region: 'eu-west-1' });
    const next = rotate(history, ci, night + hour);
    history.run({ ...attacker, key: next.key }, night + 2 * hour, {
      type: 'p3.16xlarge',
      count: 40,
      region: 'eu-west-2',
    });
    expect(look(history).launches.at(-1)?.class).toBe('rogue');
  });
});

describe('a secret scanner', () => {
  it('of the company’s own makes no suspect, and no beginning', async () => {
    const all = await lookAtField('own-secret-scanner', null);
    expect(all.suspects).toEqual([]);
    const named = await lookAtField('own-secret-scanner', 'AKIAFIELDGH000000000');
    expect(named.misuse.at).toBeNull();
    expect(new Set(classesOf(named))).toEqual(new Set(['own']));
  });

  const scanner = { ...ci, ip: '198.51.100.250', agent: 'TruffleHog' };
  const scan = (history: History, time: number, by: Caller = scanner): void => {
    history.call(by, { time, name: 'GetCallerIdentity', source: 'sts' });
  };

  it('of another rhythm makes none either, and a stranger who asks as it does is one', () => {
    for (const [step, by, begins] of [
      [3, scanner, false],
      [7, scanner, false],
      [3, { ...scanner, ip: attacker.ip }, true],
    ] as const) {
      const history = new History();
      ciLife(history, night - 28 * day, night);
      for (let n = step; n < 28; n += step) scan(history, night - n * day);
      scan(history, night, by);
      expect([step, by.ip, look(history).misuse.at !== null]).toEqual([step, by.ip, begins]);
    }
  });

  it('that asks once, or does more than ask, is a beginning', () => {
    for (const act of ['GetCallerIdentity', 'ListUsers']) {
      const history = new History();
      ciLife(history, night - 20 * day, night);
      if (act === 'ListUsers') for (let n = 1; n < 15; n += 1) scan(history, night - n * day);
      history.call(scanner, { time: night, name: act, source: act === 'ListUsers' ? 'iam' : 'sts' });
      expect(look(history).misuse.reasons.join()).toMatch(/leaked keys/);
    }
  });

  it('of the company’s own hides no misuse', () => {
    const history = new History();
    ciLife(history, night - 20 * day, night);
    for (let n = -2; n < 15; n += 1) scan(history, night - n * day - 4 * hour);
    history.run(attacker, night, { type: 'p3.16xlarge', count: 40, region: 'eu-west-1' });
    const incident = look(history);
    expect(incident.misuse.at).toBe(night);
    expect(classesOf(incident)).toContain('rogue');
  });
});

describe('who made the named key', () => {
  it.each([
    ['lambda-code-injection', 'AKIAFIELDFRICKNEW000', 'ASIAEVILLAMBDA000001 of role EC2-init-role'],
    ['passrole-function', 'AKIAFIELDDA000000000', 'ASIADOOREVIL00000097 of role app-admin'],
  ])('is told, and what a key of %s launches minutes later is rogue', async (file, key, maker) => {
    const incident = await lookAtField(file, key);
    expect(incident.notes.join()).toContain(`${key} was made by ${maker}`);
    expect(incident.notes.join()).toContain('contain it too');
    expect(classesOf(incident)).toEqual(['rogue']);
  });

  const admin = { key: 'AKIAADMINADMINADMIN1', user: 'admin', ip: '192.0.2.9', agent: 'aws-cli/2.15 Linux' };
  const made = (maker: Caller, madeBefore: boolean): Incident => {
    const history = new History();
    for (let n = 1; n < 30; n += 1) {
      history.call(admin, { time: night - n * day, name: 'DescribeInstances' });
      history.call(admin, { time: night - n * day, name: 'ListUsers', source: 'iam' });
    }
    const create = (by: Caller, time: number, key: string): void => {
      history.call(by, {
        time,
        name: 'CreateAccessKey',
        source: 'iam',
        request: { userName: 'job' },
        response: { accessKey: { accessKeyId: key, userName: 'job' } },
      });
    };
    if (madeBefore) create(admin, night - 14 * day, 'AKIAEARLIEREARLIER01');
    create(maker, night, 'AKIAJOBJOBJOBJOBJOB1');
    const job = { key: 'AKIAJOBJOBJOBJOBJOB1', user: 'job', ip: '192.0.2.77', agent: 'Boto3/1.34' };
    history.run(job, night + 10 * minute, { type: 'g5.xlarge', count: 2 });
    return look(history, { key: job.key });
  };

  it('says nothing against a key that an administrator made from where he works, or as before', () => {
    const stranger = { ...admin, ip: '203.0.113.66', agent: 'aws-cli/1.1 Windows' };
    expect(classesOf(made(admin, false))).toEqual(['held']);
    expect(classesOf(made(stranger, true))).toEqual(['held']);
    expect(classesOf(made(stranger, false))).toEqual(['rogue']);
    expect(made(admin, false).notes.join()).toContain('of user admin from 192.0.2.9');
    expect(made(admin, false).notes.join()).not.toContain('contain it too');
  });
});

describe('what is so young that CloudTrail may not know its maker yet', () => {
  const trust = (createdAt: number): Resource => ({
    ...keyOf('fresh'),
    play: 'role-trust',
    type: 'role trust',
    createdAt,
  });
  const made = (by: Caller | null): Incident => {
    const history = new History();
    ciLife(history, night - 20 * day, night);
    history.run(attacker, night, { type: 'p3.16xlarge', count: 40, region: 'us-west-1' });
    const at = night + hour;
    const call = { time: at, name: 'CreateRole', source: 'iam', request: { roleName: 'fresh' } };
    if (by !== null) history.call(by, call);
    return look(history, { plays: [roleTrust], inventory: [trust(at)], now: at + minute });
  };

  it('settles at once where its maker is known: a role’s trust is made with the role', () => {
    const colleague = { key: 'AKIACOLLEAGUE0000001', user: 'colleague', ip: '192.0.2.7', agent: 'Boto3' };
    expect(made(null).findings.map((one) => one.class)).toEqual(['settling']);
    expect(made(colleague).findings.map((one) => one.class)).toEqual(['not-tied']);
    expect(made(attacker).findings.map((one) => one.class)).not.toEqual(['not-tied']);
  });
});

describe('a strange address alone', () => {
  const terraform: Caller = { ...ci, agent: 'APN/1.0 HashiCorp/1.0 Terraform/1.9 (linux)' };
  const laptop: Caller = {
    ...terraform,
    ip: '203.0.113.5',
    agent: 'APN/1.0 HashiCorp/1.0 Terraform/1.9 (darwin)',
  };
  const life = (): History => {
    const history = new History();
    for (let n = 1; n < 40; n += 1) {
      const time = night - n * day;
      history.call(terraform, { time, name: 'DescribeInstances' });
      history.call(terraform, { time, name: 'CreateTags' });
      history.run(terraform, time + minute, { type: 'm5.large', count: 2 });
    }
    return history;
  };

  it('with the key’s usual acts, types and sizes is held, and nothing is called rogue', () => {
    const history = life();
    history.call(laptop, { time: night, name: 'DescribeInstances' });
    for (let n = 0; n < 3; n += 1) history.run(laptop, night + n * 2 * hour, { type: 'm5.large', count: 2 });
    history.run(laptop, night + 7 * hour, { type: 'm5.large', count: 1, image: 'ami-other' });
    const incident = look(history);
    expect(classesOf(incident).filter((one) => one !== 'own')).toEqual(['held', 'held', 'held', 'held']);
    expect(incident.launches.at(-1)?.reasons.join()).toMatch(/where it came from/);
  });

  it('with another type, region or number is rogue', () => {
    for (const options of [
      { type: 'p3.16xlarge' },
      { type: 'm5.large', region: 'eu-north-1' },
      { type: 'm5.large', count: 30 },
    ]) {
      const history = life();
      history.call(laptop, { time: night, name: 'DescribeInstances' });
      history.run(laptop, night + minute, options);
      expect(classesOf(look(history)).at(-1)).toBe('rogue');
    }
  });
});

describe('a stolen session of an instance', () => {
  const at = (key: string, ip: string): Caller => ({
    key,
    role: 'web',
    session: 'i-0aaaabbbb',
    ip,
    agent: 'Boto3/1.34 linux',
  });
  const key = 'ASIASTOLENSTOLEN0001';
  const stolen = (stranger: boolean): Incident => {
    const history = new History();
    for (let n = 1; n < 20; n += 1) {
      const session = at(history.keyId(), '18.200.0.4');
      history.call(session, { time: night - n * day, name: 'DescribeInstances' });
    }
    for (let n = 0; n < 6; n += 1)
      history.call(at(key, '18.200.0.4'), { time: night + n * hour, name: 'PutParameter', source: 'ssm' });
    if (stranger) {
      history.call(at(key, '203.0.113.9'), { time: night + 90 * minute, name: 'ListUsers', source: 'iam' });
      history.call(at(key, '203.0.113.9'), { time: night + 91 * minute, name: 'CreateUser', source: 'iam' });
    }
    return look(history, { key });
  };

  it('is misused from the stranger’s first call on, and what the instance does is no deed', () => {
    const incident = stolen(true);
    expect(incident.misuse.at).toBe(night + 90 * minute);
    expect(incident.misuse.reasons.join()).toMatch(/203\.0\.113\.9, where i-0aaaabbbb never called from/);
    expect(incident.deeds.map(({ evidence }) => evidence.name)).toEqual(['ListUsers', 'CreateUser']);
  });

  it('that nobody used elsewhere has no deeds', () => {
    expect(stolen(false).deeds.map(({ evidence }) => evidence.name)).toEqual([]);
  });
});

describe('a key that slept', () => {
  const sleeper: Caller = {
    key: 'AKIASLEEPERSLEEPER01',
    user: 'sleeper',
    ip: '203.0.113.8',
    agent: 'aws-cli',
  };
  const colleague: Caller = {
    key: 'AKIACOLLEAGUE0000001',
    user: 'colleague',
    ip: '192.0.2.7',
    agent: 'Boto3',
  };
  const woken = (
    types: [string, string][],
    more: Partial<Facts> = {},
    status: 'complete' | 'truncated' = 'complete',
  ): string[] => {
    const history = new History();
    for (let n = 1; n < 80; n += 5) history.run(colleague, night - n * day, { type: 'm5.large' });
    types.forEach(([type, region], n) =>
      history.run(sleeper, night + n * minute, { type, region, count: 2 }),
    );
    const trail = {
      subject: 'trail',
      status,
      count: 1,
      detail: null,
      from: night - 90 * day,
      to: night + day,
    };
    const coverage = ['us-east-1', 'us-west-2'].map((region) => ({ ...trail, region }));
    return classesOf(look(history, { key: sleeper.key, coverage, ...more }));
  };

  it('and launches what nobody in the account does is rogue', () => {
    expect(
      woken([
        ['p4d.24xlarge', 'us-east-1'],
        ['p4d.24xlarge', 'us-west-2'],
      ]),
    ).toEqual(['rogue', 'rogue']);
  });

  it('and launches what the account launches anyway is held, as a quarterly job is', () => {
    expect(woken([['m5.large', 'us-east-1']])).toEqual(['held']);
  });

  it('is rogue where the person says since when, and nothing like it was launched by its user or from there', () => {
    expect(woken([['m5.large', 'us-east-1']], { compromisedAt: night - minute })).toEqual(['rogue']);
  });

  it('is held where the trail has gaps, or is shorter than a month', () => {
    const launches: [string, string][] = [['p4d.24xlarge', 'us-east-1']];
    expect(woken(launches, {}, 'truncated')).toEqual(['held']);
    const made = { ...keyOf(sleeper.key), createdAt: night - 3 * day };
    expect(woken(launches, { inventory: [made] })).toEqual(['held']);
  });
});

describe('a team that trains elsewhere, where its own region has no capacity', () => {
  const ml: Caller = { key: 'AKIAMLMLMLMLMLML0001', user: 'ml', ip: '192.0.2.50', agent: 'Boto3/1.34 linux' };
  const training = (by: Caller, error: string): Incident => {
    const history = new History();
    for (let n = 1; n < 40; n += 1) {
      history.call(ml, { time: night - n * day, name: 'DescribeInstances' });
      history.call(ml, { time: night - n * day, name: 'DescribeImages' });
      history.run(ml, night - n * day + minute, { type: 'g5.12xlarge', count: 2 });
    }
    const type = 'p4d.24xlarge';
    for (let n = 0; n < 4; n += 1) history.run(by, night + n * minute, { type, count: 2, error });
    history.run(by, night + 12 * minute, { type, count: 4, region: 'us-west-2', image: 'ami-west' });
    return look(history, { key: null });
  };

  it('is no suspect from where it works, and is one from elsewhere, or without the right', () => {
    const capacity = 'Server.InsufficientInstanceCapacity';
    const stranger = { ...ml, ip: '203.0.113.9' };
    expect(training(ml, capacity).suspects).toEqual([]);
    expect(training(stranger, capacity).suspects).toHaveLength(1);
    expect(training(ml, 'Client.UnauthorizedOperation').suspects).toHaveLength(1);
  });
});

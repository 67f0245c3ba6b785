import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import table from '../../src/facts/events-of-interest.json' with { type: 'json' };
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { day, History, hour, minute, night } from './history.js';
import { attacker, ci, ciLife } from './lives.js';

const now = night + 3 * hour;

function look(history: History, more: Partial<Facts> = {}): Incident {
  return detect({
    events: history.events,
    inventory: [],
    plays: [],
    coverage: [],
    key: ci.key,
    account: null,
    compromisedAt: night - minute,
    now,
    ...more,
  });
}

const idsOf = (incident: Incident): string[] => incident.credentials.map(({ id }) => id);
const bob = { key: 'AKIABOBBOBBOBBOBB001', user: 'bob', ip: '192.0.2.8', agent: 'Boto3/1.34' };

describe('what a tainted call ties, and what it does not', () => {
  it('ties no user of IAM to a user of the same name that another service was given', () => {
    const history = new History();
    history.call(attacker, {
      time: night,
      name: 'CreateUser',
      source: 'transfer',
      request: { userName: 'bob' },
    });
    history.call(bob, { time: night + hour, name: 'DescribeInstances' });
    expect(idsOf(look(history))).toEqual([ci.key]);
    history.call(attacker, { time: night, name: 'CreateUser', source: 'iam', request: { userName: 'bob' } });
    expect(idsOf(look(history))).toEqual([ci.key, bob.key]);
  });

  it('ties the sessions of an Identity Center user that the misuse made, and nobody else’s of that role', () => {
    const history = new History();
    const role = 'AWSReservedSSO_Admin_0123456789abcdef';
    const signIn = (name: string, time: number): string => {
      const key = history.keyId();
      const record = history.call(bob, {
        time,
        name: 'AssumeRoleWithSAML',
        source: 'sts',
        request: {
          roleArn: `arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/${role}`,
          roleSessionName: name,
        },
        response: { credentials: { accessKeyId: key } },
      });
      record.userIdentity = { type: 'SAMLUser', principalId: `x:${name}`, userName: name };
      return key;
    };
    const before = signIn('mallory', night - day);
    history.call(attacker, {
      time: night,
      name: 'CreateUser',
      source: 'identitystore',
      request: { userName: 'mallory' },
    });
    const after = signIn('mallory', night + hour);
    const other = signIn('alice', night + hour);
    const tied = idsOf(look(history));
    expect(tied).toContain(after);
    expect(tied).not.toContain(before);
    expect(tied).not.toContain(other);
  });

  it('lists what a key did where the trail is too short to know what is normal for it', () => {
    const history = new History();
    history.call(ci, { time: night, name: 'GetParameters', source: 'ssm', request: { names: ['/db'] } });
    const session = history.assume(ci, night + minute, 'deploy');
    const incident = look(history, { compromisedAt: null });
    expect(incident.misuse).toMatchObject({ at: night, source: 'estimated', confidence: 'uncertain' });
    expect(idsOf(incident)).toEqual([ci.key, session.key]);
  });
});

describe('a launch that names a template only', () => {
  const template = (history: History): void => {
    const data = (type: string): object => ({ LaunchTemplateData: { InstanceType: type } });
    history.call(attacker, {
      time: night,
      name: 'CreateLaunchTemplate',
      request: { CreateLaunchTemplateRequest: { LaunchTemplateName: 'lt', ...data('t3.micro') } },
      response: {
        CreateLaunchTemplateResponse: {
          launchTemplate: { launchTemplateId: 'lt-1', launchTemplateName: 'lt' },
        },
      },
    });
    history.call(attacker, {
      time: night + minute,
      name: 'CreateLaunchTemplateVersion',
      request: { CreateLaunchTemplateVersionRequest: { LaunchTemplateId: 'lt-1', ...data('p3.16xlarge') } },
      response: {
        CreateLaunchTemplateVersionResponse: {
          launchTemplateVersion: { launchTemplateId: 'lt-1', versionNumber: 2 },
        },
      },
    });
  };
  const launch = (history: History, version: string | null, time = night + hour): void => {
    const launchTemplate = { launchTemplateName: 'lt', ...(version === null ? {} : { version }) };
    history.call(attacker, {
      time,
      name: 'RunInstances',
      error: 'Client.VcpuLimitExceeded',
      request: { launchTemplate, instancesSet: { items: [{ minCount: 1, maxCount: 8 }] } },
    });
  };

  it.each([
    ['2', ['p3.16xlarge'], true],
    ['$Latest', ['p3.16xlarge'], true],
    ['1', ['t3.micro'], false],
    [null, ['t3.micro'], false],
  ])('has the type of its version: %s', (version, types, accelerator) => {
    const history = new History();
    template(history);
    launch(history, version);
    expect(look(history).launches).toMatchObject([{ instanceTypes: types, accelerator, asked: 8 }]);
  });

  it('has the default version’s, once that was changed', () => {
    const history = new History();
    template(history);
    history.call(attacker, {
      time: night + 2 * minute,
      name: 'ModifyLaunchTemplate',
      request: { ModifyLaunchTemplateRequest: { LaunchTemplateId: 'lt-1', SetDefaultVersion: '2' } },
    });
    launch(history, '$Default');
    launch(history, '$Default', night + 90_000);
    expect(look(history).launches.map(({ instanceTypes }) => instanceTypes)).toEqual([
      ['t3.micro'],
      ['p3.16xlarge'],
    ]);
  });

  it('tells of a group what it is for', () => {
    const history = new History();
    template(history);
    history.call(attacker, {
      time: night + hour,
      name: 'CreateAutoScalingGroup',
      source: 'autoscaling',
      request: {
        autoScalingGroupName: 'g',
        maxSize: 99,
        launchTemplate: { launchTemplateId: 'lt-1', version: '$Latest' },
      },
    });
    expect(look(history).launches).toMatchObject([
      { instanceTypes: ['p3.16xlarge'], accelerator: true, asked: 99 },
    ]);
  });
});

describe('cost', () => {
  const burning = (region = 'us-east-1', terminated = true): History => {
    const history = new History();
    ciLife(history, night - 9 * day, night);
    const ids = history.run(attacker, night, { type: 'p3.16xlarge', count: 2, region, protection: true });
    history.instances.length = 0;
    if (terminated) {
      history.call(ci, {
        time: night + hour,
        name: 'TerminateInstances',
        region,
        request: { instancesSet: { items: ids.map((instanceId) => ({ instanceId })) } },
      });
    }
    return history;
  };

  it('counts what the inventory has no more, from launch to termination', () => {
    const { cost } = look(burning());
    expect(cost.usdPerHour).toBe(0);
    expect(cost.usdSoFar).toBeCloseTo(2 * 24.48, 1);
  });

  it('takes for running what trail files alone show launched and not ended', () => {
    const offline = {
      subject: 'inventory',
      region: 'global',
      status: 'failed' as const,
      count: 0,
      detail: null,
    };
    const history = burning('us-east-1', false);
    history.call(ci, { time: night + 2 * hour, name: 'DescribeInstances' });
    const { cost } = look(history, { coverage: [offline], now: night + 999 * day });
    expect(cost.usdPerHour).toBeCloseTo(2 * 24.48, 1);
    // Up to the trail's end: what came after it is not known.
    expect(cost.usdSoFar).toBeCloseTo(2 * 2 * 24.48, 1);
  });

  it('counts for the least that AWS bills what is gone, where nothing tells its end', () => {
    const { cost } = look(burning('us-east-1', false));
    expect(cost).toMatchObject({ usdPerHour: 0, usdSoFar: 0.82, unknownEnds: 2, unknownInstances: 0 });
  });

  it('says whose prices it does not know', () => {
    expect(look(burning('xx-nowhere-1')).cost.source).toMatch(/no prices of xx-nowhere-1/);
    expect(look(burning()).cost.source).not.toMatch(/no prices/);
  });
});

describe('events of interest', () => {
  const rows = table.events;

  it.each(['worked', 'denied', 'dry-run'] as const)(
    'are listed, every one of them, where they %s',
    (result) => {
      const history = new History();
      const error = { worked: undefined, denied: 'AccessDenied', 'dry-run': 'Client.DryRunOperation' }[
        result
      ];
      rows.forEach(({ source, name }, index) => {
        history.call(attacker, {
          time: night + index * minute,
          name,
          source: source.replace('.amazonaws.com', ''),
          ...(error === undefined ? {} : { error }),
        });
      });
      const { deeds, launches } = look(history, { now: night + day });
      const told = new Set(
        [...deeds, ...launches]
          .filter((deed) => deed.result === result)
          .map(({ evidence }) => `${evidence.source}|${evidence.name}`),
      );
      expect(rows.map(({ source, name }) => `${source}|${name}`).filter((act) => !told.has(act))).toEqual([]);
      expect(rows.length).toBeGreaterThan(200);
    },
  );

  it('name where they come from', async () => {
    const text = await readFile(new URL('../../src/facts/events-of-interest.json', import.meta.url), 'utf8');
    expect(text).toMatch(/TrailDiscover.*CC BY 4.0/);
  });
});

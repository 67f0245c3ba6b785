import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/coverage.js';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Finding, Incident } from '../../src/model/incident.js';
import type { JsonObject } from '../../src/model/json.js';
import { plays } from '../../src/plays/index.js';
import type { Resource } from '../../src/model/resource.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci } from './lives.js';

const now = night + 3 * hour;
const ops: Caller = {
  key: 'AKIAOPSOPSOPSOPS0001',
  user: 'ops',
  ip: '192.0.2.20',
  agent: 'aws-cli/2.1 Linux',
};
const web: Caller = {
  key: 'AKIAWEBWEBWEBWEB0001',
  user: 'web',
  ip: '192.0.2.30',
  agent: 'aws-cli/2.1 Linux',
};
const coverage: Cell[] = [
  {
    subject: 'trail',
    region: 'us-east-1',
    status: 'complete',
    count: 1,
    detail: null,
    from: night - 90 * day,
    to: now,
  },
];

/** The misused key's acts in IAM, and what others did before and after. */
class Account {
  readonly history = new History();
  readonly inventory: Resource[] = [];

  call(
    by: Caller,
    time: number,
    name: string,
    request: JsonObject,
    more: { source?: string; error?: string } = {},
  ): this {
    this.history.call(by, { time, name, source: 'iam', request, ...more });
    return this;
  }

  has(play: string, id: string, more: Partial<Resource> = {}): this {
    this.inventory.push({
      play,
      type: 'thing',
      id,
      region: 'global',
      state: 'there',
      live: true,
      createdAt: null,
      tags: {},
      links: [],
      properties: {},
      ...more,
    });
    return this;
  }

  look(more: Partial<Facts> = {}): Incident {
    // Its own life, long before: what comes after the given time is the incident.
    this.history.call(ci, { time: night - 20 * day, name: 'DescribeInstances' });
    return detect({
      events: this.history.events,
      inventory: this.inventory,
      plays,
      coverage,
      key: ci.key,
      account,
      compromisedAt: night,
      now,
      ...more,
    });
  }
}

function found({ findings }: Incident, id: string): Finding {
  const one = findings.find(({ resource }) => resource.id === id);
  if (one === undefined) throw new Error(`no finding for ${id}`);
  return one;
}

describe('a key that the incident called Active', () => {
  const status = (value: string) => ({ userName: 'web', accessKeyId: web.key, status: value });
  const woken = (): Account =>
    new Account()
      .has('access-keys', web.key, { state: 'Active', properties: { userName: 'web' } })
      .call(attacker, night + minute, 'UpdateAccessKey', status('Active'));

  it('and that its owner used before is left on, and it is told', () => {
    const incident = woken()
      .call(web, night - hour, 'ListBuckets', {}, { source: 's3' })
      .look();
    expect(found(incident, web.key)).toMatchObject({ class: 'not-tied' });
    expect(found(incident, web.key).reasons[0]).toMatch(/changed nothing: used for ListBuckets/);
    expect(incident.notes.join()).toContain(`${web.key} is left alone`);
  });

  it('and whose use was refused was on too: AWS knew who called', () => {
    const incident = woken()
      .call(web, night - hour, 'ListUsers', {}, { error: 'AccessDenied' })
      .look();
    expect(found(incident, web.key).class).toBe('not-tied');
  });

  it('and that nobody used before slept: it is put off again', () => {
    const incident = woken()
      .call(web, night + 5 * minute, 'ListUsers', {})
      .look();
    expect(found(incident, web.key)).toMatchObject({ class: 'tampered', before: { Status: 'Inactive' } });
  });

  it('and that was used, and put off by its people since, slept', () => {
    const incident = woken()
      .call(web, night - 5 * day, 'ListUsers', {})
      .call(ops, night - 4 * day, 'UpdateAccessKey', status('Inactive'))
      .look();
    expect(found(incident, web.key).class).toBe('tampered');
  });

  it('after the incident had switched it off itself was on', () => {
    const incident = woken()
      .call(web, night - hour, 'ListUsers', {})
      .call(attacker, night + 30_000, 'UpdateAccessKey', status('Inactive'))
      .look();
    expect(found(incident, web.key).class).toBe('not-tied');
  });

  it('was on where IAM saw it used within what was read of the trail, and slept where longer ago', () => {
    const look = (lastUsedAt: number): string => {
      const one = woken();
      Object.assign(one.inventory[0]?.properties ?? {}, { lastUsedAt });
      return found(one.look({ readSince: new Map([['UpdateAccessKey', night - 80 * day]]) }), web.key).class;
    };
    expect(look(night - 2 * day)).toBe('not-tied');
    expect(look(night - 200 * day)).toBe('tampered');
    // The attacker's own use, after the call, shows nothing.
    expect(look(night + hour)).toBe('tampered');
  });
});

const policy = (action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** The three that IAM takes again where they stand already, and what takes each away. */
const grants = [
  {
    name: 'AttachUserPolicy',
    off: 'DetachUserPolicy',
    request: { userName: 'web', policyArn: admin },
    id: `User|web|attached|${admin}`,
    properties: { holder: 'User', name: 'web', kind: 'attached', what: admin },
  },
  {
    name: 'AttachRolePolicy',
    off: 'DetachRolePolicy',
    request: { roleName: 'deploy', policyArn: admin },
    id: `Role|deploy|attached|${admin}`,
    properties: { holder: 'Role', name: 'deploy', kind: 'attached', what: admin },
  },
  {
    name: 'AttachGroupPolicy',
    off: 'DetachGroupPolicy',
    request: { groupName: 'responders', policyArn: admin },
    id: `Group|responders|attached|${admin}`,
    properties: { holder: 'Group', name: 'responders', kind: 'attached', what: admin },
  },
  {
    name: 'AddUserToGroup',
    off: 'RemoveUserFromGroup',
    request: { groupName: 'responders', userName: 'web' },
    id: 'Group|responders|member|web',
    properties: { holder: 'Group', name: 'responders', kind: 'member', what: 'web' },
  },
  {
    name: 'PutUserPolicy',
    off: 'DeleteUserPolicy',
    request: { userName: 'web', policyName: 'work', policyDocument: policy('s3:*') },
    id: 'User|web|inline|work',
    properties: { holder: 'User', name: 'web', kind: 'inline', what: 'work', document: policy('s3:*') },
  },
  {
    name: 'PutRolePolicy',
    off: 'DeleteRolePolicy',
    request: { roleName: 'deploy', policyName: 'work', policyDocument: policy('s3:*') },
    id: 'Role|deploy|inline|work',
    properties: { holder: 'Role', name: 'deploy', kind: 'inline', what: 'work', document: policy('s3:*') },
  },
];

describe.each(grants)('$name by the incident on an innocent', ({ name, off, request, id, properties }) => {
  const granted = (more: JsonObject = {}): Account =>
    new Account()
      .has('iam-grants', id, { properties: { ...properties, ...more } })
      .call(attacker, night + minute, name, request);

  it('of what was granted before changes nothing: left alone, and told', () => {
    const incident = granted()
      .call(ops, night - 5 * day, name, request)
      .look();
    expect(found(incident, id)).toMatchObject({ class: 'not-tied' });
    expect(incident.notes.join()).toMatch(/is left alone: .* changed nothing/);
  });

  it('of what its people had taken away goes back', () => {
    const incident = granted()
      .call(ops, night - 6 * day, name, request)
      .call(ops, night - 5 * day, off, request)
      .look();
    expect(found(incident, id)).toMatchObject({ class: 'rogue', before: null });
  });

  it('goes back where the whole life of its principal was read, and nobody granted it', () => {
    const young = { holderSince: night - 30 * day };
    const readSince = new Map([[name, night - 80 * day]]);
    expect(found(granted(young).look({ readSince }), id).class).toBe('rogue');
    expect(found(granted({ holderSince: night - 300 * day }).look({ readSince }), id).class).toBe('held');
    expect(found(granted(young).look({ readSince: new Map() }), id).class).toBe('held');
  });

  it('is held where nothing shows how it was, with both readings and the way to take it back', () => {
    const { class: judged, reasons } = found(granted().look(), id);
    expect(judged).toBe('held');
    expect(reasons[0]).toContain(`may have been so before; if not, the attacker gave it: --include '${id}'`);
    expect(found(granted().look({ include: [id] }), id).class).toBe('rogue');
  });
});

describe('a grant of which nothing shows whether it stood before', () => {
  const [attach] = grants;
  const { name, request, id, properties } = attach as (typeof grants)[number];
  const granted = (): Account =>
    new Account().has('iam-grants', id, { properties }).call(attacker, night + minute, name, request);
  const second = 'AKIAWEBWEBWEBWEB0002';
  const withKey = (): Account =>
    granted().call(attacker, night + 2 * minute, 'CreateAccessKey', { userName: 'web' });

  it('goes back to what it was by the word of a call that was refused before, and let through after', () => {
    const incident = granted()
      .call(web, night - hour, 'ListRoles', {}, { error: 'AccessDenied' })
      .call(web, night + hour, 'ListRoles', {})
      .look();
    expect(found(incident, id).class).toBe('rogue');
  });

  it('goes back where the incident made the policy itself', () => {
    const own = `arn:aws:iam::${account}:policy/own`;
    const account_ = new Account()
      .has('iam-grants', 'own', { id: `User|web|attached|${own}`, properties: { ...properties, what: own } })
      .call(attacker, night + minute, 'AttachUserPolicy', { userName: 'web', policyArn: own });
    account_.history.call(attacker, {
      time: night,
      name: 'CreatePolicy',
      source: 'iam',
      response: { policy: { arn: own } },
    });
    expect(found(account_.look(), `User|web|attached|${own}`).class).toBe('rogue');
  });

  it('is held while the key that the incident put on its user is contained with it', () => {
    const one = withKey().has('access-keys', second, { properties: { userName: 'web' } });
    one.history.records.at(-1)!.responseElements = { accessKey: { accessKeyId: second, userName: 'web' } };
    const incident = one.look();
    expect(found(incident, second).class).toBe('rogue');
    expect(found(incident, id).class).toBe('held');
  });

  it('goes back where a way of the incident into its user is open, or could not be read', () => {
    const neighbour = granted().call(
      { ...web, ip: attacker.ip, agent: attacker.agent },
      night + hour,
      'ListRoles',
      {},
    );
    const open = found(neighbour.look(), id);
    expect(open.class).toBe('rogue');
    expect(open.reasons[0]).toMatch(/a way of the incident into user web is open: AKIAWEB/);
    const denied: Cell = {
      subject: 'access-keys',
      region: 'global',
      status: 'denied',
      count: 0,
      detail: 'no',
    };
    expect(found(granted().look({ coverage: [...coverage, denied] }), id).class).toBe('rogue');
  });
});

describe('a policy that the incident put over another', () => {
  const id = 'User|web|inline|work';
  const put = (action: string) => ({ userName: 'web', policyName: 'work', policyDocument: policy(action) });

  it('goes back to what its people had put, and to nothing where they had deleted it', () => {
    const one = (): Account =>
      new Account()
        .has('iam-grants', id, {
          properties: { holder: 'User', name: 'web', kind: 'inline', what: 'work', document: policy('*') },
        })
        .call(ops, night - 5 * day, 'PutUserPolicy', put('s3:*'))
        .call(attacker, night + minute, 'PutUserPolicy', put('*'));
    expect(found(one().look(), id)).toMatchObject({ class: 'tampered', before: policy('s3:*') });
    const deleted = one().call(ops, night - 4 * day, 'DeleteUserPolicy', put('s3:*'));
    expect(found(deleted.look(), id)).toMatchObject({ class: 'rogue', before: null });
  });
});

describe('an EventBridge rule', () => {
  const rule = { name: 'nightly', scheduleExpression: 'rate(1 day)' };
  const running = (): Account =>
    new Account().has('eventbridge-rules', 'default/nightly', { region: 'us-east-1', state: 'ENABLED' });
  const source = { source: 'events' };
  const classOf = (one: Account): string => found(one.look(), 'default/nightly').class;

  it('that ran already when the incident enabled or put it runs on', () => {
    for (const [name, request] of [
      ['EnableRule', { name: 'nightly' }],
      ['PutRule', rule],
    ] as const) {
      const one = running()
        .call(ops, night - 9 * day, 'PutRule', rule, source)
        .call(attacker, night + minute, name, request, source);
      expect(classOf(one)).toBe('not-tied');
    }
  });

  it('that its people had disabled is disabled again', () => {
    for (const [name, request] of [
      ['EnableRule', { name: 'nightly' }],
      ['PutRule', rule],
    ] as const) {
      const one = running()
        .call(ops, night - 9 * day, 'PutRule', rule, source)
        .call(ops, night - 8 * day, 'DisableRule', { name: 'nightly' }, source)
        .call(attacker, night + minute, name, request, source);
      const finding = found(one.look(), 'default/nightly');
      const play = plays.find(({ id }) => id === 'eventbridge-rules');
      expect(play?.contain(finding, {} as never).map(({ operation }) => operation)).toEqual(['DisableRule']);
    }
  });

  it('of which nobody knows whether it ran is held', () => {
    expect(classOf(running().call(attacker, night + minute, 'EnableRule', { name: 'nightly' }, source))).toBe(
      'held',
    );
  });

  it('that ran on another schedule is never disabled: its owner alone can put it back', () => {
    const one = running()
      .call(ops, night - 9 * day, 'PutRule', rule, source)
      .call(attacker, night + minute, 'PutRule', { ...rule, scheduleExpression: 'rate(5 minutes)' }, source);
    const finding = found(one.look(), 'default/nightly');
    const play = plays.find(({ id }) => id === 'eventbridge-rules');
    expect(finding.class).toBe('tampered');
    expect(play?.contain(finding, {} as never)).toEqual([]);
  });

  it('that starts a function of the incident is the incident’s', () => {
    const arn = `arn:aws:lambda:us-east-1:${account}:function:miner`;
    const one = running()
      .call(attacker, night, 'CreateFunction20150331', { functionName: 'miner' }, { source: 'lambda' })
      .call(attacker, night + minute, 'PutRule', rule, source)
      .call(attacker, night + minute, 'PutTargets', { rule: 'nightly', targets: [{ id: '1', arn }] }, source);
    expect(classOf(one)).toBe('rogue');
  });
});

describe('an Auto Scaling group of others', () => {
  const source = { source: 'autoscaling' };
  const sized = (desiredCapacity: number, maxSize = 8) => ({
    autoScalingGroupName: 'web',
    minSize: 2,
    maxSize,
    desiredCapacity,
  });
  const after = (set: JsonObject): Finding => {
    const one = new Account()
      .has('auto-scaling-groups', 'web', { region: 'us-east-1' })
      .call(ops, night - 9 * day, 'UpdateAutoScalingGroup', sized(4), source)
      .call(attacker, night + minute, 'UpdateAutoScalingGroup', set, source);
    return found(one.look(), 'web');
  };

  it('that the incident gave the sizes that it had is left alone', () => {
    expect(after(sized(4)).class).toBe('not-tied');
  });

  it('that the incident made larger gets its sizes back', () => {
    expect(after(sized(30, 200))).toMatchObject({
      class: 'tampered',
      before: { MaxSize: 8, DesiredCapacity: 4 },
    });
  });

  it('of which only the desired size differs is held: alarms move it too', () => {
    expect(after(sized(6)).class).toBe('held');
  });
});

describe('instances of others that the incident attached to its own group', () => {
  it('are no part of it, whoever launched them and however long ago', () => {
    const one = new Account();
    const created = night - 200 * day;
    const links = [{ kind: 'auto-scaling-group' as const, id: 'miners' }];
    const more = { region: 'us-east-1', type: 'instance', links };
    one
      .has('ec2-instances', 'i-0old', { ...more, createdAt: created })
      .has('ec2-instances', 'i-0restarted', { ...more, createdAt: night + 2 * minute })
      .has('ec2-instances', 'i-0launched', { ...more, createdAt: night + 3 * minute })
      .has('auto-scaling-groups', 'miners', { region: 'us-east-1', createdAt: night + minute })
      .call(
        attacker,
        night + minute,
        'CreateAutoScalingGroup',
        { autoScalingGroupName: 'miners', minSize: 0, maxSize: 80, desiredCapacity: 80 },
        { source: 'autoscaling' },
      )
      .call(
        attacker,
        night + 2 * minute,
        'AttachInstances',
        { autoScalingGroupName: 'miners', instanceIds: ['i-0old', 'i-0restarted'] },
        { source: 'autoscaling' },
      );
    const incident = one.look();
    expect(found(incident, 'miners').class).toBe('rogue');
    expect(found(incident, 'i-0old').class).toBe('not-tied');
    expect(found(incident, 'i-0restarted').class).toBe('not-tied');
    expect(found(incident, 'i-0launched').class).toBe('rogue');
  });
});

describe('other switches of innocents', () => {
  it('mail sending that was on stays on, and is held where nobody knows; what was off goes off', () => {
    const source = { source: 'ses' };
    const set = (sendingEnabled: boolean) => ({ sendingEnabled });
    const after = (...earlier: boolean[]): Finding => {
      const one = new Account()
        .has('ses-sending', 'account', { region: 'us-east-1' })
        .call(attacker, night + minute, 'PutAccountSendingAttributes', set(true), source);
      for (const [index, on] of earlier.entries())
        one.call(ops, night - (9 - index) * day, 'PutAccountSendingAttributes', set(on), source);
      return found(one.look(), 'account');
    };
    expect(after(true).class).toBe('not-tied');
    expect(after().class).toBe('held');
    expect(after(true, false)).toMatchObject({ class: 'tampered', before: { SendingEnabled: false } });
  });

  it('a trail that its people had stopped stays stopped; any other is started again', () => {
    const stop = { name: 'audit' };
    const one = (): Account =>
      new Account()
        .has('trails', 'audit', { region: 'us-east-1' })
        .call(attacker, night + minute, 'StopLogging', stop, { source: 'cloudtrail' });
    const stopped = one().call(ops, night - 9 * day, 'StopLogging', stop, { source: 'cloudtrail' });
    expect(found(stopped.look(), 'audit').class).toBe('not-tied');
    expect(found(one().look(), 'audit')).toMatchObject({ class: 'tampered', before: { logging: true } });
  });

  it('a trust anchor that somebody came in by before stays on; one that nobody used is closed', () => {
    const id = 'e1d6f5c0-0000-4000-8000-000000000001';
    const one = (): Account =>
      new Account()
        .has('roles-anywhere', id, { region: 'us-east-1', type: 'trust anchor' })
        .call(
          attacker,
          night + minute,
          'EnableTrustAnchor',
          { trustAnchorId: id },
          { source: 'rolesanywhere' },
        );
    expect(found(one().look(), id)).toMatchObject({ class: 'tampered', before: { enabled: false } });
    const used = one();
    used.history.call(ops, {
      time: night - day,
      name: 'CreateSession',
      source: 'rolesanywhere',
      request: { trustAnchorArn: `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/${id}` },
      response: { credentialSet: [{ credentials: { accessKeyId: 'ASIAANYWHERE00000001' } }] },
    });
    expect(found(used.look(), id).class).toBe('not-tied');
  });

  it('a policy’s default version that was the default stays, and another goes back to what it was', () => {
    const policyArn = `arn:aws:iam::${account}:policy/tools`;
    const versions = ['v1', 'v2', 'v3'].map((id, index) => ({ id, createdAt: night - (30 - index) * day }));
    const set = (versionId: string) => ({ policyArn, versionId });
    const after = (versionId: string, include: string[] = []): Finding => {
      const one = new Account()
        .has('managed-policies', policyArn, { properties: { defaultVersion: versionId, versions } })
        .call(ops, night - 20 * day, 'SetDefaultPolicyVersion', set('v2'))
        .call(attacker, night + minute, 'SetDefaultPolicyVersion', set(versionId));
      return found(one.look({ include }), policyArn);
    };
    const play = plays.find(({ id }) => id === 'managed-policies');
    const context = { options: { evict: 'disable' } } as never;
    expect(after('v2').class).toBe('not-tied');
    expect(play?.contain(after('v3'), context).map(({ input }) => input)).toEqual([
      { PolicyArn: policyArn, VersionId: 'v2' },
    ]);
  });

  it('that a person includes are put back, and never removed', () => {
    const policyArn = `arn:aws:iam::${account}:policy/tools`;
    const one = new Account()
      .has('managed-policies', policyArn, { properties: { defaultVersion: 'v1', versions: [] } })
      .call(attacker, night + minute, 'SetDefaultPolicyVersion', { policyArn, versionId: 'v1' });
    expect(found(one.look(), policyArn).class).toBe('held');
    expect(found(one.look({ include: [policyArn] }), policyArn).class).toBe('tampered');
  });
});

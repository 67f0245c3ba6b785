import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/coverage.js';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Finding, Incident } from '../../src/model/incident.js';
import { traceUp } from '../../src/detect/credentials/trace-up.js';
import { plays } from '../../src/plays/index.js';
import type { Resource } from '../../src/model/resource.js';
import {
  account,
  day,
  History,
  hour,
  instance,
  minute,
  night,
  randomOf,
  regions,
  type Caller,
} from './history.js';
import { attacker, ci, ciLife, massLaunch } from './lives.js';

const now = night + 3 * hour;
const ops: Caller = {
  key: 'AKIAOPSOPSOPSOPS0001',
  user: 'ops',
  ip: '192.0.2.20',
  agent: 'aws-cli/2.1 Linux',
};

/** Three weeks of the key's life, and an attack that nobody can mistake. */
function attacked(): History {
  const history = new History(randomOf(11));
  ciLife(history, night - 21 * day, now);
  massLaunch(history, { types: ['c5.24xlarge'], perRegion: 2, where: regions.slice(0, 5) });
  return history;
}

function coverage(status: Cell['status'] = 'complete'): Cell[] {
  return regions.map((region) => ({
    subject: 'trail',
    region,
    status,
    count: 1,
    detail: null,
    from: night - 90 * day,
    to: now,
  }));
}

function look(history: History, more: Partial<Facts> = {}): Incident {
  return detect({
    events: history.events,
    inventory: history.instances,
    plays,
    coverage: coverage(),
    key: ci.key,
    account,
    compromisedAt: null,
    now,
    ...more,
  });
}

function found(incident: Incident, id: string): Finding {
  const one = incident.findings.find(({ resource }) => resource.id === id);
  if (one === undefined) throw new Error(`no finding for ${id}`);
  return one;
}

function resource(play: string, type: string, id: string, more: Partial<Resource> = {}): Resource {
  return {
    play,
    type,
    id,
    region: 'us-east-1',
    state: 'active',
    live: true,
    createdAt: null,
    tags: {},
    links: [],
    properties: {},
    ...more,
  };
}

const sized = (name: string, desiredCapacity: number, maxSize: number) => ({
  autoScalingGroupName: name,
  minSize: 0,
  maxSize,
  desiredCapacity,
});

describe('groups', () => {
  it('that a tainted credential made are rogue, with all that they launch', () => {
    const history = attacked();
    history.call(attacker, {
      time: night + 5 * minute,
      name: 'CreateAutoScalingGroup',
      source: 'autoscaling',
      region: 'eu-west-2',
      request: sized('miners', 20, 999),
    });
    const id = history.runByGroup('miners', night + 6 * minute, 'eu-west-2', 'c5.9xlarge');
    const group = resource('auto-scaling-groups', 'Auto Scaling group', 'miners', {
      region: 'eu-west-2',
      createdAt: night + 5 * minute,
    });
    const incident = look(history, { inventory: [...history.instances, group] });
    expect(found(incident, 'miners').class).toBe('rogue');
    expect(found(incident, id)).toMatchObject({ class: 'rogue', tiedTo: ci.key });
    expect(found(incident, id).reasons[0]).toMatch(/launched by auto-scaling-group miners/);
  });

  it('of an innocent that a tainted credential enlarged are tampered: what is beyond the earlier size is held', () => {
    const history = attacked();
    history.call(ops, {
      time: night - 20 * day,
      name: 'CreateAutoScalingGroup',
      source: 'autoscaling',
      request: sized('web', 2, 4),
    });
    const old = [1, 2].map(() =>
      history.runByGroup('web', night - 20 * day + minute, 'us-east-1', 'm5.large'),
    );
    history.call(attacker, {
      time: night + 10 * minute,
      name: 'UpdateAutoScalingGroup',
      source: 'autoscaling',
      request: sized('web', 80, 80),
    });
    const fresh = [1, 2, 3].map(() =>
      history.runByGroup('web', night + 11 * minute, 'us-east-1', 'm5.large'),
    );
    const group = resource('auto-scaling-groups', 'Auto Scaling group', 'web', {
      createdAt: night - 20 * day,
    });
    const incident = look(history, { inventory: [...history.instances, group] });
    expect(found(incident, 'web')).toMatchObject({
      class: 'tampered',
      before: { DesiredCapacity: 2, MaxSize: 4, MinSize: 0 },
    });
    expect(old.map((id) => found(incident, id).class)).toEqual(['not-tied', 'not-tied']);
    expect(fresh.map((id) => found(incident, id).class)).toEqual(['held', 'held', 'held']);
  });

  it('of an innocent launch on as they did', () => {
    const history = attacked();
    history.call(ops, {
      time: night - 20 * day,
      name: 'CreateAutoScalingGroup',
      source: 'autoscaling',
      request: sized('web', 2, 4),
    });
    const id = history.runByGroup('web', night + 20 * minute, 'us-east-1', 'p3.8xlarge');
    expect(found(look(history), id).class).toBe('not-tied');
  });
});

describe('instances that no event names', () => {
  const young = instance('i-young', 'us-east-2', now - 5 * minute, 'c5.24xlarge');
  const settled = instance('i-settled', 'us-east-2', now - hour, 'c5.24xlarge');

  it('are settling while CloudTrail may still deliver, and say until when', () => {
    expect(found(look(attacked(), { inventory: [young] }), 'i-young')).toMatchObject({
      class: 'settling',
      settlesAt: now + 10 * minute,
    });
  });

  it('are not tied once a complete trail has settled, and held where it has gaps', () => {
    expect(found(look(attacked(), { inventory: [settled] }), 'i-settled').class).toBe('not-tied');
    const gaps = look(attacked(), { inventory: [settled], coverage: coverage('truncated') });
    expect(found(gaps, 'i-settled').class).toBe('held');
    expect(found(look(attacked(), { inventory: [settled], coverage: [] }), 'i-settled').reasons[0]).toMatch(
      /no trail of us-east-2/,
    );
  });

  it('are no concern where they are older than the misuse', () => {
    const old = instance('i-old', 'us-east-2', night - day, 'p3.8xlarge');
    expect(found(look(attacked(), { inventory: [old], coverage: [] }), 'i-old').class).toBe('not-tied');
  });

  it('are tied by a launch record that was cut for size', () => {
    const history = attacked();
    history.run(attacker, night + 30 * minute, {
      type: 'm5.24xlarge',
      count: 40,
      region: 'eu-north-1',
      cut: true,
      protection: true,
    });
    const mine = instance('i-cut', 'eu-north-1', night + 30 * minute + 3000, 'm5.24xlarge');
    const other = instance('i-type', 'eu-north-1', night + 30 * minute + 3000, 't3.micro');
    const incident = look(history, { inventory: [mine, other] });
    expect(found(incident, 'i-cut')).toMatchObject({ class: 'rogue', tiedTo: ci.key });
    expect(found(incident, 'i-cut').reasons[0]).toMatch(/cut for size/);
    expect(found(incident, 'i-type').class).toBe('not-tied');
    expect(incident.launches.some(({ truncated }) => truncated)).toBe(true);
  });

  it('are held where two cut records may have launched them', () => {
    const history = attacked();
    history.run(attacker, night + 30 * minute, {
      type: 'm5.24xlarge',
      count: 40,
      region: 'eu-north-1',
      cut: true,
    });
    history.run(ops, night + 30 * minute + 5000, {
      type: 'm5.24xlarge',
      count: 40,
      region: 'eu-north-1',
      cut: true,
    });
    const either = instance('i-either', 'eu-north-1', night + 30 * minute + 3000, 'm5.24xlarge');
    expect(found(look(history, { inventory: [either] }), 'i-either').class).toBe('held');
  });

  it('are tied by the key pair that the incident made', () => {
    const history = attacked();
    history.call(attacker, {
      time: night + 2 * minute,
      name: 'CreateKeyPair',
      region: 'eu-west-3',
      request: { keyName: 'mine' },
      response: { keyName: 'mine', keyPairId: 'key-1' },
    });
    const links = [{ kind: 'key-pair' as const, id: 'mine' }];
    const theirs = instance('i-pair', 'eu-west-3', night + 20 * minute, 'c5.24xlarge', { links });
    const elsewhere = instance('i-elsewhere', 'eu-west-1', night + 20 * minute, 'c5.24xlarge', { links });
    const incident = look(history, { inventory: [theirs, elsewhere] });
    expect(found(incident, 'i-pair').class).toBe('rogue');
    expect(found(incident, 'i-elsewhere').class).toBe('not-tied');
  });
});

describe('what people say', () => {
  it('a protecting tag holds an instance where somebody outside the incident set it, and nothing where the attacker did', () => {
    const history = attacked();
    const [one = '', two = ''] = history.run(attacker, night + 4 * minute, {
      type: 'c5.24xlarge',
      count: 2,
      region: 'eu-west-3',
      tags: { 'leakguard:protect': 'true' },
    });
    const tag = (id: string) => ({
      resourcesSet: { items: [{ resourceId: id }] },
      tagSet: { items: [{ key: 'leakguard:protect', value: 'true' }] },
    });
    history.call(ops, {
      time: night + 9 * minute,
      name: 'CreateTags',
      region: 'eu-west-3',
      request: tag(one),
    });
    history.call(attacker, {
      time: night + 9 * minute,
      name: 'CreateTags',
      region: 'eu-west-3',
      request: tag(two),
    });
    const incident = look(history);
    expect(found(incident, one)).toMatchObject({ class: 'held' });
    expect(found(incident, one).reasons[0]).toMatch(/AKIAOPSOPSOPSOPS0001/);
    expect(found(incident, two).class).toBe('rogue');
    expect(found(incident, two).reasons.at(-1)).toMatch(/counts for nothing/);
    // What the tag holds, the person can take in.
    expect(found(look(history, { include: [one] }), one)).toMatchObject({
      class: 'rogue',
      judged: 'held',
      rule: 'person.included',
    });
  });

  it('--include makes any resource rogue, and says so', () => {
    const history = attacked();
    const [id = ''] = history.run(ops, night, { type: 't3.micro' });
    expect(found(look(history, { include: [id] }), id)).toMatchObject({
      class: 'rogue',
      reasons: [expect.stringMatching(/person’s word/), expect.any(String)],
    });
  });

  it('--compromised-at overrides the estimate: what was made before is own', () => {
    const history = attacked();
    const late = history.run(attacker, night + 2 * hour, {
      type: 'p3.16xlarge',
      count: 30,
      region: 'ap-south-1',
      protection: true,
    });
    const incident = look(history, { compromisedAt: night + hour });
    expect(incident.misuse).toMatchObject({ at: night + hour, source: 'given', confidence: 'certain' });
    expect(
      incident.findings.filter((one) => one.class === 'rogue').map(({ resource: { id } }) => id),
    ).toEqual(late);
  });
});

describe('credentials', () => {
  it('minted before the misuse are not tainted; after it, along every edge', () => {
    const history = attacked();
    const before = history.assume(ci, night - 3 * hour, 'deploy', 'ci-old');
    const after = history.assume(attacker, night + minute, 'admin', 'a');
    const chained = history.assume(after, night + 2 * minute, 'billing', 'b');
    history.call(chained, {
      time: night + 3 * minute,
      name: 'CreateUser',
      source: 'iam',
      request: { userName: 'support' },
      response: { user: { userName: 'support' } },
    });
    history.call(chained, {
      time: night + 3 * minute,
      name: 'CreateAccessKey',
      source: 'iam',
      request: { userName: 'support' },
      response: { accessKey: { accessKeyId: 'AKIASUPPORTSUPPORT01', userName: 'support' } },
    });
    history.call(chained, {
      time: night + 4 * minute,
      name: 'CreateAccessKey',
      source: 'iam',
      request: { userName: 'ops' },
      response: { accessKey: { accessKeyId: 'AKIAOPSOPSOPSOPS0002', userName: 'ops' } },
    });
    const support: Caller = {
      key: 'AKIASUPPORTSUPPORT01',
      user: 'support',
      ip: '203.0.113.99',
      agent: 'curl',
    };
    const [one = ''] = history.run(support, night + 50 * minute, { type: 't3.micro', region: 'us-east-1' });
    const [theirs = ''] = history.run(ops, night + 55 * minute, { type: 'p3.8xlarge', region: 'us-east-1' });
    const incident = look(history);
    const ids = incident.credentials.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([after.key, chained.key, 'AKIASUPPORTSUPPORT01', 'AKIAOPSOPSOPSOPS0002']),
    );
    expect(ids).not.toContain(before.key);
    expect(ids).not.toContain(ops.key);
    expect(found(incident, one).class).toBe('rogue');
    expect(found(incident, theirs).class).toBe('not-tied');
    expect(traceUp(history.events, { instance: one })).toMatchObject({
      key: ci.key,
      path: [one, 'AKIASUPPORTSUPPORT01', chained.key, after.key, ci.key],
    });
    expect(traceUp(history.events, { session: chained.key })).toMatchObject({
      key: ci.key,
      path: [chained.key, after.key, ci.key],
    });
    expect(traceUp(history.events, { user: 'support' })).toMatchObject({ key: ci.key });
  });

  it('of rogue instances are tainted, and what those launch is rogue; those of the key’s own instances are not', () => {
    const history = attacked();
    const [rogue = ''] = history.run(attacker, night + 4 * minute, {
      type: 'c5.24xlarge',
      region: 'eu-west-3',
    });
    const own = history.instances.find(
      (one) =>
        one.createdAt !== null &&
        one.createdAt > night + hour &&
        one.properties['instanceType'] === 'm5.large',
    );
    const session = (id: string): Caller => ({
      key: history.keyId(),
      role: 'worker',
      session: id,
      ip: '10.0.0.5',
      agent: 'Boto3/1.20 Linux',
    });
    const [second = ''] = history.run(session(rogue), night + hour, {
      type: 't3.small',
      region: 'eu-west-3',
    });
    const [innocent = ''] = history.run(session(own?.id ?? ''), night + 2 * hour, {
      type: 't3.small',
      region: 'eu-west-1',
    });
    const incident = look(history);
    expect(own).toBeDefined();
    expect(found(incident, second).class).toBe('rogue');
    expect(found(incident, innocent).class).toBe('not-tied');
  });

  it('of a console sign-in with a password that the incident set are tainted; the user’s own key is not', () => {
    const history = attacked();
    history.call(ops, { time: night - day, name: 'DescribeInstances' });
    history.call(attacker, {
      time: night + minute,
      name: 'UpdateLoginProfile',
      source: 'iam',
      request: { userName: 'ops' },
    });
    const console: Caller = {
      key: 'ASIAOPSCONSOLE000001',
      user: 'ops',
      ip: '203.0.113.1',
      agent: 'console.ec2.amazonaws.com',
    };
    const [id = ''] = history.run(console, night + 20 * minute, { type: 't3.micro' });
    const usual: Caller = { ...console, key: 'ASIAOPSCONSOLE000002', ip: ops.ip };
    const [fromHome = ''] = history.run(usual, night + 20 * minute, { type: 't3.micro' });
    const [theirs = ''] = history.run(ops, night + 21 * minute, { type: 't3.micro' });
    const incident = look(history);
    expect(incident.credentials.find((one) => one.id === console.key)).toMatchObject({
      kind: 'console',
      parent: ci.key,
    });
    expect(found(incident, id).class).toBe('rogue');
    // Its owner may have been signed in before.
    expect(found(incident, fromHome).class).toBe('held');
    expect(found(incident, theirs).class).toBe('not-tied');
  });
});

describe('records that hide who called', () => {
  it('tie launches to the key’s user: rogue from the place of the misuse, else held, since another key may have made them', () => {
    const launched = (from: Partial<Caller>): string => {
      const history = attacked();
      const masked: Caller = { ...attacker, key: 'AKIA****************', ...from };
      const [id = ''] = history.run(masked, night + 40 * minute, {
        type: 'c5.24xlarge',
        region: 'ap-south-1',
      });
      return found(look(history), id).class;
    };
    expect(launched({})).toBe('rogue');
    expect(launched({ ip: '192.0.2.200' })).toBe('held');
  });

  it('and another user’s key that calls from the attacker’s place is named, and left alone', () => {
    const history = attacked();
    const [id = ''] = history.run({ ...ops, ip: attacker.ip, agent: attacker.agent }, night + 40 * minute, {
      type: 'c5.24xlarge',
      region: 'ap-south-1',
    });
    const incident = look(history);
    expect(found(incident, id).class).toBe('not-tied');
    expect(incident.notes.join()).toMatch(/AKIAOPSOPSOPSOPS0001.*same place/);
  });
});

describe('deeds and cost', () => {
  it('tell what was undone already, and which play contains the rest', () => {
    const history = attacked();
    const user = (name: string, time: number, what: string) =>
      history.call(attacker, { time, name: what, source: 'iam', request: { userName: name } });
    user('a', night + minute, 'CreateUser');
    user('b', night + minute, 'CreateUser');
    history.call(ops, { time: night + hour, name: 'DeleteUser', source: 'iam', request: { userName: 'a' } });
    const deeds = look(history).deeds.filter(({ evidence }) => evidence.name === 'CreateUser');
    expect(deeds.map(({ target, undone }) => [target, undone])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(deeds[0]?.play).not.toBeNull();
  });

  it('count rogue instances only, and unknown types as unknown', () => {
    const history = attacked();
    const [odd = ''] = history.run(attacker, night + 4 * minute, { type: 'zz9.huge', region: 'eu-west-3' });
    const { cost, findings } = look(history);
    expect(findings.find(({ resource: { id } }) => id === odd)?.class).toBe('rogue');
    expect(cost).toMatchObject({ unknownInstances: 1, unknownTypes: ['zz9.huge'] });
    // Ten c5.24xlarge at 4.08 USD in us-east-1, by region's factor.
    expect(cost.usdPerHour).toBeGreaterThan(40);
    expect(cost.usdPerHour).toBeLessThan(60);
    expect(cost.source).toMatch(/2026-07-20/);
  });
});

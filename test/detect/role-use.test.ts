import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import { plays } from '../../src/plays/index.js';
import type { Resource } from '../../src/model/resource.js';
import { account, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci } from './lives.js';

const ops: Caller = { key: 'AKIAOPSOPSOPSOPS0001', user: 'ops', ip: '192.0.2.44', agent: 'aws-cli/2.31' };
const arn = `arn:aws:iam::${account}:role/deploy`;

const role = {
  play: 'role-sessions',
  type: 'role',
  id: 'deploy',
  region: 'global',
  state: 'not denied',
  live: true,
  createdAt: null,
  tags: {},
  links: [],
  properties: { arn, deny: null, sessionDeny: null },
};

function findingOf(history: History, resource: Resource = role) {
  const { findings } = detect({
    events: history.events,
    inventory: [resource],
    plays,
    coverage: [],
    key: attacker.key,
    account,
    compromisedAt: night,
    now: night + 35 * minute,
  });
  return findings[0];
}

describe('a role that the incident assumed', () => {
  it('shows its other sessions in use: who, last seen when, from where', () => {
    const history = new History();
    history.assume(ops, night - 3 * hour, 'deploy', 'long-gone');
    const used = history.assume(ops, night - 20 * minute, 'deploy', 'release');
    history.call(used, { time: night + 30 * minute, name: 'DescribeInstances' });
    history.call(
      { ...ops, key: 'ASIAUNMINTED00000001', role: 'deploy', session: 'batch', ip: '192.0.2.50' },
      { time: night + 10 * minute, name: 'DescribeImages' },
    );
    history.assume(ops, night, 'another', 'elsewhere');
    history.assume(attacker, night + minute, 'deploy', 'stolen');
    expect(findingOf(history)).toMatchObject({
      class: 'tampered',
      otherSessions: [
        { id: used.key, name: 'release', lastSeen: night + 30 * minute, source: '192.0.2.44' },
        { name: 'batch', lastSeen: night + 10 * minute, source: '192.0.2.50' },
      ],
    });
  });

  it('is a role: a user who was given a key has none of it', () => {
    const history = new History();
    history.call(attacker, {
      time: night + minute,
      name: 'CreateAccessKey',
      source: 'iam',
      request: { userName: 'ann' },
      response: { accessKey: { accessKeyId: 'AKIAANNANNANNANN0001', userName: 'ann' } },
    });
    const properties = { arn: `arn:aws:iam::${account}:user/ann` };
    const user = { ...role, play: 'user-sessions', type: 'user', id: 'ann', properties };
    const found = findingOf(history, user);
    expect(found?.class).toBe('tampered');
    expect(found).not.toHaveProperty('otherSessions');
  });

  it('shows none where nobody else is seen to use it, and the incident’s own never', () => {
    const history = new History();
    history.call(ci, { time: night - hour, name: 'DescribeInstances' });
    const stolen = history.assume(attacker, night, 'deploy', 'stolen');
    history.call(stolen, { time: night + minute, name: 'DescribeInstances' });
    expect(findingOf(history)?.otherSessions).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/detect/incident.js';
import { History, hour, minute, night, regions, type Caller } from './history.js';
import { attacker } from './lives.js';

function look(history: History): Incident {
  return detect({
    events: history.events,
    inventory: [],
    plays: [],
    coverage: [],
    key: null,
    account: null,
    compromisedAt: null,
    now: night + 3 * hour,
  });
}

const terraform: Caller = {
  key: 'AKIATERRAFORM0000001',
  user: 'terraform',
  ip: '192.0.2.9',
  agent: 'Terraform/1.6',
};

describe('without a key', () => {
  it.each([
    ['large types without accelerators', 'c6i.32xlarge'],
    ['accelerators', 'p4d.24xlarge'],
  ])('names the one that launched in ten regions within minutes: %s', (_, type) => {
    const history = new History();
    regions.slice(0, 10).forEach((region, index) => {
      history.run(attacker, night + index * 20_000, { type, count: 5, region });
    });
    const { key, launches } = look(history);
    expect(key).toBe(attacker.key);
    expect(launches.every((launch) => launch.class === 'rogue')).toBe(true);
  });

  it('suspects, and does not name, the one that asked for containers by the dozen in ten regions', () => {
    const history = new History();
    for (let index = 0; index < 60; index += 1) {
      const region = regions[index % 10] ?? '';
      history.call(attacker, {
        time: night + index * 2000,
        name: index < 30 ? 'CreateCluster' : 'RunTask',
        source: 'ecs',
        region,
        request: { clusterName: `c${index}` },
      });
    }
    const { key, suspects } = look(history);
    expect(key).toBeNull();
    expect(suspects.map(({ accessKeyId }) => accessKeyId)).toEqual([attacker.key]);
    expect(suspects[0]?.reasons.join()).toMatch(/computing power outside of EC2[^]*10 regions/);
  });

  it('names no key that reads by the hundred and launches one small instance', () => {
    const history = new History();
    for (let index = 0; index < 60; index += 1) {
      history.call(terraform, { time: night + index * 700, name: `DescribeThing${index % 20}` });
    }
    history.run(terraform, night + 2 * minute, { type: 't3.medium' });
    expect(look(history)).toMatchObject({ key: null, findings: [] });
  });

  it('suspects nobody for a group that replaces its instances all night', () => {
    const history = new History();
    for (let index = 0; index < 200; index += 1)
      history.runByGroup('web', night + index * minute, regions[index % 4] ?? '', 'g5.xlarge');
    expect(look(history)).toMatchObject({ key: null, suspects: [], launches: [] });
  });
});

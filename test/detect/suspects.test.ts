import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { day, History, hour, minute, night, regions, type Caller } from './history.js';
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

/** Days before the night, oldest first. */
const daysBefore = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => night - (count - index) * day);

const agent = 'aws-sdk-go-v2/1.30.4 os/linux lang/go#1.22.5';
const session = (history: History, role: string, name: string, ip: string): Caller => ({
  key: history.keyId(),
  role,
  session: name,
  ip,
  agent,
});

describe('nobody is suspected for', () => {
  it('a nightly batch of fifty instances in two regions, whose trail begins in the middle of its life', () => {
    const history = new History();
    const batch: Caller = { key: 'AKIABATCH00000000001', user: 'batch', ip: '192.0.2.20', agent };
    for (const date of daysBefore(40)) {
      for (const region of ['us-east-1', 'eu-west-1'])
        history.run(batch, date, { type: 'c6i.16xlarge', count: 25, region });
    }
    expect(look(history).suspects).toEqual([]);
  });

  it('a pipeline whose sessions are new each hour, and whose fleet grows threefold one night', () => {
    const history = new History();
    for (const date of daysBefore(30)) {
      const grown = date >= night - 2 * day;
      const run = session(history, 'pipeline', `run-${date / day}`, `198.51.${100 + ((date / day) % 20)}.7`);
      for (const name of ['DescribeImages', 'DescribeSubnets', 'DescribeSecurityGroups'])
        history.call(run, { time: date, name });
      for (let index = 0; index < (grown ? 12 : 4); index += 1)
        history.run(run, date + (index + 1) * minute, { type: 'm5.2xlarge', count: 3, region: 'eu-west-1' });
    }
    expect(look(history).suspects).toEqual([]);
  });

  it('a roll-out of what it runs anyway to a region that it never was in', () => {
    const history = new History();
    const roll = (region: string, date: number): void => {
      for (const [index, name] of ['CreateVpc', 'CreateSubnet', 'CreateSecurityGroup'].entries())
        history.call(terraform, { time: date + index * 2000, name, region });
      history.call(terraform, { time: date + 9000, name: 'AuthorizeSecurityGroupIngress', region });
      for (let index = 0; index < 6; index += 1)
        history.run(terraform, date + (index + 10) * 3000, {
          type: 'm5.large',
          region,
          image: `ami-${region}`,
        });
    };
    for (const date of daysBefore(60)) {
      history.call(terraform, { time: date, name: 'GetCallerIdentity', source: 'sts' });
      history.call(terraform, { time: date + 1000, name: 'DescribeInstances', region: 'eu-west-1' });
    }
    roll('eu-west-1', night - 50 * day);
    roll('us-east-1', night - 30 * day);
    roll('ap-southeast-2', night - 1 * hour);
    expect(look(history).suspects).toEqual([]);
  });

  it('an administrator who signs in at three in the morning and makes a user for a new service', () => {
    const history = new History();
    const admin: Caller = {
      ...session(history, 'AWSReservedSSO_AdministratorAccess_0123456789abcdef', 'ann', '192.0.2.9'),
      agent: 'Mozilla/5.0 (Macintosh)',
    };
    for (const [index, name] of ['ListUsers', 'CreateUser', 'AttachUserPolicy', 'CreateAccessKey'].entries())
      history.call(admin, { time: night + index * minute, name, source: 'iam' });
    expect(look(history).suspects).toEqual([]);
  });

  it('an autoscaler of clusters that asks for many small fleets of many types at once', () => {
    const history = new History();
    for (const [nth, date] of daysBefore(20).entries()) {
      const scaler = session(history, 'autoscaler', `pod-${nth}`, '192.0.2.60');
      for (let index = 0; index < (nth === 19 ? 60 : 10); index += 1) {
        const types = ['c5', 'm5', 'r5', 'c6i', 'm6i'].map((family) => `${family}.${(index % 3) + 2}xlarge`);
        history.call(scaler, {
          time: date + index * 20_000,
          name: 'CreateFleet',
          request: {
            CreateFleetRequest: {
              Type: 'instant',
              TargetCapacitySpecification: { TotalTargetCapacity: 1 },
              LaunchTemplateConfigs: { Overrides: types.map((InstanceType) => ({ InstanceType })) },
            },
          },
        });
      }
    }
    expect(look(history).suspects).toEqual([]);
  });

  it('a scanner of settings that reads everything in every region each night', () => {
    const history = new History();
    for (const date of daysBefore(10)) {
      const scanner = session(history, 'security-audit', 'scan', '192.0.2.70');
      for (let index = 0; index < 170; index += 1) {
        history.call(scanner, {
          time: date + index * 300,
          name: `Describe${index % 60}`,
          source: `service${index % 20}`,
          region: regions[index % 17] ?? '',
        });
      }
    }
    expect(look(history).suspects).toEqual([]);
  });

  it('researchers who launch their first protected GPU', () => {
    const history = new History();
    const research: Caller = { key: 'AKIARESEARCH00000001', user: 'research', ip: '192.0.2.50', agent };
    for (const date of daysBefore(30)) history.run(research, date, { type: 'm5.xlarge' });
    history.run(research, night, { type: 'p4d.24xlarge', protection: true });
    expect(look(history).suspects).toEqual([]);
  });
});

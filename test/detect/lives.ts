import type { History } from './history.js';
import { account, day, hour, minute, night, regions, type Caller } from './history.js';

export const ci: Caller = {
  key: 'AKIACICICICICICI0001',
  user: 'ci',
  ip: '198.51.100.10',
  agent: 'Boto3/1.34.2 md/Botocore#1.34.2 ua/2.0 os/linux#5.15 Python/3.11',
};

const attackersPlace = {
  ip: '203.0.113.77',
  agent: 'aws-cli/2.15.0 Python/3.11.6 Windows/10 exe/AMD64',
};

/** The attacker with the leaked key, from a place of its own. */
export const attacker: Caller = { ...ci, ...attackersPlace };

/** Weeks of a CI key: three fleets, one of them on GPUs; reads, a role that it takes, changing images. */
export function ciLife(history: History, from: number, until: number): void {
  const { random } = history;
  const tags = { team: 'build', fleet: 'ci' };
  for (let date = from; date < until; date += day) {
    const week = Math.floor(date / (7 * day));
    const at = (hours: number): number => date + hours * hour + Math.floor(random() * 40) * minute;
    const within = (time: number): boolean => time < until;
    for (const hours of [1, 5, 9, 13, 17, 21]) {
      const time = at(hours);
      if (!within(time)) continue;
      history.call(ci, { time, name: 'GetCallerIdentity', source: 'sts' });
      history.call(ci, {
        time: time + 2000,
        name: 'DescribeImages',
        request: { ownersSet: { items: [{ owner: 'self' }] } },
      });
      history.call(ci, { time: time + 3000, name: 'DescribeSubnets' });
      history.call(ci, { time: time + 4000, name: 'DescribeInstances' });
      history.run(ci, time + 6000, {
        type: 'm5.large',
        count: 1 + Math.floor(random() * 3),
        region: 'eu-west-1',
        image: `ami-ci-${week}`,
        tags,
      });
    }
    if (within(at(8))) {
      const session = history.assume(ci, at(8), 'deploy', `ci-${Math.floor(date / day)}`);
      history.call(session, { time: at(8) + 41 * minute, name: 'DescribeStacks', source: 'cloudformation' });
      history.run(ci, at(8) + 42 * minute, { type: 'c5.xlarge', count: 4, image: `ami-ci-${week}`, tags });
    }
    if (Math.floor(date / day) % 2 === 0 && within(at(10) + 41 * minute)) {
      history.run(ci, at(10) + 41 * minute, {
        type: 'g4dn.xlarge',
        count: 2,
        image: `ami-gpu-${week}`,
        tags: { team: 'ml', fleet: 'train' },
      });
    }
  }
}

/** Everybody else: a second key of the same user, GPU researchers, a group, people at the console, root, services. */
export function bystanders(history: History, from: number, until: number): void {
  const { random } = history;
  const second: Caller = { key: 'AKIACICICICICICI0002', user: 'ci', ip: '198.51.100.11', agent: ci.agent };
  const ml: Caller = {
    key: 'AKIAMLMLMLMLMLML0001',
    user: 'ml',
    ip: '192.0.2.50',
    agent: 'aws-sdk-go/1.50 (go1.21; linux; amd64)',
  };
  const person: Caller = {
    key: 'ASIACONSOLE000000001',
    user: 'ann',
    ip: '192.0.2.9',
    agent: 'console.ec2.amazonaws.com',
  };
  const root: Caller = { key: 'ASIAROOT000000000001', user: 'root', ip: '192.0.2.9', agent: 'Mozilla/5.0' };
  history.call(ml, {
    time: from,
    name: 'CreateAutoScalingGroup',
    source: 'autoscaling',
    request: { autoScalingGroupName: 'web', minSize: 2, maxSize: 6, desiredCapacity: 2 },
  });
  for (let date = from; date < until; date += day) {
    const at = (hours: number): number => date + hours * hour + Math.floor(random() * 50) * minute;
    if (at(11) < until)
      history.run(ml, at(11), {
        type: 'p3.8xlarge',
        count: 1 + Math.floor(random() * 4),
        region: 'us-west-2',
        tags: { team: 'ml' },
      });
    if (at(3) < until) history.run(second, at(3), { type: 't3.medium', count: 1, tags: { team: 'ops' } });
    if (at(4) < until) history.runByGroup('web', at(4), 'us-east-1', 'm5.large');
    if (at(14) < until) {
      for (const name of [
        'DescribeInstances',
        'DescribeVolumes',
        'DescribeSnapshots',
        'DescribeVpcs',
        'DescribeHosts',
      ]) {
        history.call(person, { time: at(14), name });
      }
      history.run(person, at(14) + 5 * minute, { type: 't3.large' });
    }
    if (at(2) < until) history.call(root, { time: at(2), name: 'GetAccountSummary', source: 'iam' });
    history.service('ec2', {
      time: at(1),
      name: 'AssumeRole',
      source: 'sts',
      request: {
        roleSessionName: `i-0${Math.floor(random() * 1e9).toString(16)}`,
        roleArn: `arn:aws:iam::${account}:role/web`,
      },
      response: { credentials: { accessKeyId: history.keyId() } },
    });
  }
}

export interface Attack {
  by?: Caller;
  types: string[];
  perRegion: number;
  calls?: number;
  where?: string[];
  protection?: boolean;
  recon?: boolean;
  tags?: Record<string, string>;
  image?: string;
  fail?: string;
}

/** Region by region, as seen in public incidents: reads, dry runs, quota errors, then launches. Gives what runs. */
export function massLaunch(history: History, attack: Attack, start = night): string[] {
  const { by = attacker, types, perRegion, calls = 1, where = regions, recon = true } = attack;
  const ids: string[] = [];
  let time = start;
  if (recon) {
    history.call(by, { time, name: 'GetCallerIdentity', source: 'sts' });
    for (const name of ['ListUsers', 'ListRoles', 'ListAttachedUserPolicies', 'GetAccountSummary']) {
      history.call(by, { time: (time += 2000), name, source: 'iam', error: 'AccessDenied' });
    }
  }
  for (const region of where) {
    history.call(by, { time: (time += 3000), name: 'DescribeInstanceTypes', region });
    history.call(by, { time: (time += 1000), name: 'DescribeVpcs', region });
    types.forEach((type, index) => {
      if (index === 0 && recon)
        history.run(by, (time += 2000), {
          type,
          region,
          error: 'Client.DryRunOperation',
          image: attack.image ?? 'ami-miner',
        });
      for (let call = 0; call < calls; call += 1) {
        time += 4000;
        const options = {
          type,
          region,
          count: perRegion,
          image: attack.image ?? 'ami-miner',
          tags: attack.tags ?? {},
        };
        if (attack.fail !== undefined) history.run(by, time, { ...options, error: attack.fail });
        else ids.push(...history.run(by, time, { ...options, protection: attack.protection ?? true }));
      }
    });
    if (region.startsWith('ap-'))
      history.run(by, (time += 2000), {
        type: types[0] ?? '',
        region,
        count: 50,
        error: 'Client.VcpuLimitExceeded',
      });
  }
  return ids;
}

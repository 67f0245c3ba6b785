import { describe, expect, it } from 'vitest';
import { buildGraph } from '../../src/detect/credentials/credential-graph.js';
import { misusedOf } from '../../src/detect/onset/misused.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';

const facts = (history: History, more: { named?: string[]; compromisedAt?: number } = {}) => ({
  ...{ events: history.events, inventory: [], plays: [], coverage: [], key: null, account },
  ...{ compromisedAt: more.compromisedAt ?? null, now: night + 4 * hour, named: more.named ?? [] },
});
const judged = (history: History, name: string, more: Parameters<typeof facts>[1] = {}) => {
  const { roots, spared } = misusedOf(buildGraph(history.events), name, facts(history, more));
  return {
    roots: roots.map(({ id }) => id),
    spared,
    how: roots.map(({ how }) => how),
    since: roots.map(({ since }) => since),
  };
};
const gpus = (history: History, by: Caller, time: number, region = 'eu-west-1') =>
  history.run(by, time, { region, type: 'p3.16xlarge', count: 8 });

describe('the misused sessions of a role', () => {
  const session = (history: History, name: string, ip: string): Caller => ({
    ...{ key: history.keyId(), role: 'app', session: name, ip, agent: 'Boto3/1.34 linux' },
  });
  const months = (history: History): void => {
    for (let n = 1; n < 30; n += 1)
      history.run(session(history, `nightly-${n}`, '192.0.2.10'), night - n * day, {
        ...{ region: 'us-east-1', type: 't3.micro', count: 1 },
      });
  };

  it('are those that depart from the life of the role, and those from the same place', () => {
    const history = new History();
    months(history);
    const loud = session(history, 'worker', '203.0.113.9');
    const quiet = session(history, 'reader', '203.0.113.9');
    const own = session(history, 'nightly-0', '192.0.2.10');
    for (const region of ['eu-west-1', 'ap-south-1', 'sa-east-1']) gpus(history, loud, night, region);
    history.call(quiet, { time: night + minute, name: 'DescribeInstances' });
    history.run(own, night, { region: 'us-east-1', type: 't3.micro', count: 1 });
    const { roots, spared } = judged(history, 'role/app');
    expect(roots).toEqual([loud.key, quiet.key]);
    expect(spared).toContain(own.key);
  });

  it('are not those that share a place with a stolen one that bears no sign there', () => {
    const history = new History();
    months(history);
    const key = history.keyId();
    for (const region of ['eu-west-1', 'ap-south-1', 'sa-east-1'])
      gpus(history, { ...session(history, 'worker', '203.0.113.9'), key }, night, region);
    history.call(
      { ...session(history, 'worker', '198.51.100.4'), key },
      { time: night + minute, name: 'GetUser' },
    );
    const own = session(history, 'nightly-0', '198.51.100.4');
    history.call(own, { time: night + hour, name: 'DescribeInstances' });
    expect(judged(history, 'role/app').roots).toEqual([key]);
  });

  it('of an instance are those that call from elsewhere: its own are innocent', () => {
    const history = new History();
    const at = (key: string, ip: string): Caller => ({
      ...{ key, role: 'app', session: 'i-0aaaabbbbccccdddd', ip, agent: 'aws-cli' },
    });
    for (let n = 1; n < 20; n += 1)
      history.call(at(history.keyId(), '18.200.0.4'), { time: night - n * day, name: 'DescribeInstances' });
    const stolen = history.keyId();
    const own = history.keyId();
    history.call(at(own, '18.200.0.4'), { time: night - hour, name: 'DescribeInstances' });
    history.call(at(stolen, '18.200.0.4'), { time: night, name: 'DescribeInstances' });
    history.call(at(stolen, '203.0.113.9'), { time: night + minute, name: 'ListUsers', source: 'iam' });
    const { roots, spared, since } = judged(history, 'role/app');
    expect(roots).toEqual([stolen]);
    expect(since).toEqual([night + minute]);
    expect(spared).toContain(own);
  });

  it('are none where all goes on as ever, whatever another role does', () => {
    const history = new History();
    months(history);
    gpus(history, { ...session(history, 'x', '203.0.113.9'), role: 'other' }, night);
    expect(judged(history, 'role/app').roots).toEqual([]);
  });

  it('are also those that the person names', () => {
    const history = new History();
    months(history);
    const own = session(history, 'nightly-0', '192.0.2.10');
    history.call(own, { time: night, name: 'DescribeInstances' });
    const { roots, how } = judged(history, 'role/app', { named: [own.key] });
    expect(roots).toEqual([own.key]);
    expect(how[0]).toMatch(/person’s word/);
  });
});

describe('the misused credentials of a user', () => {
  const by = (key: string, ip: string, agent = 'Boto3/1.34 linux'): Caller => ({
    key,
    user: 'bob',
    ip,
    agent,
  });
  const stolen = 'AKIASTOLENSTOLEN0001';
  const pipeline = 'AKIAPIPELINE00000001';
  const lives = (history: History): void => {
    for (let n = 1; n < 30; n += 1)
      for (const key of [stolen, pipeline])
        history.run(by(key, '192.0.2.10'), night - n * day, {
          region: 'us-east-1',
          type: 't3.micro',
          count: 1,
        });
  };

  it('are not the key that goes on as ever', () => {
    const history = new History();
    lives(history);
    for (const region of ['eu-west-1', 'ap-south-1', 'sa-east-1'])
      gpus(history, by(stolen, '203.0.113.9', 'aws-cli/2'), night, region);
    history.run(by(pipeline, '192.0.2.10'), night, { region: 'us-east-1', type: 't3.micro', count: 1 });
    const { roots, spared } = judged(history, 'user/bob');
    expect(roots).toEqual([stolen]);
    expect(spared).toEqual([pipeline]);
  });

  it('are the console sessions since the moment that the person names, and no key', () => {
    const history = new History();
    lives(history);
    const console = (key: string, ip: string): Caller => by(key, ip, 'Mozilla/5.0');
    const before = history.keyId();
    const after = history.keyId();
    history.call(console(before, '192.0.2.10'), { time: night - day, name: 'DescribeInstances' });
    history.call(console(after, '198.51.100.7'), { time: night, name: 'DescribeInstances' });
    expect(judged(history, 'user/bob').roots).toEqual([]);
    expect(judged(history, 'user/bob', { compromisedAt: night - hour }).roots).toEqual([after]);
  });
});

import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import { launchEdges } from '../../src/facts/launchers.js';
import type { Finding } from '../../src/model/incident.js';
import type { Link, Resource } from '../../src/model/resource.js';
import { plays } from '../../src/plays/index.js';
import { loadScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci, ciLife } from './lives.js';

const ops: Caller = {
  key: 'AKIAOPSOPSOPSOPS0001',
  user: 'ops',
  ip: '192.0.2.20',
  agent: 'aws-cli/2.1 Linux',
};
const uuid = 'a7cd4cc9-b4ea-f0e3-f53a-798f5839d3bf';
const at = night + minute;

function thing(play: string, id: string, createdAt: number | null, links: Link[] = []): Resource {
  const facts = { type: 'thing', region: 'us-east-1', state: 'there', live: true, tags: {}, properties: {} };
  return { play, id, createdAt, links, ...facts };
}

const group = (id: string, createdAt = at + 5000): Resource => thing('auto-scaling-groups', id, createdAt);

function classes(history: History, inventory: Resource[]): Record<string, Finding> {
  ciLife(history, night - 21 * day, night);
  const facts = { events: history.events, inventory, plays, coverage: [], key: ci.key, account };
  const { findings } = detect({ ...facts, compromisedAt: night, now: night + 3 * hour });
  return Object.fromEntries(findings.map((found) => [found.resource.id, found]));
}

describe('what a service launched for the incident', () => {
  const nodeGroup = (): [History, Resource] => {
    const history = new History();
    const request = { name: 'prod', nodegroupName: 'gpu', instanceTypes: ['p4d.24xlarge'] };
    history.call(attacker, { time: at, name: 'CreateNodegroup', source: 'eks', request });
    return [
      history,
      thing('eks-node-groups', 'prod/gpu', at, [{ kind: 'auto-scaling-group', id: 'eks-gpu-1' }]),
    ];
  };

  it('goes with its node group, as far as the node group’s own record names it', () => {
    const [history, gpu] = nodeGroup();
    const id = history.runByGroup('eks-gpu-1', at + minute, 'us-east-1', 'p4d.24xlarge');
    const other = history.runByGroup('eks-workers-1', at + minute, 'us-east-1', 'm5.large');
    history.service('eks-nodegroup', {
      time: at + 5000,
      name: 'CreateAutoScalingGroup',
      source: 'autoscaling',
      request: { autoScalingGroupName: 'eks-gpu-1' },
    });
    // Tags that anybody may set tie nothing.
    const named = group('named-so');
    named.tags['eks:nodegroup-name'] = 'gpu';
    const found = classes(history, [gpu, group('eks-gpu-1'), named, ...history.instances]);
    expect(found['prod/gpu']).toMatchObject({ class: 'rogue', tiedTo: ci.key });
    expect(found['eks-gpu-1']).toMatchObject({ class: 'rogue', rule: 'launcher.of-misuse' });
    expect(found[id]).toMatchObject({ class: 'rogue', tiedTo: ci.key });
    expect(found['named-so']?.class).not.toBe('rogue');
    expect(found[other]?.class).not.toBe('rogue');
  });

  it('goes with its Elastic Beanstalk environment, as far as the environment’s own record names it', () => {
    const history = new History();
    const option = (optionName: string, value: string) => ({ namespace: 'x', optionName, value });
    const request = {
      environmentName: 'api',
      optionSettings: [option('InstanceType', 'p4d.24xlarge'), option('MaxSize', '20')],
    };
    // Whoever calls chooses the description: an innocent's id in it makes that none of his.
    const response = { environmentId: 'e-gpugpugpug', description: 'e-theirsthei' };
    const source = 'elasticbeanstalk';
    history.call(attacker, { time: at, name: 'CreateEnvironment', source, request, response });
    const own = {
      kind: 'auto-scaling-group' as const,
      id: 'awseb-e-gpugpugpug-stack-AWSEBAutoScalingGroup-1',
    };
    const id = history.runByGroup(own.id, at + minute, 'us-east-1', 'p4d.24xlarge');
    const named = group('named-so');
    named.tags['elasticbeanstalk:environment-id'] = 'e-gpugpugpug';
    const found = classes(history, [
      thing('elastic-beanstalk-environments', 'e-gpugpugpug', at, [own]),
      thing('elastic-beanstalk-environments', 'e-theirsthei', night - 9 * day),
      group(own.id),
      named,
      ...history.instances,
    ]);
    const rogue = Object.keys(found).filter((one) => found[one]?.class === 'rogue');
    expect(rogue.sort()).toEqual([own.id, 'e-gpugpugpug', id].sort());
  });

  it('goes with its stack set in every region, as far as CloudFormation’s list names it', () => {
    const history = new History();
    const [source, request] = ['cloudformation', { stackSetName: 'web' }];
    history.call(attacker, { time: at, name: 'CreateStackSet', source, request });
    const arn = (id: string) => `arn:aws:cloudformation:eu-west-2:111122223333:stack/${id}/1`;
    const stack = (id: string, createdAt = at + 5000): Resource => ({
      ...thing('cloudformation-stacks', id, createdAt),
      region: 'eu-west-2',
      properties: { arn: arn(id) },
    });
    const links: Link[] = ['StackSet-web-1', 'older'].map((id) => ({ kind: 'stack', id: arn(id) }));
    const found = classes(history, [
      thing('stack-sets', 'web', at, links),
      stack('StackSet-web-1'),
      // A name is anybody’s.
      stack('StackSet-web-2'),
      stack('older', night - 9 * day),
    ]);
    const rogue = Object.keys(found).filter((one) => found[one]?.class === 'rogue');
    expect(rogue.sort()).toEqual(['StackSet-web-1', 'web']);
  });

  it('is left to a person where the incident updated an innocent’s environment', () => {
    const history = new History();
    const [request, response] = [{ environmentName: 'shop' }, { environmentId: 'e-theirsthei' }];
    const source = 'elasticbeanstalk';
    history.call(attacker, { time: at, name: 'UpdateEnvironment', source, request, response });
    const found = classes(history, [
      thing('elastic-beanstalk-environments', 'e-theirsthei', night - 9 * day),
    ]);
    expect(found['e-theirsthei']).toMatchObject({ class: 'tampered', before: null });
    const play = plays.find(({ id }) => id === 'elastic-beanstalk-environments');
    expect(play?.contain(found['e-theirsthei'] as Finding, null as never)).toEqual([]);
    expect(play?.restored?.(found['e-theirsthei'] as Finding)).toBe(false);
  });

  it('is none of it where a person made it, or where it is older', () => {
    const [history, gpu] = nodeGroup();
    history.call(ops, {
      time: at + 5000,
      name: 'CreateAutoScalingGroup',
      source: 'autoscaling',
      request: { autoScalingGroupName: 'eks-gpu-1' },
    });
    expect(classes(history, [gpu, group('eks-gpu-1')])['eks-gpu-1']?.class).toBe('not-tied');
    const [again, same] = nodeGroup();
    const older = classes(again, [same, group('eks-gpu-1', night - 9 * day)]);
    expect(older['eks-gpu-1']?.class).toBe('not-tied');
  });

  it('goes with its Batch environment, by the name that Batch gives, and never with another’s', () => {
    const history = new History();
    const request = { computeEnvironmentName: 'render' };
    history.call(attacker, { time: at, name: 'CreateComputeEnvironment', source: 'batch', request });
    const found = classes(history, [
      thing('batch-compute-environments', 'render', null),
      thing('batch-compute-environments', 'nightly', null),
      group(`render-asg-${uuid}`),
      group(`nightly-asg-${uuid}`, night - 9 * day),
      group(`render-web-asg-${uuid}`),
    ]);
    const rogue = Object.keys(found).filter((id) => found[id]?.class === 'rogue');
    expect(rogue.sort()).toEqual(['render', `render-asg-${uuid}`]);
  });
});

describe('what an EMR cluster launched', () => {
  const part = (id: string, cluster: string, members: string[] = [], createdAt = at): Resource =>
    thing('emr-clusters', id, createdAt, [
      { kind: 'cluster', id: cluster },
      ...members.map((one): Link => ({ kind: 'instance', id: one })),
    ]);
  const launched = (history: History, tags: Record<string, string>): string => {
    const id = history.id('i-0');
    const response = { instancesSet: { items: [{ instanceId: id, instanceType: 'p4d.24xlarge' }] } };
    history.service('elasticmapreduce', { time: at + minute, name: 'RunInstances', request: {}, response });
    const one = thing('ec2-instances', id, at + minute);
    history.instances.push({ ...one, type: 'instance', state: 'running', tags });
    return id;
  };
  const tag = 'aws:elasticmapreduce:job-flow-id';
  const theirs = thing('emr-clusters', 'j-THEIRS000000', night - 9 * day);

  it('goes with the cluster, by the tag that AWS alone sets', () => {
    const history = new History();
    const instances = {
      instanceCount: 5,
      masterInstanceType: 'm5.xlarge',
      slaveInstanceType: 'p4d.24xlarge',
    };
    const [request, response] = [{ instances }, { jobFlowId: 'j-GPU0000000000' }];
    history.call(attacker, { time: at, name: 'RunJobFlow', source: 'elasticmapreduce', request, response });
    const own = launched(history, { [tag]: 'j-GPU0000000000' });
    const other = launched(history, { [tag]: theirs.id });
    const named = launched(history, { 'elasticmapreduce:job-flow-id': 'j-GPU0000000000' });
    const gpu = thing('emr-clusters', 'j-GPU0000000000', at);
    const found = classes(history, [gpu, part('ig-GPU00000', gpu.id), theirs, ...history.instances]);
    expect(found[gpu.id]).toMatchObject({ class: 'rogue', tiedTo: ci.key });
    expect(found['ig-GPU00000']).toMatchObject({ class: 'rogue', rule: 'launcher.of-misuse' });
    expect(found[own]).toMatchObject({ class: 'rogue', rule: 'launcher.of-misuse' });
    for (const id of [theirs.id, other, named]) expect(found[id]?.class).toBe('not-tied');
  });

  it('in an innocent’s cluster goes with the group that was added to it, and nothing else there', () => {
    const history = new History();
    history.call(attacker, {
      ...{ time: at, name: 'AddInstanceGroups', source: 'elasticmapreduce' },
      request: { jobFlowId: theirs.id, instanceGroups: [{ instanceType: 'p4d.24xlarge', instanceCount: 4 }] },
      response: { jobFlowId: theirs.id, instanceGroupIds: ['ig-ADDED00000'] },
    });
    const added = launched(history, { [tag]: theirs.id });
    const other = launched(history, { [tag]: theirs.id });
    const found = classes(history, [
      theirs,
      part('ig-ADDED00000', theirs.id, [added]),
      part('ig-WORKERS000', theirs.id, [other], night - 9 * day),
      ...history.instances,
    ]);
    const rogue = Object.keys(found).filter((id) => found[id]?.class === 'rogue');
    expect(rogue.sort()).toEqual(['ig-ADDED00000', added].sort());
  });

  it('is judged by what was asked for: a habit of small clusters is none of large ones', () => {
    const history = new History();
    const ask = (time: number, by: Caller, count: number, id: string): void => {
      const instances = { instanceGroups: [{ instanceType: 'm5.large', instanceCount: count }] };
      const [request, response] = [{ name: 'etl', instances }, { jobFlowId: id }];
      history.call(by, { time, name: 'RunJobFlow', source: 'elasticmapreduce', request, response });
    };
    const home: Caller = { key: ci.key, user: 'ci', ip: ci.ip, agent: ci.agent };
    for (let before = 18; before > 0; before -= 1)
      ask(night - before * day, home, 3, `j-OLD${before}0000000`);
    ask(at, home, 400, 'j-LARGE00000000');
    const found = classes(history, [thing('emr-clusters', 'j-LARGE00000000', at)]);
    expect(found['j-LARGE00000000']?.class).not.toBe('own');
  });
});

describe('what a CloudFormation stack made', () => {
  const arn = 'arn:aws:cloudformation:us-east-1:111122223333:stack/web-2/1';
  const stack = (): Resource => {
    const one = thing('cloudformation-stacks', 'web-2', at);
    one.properties['arn'] = arn;
    return one;
  };
  const made = (history: History, by: Caller, invokedBy?: string): Resource => {
    const [id = ''] = history.run(by, at + 5000, { type: 'g5.12xlarge' });
    if (invokedBy !== undefined)
      Object.assign(history.records.at(-1)?.['userIdentity'] as object, { invokedBy });
    const one = history.instances.at(-1) as Resource;
    one.tags['aws:cloudformation:stack-id'] = arn;
    expect(one.id).toBe(id);
    return one;
  };
  const create = (history: History, name = 'CreateStack', more = {}): void => {
    const request = { stackName: 'web-2', ...more };
    history.call(attacker, { time: at, name, source: 'cloudformation', request });
  };
  const service = (session: string): Caller => ({
    ...ops,
    key: session,
    role: 'service',
    session: 'AWSCloudFormation',
  });

  it('is the incident’s, whoever the service acted as', () => {
    const history = new History();
    create(history);
    const one = made(history, service('ASIACLOUDFORMATION00'), 'cloudformation.amazonaws.com');
    const found = classes(history, [stack(), one]);
    expect(found['web-2']).toMatchObject({ class: 'rogue' });
    expect(found[one.id]).toMatchObject({ class: 'rogue', rule: 'launcher.of-misuse' });
  });

  it('is none of it where a person launched it, or where the stack is somebody else’s', () => {
    const history = new History();
    create(history);
    const theirs = made(history, ops);
    expect(classes(history, [stack(), theirs])[theirs.id]?.class).toBe('not-tied');
    const others = new History();
    const again = made(others, service('ASIACLOUDFORMATION00'), 'cloudformation.amazonaws.com');
    expect(classes(others, [stack(), again])[again.id]?.class).toBe('not-tied');
  });

  it('keeps the stack from being deleted where others’ things were put into it', () => {
    const history = new History();
    create(history);
    create(history, 'CreateChangeSet', { changeSetType: 'IMPORT', changeSetName: 'in' });
    const found = classes(history, [stack()])['web-2'];
    expect(found).toMatchObject({ class: 'held', rule: 'launcher.took-in' });
    expect(found?.reasons[0]).toContain('it would go too');
  });
});

describe('the table of launchers', () => {
  it('names plays, and is the page in the documentation', async () => {
    const ids = new Set<string>([...plays.map(({ id }) => id), 'any']);
    for (const { launcher, of } of launchEdges)
      expect([ids.has(launcher), ids.has(of)]).toEqual([true, true]);
    const rows = launchEdges.map(
      ({ launcher, of, shownBy, rehearsed: { scenario, by } }) =>
        `| \`${launcher}\` | \`${of}\` | ${shownBy} | \`${scenario}\`, by ${by} |`,
    );
    const page = `# Who launches for whom

Taint goes down these edges, and containing begins at the top: from src/facts/launchers.ts; \`npx vitest run
test/detect/launchers -u\` writes it anew.

| launcher | launches | shown by | rehearsed in |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
    await expect(page).toMatchFileSnapshot('../../docs/launchers.md');
  });

  it.each(launchEdges.map((edge) => [`${edge.launcher} → ${edge.of}`, edge] as const))(
    'has a scenario of %s, with innocents on the same edge',
    async (_, { launcher, of, rehearsed: { scenario: name, by } }) => {
      const { scenario } = await loadScenario(name, 'fixtures/scenarios');
      expect(scenario.plays).toContain(launcher);
      const others = scenario.history.filter((one) => one.as !== scenario.incident.key);
      const calls = (list: readonly object[]): unknown[] =>
        list.map((one) => ('call' in one ? one.call : null));
      expect(calls(others), `${of} of innocents`).toContain(by);
      expect(calls(scenario.attacker?.steps ?? [])).toContain(by);
    },
  );
});

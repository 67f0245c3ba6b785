import { describe, expect, it } from 'vitest';
import { autoScalingGroups } from '../../src/plays/ec2/auto-scaling-groups.js';
import { ec2Instances } from '../../src/plays/ec2/ec2-instances.js';
import { ecsServices } from '../../src/plays/containers/ecs-services.js';
import { spotRequests } from '../../src/plays/ec2/spot-requests.js';
import { calls, context, event, finding, found, originOf, refusal, resource } from './make.js';

const sizes = { minSize: 20, maxSize: 999, desiredCapacity: 20, suspendedProcesses: [] };
const group = (over: object = {}) =>
  finding(resource('auto-scaling-groups', 'miners', { properties: { ...sizes, ...over } }));

describe('Auto Scaling groups', () => {
  it('are suspended and set to 0, and the undo has the sizes that were', () => {
    const [suspend, zero] = autoScalingGroups.contain(group(), context());
    expect(calls([suspend, zero].filter((action) => action !== undefined))).toEqual([
      ['SuspendProcesses', { AutoScalingGroupName: 'miners' }],
      [
        'UpdateAutoScalingGroup',
        { AutoScalingGroupName: 'miners', MinSize: 0, MaxSize: 0, DesiredCapacity: 0 },
      ],
    ]);
    expect(zero?.after).toEqual([suspend?.id]);
    expect(zero?.undo).toMatchObject({
      calls: [{ input: { AutoScalingGroupName: 'miners', MinSize: 20, MaxSize: 999, DesiredCapacity: 20 } }],
    });
    expect(suspend?.undo).toMatchObject({ calls: [{ input: { AutoScalingGroupName: 'miners' } }] });
  });

  it('get back only the processes that ran', () => {
    const [suspend] = autoScalingGroups.contain(group({ suspendedProcesses: ['AZRebalance'] }), context());
    const undo = suspend?.undo as unknown as { calls: { input: { ScalingProcesses: string[] } }[] };
    expect(undo.calls[0]?.input.ScalingProcesses).toContain('Launch');
    expect(undo.calls[0]?.input.ScalingProcesses).not.toContain('AZRebalance');
  });

  it('are set to 0 even where suspending is refused', () => {
    const [suspend, zero] = autoScalingGroups.contain(group(), context());
    const denied = refusal('AccessDenied', 'no');
    expect(autoScalingGroups.remedy?.(suspend as never, denied, context())).toEqual([]);
    expect(autoScalingGroups.remedy?.(zero as never, denied, context())).toBeNull();
  });

  describe('into which instances of others were attached', () => {
    const member = (id: string, over: object = {}) =>
      finding(resource('ec2-instances', id, { type: 'instance' }), over);
    const links = ['i-own', 'i-mine', 'i-theirs'].map((id) => ({ kind: 'instance' as const, id }));
    const holding = { ...group(), resource: { ...group().resource, links } };
    const others = [
      member('i-own', { class: 'own' }),
      member('i-mine', { class: 'rogue' }),
      member('i-theirs', { class: 'not-tied' }),
    ];

    it('are emptied of them before they are set to 0, and only then', () => {
      const actions = autoScalingGroups.contain(holding, context({ findings: [holding, ...others] }));
      expect(calls(actions)).toEqual([
        ['SuspendProcesses', { AutoScalingGroupName: 'miners' }],
        ['UpdateAutoScalingGroup', { AutoScalingGroupName: 'miners', MinSize: 0 }],
        [
          'DetachInstances',
          {
            AutoScalingGroupName: 'miners',
            InstanceIds: ['i-own', 'i-theirs'],
            ShouldDecrementDesiredCapacity: true,
          },
        ],
        [
          'UpdateAutoScalingGroup',
          { AutoScalingGroupName: 'miners', MinSize: 0, MaxSize: 0, DesiredCapacity: 0 },
        ],
      ]);
      const [suspend, free, detach, zero] = actions;
      expect(zero?.after).toEqual([suspend?.id, free?.id, detach?.id]);
    });

    it('are neither set to 0 where suspending is refused, nor removed, while one of them is in doubt', () => {
      const findings = [holding, ...others, member('i-own', { class: 'held' })];
      const asked = context({ findings }, { evict: 'remove' });
      const actions = autoScalingGroups.contain(holding, asked);
      expect(calls(actions).map(([operation]) => operation)).not.toContain('DeleteAutoScalingGroup');
      const [suspend] = actions;
      const denied = refusal('AccessDenied', 'no');
      expect(autoScalingGroups.remedy?.(suspend as never, denied, asked)).toBeNull();
    });
  });

  it('at 0 need nothing', () => {
    const zero = group({ maxSize: 0, desiredCapacity: 0, minSize: 0 });
    expect(autoScalingGroups.verify(zero.resource)).toBe(true);
    expect(autoScalingGroups.contain(zero, context())).toEqual([]);
  });

  it('are deleted only on request, after everything else, and never an innocent’s', () => {
    const asked = context({}, { evict: 'remove' });
    const remove = ['DeleteAutoScalingGroup', { AutoScalingGroupName: 'miners', ForceDelete: true }];
    expect(calls(autoScalingGroups.contain(group(), asked)).at(-1)).toEqual(remove);
    expect(autoScalingGroups.contain(group(), asked).at(-1)?.phase).toBe('terminate');
    expect(calls(autoScalingGroups.contain(group({ maxSize: 0, desiredCapacity: 0 }), asked))).toEqual([
      remove,
    ]);
    expect(autoScalingGroups.contain({ ...group(), class: 'tampered' }, asked)).toEqual([]);
  });

  it('of innocents get back the sizes they had, never 0', () => {
    const tampered = { ...group(), class: 'tampered' as const };
    expect(autoScalingGroups.contain(tampered, context())).toEqual([]);
    expect(
      calls(autoScalingGroups.contain({ ...tampered, before: { MaxSize: 4, MinSize: 20 } }, context())),
    ).toEqual([['UpdateAutoScalingGroup', { AutoScalingGroupName: 'miners', MaxSize: 4 }]]);
    const hostile = { ...tampered, before: { MaxSize: 'many', LaunchTemplate: {} } };
    expect(autoScalingGroups.contain(hostile, context())).toEqual([]);
  });

  describe('of innocents that were made larger', () => {
    const ids = ['i-a', 'i-b', 'i-c', 'i-d', 'i-unseen'];
    const web = (properties: object = {}) => ({
      ...group({ minSize: 5, desiredCapacity: 5, maxSize: 200, ...properties }),
      class: 'tampered' as const,
      before: { MinSize: 1, DesiredCapacity: 2, MaxSize: 8 },
    });
    const holding = (properties: object = {}) => {
      const of = web(properties);
      const links = ids.map((id) => ({ kind: 'instance' as const, id }));
      return { ...of, resource: { ...of.resource, links } };
    };
    const member = (id: string, classed: 'rogue' | 'held' | 'not-tied') =>
      finding(resource('ec2-instances', id, { type: 'instance' }), { class: classed });
    const findings = [
      member('i-a', 'not-tied'),
      member('i-b', 'held'),
      member('i-c', 'rogue'),
      member('i-d', 'held'),
    ];
    const restored = {
      AutoScalingGroupName: 'miners',
      MinSize: 1,
      DesiredCapacity: 2,
      MaxSize: 8,
    };

    it('get their sizes back only once all that is not the incident’s is protected from scale-in', () => {
      const [protect, sizes, ...more] = autoScalingGroups.contain(holding(), context({ findings }));
      expect(more).toEqual([]);
      expect(protect?.input).toEqual({
        AutoScalingGroupName: 'miners',
        InstanceIds: ['i-a', 'i-b', 'i-d', 'i-unseen'],
        ProtectedFromScaleIn: true,
      });
      expect(protect?.undo).toMatchObject({ calls: [{ input: { ProtectedFromScaleIn: false } }] });
      expect(sizes?.input).toEqual(restored);
      expect(sizes?.after).toEqual([protect?.id]);
      // Refused, the sizes stay as they are: what is in doubt is worth more than the cost.
      const denied = refusal('AccessDenied', 'no');
      expect(autoScalingGroups.remedy?.(protect as never, denied, context({ findings })) ?? null).toBeNull();
    });

    it('say in the plan what Auto Scaling then does with how many', () => {
      const [protect, sizes] = autoScalingGroups.contain(holding(), context({ findings }));
      expect(protect?.causes?.[0]).toMatch(/passes over them until that is taken back/);
      expect(sizes?.causes).toEqual([
        'Auto Scaling terminates 1 of the incident’s instances in miners.',
        '2 instances beyond the size of miners go on running, until you decide.',
      ]);
    });

    it('are not protected a second time, nor where nothing would be ended', () => {
      const protectedFromScaleIn = ['i-a', 'i-b', 'i-d', 'i-unseen'];
      const again = autoScalingGroups.contain(holding({ protectedFromScaleIn }), context({ findings }));
      expect(calls(again)).toEqual([['UpdateAutoScalingGroup', restored]]);
      const [only, ...more] = autoScalingGroups.contain(web(), context({ findings }));
      expect(more).toEqual([]);
      expect(only?.causes).toEqual(['Auto Scaling launches 2 more instances in miners.']);
    });
  });

  it('are tied by name, with the sizes that each event set', () => {
    const update = event({
      source: 'autoscaling.amazonaws.com',
      name: 'UpdateAutoScalingGroup',
      request: { autoScalingGroupName: 'web', maxSize: 999, tags: [{}] },
    });
    expect(originOf(autoScalingGroups, update)).toEqual([{ effect: 'changed', ids: ['web'] }]);
    expect(autoScalingGroups.origin.find(({ name }) => name === update.name)?.sets?.(update)).toEqual({
      MaxSize: 999,
    });
  });
});

describe('Spot requests', () => {
  const request = (id: string, over: object = {}) => ({
    SpotInstanceRequestId: id,
    Type: 'persistent',
    State: 'active',
    ...over,
  });

  it('are cancelled where they would launch again: persistent or open ones', async () => {
    const resources = await found(spotRequests, {
      DescribeSpotInstanceRequests: {
        SpotInstanceRequests: [
          request('sir-b'),
          request('sir-a', { Type: 'one-time', State: 'open' }),
          request('sir-c', { Type: 'one-time' }),
          request('sir-d', { State: 'disabled' }),
          request('sir-e', { State: 'cancelled' }),
        ],
      },
    });
    const findings = resources.map((one) => finding(one));
    expect(calls(spotRequests.containAll?.(findings, context()) ?? [])).toEqual([
      ['CancelSpotInstanceRequests', { SpotInstanceRequestIds: ['sir-a', 'sir-b', 'sir-d'] }],
    ]);
    expect(resources.filter((one) => spotRequests.verify(one)).map(({ id }) => id)).toEqual([
      'sir-c',
      'sir-e',
    ]);
  });

  it('are tied to RequestSpotInstances and to RunInstances', () => {
    for (const name of ['RequestSpotInstances', 'RunInstances']) {
      const made = event({
        source: 'ec2.amazonaws.com',
        name,
        response: { set: { items: [{ spotInstanceRequestId: 'sir-abc123' }] } },
      });
      expect(originOf(spotRequests, made)).toEqual([{ effect: 'made', ids: ['sir-abc123'] }]);
    }
  });
});

describe('services of ECS that were changed', () => {
  const service = (properties: object, before: Record<string, string | number>) => ({
    ...finding(resource('ecs-services', 'c/web', { properties: { desiredCount: 30, ...properties } })),
    class: 'tampered' as const,
    before,
  });
  const causes = (of: ReturnType<typeof service>) => ecsServices.contain(of, context())[0]?.causes;

  it('say what ECS does to their tasks when they are put back', () => {
    expect(causes(service({}, { desiredCount: 4 }))).toEqual([
      'ECS stops 26 tasks of c/web, and chooses which, held ones among them.',
    ]);
    expect(causes(service({ desiredCount: 0 }, { desiredCount: 4 }))).toEqual([
      'ECS starts 4 more tasks of c/web.',
    ]);
    expect(causes(service({ taskDefinition: 'web:9' }, { taskDefinition: 'web:3' }))).toEqual([
      'ECS replaces every running task of c/web.',
    ]);
  });
});

describe('instances of a group that goes on', () => {
  const links = [{ kind: 'auto-scaling-group' as const, id: 'miners' }];
  const member = finding(resource('ec2-instances', 'i-a', { type: 'instance', links }));
  const causes = (classed: 'rogue' | 'tampered') =>
    ec2Instances
      .containAll?.([member], context({ findings: [member, { ...group(), class: classed }] }))
      .flatMap((action) => action.causes ?? []);

  it('are told to be replaced by it, and those of the incident’s own group not', () => {
    expect(causes('tampered')).toEqual([
      'Auto Scaling group miners, which goes on, launches another for each of its instances that ends below its size.',
    ]);
    expect(causes('rogue')).toEqual([]);
  });
});

describe('daemon services of ECS', () => {
  const described = (placementConstraints: object[]) => ({
    ListClusters: { clusterArns: ['arn:aws:ecs:eu-west-1:111122223333:cluster/c'] },
    ListServices: { serviceArns: ['arn:aws:ecs:eu-west-1:111122223333:service/c/d'] },
    DescribeServices: {
      services: [{ serviceName: 'd', status: 'ACTIVE', schedulingStrategy: 'DAEMON', placementConstraints }],
    },
  });
  const theirs = { type: 'memberOf', expression: 'attribute:ecs.instance-type =~ p3.*' };

  it('have no count to set: no instance may run their tasks, and the undo has the constraints that were', async () => {
    const [daemon] = await found(ecsServices, described([theirs]));
    expect(daemon?.live).toBe(true);
    const [action] = ecsServices.contain(finding(daemon as never), context());
    const constraints = action?.input['placementConstraints'];
    expect(constraints).toEqual([
      { type: 'memberOf', expression: expect.stringContaining('exists') as string },
    ]);
    expect(action?.undo).toMatchObject({ calls: [{ input: { placementConstraints: [theirs] } }] });
    const [contained] = await found(ecsServices, described(constraints as object[]));
    expect(contained?.live).toBe(false);
    expect(ecsServices.contain(finding(contained as never), context())).toEqual([]);
  });
});

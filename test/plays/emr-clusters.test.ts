import { describe, expect, it } from 'vitest';
import { emrClusters } from '../../src/plays/hosting/emr-clusters.js';
import { calls, context, event, finding, now, originOf, resource } from './make.js';

const source = 'elasticmapreduce.amazonaws.com';
const cluster = (over: object = {}) =>
  finding(resource('emr-clusters', 'j-1AAAAAAAAAAAA', { type: 'EMR cluster', ...over }));
const links = [
  { kind: 'cluster' as const, id: 'j-1AAAAAAAAAAAA' },
  ...['i-old', 'i-unseen', 'i-new-1', 'i-new-2'].map((id) => ({ kind: 'instance' as const, id })),
];
const group = (over: object = {}, properties: object = { count: 4 }) =>
  finding(
    resource('emr-clusters', 'ig-1AAAAAAAAAAAA', {
      type: 'EMR instance group',
      links,
      properties: { ...properties },
    }),
    over,
  );
const since = now - 600_000;
const change = {
  ...{ eventId: null, name: 'ModifyInstanceGroups', source, region: 'eu-west-1', time: since },
  ...{ accessKeyId: null, principal: null },
};
const instance = (id: string, createdAt: number) =>
  finding(resource('ec2-instances', id, { type: 'instance', createdAt }), { class: 'not-tied' });
const instances = [
  instance('i-old', since - 60_000),
  instance('i-new-1', since + 60_000),
  instance('i-new-2', since + 60_000),
];
const tampered = (before: number | null) =>
  group({
    class: 'tampered',
    evidence: [change],
    before: before === null ? null : { 'ig-1AAAAAAAAAAAA': before },
  });
const plan = (before: number | null) =>
  emrClusters.contain(tampered(before), context({ findings: [tampered(before), ...instances] }));

describe('EMR clusters', () => {
  it('are terminated, protected ones too, with their groups', () => {
    const [clear, end] = emrClusters.contain(cluster({ properties: { protected: true } }), context());
    expect(calls([clear as never, end as never])).toEqual([
      ['SetTerminationProtection', { JobFlowIds: ['j-1AAAAAAAAAAAA'], TerminationProtected: false }],
      ['TerminateJobFlows', { JobFlowIds: ['j-1AAAAAAAAAAAA'] }],
    ]);
    expect(end?.after).toEqual([clear?.id]);
    const its = context({ findings: [cluster(), group()] });
    expect(emrClusters.contain(group(), its)).toEqual([]);
    expect(emrClusters.goesWith?.(group(), its)).toBe(true);
  });

  it('of others live on, and lose the group or fleet that was added', () => {
    const its = context({ findings: [{ ...cluster(), class: 'not-tied' }, group()] });
    expect(emrClusters.goesWith?.(group(), its)).toBe(false);
    const [empty, ...more] = emrClusters.contain(group(), its);
    expect(more).toEqual([]);
    const set = (InstanceCount: number) => ({
      ClusterId: 'j-1AAAAAAAAAAAA',
      InstanceGroups: [{ InstanceGroupId: 'ig-1AAAAAAAAAAAA', InstanceCount }],
    });
    expect(empty).toMatchObject({ operation: 'ModifyInstanceGroups', input: set(0) });
    expect(empty?.undo).toMatchObject({ calls: [{ input: set(4) }] });
    const fleet = finding(
      resource('emr-clusters', 'if-1AAAAAAAAAAAA', {
        ...{ type: 'EMR instance fleet', links },
        properties: { onDemand: 3, spot: 1 },
      }),
    );
    expect(calls(emrClusters.contain(fleet, its))).toEqual([
      [
        'ModifyInstanceFleet',
        {
          ClusterId: 'j-1AAAAAAAAAAAA',
          InstanceFleet: {
            InstanceFleetId: 'if-1AAAAAAAAAAAA',
            TargetOnDemandCapacity: 0,
            TargetSpotCapacity: 0,
          },
        },
      ],
    ]);
  });

  it('get an enlarged group back to its earlier count, and end only what was launched since', () => {
    const [resized] = plan(2);
    expect(resized?.input).toEqual({
      ClusterId: 'j-1AAAAAAAAAAAA',
      InstanceGroups: [
        {
          InstanceGroupId: 'ig-1AAAAAAAAAAAA',
          InstanceCount: 2,
          ShrinkPolicy: {
            InstanceResizePolicy: {
              InstancesToProtect: ['i-old', 'i-unseen'],
              InstancesToTerminate: ['i-new-1', 'i-new-2'],
            },
          },
        },
      ],
    });
    // Of four, two were there before: a lower count was set long ago, and a scaling policy moved it.
    expect(plan(1)[0]?.input).toMatchObject({ InstanceGroups: [{ InstanceCount: 2 }] });
    expect(plan(9)[0]?.input).toEqual({
      ClusterId: 'j-1AAAAAAAAAAAA',
      InstanceGroups: [{ InstanceGroupId: 'ig-1AAAAAAAAAAAA', InstanceCount: 9 }],
    });
  });

  it('keep a group of which nobody knows how it was, and do not call it restored', () => {
    expect(plan(4)).toEqual([]);
    expect(emrClusters.restored?.(tampered(4))).toBe(true);
    expect(plan(null)).toEqual([]);
    expect(emrClusters.restored?.(tampered(null))).toBe(false);
  });

  it('reads ids and counts of clusters, groups and fleets off the trail', () => {
    const of = (name: string, request: object, response: object = {}) =>
      originOf(emrClusters, event({ source, name, request: request as never, response: response as never }));
    expect(of('RunJobFlow', { name: 'x' }, { jobFlowId: 'j-2WDJCGEG4E6AJ' })).toEqual([
      { effect: 'made', ids: ['j-2WDJCGEG4E6AJ'] },
    ]);
    expect(of('TerminateJobFlows', { jobFlowIds: ['j-2WDJCGEG4E6AJ'] })).toEqual([
      { effect: 'undone', ids: ['j-2WDJCGEG4E6AJ'] },
    ]);
    const request = { instanceGroups: [{ instanceCount: 2 }, { instanceCount: 5 }] };
    const response = { jobFlowId: 'j-2WDJCGEG4E6AJ', instanceGroupIds: ['ig-AAAAAAAA', 'ig-BBBBBBBB'] };
    const added = event({ source, name: 'AddInstanceGroups', request, response });
    expect(originOf(emrClusters, added)).toEqual([{ effect: 'made', ids: ['ig-AAAAAAAA', 'ig-BBBBBBBB'] }]);
    const rule = emrClusters.origin.find(({ name }) => name === 'AddInstanceGroups');
    expect(rule?.sets?.(added)).toEqual({ 'ig-AAAAAAAA': 2, 'ig-BBBBBBBB': 5 });
    const one = [{ instanceGroupId: 'ig-AAAAAAAA', instanceCount: 20 }];
    expect(of('ModifyInstanceGroups', { instanceGroups: one })).toEqual([
      { effect: 'changed', ids: ['ig-AAAAAAAA'] },
    ]);
    expect(of('AddInstanceFleet', {}, { instanceFleetId: 'if-CCCCCCCC' })).toEqual([
      { effect: 'made', ids: ['if-CCCCCCCC'] },
    ]);
  });
});

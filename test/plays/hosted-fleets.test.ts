import { describe, expect, it } from 'vitest';
import { gameliftFleets } from '../../src/plays/hosting/gamelift-fleets.js';
import { sagemakerClusters } from '../../src/plays/machine-learning/sagemaker-clusters.js';
import { calls, context, event, finding, originOf, resource } from './make.js';

const uuid = '00000000-0000-4000-8000-000000000001';
const fleet = finding(resource('gamelift-fleets', `fleet-${uuid}`));
const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:cluster/abcdefghij12';
const cluster = finding(resource('sagemaker-clusters', 'abcdefghij12', { properties: { name: 'hp', arn } }));

describe('GameLift fleets', () => {
  it('are deleted; an innocent’s that was enlarged is told, and never called restored', () => {
    expect(calls(gameliftFleets.contain(fleet, context()))).toEqual([
      ['DeleteFleet', { FleetId: `fleet-${uuid}` }],
    ]);
    const tampered = { ...fleet, class: 'tampered' as const };
    expect(gameliftFleets.contain(tampered, context())).toEqual([]);
    expect(gameliftFleets.restored?.(tampered)).toBe(false);
  });

  it('are known by the id of the answer, and by id or ARN in a request', () => {
    const of = (name: string, request: object, response: object | null = null) =>
      originOf(
        gameliftFleets,
        event({
          ...{ source: 'gamelift.amazonaws.com', name },
          ...{ request: request as never, response: response as never },
        }),
      );
    // A name or a description is its caller's to choose.
    const made = of(
      'CreateFleet',
      { name: 'fleet-theirs' },
      { fleetAttributes: { fleetId: `fleet-${uuid}` } },
    );
    expect(made).toEqual([{ effect: 'made', ids: [`fleet-${uuid}`] }]);
    const fleetId = `arn:aws:gamelift:eu-west-1:111122223333:fleet/fleet-${uuid}`;
    expect(of('UpdateFleetCapacity', { fleetId, desiredInstances: 90 })).toEqual([
      { effect: 'changed', ids: [`fleet-${uuid}`] },
    ]);
    expect(of('DeleteFleet', { fleetId: `fleet-${uuid}` })).toEqual([
      { effect: 'undone', ids: [`fleet-${uuid}`] },
    ]);
  });
});

describe('HyperPod clusters', () => {
  it('are deleted by their ARN; an innocent’s that was changed is told', () => {
    expect(calls(sagemakerClusters.contain(cluster, context()))).toEqual([
      ['DeleteCluster', { ClusterName: arn }],
    ]);
    const tampered = { ...cluster, class: 'tampered' as const };
    expect(sagemakerClusters.contain(tampered, context())).toEqual([]);
    expect(sagemakerClusters.restored?.(tampered)).toBe(false);
  });

  it('are known by the ARN of each answer, whatever the request calls them', () => {
    for (const [name, clusterName, effect] of [
      ['CreateCluster', 'hp', 'made'],
      ['UpdateCluster', arn, 'changed'],
      ['DeleteCluster', 'hp', 'undone'],
    ] as const) {
      const more = { request: { clusterName }, response: { clusterArn: arn } };
      expect(
        originOf(sagemakerClusters, event({ source: 'sagemaker.amazonaws.com', name, ...more })),
      ).toEqual([{ effect, ids: ['abcdefghij12'] }]);
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/aws/index.js';
import type { Finding } from '../../src/model/incident.js';
import { ec2Instances as play } from '../../src/plays/ec2/ec2-instances.js';
import { calls, context, event, finding, found, launch, originOf, refusal, resource } from './make.js';

const id = (n: number): string => `i-0000000000000${String(n).padStart(4, '0')}`;
function instance(
  n: number,
  zone = 'eu-west-1a',
  over: Partial<Finding> = {},
  lifecycle = 'on-demand',
): Finding {
  return finding(
    resource(play.id, id(n), {
      properties: { availabilityZone: zone, lifecycle },
      links: [{ kind: 'reservation', id: `r-${Math.floor(n / 10)}` }],
    }),
    over,
  );
}
function protectedBy(attribute: string, n: number) {
  return refusal(
    'OperationNotPermitted',
    `The instance '${id(n)}' may not be terminated. Modify its '${attribute}' instance attribute and try again.`,
  );
}

describe('instances', () => {
  it('are asked for by id at most 1000 in a call, and all of them', async () => {
    const asked: number[] = [];
    const reader = {
      call: (
        _service: string,
        _operation: string,
        _region: string,
        { InstanceIds }: { InstanceIds: string[] },
      ) => {
        asked.push(InstanceIds.length);
        return Promise.resolve({
          Reservations: [{ Instances: InstanceIds.map((InstanceId) => ({ InstanceId })) }],
        });
      },
    } as unknown as Reader;
    const ids = Array.from({ length: 2500 }, (_, n) => id(n));
    const found = (await play.findById?.(reader, 'us-east-1', ids)) ?? [];
    expect(asked.sort()).toEqual([1000, 1000, 500]);
    expect(found.map((one) => one.id).sort()).toEqual([...ids].sort());
  });

  it('are terminated by zone, at most 1000 in a call', () => {
    const many = Array.from({ length: 1001 }, (_, n) => instance(n));
    const actions = play.containAll?.([...many, instance(5000, 'eu-west-1b')], context()) ?? [];
    expect(actions.map(({ input }) => (input['InstanceIds'] as string[]).length)).toEqual([1000, 1, 1]);
    expect(
      actions.every(({ operation, after }) => operation === 'TerminateInstances' && after.length === 0),
    ).toBe(true);
  });

  it('of innocents are left alone when tampered with, and those that are going need nothing', () => {
    const going = instance(1);
    going.resource.state = 'shutting-down';
    expect(play.containAll?.([instance(2, 'a', { class: 'tampered' }), going], context())).toEqual([]);
  });

  it('of innocents that the incident started are stopped again, and an undo starts them', () => {
    const started = instance(2, 'a', { class: 'tampered', before: { state: 'stopped' } });
    const [action, ...others] = play.containAll?.([started], context()) ?? [];
    const call = { operation: 'StopInstances', input: { InstanceIds: [id(2)] } };
    expect(others).toEqual([]);
    expect(action).toMatchObject({ ...call, phase: 'stop', before: { [id(2)]: 'running' } });
    expect(action?.undo).toMatchObject({ calls: [{ operation: 'StartInstances', input: call.input }] });
    started.resource.state = 'stopping';
    expect(play.containAll?.([started], context())).toEqual([]);
  });

  it('that the incident started are stopped one by one where AWS refuses one of them', () => {
    const findings = [1, 2].map((n) => instance(n, 'a', { class: 'tampered', before: { state: 'stopped' } }));
    const c = context({ findings });
    const [both] = play.containAll?.(findings, c) ?? [];
    const refused = refusal('OperationNotPermitted', `The instance '${id(1)}' may not be stopped.`);
    const each = both === undefined ? null : (play.remedy?.(both, refused, c) ?? null);
    expect(calls(each)).toEqual([
      ['StopInstances', { InstanceIds: [id(1)] }],
      ['StopInstances', { InstanceIds: [id(2)] }],
    ]);
    expect(play.remedy?.(each![0]!, refused, c)).toBeNull();
  });

  it('launched with protection are unprotected first, and the others do not wait for them', () => {
    const actions =
      play.containAll?.(
        [instance(1), instance(2)],
        context({ launches: [launch({ protection: true, instanceIds: [id(2)] })] }),
      ) ?? [];
    expect(calls(actions)).toEqual([
      ['TerminateInstances', { InstanceIds: [id(1)] }],
      ['ModifyInstanceAttribute', { InstanceId: id(2), DisableApiTermination: { Value: false } }],
      ['TerminateInstances', { InstanceIds: [id(2)] }],
    ]);
    expect(actions[2]?.after).toEqual([actions[1]?.id]);
  });

  describe('when refused', () => {
    const findings = [instance(1), instance(2), instance(3)];
    const c = context({ findings });
    const [whole] = play.containAll?.(findings, c) ?? [];
    if (whole === undefined) throw new Error('no plan');

    it('for one that is protected, have that one unprotected, and the rest tried at once', () => {
      const actions = play.remedy?.(whole, protectedBy('disableApiStop', 2), c) ?? [];
      expect(calls(actions)).toEqual([
        ['ModifyInstanceAttribute', { InstanceId: id(2), DisableApiStop: { Value: false } }],
        ['TerminateInstances', { InstanceIds: [id(2)] }],
        ['TerminateInstances', { InstanceIds: [id(1), id(3)] }],
      ]);
      expect(actions[0]?.undo).toEqual({
        calls: [expect.objectContaining({ input: { InstanceId: id(2), DisableApiStop: { Value: true } } })],
      });
    });

    it('a second time in the zone, are all unprotected in parallel', () => {
      const [, , rest] = play.remedy?.(whole, protectedBy('disableApiTermination', 2), c) ?? [];
      if (rest === undefined) throw new Error('no rest');
      const actions = play.remedy?.(rest, protectedBy('disableApiTermination', 3), c) ?? [];
      expect(calls(actions)).toEqual([
        ['ModifyInstanceAttribute', { InstanceId: id(1), DisableApiTermination: { Value: false } }],
        ['ModifyInstanceAttribute', { InstanceId: id(3), DisableApiTermination: { Value: false } }],
        ['TerminateInstances', { InstanceIds: [id(1), id(3)] }],
      ]);
      expect(actions.slice(0, 2).every(({ after }) => after.length === 0)).toBe(true);
    });

    it('in words that name no attribute, have both cleared', () => {
      const actions = play.remedy?.(whole, refusal('OperationNotPermitted', `'${id(1)}' is protected.`), c);
      expect(
        calls(actions ?? [])
          .slice(0, 2)
          .map(([, input]) => Object.keys(input)[1]),
      ).toEqual(['DisableApiTermination', 'DisableApiStop']);
    });

    it('for ids that are gone, are tried without them', () => {
      const gone = refusal(
        'InvalidInstanceID.NotFound',
        `The instance IDs '${id(1)}, ${id(3)}' do not exist`,
      );
      expect(calls(play.remedy?.(whole, gone, c) ?? [])).toEqual([
        ['TerminateInstances', { InstanceIds: [id(2)] }],
      ]);
      const strangers = refusal('InvalidInstanceID.NotFound', `The instance ID '${id(9)}' does not exist`);
      expect(play.remedy?.(whole, strangers, c)).toBeNull();
    });

    it('for lack of permission, stay refused', () => {
      expect(play.remedy?.(whole, refusal('UnauthorizedOperation', 'no'), c)).toBeNull();
    });

    it('go on where a protection cannot be cleared: spot instances reject the attribute', () => {
      const [clear] = play.remedy?.(whole, protectedBy('disableApiTermination', 2), c) ?? [];
      if (clear === undefined) throw new Error('no clear');
      expect(play.remedy?.(clear, refusal('UnsupportedOperation', 'spot'), c)).toEqual([]);
      const spot = instance(4, 'eu-west-1a', {}, 'spot');
      const marked = context({ launches: [launch({ protection: true, instanceIds: [id(4)] })] });
      expect(calls(play.containAll?.([spot], marked) ?? [])).toEqual([
        ['TerminateInstances', { InstanceIds: [id(4)] }],
      ]);
    });
  });

  it('have snapshots taken first where asked, without being saved by a refusal of them', () => {
    const actions = play.containAll?.([instance(1)], context({}, { snapshot: true })) ?? [];
    expect(actions.map(({ operation, phase }) => [operation, phase])).toEqual([
      ['CreateSnapshots', 'record'],
      ['TerminateInstances', 'terminate'],
    ]);
    expect(actions[1]?.after).toEqual([actions[0]?.id]);
    expect(play.remedy?.(actions[0] as never, refusal('UnauthorizedOperation', 'no'), context())).toEqual([]);
  });

  it('are recorded once for each launch group', () => {
    const reads = play.record?.([instance(1), instance(2), instance(11)]) ?? [];
    expect(reads.map(({ what }) => what)).toEqual([
      'description',
      ...['user data', 'user data'],
      ...['console output', 'console output'],
      ...['screenshot', 'screenshot'],
    ]);
    expect(reads.filter(({ what }) => what === 'user data').every(({ secret }) => secret)).toBe(true);
  });

  it('are found with what they hang on, and the moment when they were made, not last started', async () => {
    const [one, none] = await found(play, {
      DescribeInstances: [
        {
          Reservations: [
            {
              ReservationId: 'r-1',
              Instances: [
                {
                  InstanceId: id(1),
                  InstanceType: 'g5.xlarge',
                  ImageId: 'ami-1',
                  State: { Name: 'stopped' },
                  LaunchTime: new Date('2026-11-23T03:00:00Z'),
                  Placement: { AvailabilityZone: 'eu-west-1c' },
                  KeyName: 'k',
                  SpotInstanceRequestId: 'sir-1',
                  InstanceLifecycle: 'spot',
                  SecurityGroups: [{ GroupId: 'sg-1' }],
                  IamInstanceProfile: { Arn: 'arn:aws:iam::1:instance-profile/path/web' },
                  NetworkInterfaces: [{ Attachment: { AttachTime: new Date('2026-11-01T00:00:00Z') } }],
                  Tags: [
                    { Key: 'aws:autoscaling:groupName', Value: 'grp' },
                    { Key: 'aws:ec2:fleet-id', Value: 'fleet-1' },
                    { Key: 'aws:ec2launchtemplate:id', Value: 'lt-1' },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(none).toBeUndefined();
    expect(one).toMatchObject({
      id: id(1),
      live: true,
      createdAt: Date.parse('2026-11-01T00:00:00Z'),
      properties: { instanceType: 'g5.xlarge', lifecycle: 'spot', reservationId: 'r-1' },
    });
    expect(one?.links.map(({ kind, id: of }) => `${kind} ${of}`)).toEqual([
      'auto-scaling-group grp',
      'fleet fleet-1',
      'spot-request sir-1',
      'launch-template lt-1',
      'instance-profile web',
      'key-pair k',
      'security-group sg-1',
      'image ami-1',
      'reservation r-1',
    ]);
  });

  it.each([
    ['items', { instancesSet: { items: [{ instanceId: id(1) }] } }],
    ['item', { instancesSet: { item: [{ instanceId: id(1) }] } }],
    ['a wrapper', { RunInstancesResponse: { instances: [{ instanceId: id(1) }] } }],
  ])('are named by RunInstances whether the set says %s', (_what, response) => {
    const run = event({ source: 'ec2.amazonaws.com', name: 'RunInstances', response });
    expect(originOf(play, run)).toEqual([{ effect: 'made', ids: [id(1)] }]);
  });

  it('are named by no RunInstances that made nothing', () => {
    expect(originOf(play, event({ source: 'ec2.amazonaws.com', name: 'RunInstances' }))).toEqual([]);
  });
});

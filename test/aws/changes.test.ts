import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { change, type InputOfChange } from '../../src/aws/changes.js';
import type { Reader } from '../../src/aws/reader.js';
import { isRead } from '../../src/aws/reads.js';
import { services } from '../../src/aws/services/index.js';
import type { Action } from '../../src/model/action.js';
import type { AwsCall, Change } from '../../src/model/aws-call.js';
import { changes, isChange } from '../../src/model/changes.js';
import { makeAction } from '../../src/plays/kit/make-action.js';
import type { Finding } from '../../src/model/incident.js';

/** `service:operation` of every client, by whether it reads. */
const known = { reads: [] as string[], changes: [] as string[] };
beforeAll(async () => {
  for (const [service, load] of Object.entries(services)) {
    for (const operation of Object.keys((await load()).commands))
      known[isRead(service, operation) ? 'reads' : 'changes'].push(`${service}:${operation}`);
  }
});

const listed = Object.entries(changes).flatMap(([service, operations]) =>
  operations.map((operation) => `${service}:${operation}`),
);

describe('the list of changes', () => {
  it('is what the clients can do besides reading, and nothing else', () => {
    // Who enters another account changes nothing there, and no action can say so.
    const others = known.changes.filter((one) => one !== 'sts:AssumeRole');
    expect([...listed].sort()).toEqual(others.sort());
  });

  it('tells a change from everything else, whatever name comes out of a file', () => {
    expect(isChange('ec2', 'TerminateInstances')).toBe(true);
    for (const [service, operation] of [
      ['iam', 'TerminateInstances'],
      ['ec2', 'DescribeInstances'],
      ['ec2', 'length'],
      ['constructor', 'name'],
      ['__proto__', 'toString'],
      ['', ''],
    ] as const)
      expect(isChange(service, operation), `${service}:${operation}`).toBe(false);
  });
});

// What must not compile: tsc fails on an expectation that is not met.
describe('a change', () => {
  const key = { UserName: 'ci', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' };

  it('is what it was made of, as plain data', () => {
    const made = change('iam', 'UpdateAccessKey', { ...key, Status: 'Inactive' });
    expect(made).toEqual({
      service: 'iam',
      operation: 'UpdateAccessKey',
      input: { ...key, Status: 'Inactive' },
    });
    expectTypeOf(made).toEqualTypeOf<Change>();
    expectTypeOf<InputOfChange<'iam', 'UpdateAccessKey'>['Status']>().toEqualTypeOf<
      'Active' | 'Expired' | 'Inactive'
    >();
  });

  it('does not compile with a wrong service', () => {
    // @ts-expect-error no such service
    change('iamm', 'UpdateAccessKey', { ...key, Status: 'Inactive' });
    // @ts-expect-error a service that is only read
    change('sts', 'GetSessionToken', {});
    // @ts-expect-error the operation of another service
    change('ec2', 'UpdateAccessKey', { ...key, Status: 'Inactive' });
  });

  it('does not compile with a wrong operation', () => {
    // @ts-expect-error no such operation
    change('ec2', 'TerminateInstance', { InstanceIds: ['i-1'] });
    // @ts-expect-error one that AWS has, and leakguard never sends
    change('iam', 'CreateUser', { UserName: 'eve' });
    // @ts-expect-error a read
    change('ec2', 'DescribeInstances', { InstanceIds: ['i-1'] });
    const anyText: string = 'TerminateInstances';
    // @ts-expect-error any text
    change('ec2', anyText, { InstanceIds: ['i-1'] });
    const putPolicy = 'PutUserPolicy' as 'PutUserPolicy' | 'PutRolePolicy';
    // @ts-expect-error one of two, with the members of one
    change('iam', putPolicy, { UserName: 'eve', PolicyName: 'p', PolicyDocument: '{}' });
  });

  it('does not compile with a wrong member', () => {
    // @ts-expect-error InstanceIds
    change('ec2', 'TerminateInstances', { InstanceId: ['i-1'] });
    // @ts-expect-error none that is needed is missing
    change('iam', 'UpdateAccessKey', { ...key });
    // @ts-expect-error nor undefined
    change('ec2', 'TerminateInstances', { InstanceIds: undefined });
    // @ts-expect-error none is too many
    change('ec2', 'TerminateInstances', { InstanceIds: ['i-1'], Forced: true });
    const held = { InstanceIds: ['i-1'], Forced: true };
    // @ts-expect-error nor in what is held elsewhere
    change('ec2', 'TerminateInstances', held);
    // @ts-expect-error nor under a name that is only known later
    change('ec2', 'TerminateInstances', { InstanceIds: ['i-1'], ['Forced' as string]: true });
    // @ts-expect-error nor deep inside
    change('ec2', 'ModifyInstanceAttribute', { InstanceId: 'i-1', DisableApiStop: { value: true } });
    const rule = { IpProtocol: '-1', IpRanges: [{ CidrIp: '192.0.2.0/24', Note: 'n' }] };
    // @ts-expect-error nor beside what is right, deep inside of what is held elsewhere
    change('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: 'sg-1', IpPermissions: [rule] });
  });

  it('does not compile with a wrong value', () => {
    // @ts-expect-error none of AWS's
    change('iam', 'UpdateAccessKey', { ...key, Status: 'Off' });
    const anyText: string = 'DISABLED';
    // @ts-expect-error any text
    change('batch', 'UpdateJobQueue', { jobQueue: 'q', state: anyText });
    // @ts-expect-error a number
    change('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: 'g', MinSize: '0' });
    // @ts-expect-error no value
    change('iam', 'DeleteUser', { UserName: null });
    // @ts-expect-error a time, which JSON does not hold
    change('scheduler', 'UpdateSchedule', { StartDate: new Date() });
  });

  it('is made in no other way, in an action, in what takes it back, or for the runner', () => {
    const raw = { service: 'ec2', operation: 'TerminateInstances', input: { InstanceIds: ['i-1'] } } as const;
    // @ts-expect-error unchecked
    const call: AwsCall = { ...raw, region: 'eu-west-1' };
    expect(call.operation).toBe('TerminateInstances');
    const play = { id: 'p', phase: 'stop' } as const;
    const plan = (findings: Finding[]): Action[] => [
      // @ts-expect-error unchecked
      makeAction(play, findings, { ...raw, title: 't', before: null, undo: { none: 'N.' } }),
      makeAction(play, findings, {
        ...change('ec2', 'TerminateInstances', raw.input),
        title: 't',
        before: null,
        // @ts-expect-error unchecked
        undo: [raw],
      }),
    ];
    expectTypeOf(plan).returns.toEqualTypeOf<Action[]>();
  });

  it('does not pass for a read', () => {
    type Reads = (reader: Reader) => Promise<unknown>;
    // @ts-expect-error a change
    const asRead: Reads = (reader) => reader.call('iam', 'DeleteUser', 'global', { UserName: 'ci' });
    expectTypeOf(asRead).toEqualTypeOf<Reads>();
  });
});

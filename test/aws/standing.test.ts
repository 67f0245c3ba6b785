import { describe, expect, it } from 'vitest';
import { AwsFailure, type FailureKind } from '../../src/aws/errors.js';
import { Standing } from '../../src/aws/standing.js';

const refusal = (kind: FailureKind, region = 'eu-south-1', operation = 'DescribeInstances') =>
  new AwsFailure(kind, 'AuthFailure', 'no', 'ec2', operation, region, null, 401, null);
const works = () => Promise.resolve();
const refused = (kind: FailureKind) => () => Promise.reject(refusal(kind));

function standing(...canaries: [service: string, repeat: () => Promise<unknown>][]): Standing {
  const made = new Standing(() => 0);
  for (const [service, repeat] of canaries) made.heard(service, 'DescribeInstances', 'eu-west-1', repeat);
  return made;
}

describe('a refused token', () => {
  it('is this region’s where another call still works, and the way out fits the credential', async () => {
    const caller = standing(['ec2', refused('token-refused')], ['iam', works]);
    const ofSession = await caller.judge(refusal('token-refused'), true);
    expect(ofSession.kind).toBe('token-refused');
    expect(ofSession.message).toMatch(/regional endpoint.*--region eu-south-1/);
    expect((await caller.judge(refusal('token-refused'), false)).message).not.toMatch(/session/);
  });

  it('is the caller’s where what worked is refused too; GetCallerIdentity is no witness', async () => {
    const caller = standing(['ec2', refused('token-refused')], ['sts', works]);
    const failure = await caller.judge(refusal('token-refused'), false);
    expect(failure.kind).toBe('credentials');
    expect(failure.message).toMatch(/ec2:DescribeInstances in eu-west-1 worked earlier in this run/);
  });

  it('is not the caller’s where the network fails', async () => {
    const caller = standing(['ec2', refused('unreachable')]);
    expect((await caller.judge(refusal('token-refused'), false)).kind).toBe('token-refused');
  });
});

describe('a denied call', () => {
  it('that worked before is a cut-off only where every other service refuses too', async () => {
    const before = refusal('denied', 'eu-west-1');
    const all = standing(['ec2', refused('denied')], ['iam', refused('denied')]);
    expect((await all.judge(before, false)).kind).toBe('credentials');
    for (const some of [
      standing(['ec2', refused('denied')], ['iam', works]),
      standing(['ec2', refused('denied')]),
    ])
      expect(await some.judge(before, false)).toBe(before);
  });

  it('that never worked is a missing permission', async () => {
    const never = refusal('denied', 'eu-west-1', 'DescribeFleets');
    const caller = standing(['ec2', refused('denied')], ['iam', refused('denied')]);
    expect(await caller.judge(never, false)).toBe(never);
  });
});

import { userOfArn } from '../../src/facts/identifiers.js';
import { describe, expect, it } from 'vitest';
import { guardCut, planCut } from '../../src/contain/cut/cut.js';
import { datedDeny, denyAhead } from '../../src/plays/iam/deny.js';
import { account, cutFacts, identity, key, now } from './builders.js';

describe('the cut', () => {
  it('disables the key first, then dates a Deny on its user a few minutes ahead', () => {
    const [first, second, ...more] = planCut(cutFacts(), now, false, now);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      operation: 'UpdateAccessKey',
      input: { UserName: 'ci', AccessKeyId: key, Status: 'Inactive' },
    });
    expect(second).toMatchObject({
      operation: 'PutUserPolicy',
      input: { UserName: 'ci', PolicyDocument: datedDeny(now + denyAhead) },
    });
  });

  it('spares the user’s other keys: its Deny holds for temporary credentials only, unless all is asked for', () => {
    const document = (all: boolean) => JSON.stringify(planCut(cutFacts(), now, all, now)[1]?.input);
    expect(document(false)).toContain('aws:TokenIssueTime');
    expect(document(true)).not.toContain('Condition');
  });

  it('does nothing where it is so already', () => {
    expect(planCut(cutFacts({ status: 'Inactive', deny: datedDeny(now) }), now + 1000, false, null)).toEqual(
      [],
    );
  });

  it('dates the Deny again where the one that stands does not reach far enough', () => {
    const [only] = planCut(cutFacts({ status: 'Inactive', deny: datedDeny(now - 60_000) }), now, false, now);
    expect(only?.operation).toBe('PutUserPolicy');
    expect(only?.undo).toMatchObject({
      calls: [{ operation: 'PutUserPolicy', input: { PolicyDocument: datedDeny(now - 60_000) } }],
    });
  });

  it('is taken back from the record; the key only by a flag of its own', () => {
    const [disable, deny] = planCut(cutFacts(), now, false, now);
    expect(disable?.undo).toMatchObject({
      needsFlag: '--reactivate-key',
      calls: [{ input: { Status: 'Active' } }],
    });
    expect(deny?.undo).toMatchObject({ calls: [{ operation: 'DeleteUserPolicy' }] });
  });

  it('plans nothing for a key whose user is not known: no name is invented', () => {
    expect(
      planCut(cutFacts({ owner: { kind: 'unknown', why: 'denied' }, status: null }), now, false, now),
    ).toEqual([]);
  });
});

describe('the guard', () => {
  const refusals = (facts: Parameters<typeof cutFacts>[0], caller = identity) =>
    guardCut(cutFacts(facts), caller).refusals.join(' ');

  it('lets another principal of the account through', () => {
    expect(guardCut(cutFacts(), identity)).toEqual({ refusals: [], doubts: [] });
  });

  it('refuses the key itself, its user, a quarantined caller and a key of another account', () => {
    expect(refusals({}, { ...identity, accessKeyId: key })).toMatch(/misused key itself/);
    expect(refusals({}, { ...identity, arn: `arn:aws:iam::${account}:user/team/ci` })).toMatch(
      /as ci, the user of the misused key/,
    );
    expect(refusals({ callerQuarantine: ['AWSCompromisedKeyQuarantineV4'] })).toMatch(/V4/);
    expect(refusals({ keyAccount: '999988887777' })).toMatch(/belongs to account 999988887777/);
  });

  it('asks again where descent cannot be told, and not where it can', () => {
    const doubts = (arn: string) => guardCut(cutFacts(), { ...identity, arn }).doubts.length;
    expect(doubts(`arn:aws:sts::${account}:assumed-role/Admin/me`)).toBe(1);
    expect(doubts(`arn:aws:sts::${account}:federated-user/me`)).toBe(1);
    expect(doubts(`arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me`)).toBe(0);
  });
});

describe('an ARN', () => {
  it('names a user only where it is a user’s', () => {
    expect(userOfArn('arn:aws:iam::1:user/path/to/ci')).toBe('ci');
    expect(userOfArn('arn:aws:sts::1:assumed-role/user/ci')).toBeNull();
    expect(userOfArn('arn:aws:iam::1:root')).toBeNull();
  });
});

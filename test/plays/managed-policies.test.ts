import { describe, expect, it } from 'vitest';
import { managedPolicies } from '../../src/plays/iam/managed-policies.js';
import { calls, context, finding, now, resource } from './make.js';

const minute = 60_000;
const arn = 'arn:aws:iam::111122223333:policy/readers';
const version = (id: string, createdAt: number) => ({ id, createdAt, document: `{"version":"${id}"}` });

/** An innocent's policy, changed by the attacker a minute ago. */
const changed = (versions: { id: string; createdAt: number }[], defaultVersion: string) =>
  finding(resource('managed-policies', arn, { properties: { versions, defaultVersion } }), {
    class: 'tampered',
    evidence: [
      {
        eventId: null,
        name: 'CreatePolicyVersion',
        source: 'iam.amazonaws.com',
        region: 'us-east-1',
        time: now - minute,
        accessKeyId: null,
        principal: null,
      },
    ],
  });
const older = [version('v1', now - 9 * minute), version('v2', now - 8 * minute)];
const theirs = version('v3', now - minute);

describe('an innocent’s managed policy', () => {
  it('gets the newest version from before the change back as its default, and the undo has the other', () => {
    const actions = managedPolicies.contain(changed([...older, theirs], 'v3'), context());
    expect(calls(actions)).toEqual([['SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: 'v2' }]]);
    expect(actions[0]?.undo).toMatchObject({ calls: [{ input: { VersionId: 'v3' } }] });
  });

  it('is as it was once that version is the default, and needs nothing more', () => {
    const restored = changed([...older, theirs], 'v2');
    expect(managedPolicies.contain(restored, context())).toEqual([]);
    expect(managedPolicies.restored?.(restored)).toBe(true);
    expect(managedPolicies.restored?.(changed([...older, theirs], 'v3'))).toBe(false);
  });

  it('keeps the attacker’s version beside it, and says so, where nothing is to be removed', () => {
    const [action] = managedPolicies.contain(changed([...older, theirs], 'v3'), context());
    expect(action?.title).toMatch(/v3 of the incident stays beside it: --evict remove deletes it/);
  });

  it('loses the attacker’s version on request, after it is the default no more, and can get it back', () => {
    const removing = context({}, { evict: 'remove' });
    const later = version('v4', now);
    const actions = managedPolicies.contain(changed([...older, theirs, later], 'v3'), removing);
    expect(calls(actions)).toEqual([
      ['SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: 'v2' }],
      ['DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v3' }],
    ]);
    expect(actions[1]?.after).toEqual([actions[0]?.id]);
    expect(actions[1]?.undo).toMatchObject({
      calls: [
        {
          operation: 'CreatePolicyVersion',
          input: { PolicyArn: arn, PolicyDocument: '{"version":"v3"}', SetAsDefault: true },
        },
      ],
    });
    const restored = managedPolicies.contain(changed([...older, theirs], 'v2'), removing);
    expect(calls(restored)).toEqual([['DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v3' }]]);
    expect(managedPolicies.contain(changed(older, 'v2'), removing)).toEqual([]);
  });

  it('is not taken for restored where no version from before is left', () => {
    const lost = changed([theirs], 'v3');
    expect(managedPolicies.contain(lost, context())).toEqual([]);
    expect(managedPolicies.restored?.(lost)).toBe(false);
    expect(managedPolicies.restored?.({ ...changed(older, 'v2'), evidence: [] })).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { managedPolicies } from '../../src/playbook/managed-policies.js';
import { calls, context, finding, now, resource } from './make.js';

const minute = 60_000;
const arn = 'arn:aws:iam::111122223333:policy/readers';
const version = (id: string, createdAt: number) => ({ id, createdAt });

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

  it('is not taken for restored where no version from before is left', () => {
    const lost = changed([theirs], 'v3');
    expect(managedPolicies.contain(lost, context())).toEqual([]);
    expect(managedPolicies.restored?.(lost)).toBe(false);
    expect(managedPolicies.restored?.({ ...changed(older, 'v2'), evidence: [] })).toBe(false);
  });
});

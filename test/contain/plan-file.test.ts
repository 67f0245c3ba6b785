import { describe, expect, it } from 'vitest';
import { callIn } from '../../src/model/aws-call.js';
import type { Action } from '../../src/model/action.js';
import { change } from '../../src/aws/changes.js';
import { moved, readPlan, sealPlan, type PlanFile } from '../../src/contain/plan/plan-file.js';

const at = Date.UTC(2026, 10, 23, 3, 10);
function action(id: string, input: Action['input'] = {}): Action {
  return {
    id,
    play: 'ec2-instances',
    phase: 'terminate',
    ...callIn('eu-west-1', change('ec2', 'TerminateInstances', { InstanceIds: [id] })),
    input,
    targets: [id],
    after: [],
    title: `terminate ${id}`,
    reason: 'r',
    permissions: [],
    before: null,
    undo: { none: 'x' },
  };
}
const sealed = (actions: Action[] = [action('i-1')]): PlanFile =>
  sealPlan({
    planVersion: 1,
    toolVersion: '0',
    account: '111122223333',
    key: 'AKIAEXAMPLE',
    at: new Date(at).toISOString(),
    simulated: false,
    cut: [],
    rest: { actions, left: [] },
  });
const read = (plan: unknown, account = '111122223333', now = at) =>
  readPlan(JSON.stringify(plan), account, false, now);

describe('a plan file', () => {
  it('is read back as it was made', () => {
    expect(read(sealed())).toEqual(sealed());
  });

  it('is refused when edited, of another version, account or kind of endpoint, or old', () => {
    const plan = sealed();
    expect(() => read({ ...plan, rest: { actions: [action('i-2')], left: [] } })).toThrow(/edited/);
    expect(() => read({ ...plan, planVersion: 2 })).toThrow(/not a plan of version 1/);
    expect(() => read(plan, '999988887777')).toThrow(/is for account 111122223333/);
    expect(() => readPlan(JSON.stringify(plan), '111122223333', true, at)).toThrow(/kind of endpoint/);
    expect(() => read(plan, undefined, at + 3_600_001)).toThrow(/older than an hour/);
    expect(() => readPlan('nonsense', '1', false, at)).toThrow(/not JSON/);
  });

  it('is refused where it calls what leakguard never calls, by whomever it was sealed', () => {
    const good = action('i-1');
    const foreign = { service: 'iam', operation: 'CreateUser', region: 'global', input: { UserName: 'eve' } };
    for (const [bad, why] of [
      [{ ...good, ...foreign }, /no plan of leakguard: the action calls iam:CreateUser, which/],
      [{ ...good, operation: 'RunInstances' }, /calls ec2:RunInstances, which/],
      [{ ...good, undo: { calls: [foreign] } }, /the undo calls iam:CreateUser, which/],
      [{ ...good, input: null }, /the action has no input/],
      [
        { ...good, undo: { calls: [{ ...foreign, region: 1 }] } },
        /the undo has no service, operation or region/,
      ],
      [{ ...good, undo: undefined }, /the action has no undo/],
    ] as const) {
      expect(() => read(sealed([bad as unknown as Action]))).toThrow(why);
    }
  });

  it('knows whether the world has moved, whatever the dates in its policies', () => {
    const file = sealed([action('i-1'), action('u', { PolicyDocument: 'dated 03:10' })]);
    const same = { actions: [action('i-1'), action('u', { PolicyDocument: 'dated 03:20' })], left: [] };
    expect(moved(file, [], same)).toEqual({ added: [], gone: [] });
    expect(moved(file, [], { actions: [action('u'), action('i-3')], left: [] })).toEqual({
      added: ['terminate i-3 (eu-west-1)'],
      gone: ['terminate i-1 (eu-west-1)'],
    });
  });
});

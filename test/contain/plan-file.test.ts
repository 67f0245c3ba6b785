import { describe, expect, it } from 'vitest';
import { callIn } from '../../src/model/aws-call.js';
import type { Action } from '../../src/model/action.js';
import { change } from '../../src/aws/changes.js';
import { planCut } from '../../src/contain/cut/cut.js';
import { moved, readPlan, sealPlan, strangeInCut, type PlanFile } from '../../src/contain/plan/plan-file.js';
import { datedDeny } from '../../src/plays/iam/deny.js';
import { cutFacts } from './builders.js';

const allowAll = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';

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

  it('is refused where an action is none', () => {
    const broken = (change: object) => sealed([{ ...action('i-1'), ...change }]);
    expect(() => read(broken({ input: null }))).toThrow(/no plan of leakguard: the action has no input/);
    expect(() => read(broken({ undo: { calls: [null] } }))).toThrow(
      /no plan of leakguard: the undo has no service/,
    );
    expect(() => read(sealed([null as unknown as Action]))).toThrow(
      /no plan of leakguard: there is no action/,
    );
    const { rest: _rest, digest: _digest, ...bare } = sealed();
    expect(() => read(sealPlan(bare as PlanFile))).toThrow(/no list of actions/);
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

  it('knows whether the world has moved, whatever the dates of its Denies', () => {
    const dated = (time: number) => action('u', { UserName: 'ci', PolicyDocument: datedDeny(time) });
    const file = sealed([action('i-1'), dated(at)]);
    const same = { actions: [action('i-1'), dated(at + 600_000)], left: [] };
    expect(moved(file, same)).toEqual({ added: [], gone: [] });
    expect(moved(file, { actions: [dated(at), action('i-3')], left: [] })).toEqual({
      added: ['terminate i-3 (TerminateInstances, eu-west-1)'],
      gone: ['terminate i-1 (TerminateInstances, eu-west-1)'],
    });
  });

  it.each<[string, Partial<Action>]>([
    ['another title', { title: 'look at i-1' }],
    ['another policy', { input: { UserName: 'ci', PolicyDocument: allowAll } }],
    ['no date', { input: { UserName: 'ci', PolicyDocument: datedDeny(null) } }],
    ['another target', { targets: ['i-9'] }],
    ['another service', { service: 'iam' }],
    ['another phase', { phase: 'cut' }],
    ['another way back', { undo: { calls: [{ ...action('x'), operation: 'DeleteFleets' }] } }],
  ])('has moved where an action has %s, sealed anew', (_what, change) => {
    const now = action('u', { UserName: 'ci', PolicyDocument: datedDeny(at) });
    const file = sealed([{ ...now, ...change }]);
    const difference = moved(file, { actions: [now], left: [] });
    expect([difference.added.length, difference.gone.length]).toEqual([1, 1]);
  });

  it('has in its cut only what a cut of the key can do', () => {
    const possible = planCut(cutFacts(), at, false, at);
    const [off, deny] = planCut(cutFacts(), at - 600_000, false, at);
    const granting = { ...deny!, input: { ...deny!.input, PolicyDocument: allowAll } };
    const file = (...cut: Action[]) => ({ ...sealed(), cut });
    expect(strangeInCut(file(off!, deny!), possible)).toEqual([]);
    expect(strangeInCut(file(off!, granting), possible)).toEqual([
      'cut the sessions of user ci made so far (PutUserPolicy, global)',
    ]);
    expect(strangeInCut(file({ ...off!, title: 'nothing' }), possible)).toHaveLength(1);
    expect(strangeInCut(file(action('i-1')), possible)).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { callIn } from '../../src/model/aws-call.js';
import { change } from '../../src/aws/changes.js';
import { planCut } from '../../src/contain/cut/cut.js';
import type { Identity } from '../../src/model/core-event.js';
import type { JournalEntry, JournalRecord } from '../../src/model/journal-record.js';
import type { OutcomeStatus } from '../../src/model/action.js';
import { planUndo, type UndoRequest } from '../../src/contain/undo/undo.js';
import { cutFacts, now } from './builders.js';

const [disable, deny] = planCut(cutFacts(), now, false, now);
if (disable === undefined || deny === undefined) throw new Error('the cut has two actions');

const records = (...entries: JournalEntry[]): JournalRecord[] =>
  entries.map((entry, seq) => ({ ...entry, seq, at: '', prev: '', hash: '' }));
const outcome = (action: string, status: OutcomeStatus): JournalEntry => ({
  kind: 'outcome',
  outcome: { action, status, requestId: null, error: null, answer: null },
});
const opened = {
  kind: 'opened',
  ...{ version: 1, toolVersion: '0.0.0', identity: {} as Identity, key: cutFacts().key, options: {} },
} as const;
const whole = records(
  opened,
  { kind: 'intent', action: disable },
  outcome(disable.id, 'done'),
  { kind: 'intent', action: deny },
  outcome(deny.id, 'done'),
);

const asked = (more: Partial<UndoRequest> = {}): UndoRequest => ({
  flags: new Set(),
  includeRogue: false,
  only: [],
  now: now + 40 * hour,
  proof: { provenTo: Number.MAX_SAFE_INTEGER, made: new Set() },
  ...more,
});
const hour = 3600_000;

describe('undo', () => {
  it('goes back in reverse order, and leaves the key off without its flag', () => {
    const plan = planUndo(whole, asked());
    expect(plan.actions.map(({ operation }) => operation)).toEqual(['DeleteUserPolicy']);
    expect(plan.flagged.map(({ flag }) => flag)).toEqual(['--reactivate-key']);
    const all = planUndo(whole, asked({ flags: new Set(['--reactivate-key']) }));
    expect(all.consequences.map(({ why }) => why).join()).toMatch(
      /works again, for whoever else has its secret/,
    );
    expect(all.actions.map(({ operation }) => operation)).toEqual(['DeleteUserPolicy', 'UpdateAccessKey']);
  });

  it('turns on the key that was named, and none that the attacker made, by its flag alone', () => {
    const planted = { ...disable, id: 'planted', targets: ['access-keys|global|AKIAPLANTED000000000'] };
    const done = records(opened, { kind: 'intent', action: planted }, outcome('planted', 'done'));
    const flags = new Set(['--reactivate-key']);
    expect(planUndo(done, asked({ flags })).actions).toEqual([]);
    expect(planUndo(done, asked({ flags, includeRogue: true })).actions).toHaveLength(1);
  });

  it('takes back what may have happened: an intent without an outcome', () => {
    expect(planUndo(records({ kind: 'intent', action: deny }), asked()).actions).toHaveLength(1);
  });

  it('leaves alone what was never done, or was so already', () => {
    const plan = planUndo(records({ kind: 'intent', action: deny }, outcome(deny.id, 'denied')), asked());
    expect(plan.actions).toEqual([]);
    expect(
      planUndo(records({ kind: 'intent', action: deny }, outcome(deny.id, 'already-so')), asked()).actions,
    ).toEqual([]);
  });

  it('does not take back twice', () => {
    const [back] = planUndo(whole, asked()).actions;
    if (back === undefined) throw new Error('there is one');
    const again = [
      ...whole,
      ...records({ kind: 'intent', action: back, undoes: deny.id }, outcome(back.id, 'done')),
    ];
    expect(planUndo(again, asked()).actions).toEqual([]);
  });

  it('lists what has no way back', () => {
    const gone = { ...deny, id: 'x', undo: { none: 'it cannot be brought back' } };
    const plan = planUndo(records({ kind: 'intent', action: gone }, outcome('x', 'done')), asked());
    expect(plan.impossible.map(({ why }) => why)).toEqual(['it cannot be brought back']);
  });

  it('leaves a Deny as long as a session that it stops can live, and says until when', () => {
    const early = planUndo(whole, asked({ now: now + hour }));
    expect(early.actions).toEqual([]);
    expect(early.left.map(({ why }) => why)).toEqual([
      `sessions that it holds off can live until ${new Date(now + 36 * hour + 3 * 60_000).toISOString()}`,
    ]);
    const forced = planUndo(whole, asked({ now: now + hour, includeRogue: true }));
    expect(forced.actions.map(({ operation }) => operation)).toEqual(['DeleteUserPolicy']);
    expect(forced.consequences[0]?.why).toMatch(/^stolen sessions of \S+ work again, until 20\d\d-/);
  });

  it('leaves a Deny without a date for good, unless it is asked for', () => {
    const [, all] = planCut(cutFacts(), now, true, now);
    const denied = records({ kind: 'intent', action: all! }, outcome(all!.id, 'done'));
    expect(planUndo(denied, asked({ now: now + 1e12 })).actions).toEqual([]);
    expect(planUndo(denied, asked({ includeRogue: true })).actions).toHaveLength(1);
  });

  it.each([
    ['rogue', 0],
    [undefined, 0],
    ['settling', 0],
    ['held', 1],
    ['tampered', 1],
    ['own', 1],
  ] as const)('gives back what was judged %s: %i actions', (classed, given) => {
    const { on: _on, ...bare } = deny;
    const to = (MaxSize: number) => {
      const sizes = { AutoScalingGroupName: 'workers', MinSize: 0, MaxSize };
      return callIn('eu-west-1', change('autoscaling', 'UpdateAutoScalingGroup', sizes));
    };
    const action = {
      ...{ ...bare, ...to(0), id: 'zero', targets: ['auto-scaling-groups|eu-west-1|workers'] },
      ...(classed === undefined ? {} : { on: { class: classed, reasons: [] } }),
      undo: { calls: [to(999)] },
    };
    const done = records({ kind: 'intent', action }, outcome('zero', 'done'));
    const plan = planUndo(done, asked());
    expect(plan.actions).toHaveLength(given);
    expect(plan.left).toHaveLength(1 - given);
    expect(planUndo(done, asked({ only: ['workers'] })).consequences[0]?.why).toBe(
      'Auto Scaling group workers launches again, up to 999 instances',
    );
    expect(planUndo(done, asked({ only: ['nobody'] })).unknown).toEqual(['nobody']);
  });

  it('titles what is not confirmed by its call, and says what CloudTrail shows of it', () => {
    const lying = { ...disable, title: 'look at the key' };
    const done = records(
      opened,
      { kind: 'intent', action: lying },
      outcome(lying.id, 'done'),
      { kind: 'intent', action: deny },
      outcome(deny.id, 'done'),
    );
    const all = { flags: new Set(['--reactivate-key']), includeRogue: true };
    const plan = planUndo(done, asked({ ...all, proof: { provenTo: 0, made: new Set([lying.id]) } }));
    expect(plan.actions.map(({ title }) => title)).toEqual([
      'iam DeleteUserPolicy: UserName ci, PolicyName LeakguardRevokeSessions',
      `iam UpdateAccessKey: UserName ci, AccessKeyId ${cutFacts().key}, Status Active`,
    ]);
    expect(plan.unconfirmed.map(({ why }) => why)).toEqual([
      'CloudTrail does not show the PutUserPolicy that it takes back',
      'CloudTrail has the UpdateAccessKey that it takes back, and not what was before',
    ]);
    const half = planUndo(done, asked({ ...all, proof: { provenTo: 2, made: new Set() } }));
    expect(half.unconfirmed.map(({ action }) => action.operation)).toEqual(['DeleteUserPolicy']);
    expect(half.actions[1]?.title).toBe('take back: look at the key');
  });
});

import { describe, expect, it } from 'vitest';
import { cutUnread, guardCut, planCut } from '../../src/contain/cut/cut.js';
import { clearance } from '../../src/contain/confirm/clearance.js';
import { sessionIsCut, unnamedOf } from '../../src/contain/cut/cut-session.js';
import { strangeActions } from '../../src/contain/journal/strange.js';
import type { CutFacts } from '../../src/model/cut-facts.js';
import type { JournalRecord } from '../../src/model/journal-record.js';
import { datedDeny, readDeny, sessionsDeny } from '../../src/plays/iam/deny.js';
import { cutFacts, identity, now } from './builders.js';

const userId = 'AROAEXAMPLE:i-0123456789abcdef0';
/** As earlier versions put it. */
const openEnded = (id: string): string =>
  JSON.stringify({
    Statement: {
      ...{ Effect: 'Deny', Action: '*', Resource: '*' },
      Condition: { StringEquals: { 'aws:userid': id } },
    },
  });

const session = (more: Partial<CutFacts> = {}): CutFacts =>
  cutFacts({
    ...{
      key: 'ASIASTOLEN0000000000',
      status: null,
      owner: { kind: 'session', role: 'app', userIds: [userId] },
    },
    ...more,
  });
const documentOf = (facts: CutFacts) => {
  const [action] = planCut(facts, now, false, now);
  return readDeny((action?.input['PolicyDocument'] ?? null) as string | null);
};

describe('the cut of a stolen session', () => {
  it('is a Deny on its role that names it, and spares all other sessions', () => {
    const [action, ...more] = planCut(session(), now, false, now);
    expect(more).toEqual([]);
    expect(action).toMatchObject({ operation: 'PutRolePolicy', targets: ['role-sessions|global|app'] });
    expect(documentOf(session())).toEqual({
      ...{ kind: 'sessions', userIds: [userId] },
      issuedBefore: now + 3 * 60_000,
    });
    expect('calls' in action!.undo && action!.undo.calls[0]?.operation).toBe('DeleteRolePolicy');
    expect(strangeActions([{ kind: 'intent', action, seq: 0 } as unknown as JournalRecord])).toEqual([]);
  });

  it('keeps those that are named already, and puts the Deny back that stood', () => {
    const deny = sessionsDeny(['AROAEXAMPLE:other'], now - 60_000);
    expect(documentOf(session({ deny }))).toEqual({
      ...{ kind: 'sessions', userIds: [userId, 'AROAEXAMPLE:other'] },
      issuedBefore: now + 3 * 60_000,
    });
    const [action] = planCut(session({ deny }), now, false, now);
    expect('calls' in action!.undo && action!.undo.calls[0]?.input['PolicyDocument']).toBe(deny);
  });

  it.each<[string, string | null, boolean]>([
    ['it is named', openEnded(userId), true],
    ['it is named up to a later date', sessionsDeny([userId], now + 1000), true],
    ['it is named up to an earlier date only', sessionsDeny([userId], now - 60_000), false],
    ['another is named', sessionsDeny(['AROAEXAMPLE:other'], now), false],
    ['there is another Deny', datedDeny(now), false],
    ['there is none', null, false],
  ])('stands where %s: %s', (_what, deny, stands) => {
    expect(sessionIsCut(session({ deny }), now)).toBe(stands);
    expect(planCut(session({ deny }), now, false, now)).toHaveLength(stands ? 0 : 1);
  });

  it('is not known to stand where it cannot be read, and is refused to the session itself', () => {
    expect(cutUnread(session())).toBeNull();
    expect(cutUnread(session({ unreadOfCut: 'inline policy of app: x' }))).toMatch(/inline policy of app/);
    expect(guardCut(session(), identity).refusals).toEqual([]);
    expect(guardCut(session(), { ...identity, userId }).refusals).toHaveLength(1);
  });
});

describe('a misused session of a role that no record names', () => {
  const whole = { misused: [{ id: 'x', why: 'y' }], unnamed: ['ASIAUNNAMED'], spared: [], step: null };
  const facts = (more: Partial<CutFacts> = {}) =>
    session({ owner: { kind: 'session', role: 'app', userIds: [], whole }, ...more });
  const rowOf = (of: CutFacts) => {
    const nothing = { findings: [], coverage: [], credentials: [], deeds: [], launches: [] } as never;
    return clearance(nothing, [], of, { actions: [], left: [] }, now).find(
      ({ subject }) => subject === 'key',
    );
  };

  it('is told, and never clean', () => {
    expect(unnamedOf(facts())).toMatch(/ASIAUNNAMED.*--deny all/);
    expect(rowOf(facts())).toMatchObject({ status: 'dirty' });
  });

  it('is cut with the whole role', () => {
    expect(unnamedOf(facts({ wholeDeny: datedDeny(null) }))).toBeNull();
    expect(rowOf(facts({ wholeDeny: datedDeny(null) }))).toMatchObject({ status: 'clean' });
  });
});

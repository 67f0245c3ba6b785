import { describe, expect, it } from 'vitest';
import { clearance } from '../../src/contain/confirm/clearance.js';
import { isStuck, judgeSweep, readsOn, unreadBefore } from '../../src/contain/confirm/confirm.js';
import { plan } from '../../src/contain/plan/plan.js';
import { plays } from '../../src/plays/index.js';
import type { PlanContext } from '../../src/plays/kit/play.js';
import type { Incident } from '../../src/model/incident.js';
import { account, cutFacts, finding, identity, incident, now } from './builders.js';

const context = (of: Incident): PlanContext => ({
  incident: of,
  account,
  partition: 'aws',
  now,
  options: { evict: 'disable', denyAll: false, snapshot: false, removeTemplates: false },
});
const planOf = (of: Incident, include: string[] = [], caller = identity) =>
  plan(of, plays, context(of), new Set(include), caller);
const terminated = (of: Incident, include: string[] = []) =>
  planOf(of, include)
    .actions.filter(({ operation }) => operation === 'TerminateInstances')
    .flatMap(({ input }) => input['InstanceIds']);

describe('the plan', () => {
  const mixed = incident([
    finding('i-0000000000000000a', 'rogue'),
    finding('i-0000000000000000b', 'own'),
    finding('i-0000000000000000c', 'held'),
    finding('i-0000000000000000d', 'not-tied'),
    finding('i-0000000000000000e', 'settling'),
    finding('i-0000000000000000f', 'tampered'),
  ]);

  it('terminates what is rogue and nothing else', () => {
    expect(terminated(mixed)).toEqual(['i-0000000000000000a']);
  });

  it('acts on what the person named, and only on that', () => {
    expect(terminated(mixed, ['i-0000000000000000c'])).toEqual([
      'i-0000000000000000a',
      'i-0000000000000000c',
    ]);
  });

  it('tells what it leaves, and why', () => {
    const left = planOf(mixed).left;
    expect(left.map(({ id, cause }) => [id.slice(-1), cause])).toEqual([
      ['c', 'held'],
      ['e', 'settling'],
      ['f', 'held'],
    ]);
  });

  it('plans nothing for what is contained already', () => {
    const done = incident([
      finding('i-1', 'rogue', {}, { state: 'terminated', live: false }),
      finding('i-2', 'rogue', { undone: true }),
    ]);
    expect(planOf(done)).toEqual({ actions: [], left: [] });
  });

  it('is the same for the same facts, byte for byte', () => {
    expect(JSON.stringify(planOf(mixed))).toBe(JSON.stringify(planOf(structuredClone(mixed))));
  });

  it('never cuts the caller’s own role, and says so', () => {
    const role = finding(
      'Admin',
      'rogue',
      {},
      { play: 'role-sessions', type: 'role', region: 'global', properties: { deny: null } },
    );
    const caller = { ...identity, arn: `arn:aws:sts::${account}:assumed-role/Admin/me` };
    const { actions, left } = planOf(incident([role]), [], caller);
    expect(actions).toEqual([]);
    expect(left[0]?.detail).toMatch(/lock you out/);
  });

  it('cuts sessions of the incident by name in the caller’s own role too, and never the caller’s', () => {
    const role = finding(
      'Admin',
      'tampered',
      {},
      {
        play: 'role-sessions',
        type: 'role',
        region: 'global',
        properties: { deny: null, sessionDeny: null },
      },
    );
    const session = (name: string) =>
      incident([role], {
        credentials: [
          {
            id: 'ASIAEXAMPLE',
            kind: 'role-session',
            principal: null,
            userName: null,
            roleName: 'Admin',
            userId: `AROAADMIN:${name}`,
            parent: null,
            mintedBy: null,
            since: now - 600_000,
            expiresAt: null,
            otherAccount: null,
          },
        ],
      });
    const arn = `arn:aws:sts::${account}:assumed-role/Admin/me`;
    const caller = { ...identity, arn, userId: 'AROAADMIN:me' };
    expect(planOf(session('stranger'), [], caller).actions.map(({ operation }) => operation)).toEqual([
      'PutRolePolicy',
    ]);
    expect(planOf(session('me'), [], caller).actions).toEqual([]);
  });

  it('takes nothing from the caller’s group before the person agrees to it by name', () => {
    const grant = (id: string, cls: 'rogue' | 'not-tied', properties: object) =>
      finding(
        id,
        cls,
        {},
        { play: 'iam-grants', type: 'grant', region: 'global', properties: { ...properties } },
      );
    const attached = 'Group|responders|attached|arn:aws:iam::aws:policy/IAMFullAccess';
    const of = incident([
      grant(attached, 'rogue', {
        holder: 'Group',
        name: 'responders',
        kind: 'attached',
        what: 'arn:aws:iam::aws:policy/IAMFullAccess',
      }),
      grant('Group|responders|member|oncall', 'not-tied', {
        holder: 'Group',
        name: 'responders',
        kind: 'member',
        what: 'oncall',
      }),
    ]);
    const { actions, left } = planOf(of);
    expect(actions).toEqual([]);
    expect(left[0]).toMatchObject({ id: attached, cause: 'held' });
    expect(left[0]?.detail).toContain(`--include '${attached}'`);
    expect(planOf(of, [attached]).actions.map(({ operation }) => operation)).toEqual(['DetachGroupPolicy']);
    expect(planOf(of, [], { ...identity, arn: `arn:aws:iam::${account}:user/other` }).actions).toHaveLength(
      1,
    );
  });
});

describe('a sweep', () => {
  const judge = (of: Incident) => judgeSweep(of, planOf(of), plays, new Set(), new Map(), new Set());

  it('is clean when nothing of the incident lives, and says when not everything could be seen', () => {
    const gone = incident([finding('i-1', 'rogue', {}, { state: 'shutting-down' }), finding('i-2', 'own')]);
    expect(judge(gone).clean).toBe(true);
    const blind = {
      ...gone,
      coverage: [
        { subject: 'ec2-instances', region: 'eu-west-1', status: 'denied' as const, count: 0, detail: 'x' },
      ],
    };
    expect(judge(blind).message).toMatch(/not everything could be looked at/);
  });

  it('is not clean while something lives, and knows what is new', () => {
    const sweep = judge(incident([finding('i-1', 'rogue')]));
    expect(sweep).toMatchObject({ clean: false, fresh: 1, left: [{ id: 'i-1', cause: 'new' }] });
    expect(isStuck(null, sweep)).toBe(false);
  });

  it('names the time from which more can be known', () => {
    expect(judge(incident([finding('i-1', 'settling', { settlesAt: now + 1 })]))).toMatchObject({
      clean: true,
      settling: 1,
      settlesAt: now + 1,
    });
  });
});

describe('clearance', () => {
  const rowsOf = (of: Incident, key = cutFacts({ status: 'Inactive', deny: '{}' })) =>
    Object.fromEntries(
      clearance(of, plays, key, planOf(of), now).map(({ subject, status }) => [subject, status]),
    );

  it('is clean only where everything was looked at and nothing is left', () => {
    const rows = rowsOf(incident([finding('i-1', 'own')]));
    expect(new Set(Object.values(rows))).toEqual(new Set(['clean']));
  });

  it('never takes what could not be read for clean', () => {
    const blind = incident([], {
      coverage: [{ subject: 'ec2-instances', region: 'eu-west-1', status: 'failed', count: 0, detail: 'x' }],
    });
    expect(rowsOf(blind)['ec2-instances']).toBe('unknown');
    const noTrail = incident([], {
      coverage: [{ subject: 'trail', region: 'eu-west-1', status: 'truncated', count: 0, detail: 'x' }],
    });
    expect(rowsOf(noTrail)['trail']).toBe('unknown');
    expect(rowsOf(incident([]), cutFacts({ status: null }))['key']).toBe('unknown');
  });

  it('is dirty while the key or anything rogue lives, settling while CloudTrail may not know yet', () => {
    expect(rowsOf(incident([finding('i-1', 'rogue')]))['ec2-instances']).toBe('dirty');
    expect(rowsOf(incident([]), cutFacts())['key']).toBe('dirty');
    expect(rowsOf(incident([finding('i-1', 'settling', { settlesAt: now + 1 })]))['ec2-instances']).toBe(
      'settling',
    );
    expect(rowsOf(incident([finding('i-1', 'held')]))['ec2-instances']).toBe('unknown');
  });

  it('is dirty while an innocent’s thing is changed, also where nobody knows how to put it back', () => {
    const changed = incident([finding('i-1', 'tampered')]);
    expect(planOf(changed).actions).toEqual([]);
    expect(rowsOf(changed)['ec2-instances']).toBe('dirty');
    // Nothing differs from what it was before: it is as it was.
    expect(rowsOf(incident([finding('i-1', 'tampered', { before: {} })]))['ec2-instances']).toBe('clean');
  });
});

describe('a trail that one look does not read to its end', () => {
  const cell = (region: string, status: 'complete' | 'truncated', from?: number) => ({
    ...{ subject: 'trail', region, status, count: 1, detail: null },
    ...(from === undefined ? {} : { from, to: now }),
  });
  const read = [cell('us-east-1', 'complete', 1000)];
  const some = [...read, cell('eu-west-1', 'truncated', 5000)];

  it('is worth another look as long as each comes further back', () => {
    expect(unreadBefore(some)).toBe(5000);
    expect(readsOn(null, some)).toBe(true);
    expect(readsOn(6000, some)).toBe(true);
    expect(readsOn(5000, some)).toBe(false);
  });

  it('is none where all is read, and where nothing says how far', () => {
    expect(readsOn(5000, read)).toBe(false);
    expect(unreadBefore([cell('us-east-1', 'truncated')])).toBeNull();
  });
});

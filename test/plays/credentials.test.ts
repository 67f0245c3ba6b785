import { describe, expect, it } from 'vitest';
import { accessKeys } from '../../src/plays/iam/access-keys.js';
import { datedDeny, denyAhead, sessionsDeny } from '../../src/plays/iam/deny.js';
import { endsOther, roleSessions } from '../../src/plays/iam/role-sessions.js';
import { userSessions } from '../../src/plays/iam/user-sessions.js';
import {
  calls,
  context,
  credential,
  event,
  finding,
  found,
  now,
  originOf,
  refusal,
  resource,
} from './make.js';

const iam = 'iam.amazonaws.com';

describe('access keys', () => {
  it('are found on every user, and a user who is gone meanwhile hides nobody else', async () => {
    const keys = await found(accessKeys, {
      ListUsers: [{ Users: [{ UserName: 'gone' }] }, { Users: [{ UserName: 'bob' }] }],
      'ListAccessKeys:gone': refusal('NoSuchEntity', 'gone'),
      'ListAccessKeys:bob': {
        AccessKeyMetadata: [
          { AccessKeyId: 'AKIAONE', Status: 'Active' },
          { AccessKeyId: 'AKIATWO', Status: 'Inactive' },
        ],
      },
    });
    expect(keys.map(({ id, live }) => [id, live])).toEqual([
      ['AKIAONE', true],
      ['AKIATWO', false],
    ]);
  });

  it('are disabled on the user who has them, and switched on again only with the flag', () => {
    const key = finding(
      resource('access-keys', 'AKIAONE', {
        region: 'global',
        state: 'Active',
        properties: { userName: 'bob' },
      }),
    );
    const [action] = accessKeys.contain(key, context());
    expect(action?.input).toEqual({ UserName: 'bob', AccessKeyId: 'AKIAONE', Status: 'Inactive' });
    expect(action?.undo).toMatchObject({
      needsFlag: '--reactivate-key',
      calls: [{ input: { Status: 'Active' } }],
    });
  });

  it('are made by CreateAccessKey, and switched off by UpdateAccessKey', () => {
    const make = event({
      source: iam,
      name: 'CreateAccessKey',
      response: { accessKey: { accessKeyId: 'AKIANEW', userName: 'bob' } },
    });
    expect(originOf(accessKeys, make)).toEqual([{ effect: 'made', ids: ['AKIANEW'] }]);
    const update = (status: string) =>
      event({ source: iam, name: 'UpdateAccessKey', request: { accessKeyId: 'AKIANEW', status } });
    expect(originOf(accessKeys, update('Inactive'))).toEqual([{ effect: 'undone', ids: ['AKIANEW'] }]);
    expect(originOf(accessKeys, update('Active'))).toEqual([{ effect: 'changed', ids: ['AKIANEW'] }]);
  });
});

describe('sessions of users', () => {
  const user = (id: string, deny: string | null = null) =>
    resource('user-sessions', id, { region: 'global', properties: { deny } });
  const tampered = (id: string, deny: string | null = null) => finding(user(id, deny), { class: 'tampered' });
  const minted = { credentials: [credential({ kind: 'session-token', userName: 'bob' })] };

  it('of a user that the attacker made end in a Deny of everything', () => {
    const [action] = userSessions.contain(finding(user('eve')), context());
    expect(action?.input).toMatchObject({ UserName: 'eve', PolicyDocument: datedDeny(null) });
    expect(action?.undo).toMatchObject({ calls: [{ operation: 'DeleteUserPolicy' }] });
    expect(userSessions.contain(finding(user('eve', datedDeny(null))), context())).toEqual([]);
  });

  it('of an innocent end by date, and only where there are any', () => {
    expect(userSessions.contain(tampered('bob'), context())).toEqual([]);
    expect(calls(userSessions.contain(tampered('bob'), context(minted)))).toMatchObject([
      ['PutUserPolicy', { UserName: 'bob', PolicyDocument: datedDeny(now + denyAhead) }],
    ]);
  });

  it('are not cut twice, unless one was minted after the Deny', () => {
    expect(userSessions.contain(tampered('bob', datedDeny(now)), context(minted))).toEqual([]);
    const [again] = userSessions.contain(tampered('bob', datedDeny(now - 3_600_000)), context(minted));
    expect(again?.undo).toMatchObject({
      calls: [{ operation: 'PutUserPolicy', input: { PolicyDocument: datedDeny(now - 3_600_000) } }],
    });
  });

  it('take a Deny for contained only where it denies everything: attackers can write a dated one too', () => {
    expect(userSessions.verify(user('eve', datedDeny(0)))).toBe(false);
    expect(userSessions.verify(user('eve', datedDeny(null)))).toBe(true);
  });

  it('are read with the Deny as it stands, decoded', async () => {
    const [eve] = await found(userSessions, {
      GetAccountAuthorizationDetails: {
        UserDetailList: [
          {
            UserName: 'eve',
            UserPolicyList: [
              { PolicyName: 'LeakguardRevokeSessions', PolicyDocument: encodeURIComponent(datedDeny(null)) },
            ],
          },
        ],
      },
    });
    expect(eve?.properties['deny']).toBe(datedDeny(null));
  });
});

const mintedByLambda = {
  eventId: 'e',
  name: 'AssumeRole',
  source: 'sts.amazonaws.com',
  region: 'us-east-1',
  time: now - 1000,
  accessKeyId: null,
  principal: 'lambda.amazonaws.com',
};

describe('sessions of roles', () => {
  const role = (properties: object = {}) =>
    finding(
      resource('role-sessions', 'deploy', {
        region: 'global',
        properties: { deny: null, sessionDeny: null, ...properties },
      }),
      {
        class: 'tampered',
        before: { sessions: [] },
      },
    );
  const principal = 'arn:aws:iam::111122223333:user/ci';
  const mintedBy = { ...mintedByLambda, principal, accessKeyId: 'AKIACI00000000000001' };
  const one = credential({ id: 'ASIAONE', roleName: 'deploy', userId: 'AROAEXAMPLE:one', mintedBy });

  it('are cut by name and date where their names are known', () => {
    expect(calls(roleSessions.contain(role(), context({ credentials: [one] })))).toEqual([
      [
        'PutRolePolicy',
        {
          RoleName: 'deploy',
          PolicyName: 'LeakguardRevokeNamedSessions',
          PolicyDocument: sessionsDeny(['AROAEXAMPLE:one'], now + denyAhead),
        },
      ],
    ]);
  });

  it('keep those cut already in the Deny, and need nothing where all are', () => {
    const sessionDeny = sessionsDeny(['AROAEXAMPLE:old'], now - 60_000);
    const [action] = roleSessions.contain(role({ sessionDeny }), context({ credentials: [one] }));
    expect(action?.input['PolicyDocument']).toBe(
      sessionsDeny(['AROAEXAMPLE:old', 'AROAEXAMPLE:one'], now + denyAhead),
    );
    expect(action?.undo).toMatchObject({ calls: [{ input: { PolicyDocument: sessionDeny } }] });
    const all = role({ sessionDeny: sessionsDeny(['AROAEXAMPLE:one'], now) });
    expect(roleSessions.contain(all, context({ credentials: [one] }))).toEqual([]);
  });

  it('of what runs on under the same name are cut by name and date, and stay dated', () => {
    const runs = credential({
      id: 'ASIARUNS',
      roleName: 'deploy',
      userId: 'AROAEXAMPLE:nightly',
      mintedBy: mintedByLambda,
    });
    const [cut] = roleSessions.contain(role(), context({ credentials: [runs] }));
    const dated = sessionsDeny(['AROAEXAMPLE:nightly'], now + denyAhead);
    expect(cut?.input['PolicyDocument']).toBe(dated);
    expect(JSON.parse(dated)).toMatchObject({
      Statement: [
        { Condition: { DateLessThan: {}, StringEquals: { 'aws:userid': ['AROAEXAMPLE:nightly'] } } },
      ],
    });
    const standing = role({ sessionDeny: sessionsDeny(['AROAEXAMPLE:nightly'], now) });
    expect(roleSessions.contain(standing, context({ credentials: [runs] }))).toEqual([]);
    const [both] = roleSessions.contain(standing, context({ credentials: [one] }));
    expect(both?.input['PolicyDocument']).toBe(
      sessionsDeny(['AROAEXAMPLE:nightly', 'AROAEXAMPLE:one'], now + denyAhead),
    );
  });

  it.each([
    ['one has no name', [credential({ roleName: 'deploy', userId: null })]],
    [
      'one was minted by another session',
      [
        credential({ id: 'ASIAFIRST', roleName: 'other', userId: 'AROAOTHER:x' }),
        credential({ id: 'ASIATWO', parent: 'ASIAFIRST', roleName: 'deploy', userId: 'AROAEXAMPLE:two' }),
      ],
    ],
    [
      'there are too many to name',
      Array.from({ length: 300 }, (_, n) =>
        credential({ id: `ASIA${n}`, roleName: 'deploy', userId: `AROAEXAMPLE:session-${n}` }),
      ),
    ],
  ])('are cut by date where %s', (_what, credentials) => {
    const [action] = roleSessions.contain(role(), context({ credentials }));
    expect(action?.input).toEqual({
      RoleName: 'deploy',
      PolicyName: 'AWSRevokeOlderSessions',
      PolicyDocument: datedDeny(now + denyAhead),
    });
    const denied = role({ deny: datedDeny(now + denyAhead) });
    expect(roleSessions.contain(denied, context({ credentials }))).toEqual([]);
  });

  it('tell how many sessions of others a cut of the whole role ends, and which namesakes a named one does', () => {
    const others = [
      { id: 'ASIAWEB', name: 'web-1', lastSeen: now, source: '192.0.2.1' },
      { id: 'ASIATWIN', name: 'one', lastSeen: now, source: null },
    ];
    const shared = { ...role(), otherSessions: others };
    const unnamed = [credential({ roleName: 'deploy', userId: null })];
    const [whole] = roleSessions.contain(shared, context({ credentials: unnamed }));
    expect(whole?.title).toBe('cut every session made so far, 2 of others among them, of role deploy');
    const [named] = roleSessions.contain(shared, context({ credentials: [one] }));
    expect(named?.title).toBe('cut 1 sessions of role deploy');
    expect(others.map((other) => [endsOther(whole!, other), endsOther(named!, other)])).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  it('need nothing where all have expired, or are of another account', () => {
    const credentials = [
      credential({ roleName: 'deploy', expiresAt: now - 1 }),
      credential({ roleName: 'deploy', otherAccount: '444455556666' }),
    ];
    expect(roleSessions.contain(role(), context({ credentials }))).toEqual([]);
  });

  it('of a role that the attacker made end in a Deny of everything', () => {
    const [action] = roleSessions.contain({ ...role(), class: 'rogue' }, context());
    expect(action?.input['PolicyDocument']).toBe(datedDeny(null));
  });

  it('say who can change a role that AWS keeps for itself', () => {
    const sso = role();
    sso.resource.id = 'AWSReservedSSO_Admin_0123';
    const [action] = roleSessions.contain({ ...sso, class: 'rogue' }, context());
    expect(action?.title).toContain('IAM Identity Center');
  });

  it('are tied to a role of this account, and to no namesake elsewhere', () => {
    const assume = (roleArn: string) =>
      originOf(
        roleSessions,
        event({ source: 'sts.amazonaws.com', name: 'AssumeRole', request: { roleArn } }),
      );
    expect(assume('arn:aws:iam::111122223333:role/team/deploy')).toEqual([
      { effect: 'changed', ids: ['deploy'] },
    ]);
    expect(assume('arn:aws:iam::444455556666:role/deploy')).toEqual([]);
    expect(assume('deploy')).toEqual([]);
  });
});

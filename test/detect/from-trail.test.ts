import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Cell } from '../../src/model/coverage.js';
import type { Finding } from '../../src/model/incident.js';
import type { JsonObject } from '../../src/model/json.js';
import { plays } from '../../src/plays/index.js';
import { account, day, History, minute, night, type Caller } from './history.js';
import { attacker, ci } from './lives.js';

type Act = [source: string, name: string, request: JsonObject, response?: JsonObject];

const owner: Caller = { key: 'AKIAOPSOPSOPSOPS0001', user: 'ops', ip: '192.0.2.20', agent: 'aws-cli/2.1' };
const cell = (subject: string, region: string, status: Cell['status']): Cell => ({
  subject,
  region,
  status,
  count: 0,
  detail: null,
});

/** What the trail tells of `acts` of the misused key, and of what its owner did `before` and `after` them. */
function tell(
  acts: readonly Act[],
  { before = [], after = [], ...more }: { before?: Act[]; after?: Act[] } & Partial<Facts> = {},
): Finding[] {
  const history = new History();
  history.call(ci, { time: night - 20 * day, name: 'DescribeInstances' });
  const put = (by: Caller, from: number, list: readonly Act[]): void => {
    for (const [i, [source, name, request, response = null]] of list.entries())
      history.call(by, { time: from + i * minute, source, name, request, response });
  };
  put(owner, night - day, before);
  put(attacker, night + minute, acts);
  put(owner, night + 60 * minute, after);
  return (
    detect({
      events: history.events,
      inventory: [],
      plays,
      coverage: [],
      key: ci.key,
      account,
      compromisedAt: night,
      now: night + day,
      ...more,
    }).fromTrail ?? []
  );
}

const user = { userName: 'eve' };
const admin = { ...user, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
const trust = (who: string): JsonObject => ({ roleName: 'deploy', policyDocument: `{"Principal":"${who}"}` });
const share = (what: JsonObject): JsonObject => ({ snapshotId: 'snap-0123', createVolumePermission: what });
const stranger = { items: [{ userId: '999988887777' }] };

/** What an act leaves, and what takes it back, whoever does it. */
const pairs: { made: Act; undone: Act; rank: string; thing: string }[] = [
  { made: ['iam', 'CreateUser', user], undone: ['iam', 'DeleteUser', user], rank: 'access', thing: 'user' },
  {
    made: [
      'iam',
      'CreateAccessKey',
      user,
      { accessKey: { accessKeyId: 'AKIAEVEEVEEVEEVE0001', userName: 'eve' } },
    ],
    undone: ['iam', 'UpdateAccessKey', { ...user, accessKeyId: 'AKIAEVEEVEEVEEVE0001', status: 'Inactive' }],
    rank: 'access',
    thing: 'access key',
  },
  {
    made: ['iam', 'CreateLoginProfile', user],
    undone: ['iam', 'DeleteLoginProfile', user],
    rank: 'access',
    thing: 'console password',
  },
  {
    made: ['iam', 'AttachUserPolicy', admin],
    undone: ['iam', 'DetachUserPolicy', admin],
    rank: 'access',
    thing: 'attached policy',
  },
  {
    // With its user, what was granted to it is gone too.
    made: ['iam', 'PutUserPolicy', { ...user, policyName: 'all', policyDocument: '{}' }],
    undone: ['iam', 'DeleteUser', user],
    rank: 'access',
    thing: 'inline policy',
  },
  {
    made: ['lambda', 'CreateFunction20150331', { functionName: 'f' }],
    undone: ['lambda', 'DeleteFunction20150331', { functionName: 'f' }],
    rank: 'access',
    thing: 'Lambda function',
  },
  {
    made: ['lambda', 'AddPermission20150331v2', { functionName: 'f', statementId: 'all', principal: '*' }],
    undone: ['lambda', 'DeleteFunction20150331', { functionName: 'f' }],
    rank: 'access',
    thing: 'function permission',
  },
  {
    made: ['rolesanywhere', 'CreateTrustAnchor', { name: 'a' }, { trustAnchor: { trustAnchorId: 'ta-1' } }],
    undone: ['rolesanywhere', 'DisableTrustAnchor', { trustAnchorId: 'ta-1' }],
    rank: 'access',
    thing: 'trust anchor',
  },
  {
    made: ['cloudtrail', 'StopLogging', { name: 'main' }],
    undone: ['cloudtrail', 'StartLogging', { name: 'main' }],
    rank: 'blind',
    thing: 'trail',
  },
  {
    made: ['s3', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: { Principal: '*' } }],
    undone: ['s3', 'DeleteBucket', { bucketName: 'b' }],
    rank: 'read',
    thing: 'bucket policy',
  },
  {
    made: ['ec2', 'ModifySnapshotAttribute', share({ add: stranger })],
    undone: ['ec2', 'ModifySnapshotAttribute', share({ remove: stranger })],
    rank: 'read',
    thing: 'shared snapshot',
  },
  {
    made: ['ec2', 'AllocateAddress', { domain: 'vpc' }, { allocationId: 'eipalloc-1' }],
    undone: ['ec2', 'ReleaseAddress', { allocationId: 'eipalloc-1' }],
    rank: 'spend',
    thing: 'Elastic IP address',
  },
  {
    // What an untainted hand sets anew is the incident's no longer.
    made: ['iam', 'UpdateAssumeRolePolicy', trust('mallory')],
    undone: ['iam', 'UpdateAssumeRolePolicy', trust('ops')],
    rank: 'access',
    thing: 'role trust',
  },
];

describe('what the trail alone tells', () => {
  it.each(pairs)('$thing stands after $made.1, and not after $undone.1', ({ made, undone, rank, thing }) => {
    const [only, ...others] = tell([made]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      resource: { type: thing, state: 'stands, as far as the trail tells', live: true },
      evidence: [{ name: made[1], eventId: expect.stringContaining('event-') as string }],
      trail: {
        rank,
        now: 'not-looked-at',
        words: 'stands, as far as the trail tells; whether it still stands: not looked at',
      },
    });
    expect(['rogue', 'tampered', 'held']).toContain(only?.class);
    expect(tell([made], { after: [undone] })).toEqual([]);
    // The incident's own word takes back too, but where it sets the same thing once more.
    expect(tell([made, undone])).toHaveLength(thing === 'role trust' ? 1 : 0);
  });

  it('tells nothing of what others did, nor of what failed', () => {
    expect(tell([], { after: pairs.map(({ made }) => made) })).toEqual([]);
    const history = new History();
    history.call(ci, { time: night - 20 * day, name: 'DescribeInstances' });
    history.call(attacker, {
      time: night + minute,
      source: 'iam',
      name: 'CreateUser',
      request: user,
      error: 'AccessDenied',
    });
    const { fromTrail } = detect({
      events: history.events,
      inventory: [],
      plays,
      coverage: [],
      key: ci.key,
      account,
      compromisedAt: night,
      now: night + day,
    });
    expect(fromTrail).toBeUndefined();
  });

  it('puts back what the records say was there before', () => {
    const [found] = tell([['iam', 'UpdateAssumeRolePolicy', trust('mallory')]], {
      before: [['iam', 'UpdateAssumeRolePolicy', trust('ops')]],
    });
    expect(found).toMatchObject({ class: 'tampered', before: '{"Principal":"ops"}' });
    expect(found?.trail?.remove.command).toBe(
      `aws iam update-assume-role-policy --role-name=deploy --policy-document='{"Principal":"ops"}'`,
    );
  });

  it('gives an administrator more weight than any other right', () => {
    const inline = (action: string): Act => [
      'iam',
      'PutUserPolicy',
      {
        ...user,
        policyName: action,
        policyDocument: `{"Statement":[{"Effect":"Allow","Action":"${action}","Resource":"*"}]}`,
      },
    ];
    const danger = (act: Act): number | undefined => tell([act])[0]?.trail?.danger;
    expect(danger(['iam', 'AttachUserPolicy', admin])).toBe(99);
    expect(danger(inline('*'))).toBe(99);
    expect(danger(inline('s3:Get*'))).toBe(74);
  });
});

describe('with an inventory', () => {
  const made: Act[] = [['iam', 'CreateUser', user]];
  const key = 'iam-principals|global|user|eve';
  const now = (status: Cell['status'], absent: string[]): string | undefined =>
    tell(made, { coverage: [cell('iam-principals', 'global', status)], absent: new Set(absent) })[0]?.trail
      ?.now;

  it('is gone only where its list is complete and AWS, asked by id, does not know it', () => {
    expect(now('complete', [key])).toBe('gone');
    expect(now('complete', [])).toBe('not-known');
    expect(now('denied', [key])).toBe('not-known');
    expect(now('truncated', [key])).toBe('not-known');
    expect(tell(made)[0]?.trail?.now).toBe('not-looked-at');
  });

  it('is told by the inventory where that shows it', () => {
    const there = {
      play: 'iam-principals',
      type: 'user',
      id: 'user|eve',
      region: 'global',
      state: 'there',
      live: false,
      createdAt: night + minute,
      tags: {},
      links: [],
      properties: {},
    };
    expect(tell(made, { inventory: [there] })).toEqual([]);
  });
});

describe('the command that takes it away', () => {
  const commandFor = (userName: string): string | null | undefined =>
    tell([['iam', 'CreateUser', { userName }]])[0]?.trail?.remove.command;

  it('says to a shell nothing but the name, whatever the name is', () => {
    const hostile = [
      'a; rm -rf ~',
      '$(id)',
      '`id`',
      '--force',
      "it's",
      'a\nb',
      'file:///etc/passwd',
      '!!',
      '\u001b[2J',
    ];
    const nasty = fc.oneof(
      fc.constantFrom(...hostile),
      fc.string({ minLength: 1, maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'$`"\';&|<>(){}*?!~#\\ -=a\n'), minLength: 1, maxLength: 20 }),
    );
    fc.assert(
      fc.property(nasty, (name) => {
        const command = commandFor(name);
        if (command === null || command === undefined) return;
        const script = `aws() { for word; do printf '%s\\0' "$word"; done; }; ${command}`;
        const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
        expect(words).toEqual(['iam', 'delete-user', `--user-name=${name}`]);
      }),
      { numRuns: 60 },
    );
  });

  it('is left out, and a step in words stands for it, where the name could be read otherwise', () => {
    expect(commandFor('eve')).toBe('aws iam delete-user --user-name=eve');
    expect(commandFor('a; rm -rf ~')).toBe("aws iam delete-user --user-name='a; rm -rf ~'");
    for (const name of ['file:///etc/passwd', '\u001b[2J', 'a\nb', 'a\u202eb']) {
      const [found] = tell([['iam', 'CreateUser', { userName: name }]]);
      expect(found?.trail?.remove.command).toBeNull();
      expect(found?.trail?.remove.step).toContain('IAM console, Users: delete user');
    }
  });
});

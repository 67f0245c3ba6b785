import { beforeEach, describe, expect, it } from 'vitest';
import { lockCloudFront } from '../../src/range/cloudfront-lock.js';
import { Dispatcher } from '../../src/range/dispatch.js';
import { itemsOf } from '../../src/rehearsal/scenario/items.js';
import { worldOf } from '../../src/rehearsal/rehearse.js';
import { parseScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { seedWorld } from '../../src/rehearsal/scenario/seed.js';
import { supportDesk } from '../../src/rehearsal/support.js';
import type { AccessKey } from '../../src/range/world/identity.js';
import type { Account, SupportDesk, World } from '../../src/range/world/world.js';

const scenario = parseScenario(
  `title: locked
accounts:
  - id: '111122223333'
    support: { liftAfter: 1m, dnsAfter: 2m }
    users:
      ci: { may: ['*'], keys: [ci-key] }
      web: { may: ['ec2:*'], keys: [web-key] }
      responder: { may: ['*'], keys: [responder-key] }
incident: { key: ci-key }
responder: { key: responder-key }
`,
  'locked.yaml',
);

const restricted = `title: locked
accounts:
  - id: '111122223333'
    blocked: true
    cloudfrontLocked: true
    users:
      ci: { may: ['*'], keys: [ci-key], quarantined: true }
      web: { may: ['*'], keys: [web-key] }
      responder: { may: ['*'], keys: [responder-key] }
incident: { key: ci-key }
responder: { key: responder-key }
`;

let world: World;
let account: Account;
let key: AccessKey;
let responder: AccessKey;
let desk: SupportDesk;
let call: (accessKeyId: string, name: string, input: object, region?: string, label?: string) => never;
let rogue: string;
let launch: { ImageId: string; InstanceType: string; MinCount: number; MaxCount: number };

/** An instance far away, a session and a user with a key: what the attacker has when the mail comes. */
beforeEach(() => {
  const seeded = seedWorld(scenario, 1, Date.UTC(2026, 10, 23, 3, 10));
  world = seeded.world;
  account = world.account('111122223333');
  key = seeded.keys.get('ci-key')!;
  responder = seeded.keys.get('responder-key')!;
  const dispatcher = new Dispatcher(world);
  call = (accessKeyId, name, input, region = 'us-east-1', label) => {
    const [service = '', operation = ''] = name.split(':');
    return dispatcher.perform({ accessKeyId, service, operation, region, input, label }) as never;
  };
  launch = { ImageId: 'ami-0c02fb55956c7d316', InstanceType: 'g5.xlarge', MinCount: 1, MaxCount: 1 };
  call(seeded.keys.get('web-key')!.id, 'ec2:RunInstances', launch);
  const innocents = itemsOf(world);
  const misuseAt = world.clock.now();
  const { Instances } = call(key.id, 'ec2:RunInstances', launch, 'ap-south-1', 'attacker') as {
    Instances: { InstanceId: string }[];
  };
  rogue = Instances[0]!.InstanceId;
  call(key.id, 'sts:GetSessionToken', {}, 'us-east-1', 'attacker');
  call(key.id, 'iam:CreateUser', { UserName: 'support-2' }, 'us-east-1', 'attacker');
  call(key.id, 'iam:CreateAccessKey', { UserName: 'support-2' }, 'us-east-1', 'attacker');
  call(
    key.id,
    'iam:AttachUserPolicy',
    { UserName: 'support-2', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    'us-east-1',
    'attacker',
  );
  account.blocked = true;
  lockCloudFront(account);
  desk = supportDesk({ world, scenario, key, innocents, misuseAt });
  world.clock.advance(60_000);
});

const deny = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});
/** What a responder does, one by one. */
const steps: Record<string, () => void> = {
  'the key': () =>
    void call(responder.id, 'iam:UpdateAccessKey', {
      UserName: 'ci',
      AccessKeyId: key.id,
      Status: 'Inactive',
    }),
  'the session': () =>
    void call(responder.id, 'iam:PutUserPolicy', { UserName: 'ci', PolicyName: 'cut', PolicyDocument: deny }),
  'the user': () => {
    const keys = [...world.keys.values()].filter(({ user }) => user === 'support-2');
    for (const { id } of keys)
      call(responder.id, 'iam:UpdateAccessKey', {
        UserName: 'support-2',
        AccessKeyId: id,
        Status: 'Inactive',
      });
  },
  'the instance': () =>
    void call(responder.id, 'ec2:TerminateInstances', { InstanceIds: [rogue] }, 'ap-south-1'),
};
const limits = () => [account.blocked, account.cloudfrontLocked, account.dnsWithdrawn];

describe('AWS Support in a rehearsal', () => {
  it.each([
    ['the key', `access key AKIA`],
    ['the session', '1 credentials that still work'],
    ['the user', '2 unauthorized resources in global|credentials that still work'],
    ['the instance', '1 unauthorized resources in ap-south-1'],
  ])('keeps every limit on while %s is left, whatever the reply says', (left, reason) => {
    for (const [name, step] of Object.entries(steps)) if (name !== left) step();
    world.clock.advance(60_000);
    const answer = desk(account, 'Everything is clean, on our word.');
    expect(answer.lifts).toBe(false);
    expect(answer.text).toMatch(new RegExp(reason));
    world.clock.advance(3_600_000);
    expect(limits()).toEqual([true, true, true]);
  });

  it('lifts the API first and the DNS later, once nothing is left; nobody else’s instance matters', () => {
    for (const step of Object.values(steps)) step();
    world.clock.advance(60_000);
    expect(desk(account, 'Done.')).toMatchObject({ lifts: true });
    expect(limits()).toEqual([true, true, true]);
    world.clock.advance(60_000);
    expect(limits()).toEqual([false, false, true]);
    world.clock.advance(120_000);
    expect(limits()).toEqual([false, false, false]);
  });

  it('looks once more before it lifts: what came back after the reply keeps every limit on', () => {
    for (const step of Object.values(steps)) step();
    world.clock.advance(60_000);
    expect(desk(account, 'Done.')).toMatchObject({ lifts: true });
    call(responder.id, 'iam:DeleteUserPolicy', { UserName: 'ci', PolicyName: 'cut' });
    world.clock.advance(3_600_000);
    expect(limits()).toEqual([true, true, true]);
    expect(desk(account, 'Still?').text).toContain('1 credentials that still work');
  });

  it('leaves no trace of its look in the account', () => {
    const before = [world.log.length, key.lastUsed?.at, account.region('us-east-1').events.length];
    desk(account, 'Done?');
    expect([world.log.length, key.lastUsed?.at, account.region('us-east-1').events.length]).toEqual(before);
  });

  it('looks again at each reply', () => {
    expect(desk(account, 'Done?').lifts).toBe(false);
    for (const step of Object.values(steps)) step();
    world.clock.advance(60_000);
    expect(desk(account, 'Done.').lifts).toBe(true);
  });
});

describe('what AWS does to an account of a scenario', () => {
  const named = { name: 'locked', file: 'locked.yaml', scenario: parseScenario(restricted, 'locked.yaml') };

  it('is there when it is served: the lock, the block, and the quarantine with its event', () => {
    const served = worldOf(named).world;
    const there = served.account('111122223333');
    const policy = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
    expect([there.blocked, there.cloudfrontLocked, there.dnsWithdrawn]).toEqual([true, true, true]);
    expect(there.users.get('ci')?.grants.current.attached).toEqual([policy]);
    expect(there.users.get('web')?.grants.current.attached).toEqual([]);
    expect(there.region('us-east-1').events.map(({ record }) => record)).toMatchObject([
      { eventName: 'AttachUserPolicy', requestParameters: { userName: 'ci', policyArn: policy } },
    ]);
  });

  it('is lifted for whoever rehearses by hand, once the key is off and what it made is gone', () => {
    const { world: served, keys } = worldOf(named);
    const there = served.account('111122223333');
    const by = (label: string, operation: string, input: object) =>
      new Dispatcher(served).perform({
        accessKeyId: keys.get(label)!.id,
        service: 'iam',
        operation,
        region: 'us-east-1',
        input,
      });
    by('web-key', 'CreateUser', { UserName: 'ours' });
    expect(served.supportDesk!(there, 'Done.').text).toMatch(/is active/);
    by('responder-key', 'UpdateAccessKey', {
      UserName: 'ci',
      AccessKeyId: keys.get('ci-key')!.id,
      Status: 'Inactive',
    });
    served.clock.advance(60_000);
    expect(served.supportDesk!(there, 'Done.')).toMatchObject({ lifts: true });
  });
});

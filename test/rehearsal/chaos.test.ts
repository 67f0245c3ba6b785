import { describe, expect, it } from 'vitest';
import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { withChaos } from '../../src/rehearsal/chaos.js';
import { loadScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { lies } from '../../src/range/lies.js';
import { createSession } from '../../src/range/world/identity.js';
import { ground } from '../range/world.js';

const named = await loadScenario('mass-gpu', 'fixtures/scenarios');
const day = (seed: number) => withChaos(named, seed).scenario;
const days = Array.from({ length: 200 }, (_, seed) => day(seed + 1));

describe('a bad day', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(day(12)).toEqual(day(12));
    expect(day(12)).not.toEqual(day(13));
  });

  it.each([
    ['drops connections', ({ aws }: ReturnType<typeof day>) => aws.faults?.drop],
    ['answers 500', ({ aws }: ReturnType<typeof day>) => aws.faults?.status500],
    ['answers 503', ({ aws }: ReturnType<typeof day>) => aws.faults?.status503],
    ['is slow', ({ aws }: ReturnType<typeof day>) => aws.faults?.slow],
    ['cuts answers', ({ aws }: ReturnType<typeof day>) => aws.faults?.truncate],
    ['throttles', ({ aws }: ReturnType<typeof day>) => aws.faults?.throttle],
    ['throttles in storms', ({ aws }: ReturnType<typeof day>) => aws.faults?.throttleStorms],
    ['has a dark region', ({ aws }: ReturnType<typeof day>) => aws.faults?.darkRegions],
    ['has another clock', ({ aws }: ReturnType<typeof day>) => aws.clockAhead],
    ['takes a permission away', ({ responder }: ReturnType<typeof day>) => responder.deniedAfter],
    [
      'switches the responder’s key off',
      ({ responder }: ReturnType<typeof day>) => responder.switchedOffAfter,
    ],
    ['has a region that takes no token', ({ aws }: ReturnType<typeof day>) => aws.faults?.refusedRegions],
    ['answers with what is no answer', ({ aws }: ReturnType<typeof day>) => aws.faults?.falseAnswers],
    ['hides instances', ({ aws }: ReturnType<typeof day>) => aws.faults?.hiddenInstances],
    ['leaves launches out of the trail', ({ aws }: ReturnType<typeof day>) => aws.faults?.omittedEvents],
    ['dates an answer ten years off', ({ aws }: ReturnType<typeof day>) => aws.faults?.misdated],
    ['shows keys as they were', ({ aws }: ReturnType<typeof day>) => aws.faults?.staleKeysMs],
    ['has something that may not be ended', ({ aws }: ReturnType<typeof day>) => aws.faults?.untouchable],
    ['ends the session', ({ responder }: ReturnType<typeof day>) => responder.expiresAfter],
  ])('%s on some days, and not on others', (_, of) => {
    const struck = days.filter((one) => of(one) !== undefined).length;
    expect(struck).toBeGreaterThan(3);
    expect(struck).toBeLessThan(150);
  });

  it('tells every lie there is, of one seed or another', () => {
    const told = new Set(days.flatMap(({ aws }) => (aws.faults?.falseAnswers ?? []).map(({ is }) => is)));
    expect([...told].sort()).toEqual([...lies].sort());
  });

  it('forgives what was not reached, never harm', () => {
    const { goals } = day(1);
    expect(goals).toMatchObject({
      innocentsTouched: 0,
      actionsWithoutJournal: 0,
      journalWithoutAction: 0,
      falseAllClear: 0,
    });
    expect(goals.rogueAlive).toBeGreaterThan(1000);
    expect(goals.containExit).toBeUndefined();
  });
});

describe('the range on a bad day', () => {
  const outcomes = async (ec2: EC2Client, calls: number) => {
    const seen: string[] = [];
    for (let call = 0; call < calls; call += 1)
      seen.push(
        await ec2.send(new DescribeRegionsCommand({})).then(
          () => 'ok',
          (error: Error) => error.name,
        ),
      );
    return seen;
  };

  it('strikes the same calls again, whatever others call in between', async () => {
    const run = async (others: boolean) => {
      const { range, world, admin, user } = await ground({ seed: 5 });
      const mine = new EC2Client(admin());
      const theirs = new EC2Client(user('other', '{"Statement":[]}'));
      world.faults = { status500: 0.2, throttle: 0.2, drop: 0.1 };
      const seen: string[] = [];
      for (let call = 0; call < 30; call += 1) {
        if (others) await outcomes(theirs, 1);
        seen.push(...(await outcomes(mine, 1)));
      }
      await range.close();
      return seen;
    };
    const alone = await run(false);
    expect(new Set(alone).size).toBeGreaterThan(2);
    expect(await run(true)).toEqual(alone);
  });

  it('throttles in storms, and not between them', async () => {
    const { range, world, admin } = await ground();
    const ec2 = new EC2Client(admin());
    const { clock } = world;
    world.faults = { throttleStorms: { every: 60_000, lasts: 10_000 } };
    clock.advance(60_000 - (clock.now() % 60_000));
    expect(
      (await outcomes(ec2, 20)).filter((name) => name === 'RequestLimitExceeded').length,
    ).toBeGreaterThan(5);
    clock.advance(10_000);
    expect(new Set(await outcomes(ec2, 20))).toEqual(new Set(['ok']));
    await range.close();
  });

  it('takes a permission from one credential in the middle of its work, and from no other', async () => {
    const { range, world, account, admin, options } = await ground();
    const key = [...world.keys.values()][0]!;
    const session = createSession(account, {
      ...{ kind: 'session-token', user: 'admin', role: null, name: null },
      ...{ policies: null, parent: key.id, mfa: true, seconds: 3600 },
    });
    const mine = new EC2Client(options(session));
    world.turns.push({
      accessKeyId: session.id,
      calls: 3,
      happen: () => (world.faults = { denied: ['ec2:DescribeRegions'], deniedTo: session.id }),
    });
    expect(await outcomes(mine, 4)).toEqual(['ok', 'ok', 'UnauthorizedOperation', 'UnauthorizedOperation']);
    expect(await outcomes(new EC2Client(admin()), 1)).toEqual(['ok']);
    await range.close();
  });

  it('ends a session in the middle of its work', async () => {
    const { range, world, account, options } = await ground();
    const session = createSession(account, {
      ...{ kind: 'session-token', user: 'admin', role: null, name: null },
      ...{ policies: null, parent: null, mfa: true, seconds: 3600 },
    });
    world.turns.push({
      accessKeyId: session.id,
      calls: 2,
      happen: () => (session.expiresAt = world.clock.now()),
    });
    const sts = new STSClient(options(session));
    await sts.send(new GetCallerIdentityCommand({}));
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
    await range.close();
  });
});

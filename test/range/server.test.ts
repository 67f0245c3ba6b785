import {
  DescribeInstancesCommand,
  DescribeVpnGatewaysCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { ListClustersCommand, ECSClient, ListAttributesCommand } from '@aws-sdk/client-ecs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEntry } from '../../src/range/world/world.js';
import { ground, type Ground } from './world.js';

let at: Ground;
beforeEach(async () => {
  at = await ground();
});
afterEach(() => at.range.close());

const control = async (method: string, what: string, body?: object): Promise<unknown> =>
  (
    await fetch(`${at.range.url}/_range/${what}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  ).json();
const describe = () => new EC2Client(at.admin()).send(new DescribeInstancesCommand({}));

test('an operation that the range does not have is refused as AWS does, and counted', async () => {
  await expect(new EC2Client(at.admin()).send(new DescribeVpnGatewaysCommand({}))).rejects.toMatchObject({
    name: 'InvalidAction',
  });
  await expect(
    new ECSClient(at.admin()).send(new ListAttributesCommand({ targetType: 'container-instance' })),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
  await new ECSClient(at.admin()).send(new ListClustersCommand({}));
  expect(await control('GET', 'unknown')).toEqual({ 'ec2:DescribeVpnGateways': 1, 'ecs:ListAttributes': 1 });
});

test('the log holds every call: who, what, where, read or write, allowed or not', async () => {
  await describe();
  await new EC2Client(at.admin()).send(
    new RunInstancesCommand({ MinCount: 1, MaxCount: 1, InstanceType: 't3.micro', ImageId: 'ami-12345678' }),
  );
  const log = (await control('GET', 'log')) as LogEntry[];
  expect(log).toMatchObject([
    {
      service: 'ec2',
      operation: 'DescribeInstances',
      region: 'eu-west-1',
      readOnly: true,
      allowed: true,
      error: null,
      account: '111122223333',
      principal: 'arn:aws:iam::111122223333:user/admin',
    },
    { operation: 'RunInstances', readOnly: false, dryRun: false, input: { InstanceType: 't3.micro' } },
  ]);
  expect(log[1]?.touched).toHaveLength(1);
  expect(await control('GET', 'log?from=1')).toHaveLength(1);
});

test('a request without a signature is refused', async () => {
  const answer = await fetch(at.range.url, {
    method: 'POST',
    body: 'Action=DescribeInstances&Version=2016-11-15',
  });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>');
});

test('faults are switched on and off while it runs', async () => {
  await control('POST', 'faults', { status503: 1 });
  await expect(describe()).rejects.toMatchObject({
    name: 'ServiceUnavailable',
    $metadata: { httpStatusCode: 503 },
  });
  await control('POST', 'faults', { throttle: 1 });
  await expect(describe()).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
  await control('POST', 'faults', { denied: ['ec2:eu-west-1'] });
  await expect(describe()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await control('POST', 'faults', { drop: 1 });
  await expect(describe()).rejects.toMatchObject({
    message: expect.stringMatching(/hang up|ECONNRESET/) as string,
  });
  await control('POST', 'faults', { truncate: 1 });
  await expect(describe()).rejects.toThrow();
  await control('POST', 'faults', {});
  await describe();
});

test('a dark region never answers, and the others do', async () => {
  await control('POST', 'faults', { darkRegions: ['eu-west-1'] });
  await expect(
    new EC2Client(at.admin()).send(new DescribeInstancesCommand({}), {
      abortSignal: AbortSignal.timeout(200),
    }),
  ).rejects.toMatchObject({ name: 'AbortError' });
  await new EC2Client(at.admin('eu-west-2')).send(new DescribeInstancesCommand({}));
});

test("EC2's buckets throttle, and fill again with the clock", async () => {
  at.world.settings.throttling = true;
  const run = () =>
    new EC2Client(at.admin()).send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        InstanceType: 't3.micro',
        ImageId: 'ami-12345678',
      }),
    );
  for (let call = 0; call < 5; call++) await run();
  await expect(run()).rejects.toMatchObject({
    name: 'RequestLimitExceeded',
    $metadata: { httpStatusCode: 503 },
  });
  at.world.clock.advance(500);
  await run();
});

test('answers carry a request id and the date of the virtual clock', async () => {
  at.world.faults = { clockSkewMs: 3_600_000 };
  const answer = await fetch(at.range.url, { method: 'POST' });
  expect(answer.headers.get('date')).toBe(new Date(at.world.clock.now() + 3_600_000).toUTCString());
  expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
});

test('the clock is moved from outside, and what falls due happens', async () => {
  const before = ((await control('GET', 'clock')) as { now: number }).now;
  const after = ((await control('POST', 'clock', { advance: 60_000, speed: 0 })) as { now: number }).now;
  expect(after - before).toBe(60_000);
});

test('a web page does not get through the door', async () => {
  const answer = await fetch(`${at.range.url}/_range/clock`, { headers: { origin: 'https://evil.example' } });
  expect(answer.status).toBe(403);
});

test('the same seed gives the same ids', async () => {
  const ids = async () => {
    const other = await ground({ seed: 42 });
    try {
      const { Instances } = await new EC2Client(other.admin()).send(
        new RunInstancesCommand({
          MinCount: 3,
          MaxCount: 3,
          InstanceType: 't3.micro',
          ImageId: 'ami-12345678',
        }),
      );
      return Instances?.map(({ InstanceId }) => InstanceId);
    } finally {
      await other.range.close();
    }
  };
  expect(await ids()).toEqual(await ids());
});

test("a caller's address and label reach the trail and the log", async () => {
  const sts = new STSClient(at.admin());
  sts.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, {
        'x-range-source-ip': '203.0.113.7',
        'x-range-label': 'attacker',
      });
      return next(args);
    },
    { step: 'build' },
  );
  await sts.send(new GetCallerIdentityCommand({}));
  expect(at.world.log.at(-1)).toMatchObject({ sourceIp: '203.0.113.7', label: 'attacker' });
  expect(at.account.region('eu-west-1').events.at(-1)?.record.sourceIPAddress).toBe('203.0.113.7');
});

import { CostExplorerClient, GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import { EC2Client, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ground, type Ground } from './world.js';

let range: Ground;
beforeEach(async () => {
  range = await ground();
});
afterEach(async () => {
  await range.range.close();
});

const hour = 3_600_000;

test("Cost Explorer shows what ran, day by day, at its region's price", async () => {
  const launch = {
    ImageId: 'ami-0c02fb55956c7d316',
    InstanceType: 'g5.12xlarge',
    MinCount: 2,
    MaxCount: 2,
  } as const;
  const ec2 = new EC2Client(range.admin('us-east-1'));
  const { Instances } = await ec2.send(new RunInstancesCommand(launch));
  // From 03:10 on the 23rd to 03:10 on the 24th; then ten hours in which nothing runs.
  range.world.clock.advance(24 * hour);
  const InstanceIds = Instances!.map(({ InstanceId }) => InstanceId!);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  range.world.clock.advance(10 * hour);

  const { ResultsByTime } = await new CostExplorerClient(range.admin()).send(
    new GetCostAndUsageCommand({
      TimePeriod: { Start: '2026-11-22', End: '2026-11-25' },
      Granularity: 'DAILY',
      Metrics: ['UnblendedCost'],
    }),
  );
  const days = ResultsByTime!.map(({ TimePeriod, Total }) => [
    TimePeriod!.Start,
    Number(Total!.UnblendedCost!.Amount),
  ]);
  const aDay = days.reduce((sum, [, amount]) => sum + Number(amount), 0);
  expect(days.map(([start]) => start)).toEqual(['2026-11-22', '2026-11-23', '2026-11-24']);
  expect(days[0]).toEqual(['2026-11-22', 0]);
  expect(aDay).toBeGreaterThan(100);
  expect(Number(days[1]![1]) / aDay).toBeCloseTo((20 + 50 / 60) / 24, 6);
});

test('Cost Explorer refuses a period that ends before it begins', async () => {
  const asked = new CostExplorerClient(range.admin()).send(
    new GetCostAndUsageCommand({
      TimePeriod: { Start: '2026-11-25', End: '2026-11-22' },
      Granularity: 'DAILY',
      Metrics: ['UnblendedCost'],
    }),
  );
  await expect(asked).rejects.toThrow('before end date');
});

import { AwsError } from '../aws-error.js';
import { onDemandPrice } from '../world/prices.js';
import type { Service } from '../service.js';
import { instancesOf, type Instance } from '../world/compute.js';
import type { Account } from '../world/world.js';

const day = 86_400_000;
const hour = 3_600_000;

/** Milliseconds between `from` and `to` in which the instance is billed: while it runs. */
function billed({ states }: Instance, from: number, to: number): number {
  return states.reduce((sum, { at, state }, index) => {
    if (state !== 'running') return sum;
    const end = states[index + 1]?.at ?? to;
    return sum + Math.max(0, Math.min(end, to) - Math.max(at, from));
  }, 0);
}

/** What the account's instances have cost; types without a known price cost nothing. */
function costOf(account: Account, from: number, to: number): number {
  return account
    .usedRegions()
    .flatMap((region) =>
      [...instancesOf(region).values()].map(
        (instance) =>
          ((onDemandPrice(instance.instanceType, region.name) ?? 0) * billed(instance, from, to)) / hour,
      ),
    )
    .reduce((sum, usd) => sum + usd, 0);
}

export const ce: Service = {
  global: true,
  operations: {
    GetCostAndUsage: (
      { account, now },
      input: { TimePeriod: { Start: string; End: string }; Granularity: string; Metrics?: string[] },
    ) => {
      const [start, end] = [Date.parse(input.TimePeriod.Start), Date.parse(input.TimePeriod.End)];
      if (!(start < end))
        throw new AwsError(
          'ValidationException',
          'Start date (and hour) should be before end date (and hour)',
        );
      if (input.Granularity !== 'DAILY')
        throw new AwsError('ValidationException', `the range has no granularity ${input.Granularity}`);
      const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
      const days = Array.from({ length: Math.ceil((end - start) / day) }, (_, index) => start + index * day);
      return {
        ResultsByTime: days.map((from) => ({
          TimePeriod: { Start: dateOf(from), End: dateOf(from + day) },
          Total: Object.fromEntries(
            (input.Metrics ?? []).map((metric) => [
              metric,
              { Amount: String(costOf(account, from, Math.min(from + day, now))), Unit: 'USD' },
            ]),
          ),
          Groups: [],
          // The current month's figures are estimates until the bill is made.
          Estimated: dateOf(from).slice(0, 7) === dateOf(now).slice(0, 7),
        })),
        DimensionValueAttributes: [],
      };
    },
  },
};

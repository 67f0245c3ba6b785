import { AwsError } from '../aws-error.js';
import { page, type Service } from '../service.js';
import type { Account, OptStatus } from '../world/world.js';

function statusOf(account: Account, region: string): OptStatus {
  const status = account.regionStatus.get(region);
  if (status === undefined)
    throw new AwsError('ValidationException', `Region ${region} is not a region`, 400);
  return status;
}

export const account: Service = {
  global: true,
  operations: {
    ListRegions: (
      { account: own },
      input: { RegionOptStatusContains?: OptStatus[]; MaxResults?: number; NextToken?: string },
    ) => {
      const all = [...own.regionStatus]
        .map(([RegionName, RegionOptStatus]) => ({ RegionName, RegionOptStatus }))
        .filter(
          ({ RegionOptStatus }) =>
            !input.RegionOptStatusContains?.length || input.RegionOptStatusContains.includes(RegionOptStatus),
        );
      const { items, next } = page(all, input.NextToken, input.MaxResults ?? 50);
      return { Regions: items, NextToken: next };
    },
    GetRegionOptStatus: ({ account: own }, input: { RegionName: string }) => ({
      RegionName: input.RegionName,
      RegionOptStatus: statusOf(own, input.RegionName),
    }),
    EnableRegion: ({ account: own, world, touched }, { RegionName }: { RegionName: string }) => {
      touched.push(RegionName);
      if (statusOf(own, RegionName) !== 'DISABLED') return;
      // Minutes to hours (Account Management reference guide, "Enable or disable AWS Regions in your account").
      own.regionStatus.set(RegionName, 'ENABLING');
      world.clock.after(world.settings.enableRegionMs, () => {
        if (own.regionStatus.get(RegionName) === 'ENABLING') own.regionStatus.set(RegionName, 'ENABLED');
      });
      if (world.settings.enableRegionMs === 0) own.regionStatus.set(RegionName, 'ENABLED');
    },
    DisableRegion: ({ account: own, touched }, input: { RegionName: string }) => {
      if (statusOf(own, input.RegionName) === 'ENABLED_BY_DEFAULT')
        throw new AwsError(
          'ValidationException',
          'A region that is enabled by default cannot be disabled.',
          400,
        );
      own.regionStatus.set(input.RegionName, 'DISABLED');
      touched.push(input.RegionName);
    },
    GetContactInformation: ({ account: own }) => ({
      ContactInformation: {
        FullName: own.name,
        AddressLine1: '1 Example Street',
        City: 'Example',
        CountryCode: 'US',
        PostalCode: '00000',
        PhoneNumber: '+10000000000',
      },
    }),
  },
};

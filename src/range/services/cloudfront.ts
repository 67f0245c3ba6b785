import { AwsError } from '../aws-error.js';
import { isStructure, type Structure } from '../protocol/values.js';
import type { Context, Operation, Service } from '../service.js';
import { mustFind, type Account } from '../world/world.js';

export interface Distribution {
  id: string;
  domain: string;
  aliases: string[];
  enabled: boolean;
  etag: string;
  createdAt: number;
  config: Structure;
}

export const distributionsOf = (account: Account) =>
  account.region('us-east-1').table<Distribution>('cloudfront:distributions');

/** A distribution without a call. */
export function addDistribution(
  account: Account,
  options: {
    id?: string;
    domain?: string;
    aliases?: string[];
    origin?: string;
    createdAt?: number;
    enabled?: boolean;
  } = {},
): Distribution {
  const { random, clock } = account.world;
  const aliases = options.aliases ?? [];
  const enabled = options.enabled ?? true;
  const distribution: Distribution = {
    id: options.id ?? `E${random.text(13, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`,
    domain: options.domain ?? `d${random.text(13, 'abcdefghijklmnopqrstuvwxyz0123456789')}.cloudfront.net`,
    aliases,
    enabled,
    etag: `E${random.text(13, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`,
    createdAt: options.createdAt ?? clock.now(),
    config: {
      CallerReference: random.uuid(),
      Aliases: { Quantity: aliases.length, Items: aliases },
      DefaultRootObject: 'index.html',
      Origins: {
        Quantity: 1,
        Items: [
          {
            Id: 'origin',
            DomainName: options.origin ?? 'origin.example.com',
            OriginPath: '',
            CustomHeaders: { Quantity: 0 },
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: 'origin',
        ViewerProtocolPolicy: 'redirect-to-https',
        TrustedSigners: { Enabled: false, Quantity: 0 },
        Compress: true,
        SmoothStreaming: false,
        FieldLevelEncryptionId: '',
        LambdaFunctionAssociations: { Quantity: 0 },
      },
      CacheBehaviors: { Quantity: 0 },
      CustomErrorResponses: { Quantity: 0 },
      Comment: '',
      Logging: { Enabled: false, IncludeCookies: false, Bucket: '', Prefix: '' },
      PriceClass: 'PriceClass_All',
      Enabled: enabled,
      ViewerCertificate: { CloudFrontDefaultCertificate: aliases.length === 0 },
      Restrictions: { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } },
      WebACLId: '',
      HttpVersion: 'http2',
      IsIPV6Enabled: true,
    },
  };
  distributionsOf(account).set(distribution.id, distribution);
  return distribution;
}

const summary = (account: Account, item: Distribution) => ({
  ...item.config,
  Id: item.id,
  ARN: `arn:aws:cloudfront::${account.id}:distribution/${item.id}`,
  Status: 'Deployed',
  LastModifiedTime: item.createdAt,
  DomainName: item.domain,
  Enabled: item.enabled,
  Staging: false,
});

const full = (account: Account, item: Distribution) => ({
  Distribution: {
    Id: item.id,
    ARN: `arn:aws:cloudfront::${account.id}:distribution/${item.id}`,
    Status: 'Deployed',
    LastModifiedTime: item.createdAt,
    InProgressInvalidationBatches: 0,
    DomainName: item.domain,
    ActiveTrustedSigners: { Enabled: false, Quantity: 0 },
    DistributionConfig: { ...item.config, Enabled: item.enabled },
  },
  ETag: item.etag,
});

const distribution = (account: Account, id: string) =>
  mustFind(
    distributionsOf(account),
    id,
    'NoSuchDistribution',
    'The specified distribution does not exist.',
    404,
  );

const aliasesOf = (config: Structure): string[] => {
  const aliases = config.Aliases;
  return isStructure(aliases ?? null) ? (((aliases as Structure).Items ?? []) as string[]) : [];
};

const operations: Record<string, Operation> = {
  ListDistributions: ({ account }, input: { Marker?: string; MaxItems?: string }) => {
    const all = [...distributionsOf(account).values()];
    const size = Number(input.MaxItems ?? 100);
    const start = input.Marker ? all.findIndex(({ id }) => id === input.Marker) + 1 : 0;
    const items = all.slice(start, start + size);
    const more = start + size < all.length;
    return {
      DistributionList: {
        Marker: input.Marker ?? '',
        MaxItems: size,
        IsTruncated: more,
        Quantity: items.length,
        Items: items.map((item) => summary(account, item)),
        ...(more ? { NextMarker: items.at(-1)!.id } : {}),
      },
    };
  },
  GetDistribution: ({ account }, input: { Id: string }) => full(account, distribution(account, input.Id)),
  GetDistributionConfig: ({ account }, input: { Id: string }) => {
    const found = full(account, distribution(account, input.Id));
    return { DistributionConfig: found.Distribution.DistributionConfig, ETag: found.ETag };
  },
  CreateDistribution: ({ account, touched }, input: { DistributionConfig: Structure }) => {
    const item = addDistribution(account, {
      aliases: aliasesOf(input.DistributionConfig),
      enabled: input.DistributionConfig.Enabled === true,
    });
    item.config = { ...item.config, ...input.DistributionConfig };
    touched.push(item.id);
    return full(account, item);
  },
  UpdateDistribution: (
    { account, world, touched },
    input: { Id: string; IfMatch?: string; DistributionConfig: Structure },
  ) => {
    const item = distribution(account, input.Id);
    if (input.IfMatch === undefined)
      throw new AwsError(
        'InvalidIfMatchVersion',
        'The If-Match version is missing or not valid for the resource.',
        400,
      );
    if (input.IfMatch !== item.etag)
      throw new AwsError(
        'PreconditionFailed',
        "The request failed because it didn't meet the preconditions in one or more request-header fields.",
        412,
      );
    Object.assign(item, {
      config: input.DistributionConfig,
      enabled: input.DistributionConfig.Enabled === true,
      aliases: aliasesOf(input.DistributionConfig),
      etag: `E${world.random.text(13, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`,
    });
    touched.push(item.id);
    return full(account, item);
  },
  CreateInvalidation: (
    { account, world, now, touched },
    input: { DistributionId: string; InvalidationBatch: Structure },
  ) => {
    distribution(account, input.DistributionId);
    const id = `I${world.random.text(13, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`;
    touched.push(id);
    return {
      Location: `/2020-05-31/distribution/${input.DistributionId}/invalidation/${id}`,
      Invalidation: {
        Id: id,
        Status: 'InProgress',
        CreateTime: now,
        InvalidationBatch: input.InvalidationBatch,
      },
    };
  },
};

/** What AWS answers every CloudFront call of a restricted account with, as its customers have published it. */
function locked(run: Operation): Operation {
  return (context: Context, input: never) => {
    if (context.account.cloudfrontLocked) {
      throw new AwsError(
        'AccessDenied',
        'Your account must be verified before you can add new CloudFront resources. To verify your account, please contact AWS Support (https://console.aws.amazon.com/support/home#/) and include this error message.',
        403,
      );
    }
    return run(context, input);
  };
}

export const cloudfront: Service = {
  global: true,
  operations: Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, locked(run)])),
};

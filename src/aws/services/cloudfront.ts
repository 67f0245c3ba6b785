import {
  CloudFrontClient,
  GetDistributionCommand,
  ListDistributionsCommand,
  paginateListDistributions,
} from '@aws-sdk/client-cloudfront';

export const cloudfront = {
  client: CloudFrontClient,
  commands: { GetDistribution: GetDistributionCommand, ListDistributions: ListDistributionsCommand },
  paginators: { ListDistributions: paginateListDistributions },
};

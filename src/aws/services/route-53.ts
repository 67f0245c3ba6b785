import { Route53Client, ListHostedZonesCommand, paginateListHostedZones } from '@aws-sdk/client-route-53';

export const route53 = {
  client: Route53Client,
  commands: { ListHostedZones: ListHostedZonesCommand },
  paginators: { ListHostedZones: paginateListHostedZones },
};

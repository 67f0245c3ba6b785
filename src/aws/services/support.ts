import { SupportClient, DescribeCasesCommand, paginateDescribeCases } from '@aws-sdk/client-support';

export const support = {
  client: SupportClient,
  commands: { DescribeCases: DescribeCasesCommand },
  paginators: { DescribeCases: paginateDescribeCases },
};

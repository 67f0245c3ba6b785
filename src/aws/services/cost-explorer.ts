import { CostExplorerClient, GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';

export const costexplorer = {
  client: CostExplorerClient,
  commands: { GetCostAndUsage: GetCostAndUsageCommand },
  paginators: {},
};

import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from '@aws-sdk/client-organizations';

export const organizations = {
  client: OrganizationsClient,
  commands: {
    DescribeOrganization: DescribeOrganizationCommand,
    ListAccounts: ListAccountsCommand,
    ListAccountsForParent: ListAccountsForParentCommand,
    ListOrganizationalUnitsForParent: ListOrganizationalUnitsForParentCommand,
  },
  paginators: {
    ListAccounts: paginateListAccounts,
    ListAccountsForParent: paginateListAccountsForParent,
    ListOrganizationalUnitsForParent: paginateListOrganizationalUnitsForParent,
  },
};

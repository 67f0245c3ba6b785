import {
  DeleteFargateProfileCommand,
  DeleteNodegroupCommand,
  DescribeFargateProfileCommand,
  DescribeNodegroupCommand,
  EKSClient,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListNodegroupsCommand,
  paginateListClusters,
  paginateListFargateProfiles,
  paginateListNodegroups,
} from '@aws-sdk/client-eks';

export const eks = {
  client: EKSClient,
  commands: {
    DeleteFargateProfile: DeleteFargateProfileCommand,
    DeleteNodegroup: DeleteNodegroupCommand,
    DescribeFargateProfile: DescribeFargateProfileCommand,
    DescribeNodegroup: DescribeNodegroupCommand,
    ListClusters: ListClustersCommand,
    ListFargateProfiles: ListFargateProfilesCommand,
    ListNodegroups: ListNodegroupsCommand,
  },
  paginators: {
    ListClusters: paginateListClusters,
    ListFargateProfiles: paginateListFargateProfiles,
    ListNodegroups: paginateListNodegroups,
  },
};

import { GetAccessKeyInfoCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

export const sts = {
  client: STSClient,
  commands: { GetAccessKeyInfo: GetAccessKeyInfoCommand, GetCallerIdentity: GetCallerIdentityCommand },
  paginators: {},
};

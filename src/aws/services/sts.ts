import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';

export const sts = {
  client: STSClient,
  commands: {
    AssumeRole: AssumeRoleCommand,
    GetAccessKeyInfo: GetAccessKeyInfoCommand,
    GetCallerIdentity: GetCallerIdentityCommand,
  },
  paginators: {},
};

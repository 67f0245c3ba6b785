import { SESv2Client, GetAccountCommand } from '@aws-sdk/client-sesv2';

export const sesv2 = {
  client: SESv2Client,
  commands: { GetAccount: GetAccountCommand },
  paginators: {},
};

import {
  DeleteEmailIdentityCommand,
  GetAccountCommand,
  ListEmailIdentitiesCommand,
  paginateListEmailIdentities,
  PutAccountSendingAttributesCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';

export const sesv2 = {
  client: SESv2Client,
  commands: {
    DeleteEmailIdentity: DeleteEmailIdentityCommand,
    GetAccount: GetAccountCommand,
    ListEmailIdentities: ListEmailIdentitiesCommand,
    PutAccountSendingAttributes: PutAccountSendingAttributesCommand,
  },
  paginators: {
    ListEmailIdentities: paginateListEmailIdentities,
  },
};

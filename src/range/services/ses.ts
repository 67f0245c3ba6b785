import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

const identities = new Shelf('ses:identities', ['NotFoundException', 404], 'AlreadyExistsException');
const sending = new Shelf(
  'ses:sending',
  ['NotFoundException', 404],
  null,
  ({ SendingEnabled }) => SendingEnabled === true,
);

const shown = (made: Thing) => ({
  ...made,
  IdentityName: made.id,
  VerifiedForSendingStatus: true,
  VerificationStatus: 'SUCCESS',
  FeedbackForwardingStatus: true,
});
const isSending = ({ region }: Context) => sending.find(region, 'account')?.SendingEnabled !== false;

/** Amazon SES (v2): who may send, and whether the account sends at all. */
export const ses: Service = {
  operations: {
    CreateEmailIdentity: (context, input: { EmailIdentity: string }) =>
      shown(
        identities.add(context, input.EmailIdentity, {
          ...input,
          IdentityType: input.EmailIdentity.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
          SendingEnabled: true,
        }),
      ),
    ListEmailIdentities: ({ region }, input: { NextToken?: string; PageSize?: number }) =>
      paged(
        'EmailIdentities',
        identities.all(region).map(shown),
        input.NextToken,
        input.PageSize ?? 100,
        'NextToken',
      ),
    GetEmailIdentity: ({ region }, input: { EmailIdentity: string }) =>
      shown(identities.get(region, input.EmailIdentity)),
    DeleteEmailIdentity: (context, input: { EmailIdentity: string }) =>
      void identities.remove(context, input.EmailIdentity),
    GetAccount: (context) => ({
      SendingEnabled: isSending(context),
      ProductionAccessEnabled: true,
      EnforcementStatus: 'HEALTHY',
      DedicatedIpAutoWarmupEnabled: false,
      SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 },
    }),
    PutAccountSendingAttributes: (context, input: { SendingEnabled?: boolean }) => {
      if (sending.find(context.region, 'account') === undefined) sending.add(context, 'account', {});
      sending.change(context, 'account', { SendingEnabled: input.SendingEnabled ?? false });
    },
    SendEmail: (context) => {
      if (!isSending(context))
        throw new AwsError('SendingPausedException', 'Email sending is disabled for your account.', 400);
      return { MessageId: context.world.random.uuid() };
    },
  },
};

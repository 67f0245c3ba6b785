import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { AwsClients } from './clients.js';
import type { MemberRole } from './credentials.js';
import { AwsFailure, noCredentials } from './errors.js';

interface Issued {
  AccessKeyId?: string;
  SecretAccessKey?: string;
  SessionToken?: string;
  Expiration?: Date;
}

/**
 * A member's role, assumed with the credentials of `clients`: paced, and tried again where STS throttles, as every call is.
 * @throws AwsFailure: of kind `credentials` with code AssumeRole where the role does not let them in
 */
export function memberCredentials(
  { arn, externalId, sessionName, policy }: MemberRole,
  clients: AwsClients,
  region: string,
): AwsCredentialIdentityProvider {
  return async () => {
    const input = {
      RoleArn: arn,
      RoleSessionName: sessionName,
      ...(policy === null ? {} : { Policy: policy }),
      ...(externalId === null ? {} : { ExternalId: externalId }),
    };
    const { output } = await clients.assumeRole(region, input).catch((error: unknown) => {
      if (!(error instanceof AwsFailure) || error.kind !== 'denied') throw error;
      throw noCredentials('AssumeRole', `role ${arn} could not be assumed: ${error.message}`, error);
    });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = (output['Credentials'] ??
      {}) as Issued;
    if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
      throw noCredentials('AssumeRole', `role ${arn} could not be assumed: the answer has no credentials`);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    };
  };
}

import { shellArgument } from '../model/index.js';
import {
  fromEnv,
  fromIni,
  fromNodeProviderChain,
  fromTemporaryCredentials,
} from '@aws-sdk/credential-providers';
import { noCredentials } from './errors.js';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { NodeHttpHandler } from '@smithy/node-http-handler';

/** The SDK warns that --profile and the keys in the environment are two sources: which one wins is decided here. */
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Asks the person for the code of this MFA device; what is no code is a no. */
export type AskMfaCode = (serial: string) => Promise<string>;

/** Whose credentials: the profile that is named, by the flag or in the environment; null: the environment's keys, or the
 *  default chain. The AWS CLI lets environment keys win over AWS_PROFILE; the SDK alone would take the profile, and warn. */
export function profileInUse(flag: string | null, env: Record<string, string | undefined>): string | null {
  if (flag !== null) return flag;
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) return null;
  return env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'] || null;
}

/**
 * A profile that is named is that profile or nothing: where it fails, nobody else's credentials are taken. What a role
 * or SSO profile has to ask AWS for goes through `requestHandler` as every other call does.
 */
export function credentialsOf(
  profile: string | null,
  env: Record<string, string | undefined>,
  requestHandler: NodeHttpHandler,
  ask: AskMfaCode,
): AwsCredentialIdentityProvider {
  if (profile === null && env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) return fromEnv();
  const shared = { clientConfig: { requestHandler }, mfaCodeProvider: mfaCodeOf(ask), logger };
  return profile === null ? fromNodeProviderChain(shared) : fromIni({ ...shared, profile });
}

function mfaCodeOf(ask: AskMfaCode): (serial: string) => Promise<string> {
  return async (serial) => {
    const code = (await ask(serial)).trim();
    if (/^\d{6}$/.test(code)) return code;
    throw noCredentials(
      'MfaCode',
      `the role wants the six-digit code of MFA device ${serial}, and none was given`,
    );
  };
}

/** A role to work as: what `--role-arn`, `--external-id` and `--mfa-serial` say. */
export interface RoleToAssume {
  arn: string;
  externalId: string | null;
  mfaSerial: string | null;
}

/** A role in an account of the organisation; `policy`: what its session is narrowed to, null for all that the role may. */
export interface MemberRole {
  arn: string;
  externalId: string | null;
  sessionName: string;
  policy: string | null;
}

/**
 * The role's credentials, taken with those of `source`, in a session whose name says in CloudTrail who it was.
 * `stsEndpoint`: of what is not AWS; null for AWS.
 */
export function assumed(
  role: RoleToAssume & { sessionName: string },
  source: AwsCredentialIdentityProvider,
  settings: {
    region: string;
    stsEndpoint: string | null;
    requestHandler: NodeHttpHandler;
    ask: AskMfaCode;
  },
): AwsCredentialIdentityProvider {
  const { arn, externalId, mfaSerial, sessionName } = role;
  const { region, stsEndpoint, requestHandler, ask } = settings;
  const provider = fromTemporaryCredentials({
    masterCredentials: source,
    mfaCodeProvider: mfaCodeOf(ask),
    clientConfig: {
      region,
      requestHandler,
      logger,
      ...(stsEndpoint === null ? {} : { endpoint: stsEndpoint }),
    },
    params: {
      RoleArn: arn,
      RoleSessionName: sessionName,
      ...(externalId === null ? {} : { ExternalId: externalId }),
      ...(mfaSerial === null ? {} : { SerialNumber: mfaSerial }),
    },
  });
  return async () => {
    try {
      return await provider();
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      if (!/AccessDenied/.test(name)) throw error;
      throw noCredentials('AssumeRole', `role ${arn} could not be assumed: ${message}`, error);
    }
  };
}

/** The command that mends missing or expired credentials, as far as the error shows. */
export function credentialsHint(message: string, profile: string | null, region: string): string {
  const of = profile === null ? '' : ` --profile ${shellArgument(profile, 'NAME')}`;
  if (/^CredentialProcess/.test(message))
    return `Run the credential_process of that profile by itself to see why; then run the same command again.`;
  if (/no profile/i.test(message)) return `Choose one that exists with --profile or AWS_PROFILE.`;
  if (/^AssumeRole /.test(message))
    return `Ask whoever owns the role that its trust policy lets you in; --external-id and --mfa-serial are for what it asks of you.`;
  if (/mfa|multi-?factor/i.test(message))
    return `Run the same command again with the next code of the MFA device. Without a terminal, give the code in LEAKGUARD_MFA_CODE.`;
  if (/\bsso\b/i.test(message)) return `Renew the sign-in: aws sso login${of}`;
  if (/expired/i.test(message))
    return `The session has expired. Get a new one, for example: aws login${of}, or aws sts assume-role …`;
  if (/could not load|could not resolve|no credentials|CredentialsProvider/i.test(message))
    return profile === null
      ? `Set AWS_PROFILE, pass --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a responder (not the misused key).`
      : `Give profile ${profile} credentials (aws configure${of}), or choose another with --profile.`;
  return `Check the credentials with: aws sts get-caller-identity --region ${region}${of}`;
}

import { fromEnv, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentityProvider } from '@smithy/types';

/** The SDK warns that --profile and the keys in the environment are two sources: which one wins is decided here. */
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Whose credentials: `--profile`, else the keys in the environment, else AWS_PROFILE and the default chain.
 * The AWS CLI lets environment keys win over AWS_PROFILE; the SDK alone would take the profile, and warn.
 */
export function resolveCredentials(from: {
  profile: string | null;
  env: Record<string, string | undefined>;
}): {
  credentials: AwsCredentialIdentityProvider;
  profile: string | null;
} {
  const { profile, env } = from;
  if (profile !== null) return { credentials: fromNodeProviderChain({ profile, logger }), profile };
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY'])
    return { credentials: fromEnv(), profile: null };
  const named = env['AWS_PROFILE'] ?? env['AWS_DEFAULT_PROFILE'] ?? null;
  return { credentials: fromNodeProviderChain(named === null ? {} : { profile: named }), profile: named };
}

/** The command that mends missing or expired credentials, as far as the error shows. */
export function credentialsHint(message: string, profile: string | null, region: string): string {
  const of =
    profile === null ? '' : ` --profile ${/^[\w.@-]+$/.test(profile) ? profile : JSON.stringify(profile)}`;
  if (/sso/i.test(message)) return `Renew the sign-in: aws sso login${of}`;
  if (/expired/i.test(message))
    return `The session has expired. Get a new one, for example: aws login${of}, or aws sts assume-role …`;
  if (/no profile/i.test(message)) return `Choose one that exists with --profile or AWS_PROFILE.`;
  if (/could not load|no credentials|CredentialsProvider/i.test(message))
    return `Set AWS_PROFILE, pass --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a responder (not the misused key).`;
  return `Check the credentials with: aws sts get-caller-identity --region ${region}${of}`;
}

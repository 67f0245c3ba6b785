import type { AwsFailure } from './errors.js';

/**
 * The region that a bucket is in, where S3 says that it was asked in another one: by its header, or in its words (S3 API
 * reference, "Error responses": PermanentRedirect, AuthorizationHeaderMalformed). Null for any other failure.
 */
export function bucketRegionOf({ service, cause, message, httpStatus }: AwsFailure): string | null {
  if (service !== 's3' || (httpStatus !== 301 && httpStatus !== 307 && httpStatus !== 400)) return null;
  const { $response } = (cause ?? {}) as { $response?: { headers?: Record<string, string> } };
  const told = $response?.headers?.['x-amz-bucket-region'] ?? /expecting '([\w-]+)'/.exec(message)?.[1];
  return told !== undefined && /^[a-z0-9-]{1,30}$/.test(told) ? told : null;
}

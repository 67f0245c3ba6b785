import { StandardRetryStrategy } from '@smithy/core/retry';
import type { ServiceName } from './services/index.js';

type Refresh = StandardRetryStrategy['refreshRetryTokenForRetry'];

/** Of the SDK's own retries, all but those of calls that AWS refused for their rate. */
export class LeavesThrottles extends StandardRetryStrategy {
  override async refreshRetryTokenForRetry(...[token, error]: Parameters<Refresh>): ReturnType<Refresh> {
    if (error.errorType === 'THROTTLING') throw new Error('left to the caller, who keeps the pace');
    return super.refreshRetryTokenForRetry(token, error);
  }
}

/**
 * CloudTrail answers two lookups a second (CloudTrail user guide, "Quotas"): there a retry beside the pace takes the turn
 * of the next call, and both are refused. Whoever keeps the pace tries again.
 */
export function leavesThrottles(service: ServiceName): boolean {
  return service === 'cloudtrail';
}

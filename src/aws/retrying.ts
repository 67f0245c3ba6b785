import { AsyncLocalStorage } from 'node:async_hooks';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type { ServiceName } from './services/index.js';

type Refresh = StandardRetryStrategy['refreshRetryTokenForRetry'];

/** A call that is not worth a wait: its first answer stands. */
const single = new AsyncLocalStorage<true>();

/** Runs a call of which the first answer stands: nothing within is tried again. */
export function triedOnce<T>(call: () => T): T {
  return single.run(true, call);
}

/** Is the call that is being made one of which the first answer stands? */
export function isTriedOnce(): boolean {
  return single.getStore() === true;
}

/** The SDK's own retries, but for a call of which the first answer stands. */
class Retries extends StandardRetryStrategy {
  override async refreshRetryTokenForRetry(...[token, error]: Parameters<Refresh>): ReturnType<Refresh> {
    if (isTriedOnce()) throw new Error('its first answer stands');
    return super.refreshRetryTokenForRetry(token, error);
  }
}

/** Of the SDK's own retries, all but those of calls that AWS refused for their rate. */
export class LeavesThrottles extends Retries {
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

/** How a service's client tries again; null where it is left to the client: that of Roles Anywhere is of an older SDK, which
 *  takes no strategy of a newer one. */
export function retriesOf(service: ServiceName, attempts: number): Retries | null {
  if (service === 'rolesanywhere') return null;
  return leavesThrottles(service) ? new LeavesThrottles(attempts) : new Retries(attempts);
}

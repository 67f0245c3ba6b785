import type { Account } from './world/world.js';

/** AWS locks an account's CloudFront: its API refuses every operation, and no name of a distribution resolves. */
export function lockCloudFront(account: Account): void {
  account.cloudfrontLocked = true;
  account.dnsWithdrawn = true;
}

/** AWS lifts the lock: the API answers at once, the names resolve again `dnsAfter` virtual milliseconds later. */
export function unlockCloudFront(account: Account, dnsAfter: number): void {
  account.cloudfrontLocked = false;
  const restore = (): void => {
    // It may have been locked again meanwhile.
    account.dnsWithdrawn = account.cloudfrontLocked;
  };
  if (dnsAfter > 0) account.world.clock.after(dnsAfter, restore);
  else restore();
}

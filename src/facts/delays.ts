/** How long things last and lag in AWS, in milliseconds, each with its source. */

const minute = 60_000;
const hour = 60 * minute;

/** CloudTrail may take this long to deliver an event (CloudTrail user guide, "How CloudTrail works"). */
export const trailDelay = 15 * minute;

/** IAM may show a change to some readers only after seconds; it states no number (IAM user guide, "Changes that I make are
 *  not always immediately visible"), and nobody has seen a minute. */
export const iamDelay = minute;

/** CloudTrail keeps event history for 90 days (CloudTrail user guide, "Viewing events with CloudTrail event history"). */
export const eventHistory = 90 * 24 * hour;

/** A role session lives this long at most (IAM user guide, "Update the maximum session duration for a role"). */
export const longestRoleSession = 12 * hour;

/** A console session lives as long as its sign-in token, at most this long (IAM user guide, "Enabling custom identity
 *  broker access to the AWS console"). */
export const longestConsoleSession = 12 * hour;

/** A session of GetSessionToken or GetFederationToken lives this long at most (STS API reference, DurationSeconds of both). */
export const longestUserSession = 36 * hour;

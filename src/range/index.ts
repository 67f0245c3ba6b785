/** The door of this room: what other rooms may take from it. */
export { AwsError } from './aws-error.js';
export { lockCloudFront, unlockCloudFront } from './cloudfront-lock.js';
export { Dispatcher } from './dispatch.js';
export { decide, identityPolicies, isServiceLinked } from './iam/authorize.js';
export { type Caller, callerOf } from './iam/caller.js';
export { evaluate, statements } from './iam/policy.js';
export { lies } from './lies.js';
export { ownCalls } from './own-door.js';
export { type Range, startRange } from './server.js';
export { interruptSpotNowAndThen } from './services/ec2/spot-interruptions.js';
export type { ServiceName } from './services/index.js';
export { isAlive } from './services/shelf.js';
export { defaultRegions } from './world/catalog.js';
export { Clock } from './world/clock.js';
export type { Instance } from './world/compute.js';
export {
  type AccessKey,
  createAccessKey,
  createGroup,
  createRole,
  createSession,
  createUser,
  Delayed,
  type Granting,
  type Principal,
  type Role,
  type Session,
  type User,
} from './world/identity.js';
export { Random } from './world/ids.js';
export { onDemandPrice } from './world/prices.js';
export { writeTrailFiles } from './world/trail-files.js';
export { writeEvent } from './world/trail.js';
export {
  Account,
  type LogEntry,
  type Maker,
  Region,
  type Settings,
  type SupportAnswer,
  type SupportDesk,
  World,
} from './world/world.js';

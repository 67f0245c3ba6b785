/** The door of this room: what other rooms may take from it. */
export { type AcceleratorInfo, describeAccelerators } from './accelerators.js';
export { bucketRegionOf } from './bucket-region.js';
export { change, type InputOfChange } from './changes.js';
export { credentialsHint, type RoleToAssume } from './credentials.js';
export { AwsFailure, type FailureKind, namedFailure } from './errors.js';
export { agentFor, BadSetting } from './network.js';
export { listRegions, partitionOfRegion, type Region, unknownRegion } from './regions.js';
export type { Reader, ReadOf } from './reader.js';
export type { InputOf, LookupAttributeKey, OutputOf, ServiceName } from './services/index.js';
export { openSession, profileNames, type Session } from './session.js';
export type { Watch, WatchedStep } from './watch.js';

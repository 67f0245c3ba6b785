/** The door of this room: what other rooms may take from it. */
export { addressUsdPerHour, volumeUsdPerHour } from './billing.js';
export { administratorDanger, rankOfAct, ranks } from './acts.js';
export {
  eventHistory,
  iamDelay,
  longestConsoleSession,
  longestRoleSession,
  longestUserSession,
  trailDelay,
} from './delays.js';
export { eventOfInterest, type EventOfInterest, takingOf } from './events-of-interest.js';
export {
  accountOfArn,
  arnName,
  isAdministratorPolicy,
  isIamName,
  isQuarantine,
  isRoot,
  isRootName,
  isTemporary,
  keyIdOf,
  lastPart,
  partitionOfArn,
  roleOfArn,
  roleOfSession,
  userOfArn,
} from './identifiers.js';
export { cloudPlay, cloudType, type CloudType, cloudTypeOfEvent, holdsData } from './cloud-types.js';
export { answersWithExisting, idleBecause } from './idle-acts.js';
export { awsDomains, dnsSuffixOf, endpointSource, hasNoEndpoint, plainEndpoint } from './endpoints.js';
export { batchEnvironmentOf } from './launchers.js';
export { instanceType, knownRegions, priceSource, regionFactor } from './instance-types.js';

/** The door of this room: what other rooms may take from it. */
export { checkCloudFront, toFacts, withChanges, zoneOf } from './check.js';
export { checkForContain } from './contain-check.js';
export { type FromReport, type FromTrail, lastReport, readReport, readTrail } from './gather.js';
export { hostsFromLines, type KnownHost, unique } from './known-hosts.js';
export { rehearsalEndpoint, resolversFor } from './resolver-options.js';
export type { NameResolver } from './resolvers.js';
export { changeLine, cloudFrontScreen, outageLine, toSend } from './screen.js';
export { originProbe, planStandIn, type StandInPlan } from './stand-in.js';
export { type CloudFrontCheck, stateWords } from './state.js';
export { resetText } from './support-text.js';
export { sawNothing, watchCloudFront, type WatchResult } from './watch.js';

/** The door of this room: what other rooms may take from it. */
export { modelInvocations } from './behaviour/model-use.js';
export { isUnlogged } from './classify/classify-instances.js';
export { type CloudThing, cloudThingOf } from './classify/cloud-made.js';
export { namedBy } from './classify/named.js';
export { heldUnlessProven, printOf, restsOn, type Standing } from './classify/validated.js';
export { asksBefore } from './classify/was-before.js';
export { buildGraph, signerOf } from './credentials/credential-graph.js';
export { letInBy } from './credentials/let-in.js';
export { type Trace, type TraceTarget, traceUp } from './credentials/trace-up.js';
export { detect } from './detect.js';
export { mergeLooks } from './findings/merge-looks.js';
export { misusedOf, whoseSession } from './onset/misused.js';
export { protectionsIn } from './records/protection.js';
export { candidatesOf } from './onset/suspects.js';

/** The door of this room: what other rooms may take from it. */
export type { KeySource } from './digest-files.js';
export { readTrail } from './files.js';
export { keysFromAws, keysFromFile } from './public-keys.js';
export { tableStatement } from './athena-ddl.js';
export { AthenaLookup } from './athena-lookup.js';
export { type AthenaAddress, tableOf } from './athena-table.js';
export { isInBucket, placeOf } from './s3-layout.js';
export type { TrailAccess } from './s3-listing.js';
export { cellStatusOf, TrailLookup, type TrailQuery } from './lookup.js';

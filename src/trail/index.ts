/** The door of this room: what other rooms may take from it. */
export type { KeySource } from './digest-files.js';
export { readTrail } from './files.js';
export { keysFromAws, keysFromFile } from './public-keys.js';
export { cellStatusOf, TrailLookup, type TrailQuery } from './lookup.js';

/** The door of this room: what other rooms may take from it. */
export { readTrail } from './files.js';
export { cellStatusOf, TrailLookup, type TrailQuery } from './lookup.js';
